"""
Input that means harm: bytes, fields, frames, floods and certificates, tried on the servers.

Whatever comes, the server stays up, its memory is bounded, nothing is stored that should not be,
and every answer is a proper status. A fixed number of cases is among the tests; `make fuzz` goes
on for as long as it is told to, and prints what it found.
"""
