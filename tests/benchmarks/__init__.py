"""
How fast the register is, each time beside a floor that is measured in the same run.

`make bench` prints a table and writes build/bench.json; `make bench-large` takes a country in.
Nothing here is a test: a machine that is busy fails nothing. docs/performance.md keeps the last
figures.
"""
