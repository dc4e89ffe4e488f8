"""
Who may call what, on which data, and where it is kept that they did: one table.

What is not in the table nobody may do. The words in it:

    all      data of everybody
    own      only what is the caller's own: its feed, its people, its lines, what it has assigned
    p14      the answer that p. 14 allows: never a body, a category, a payer or an amount
    asks     the change waits until another supervisor has approved it, wherever it takes two
    decides  what others have asked for, and never what the caller has asked for itself
    -        nobody of this role

and, in the last column, the log that has it: of answers about persons, of acts (changes), of what
was read to administer the register; or none, where nothing is told that is not public.
"""

from __future__ import annotations

from typing import Final

from osms_common.domain.codes import Role
from osms_common.rpc.rights import Rights

TABLE: Final = """
                             state-corp. body source operator supervisor mis auditor   log
CategoryService
  PushCategoryUpdates        own         -    -      -        -          -   -         acts
  GetFeedPosition            own         -    -      -        -          -   -         readings
PaymentService
  PushPayments               own         -    -      -        -          -   -         acts
  GetPaymentPosition         own         -    -      -        -          -   -         readings
RosterService
  PushRoster                 -           own  -      -        -          -   -         acts
  PushRosterChanges          -           own  -      -        -          -   -         acts
  GetRosterChangePosition    -           own  -      -        -          -   -         readings
ConsumerService
  RegisterConsumer           -           -    -      asks     asks       -   -         acts
  RevokeRegistration         -           -    -      -        all        -   -         acts
  GetConsumer                -           -    -      all      all        -   -         answers
  ListGrounds                -           -    -      all      all        -   -         answers
EntitlementService
  CheckEntitlement           -           -    -      p14      p14        p14 -         answers
  BatchCheckEntitlements     -           -    -      p14      p14        p14 -         answers
  StreamCheckEntitlements    -           -    -      p14      p14        p14 -         answers
  GetTimeline                -           -    -      all      all        -   -         answers
  ExplainEntitlement         -           -    -      all      all        -   -         answers
  ReplayEntitlement          -           -    -      all      all        -   -         answers
  ListReceiptKeys            all         all  all    all      all        all all       none
OperationsService
  ListRejections             own         own  own    all      all        -   -         readings
  GetRejection               own         own  own    all      all        -   -         readings
  CountRejections            own         own  own    all      all        -   all       readings
  ResubmitRejection          own         own  -      all      all        -   -         acts
  CloseRejection             own         own  -      all      all        -   -         acts
  ListHeldBatches            -           -    -      all      all        -   all       readings
  PreviewHeldBatch           -           -    -      all      all        -   -         answers
  ApproveHeldBatch           -           -    -      -        decides    -   -         acts
  RejectHeldBatch            -           -    -      -        all        -   -         acts
  WithdrawRecords            -           -    -      -        asks       -   -         acts
  DeclareIncident            -           -    -      -        asks       -   -         acts
  CloseIncident              -           -    -      -        all        -   -         acts
  ListIncidents              -           -    -      all      all        -   all       readings
  RecordBudgetLapse          -           -    -      -        asks       -   -         acts
  LiftBudgetLapse            -           -    -      -        all        -   -         acts
  ListFeeds                  -           -    -      all      all        -   all       readings
  ListAccess                 -           -    -      all      all        -   all       readings
AuditService
  ListAuditEntries           -           -    -      -        -          -   all       readings
  GetCallerCertificate       -           -    -      -        -          -   all       readings
  ExportLog                  -           -    -      -        -          -   all       readings
SandboxService
  GetClock                   all         all  all    all      all        all all       none
  AdvanceClock               all         all  all    all      all        all all       none
  ResetSandbox               all         all  all    all      all        all all       none
"""
"""
SandboxService is there only where a server was started as a sandbox.

A source sees the lines of the category feed that name it; it sends nothing here, since data on
categories comes by the State Corporation (p. 8).
"""

_COLUMNS: Final = (
    Role.STATE_CORPORATION,
    Role.BODY,
    Role.SOURCE,
    Role.FUND_OPERATOR,
    Role.FUND_SUPERVISOR,
    Role.MEDICAL_SYSTEM,
    Role.AUDITOR,
)

RIGHTS: Final = Rights(TABLE, _COLUMNS, "osms.entitlement.v1")
RULES: Final = RIGHTS.rules
"""The table, by the path of each RPC."""

QUESTIONS: Final = "/osms.entitlement.v1.EntitlementService/"
"""How the paths of all questions about persons begin."""
