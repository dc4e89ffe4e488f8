"""
Files of senders, and how they reach the service.

A file is read as a stream, line by line (`source`, `lines`); a layout makes a record of each line
(`layout`, `categories`, `payments`, `rosters`), and what is no record is sent as it stands, so
that the service keeps it in its repair queue. `position` remembers beside the file how far it was
taken, `push` sends it, `tally` counts what became of it.
"""
