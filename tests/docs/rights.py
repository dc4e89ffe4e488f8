"""
Writes docs/rights.md: who may call what, on which data, and which log has it, from the table.

    python -m tests.docs.rights            writes it
    python -m tests.docs.rights --check    exits 1 if it is not current
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Final

from osms_common.application.callers import Scope
from osms_common.domain.codes import Role
from osms_common.rpc.rights import Log, Rule
from osms_server.rpc.authorisation import RULES

PAGE: Final = Path(__file__).parents[2] / "docs" / "rights.md"

HEAD: Final = """# Rights

Who may call what, on which data, and which log has that they did. What is not here nobody may do.
Generated from the one table that the server asks (`rpc/authorisation.py`) by
`python -m tests.docs.rights`; a test walks every call with every role and compares.

A caller is what the client certificate says: `spiffe://osms.kz/<role>/<name>`.

| role | who | name |
| --- | --- | --- |
"""
ROLES: Final = {
    Role.STATE_CORPORATION: ("the State Corporation", "`SC`"),
    Role.BODY: ("an authorised body (p. 62)", "its code, such as `DEFENCE`"),
    Role.SOURCE: ("a source of categories (p. 7)", "its code, such as `MOE`"),
    Role.FUND_OPERATOR: ("an operator of the Fund", "the person"),
    Role.FUND_SUPERVISOR: ("a supervisor of the Fund", "the person"),
    Role.MEDICAL_SYSTEM: ("a medical information system", "the organisation"),
    Role.AUDITOR: ("an auditor", "the person"),
}
SCOPES: Final = {
    Scope.ALL: "Data of everybody.",
    Scope.OWN: (
        "Only its own: its feed, its people, the lines it sent; of a source, the lines that name"
        " it. What is another's is told as if it were not there."
    ),
    Scope.P14: "The answer that p. 14 allows: never a body, a category, a payer or an amount.",
    Scope.ASKS: "The change waits for another supervisor wherever it takes two.",
    Scope.DECIDES: "What others have asked for, and never what the caller has asked for itself.",
}
LOGS: Final = {
    Log.ANSWERS: "The log of answers about persons.",
    Log.ACTS: "The log of acts, within the change itself.",
    Log.READINGS: "The log of acts, before the answer is given.",
    Log.NONE: "None: nothing is told that is not public.",
}
WORDS_HEAD: Final = """
| in the table | what it means |
| --- | --- |
"""
LOGS_HEAD: Final = """
| log | where a call is found |
| --- | --- |
"""
TAIL: Final = """
`SandboxService` is there only where a server was started as a sandbox. `grpc.health.v1.Health` and
the reflection of the contract tell nothing about persons, and are open to whoever can connect.

What takes two: a failure of the Fund's own system (`DeclareIncident`), an unpaid budget
(`RecordBudgetLapse`), a withdrawal (`WithdrawRecords`), a second registration of the same person
and category (`RegisterConsumer`), and whatever a guard holds. A person has one name in all roles,
so nobody decides in one role what was asked for in another. A supervisor who has corrected a
removal in the repair queue does not approve it either.
"""


def page() -> str:
    """The page."""
    return "".join(_parts())


def _parts() -> Iterator[str]:
    yield HEAD
    for role in _columns():
        who, name = ROLES[role]
        yield f"| `{role.value}` | {who} | {name} |\n"
    yield WORDS_HEAD
    yield from (f"| {scope.value} | {meaning} |\n" for scope, meaning in SCOPES.items())
    yield "| - | Nobody of this role. |\n"
    yield LOGS_HEAD
    yield from (f"| {log.value} | {where} |\n" for log, where in LOGS.items())
    for service, paths in groupby(RULES, lambda path: path.split("/")[1].rpartition(".")[2]):
        yield f"\n## {service}\n\n"
        yield f"| call | {' | '.join(role.value for role in _columns())} | log |\n"
        yield f"| --- {'| --- ' * (len(ROLES) + 1)}|\n"
        yield from (_row(path.rpartition("/")[2], RULES[path]) for path in paths)
    yield TAIL


def _columns() -> tuple[Role, ...]:
    return tuple(ROLES)


def _row(call: str, rule: Rule) -> str:
    cells = [rule.scopes[role].value if role in rule.scopes else "-" for role in _columns()]
    return f"| `{call}` | {' | '.join(cells)} | {rule.log.value} |\n"


def main(arguments: list[str]) -> int:
    """Writes, or checks; returns the exit status."""
    if "--check" in arguments:
        return 0 if PAGE.read_text(encoding="utf-8") == page() else 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
