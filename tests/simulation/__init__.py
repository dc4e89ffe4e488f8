"""
The simulation: senders that push while lines are cut and processes are killed.

A seed becomes a story: what the State Corporation, the bodies and the Fund say, moment by moment.
The story is told twice to a real server: once in peace, and once with faults. After every fault
the register must have exactly what was acknowledged, once, and of the rest only what its position
says; at the end it must be the same register as in peace, and the oracle's.

    python -m tests.simulation --seed 7 --rounds 1
"""
