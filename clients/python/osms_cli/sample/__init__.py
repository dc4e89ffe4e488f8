"""
A region that could be: people, their lives over some years, and the files that tell of them.

`write_region` writes what source systems, the State Corporation and the authorised bodies would
have sent, as files in the order of delivery, good lines and a few bad ones: either what categories
are formed by (`SOURCE_FEEDS`), or categories that are formed already (`FORMED_FEEDS`). It needs
nothing but the standard library, and the same seed gives the same region anywhere.
"""

from osms_cli.sample.region import write_region
from osms_cli.sample.summary import RegionSummary
from osms_cli.sample.vocabulary import FORMED_FEEDS, SOURCE_FEEDS, Cadence, Feed, Outcome

__all__ = [
    "FORMED_FEEDS",
    "SOURCE_FEEDS",
    "Cadence",
    "Feed",
    "Outcome",
    "RegionSummary",
    "write_region",
]
