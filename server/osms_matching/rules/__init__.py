"""The Rules of the matching as tables, and the one reading of them. Pure and without I/O."""
