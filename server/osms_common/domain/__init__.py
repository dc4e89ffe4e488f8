"""Days, revisions, persons, codes, errors and faults. Pure."""
