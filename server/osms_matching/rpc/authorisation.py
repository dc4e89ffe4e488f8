"""
Who may call what of the matching, on which data, and where it is kept that they did: one table.

What is not in the table nobody may do. The words in it:

    all      data of everybody
    own      only what is the caller's own: its feed, its lines
    -        nobody of this role

and, in the last column, what the log of acts has it as: a change, or a reading.
"""

from __future__ import annotations

from typing import Final

from osms_common.domain.codes import Role
from osms_common.rpc.rights import Rights

TABLE: Final = """
                             source state-corp. operator supervisor auditor   log
SourceService
  PushReports                own    own         -        -          -         acts
  GetReportPosition          own    own         -        -          -         readings
ContributionService
  PushContributions          -      own         -        -          -         acts
  GetContributionPosition    -      own         -        -          -         readings
MatchingService
  ListRuns                   -      -           all      all        all       readings
  GetRun                     -      -           all      all        all       readings
  ListDecisions              -      -           all      all        -         readings
  ReleaseRun                 -      -           -        all        -         acts
  DiscardRun                 -      -           -        all        -         acts
  ExplainCategories          -      -           all      all        -         readings
  ListRejectedLines          own    own         all      all        -         readings
"""

_COLUMNS: Final = (
    Role.SOURCE,
    Role.STATE_CORPORATION,
    Role.MATCHING_OPERATOR,
    Role.MATCHING_SUPERVISOR,
    Role.AUDITOR,
)

RIGHTS: Final = Rights(TABLE, _COLUMNS, "osms.matching.v1")
RULES: Final = RIGHTS.rules
"""The table, by the path of each RPC."""
