"""What PostgreSQL keeps, and what it guarantees."""
