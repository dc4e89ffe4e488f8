"""
The oracle: the specification implemented a second time, slowly, day by day.

The product's engine works with intervals and keeps a projection; the oracle asks of one day at a
time whether a ground holds, in the words of the specification, so that a reader can check it line
by line. It shares no code with the product, and property tests compare the two.

    >>> from datetime import UTC, date, datetime
    >>> World().ask("123456789012", date(2026, 1, 1), datetime.now(UTC)).error
    'INVALID_IIN'
"""

from tests.oracle.message import Outcome
from tests.oracle.world import Answer, World

__all__ = ["Answer", "Outcome", "World"]
