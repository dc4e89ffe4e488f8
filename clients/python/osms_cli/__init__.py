"""
The command `osms`: sends files, asks, and does the Fund's work, from a terminal or a script.

It speaks to the service through `osms_client` alone. `commands` has one module for each kind of
work; `feeding` reads the senders' files; `drawing` shows answers to people; `scenario` and
`sample` are what an integrator tests with, and `demo` shows everything at once.
"""
