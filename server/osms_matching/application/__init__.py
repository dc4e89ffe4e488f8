"""What the matching does: takes in reports, makes runs, sends them, and says why."""
