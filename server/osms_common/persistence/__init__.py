"""An embedded PostgreSQL, copying, chained logs."""
