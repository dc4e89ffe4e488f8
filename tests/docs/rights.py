"""
Writes docs/rights.md: who may call what, on which data, and which log has it, from the table.

    python -m tests.docs.rights            writes it
    python -m tests.docs.rights --check    exits 1 if it is not current
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from osms_common.application.callers import Scope
from osms_common.domain.codes import Role
from osms_common.rpc.rights import Log, Rule
from osms_matching.rpc.authorisation import RULES as MATCHING_RULES
from osms_server.rpc.authorisation import RULES

PAGE: Final = Path(__file__).parents[2] / "docs" / "rights.md"

HEAD: Final = """# Rights

Who may call what, on which data, and which log has that they did. What is not here nobody may do.
Generated from the one table that each server asks (`rpc/authorisation.py`) by
`python -m tests.docs.rights`; tests walk every call with every role and compare.

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
    Role.MATCHING_OPERATOR: ("whoever looks after the matching", "the person"),
    Role.MATCHING_SUPERVISOR: ("a supervisor of the matching", "the person"),
}
OF_THE_REGISTER: Final = tuple(ROLES)[:7]
OF_THE_MATCHING: Final = (
    Role.SOURCE,
    Role.STATE_CORPORATION,
    Role.MATCHING_OPERATOR,
    Role.MATCHING_SUPERVISOR,
    Role.AUDITOR,
)
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
OF_THE_REGISTER_TAIL: Final = """
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
    yield from (f"| `{role.value}` | {who} | {name} |\n" for role, (who, name) in ROLES.items())
    yield WORDS_HEAD
    yield from (f"| {scope.value} | {meaning} |\n" for scope, meaning in SCOPES.items())
    yield "| - | Nobody of this role. |\n"
    yield LOGS_HEAD
    yield from (f"| {log.value} | {where} |\n" for log, where in LOGS.items())
    yield "\n# The register\n"
    yield from _services(RULES, OF_THE_REGISTER)
    yield OF_THE_REGISTER_TAIL
    yield "\n# The matching\n"
    yield from _services(MATCHING_RULES, OF_THE_MATCHING)


def _services(rules: Mapping[str, Rule], columns: Sequence[Role]) -> Iterator[str]:
    for service, paths in groupby(rules, lambda path: path.split("/")[1].rpartition(".")[2]):
        yield f"\n## {service}\n\n"
        yield f"| call | {' | '.join(role.value for role in columns)} | log |\n"
        yield f"| --- {'| --- ' * (len(columns) + 1)}|\n"
        yield from (_row(path.rpartition("/")[2], rules[path], columns) for path in paths)


def _row(call: str, rule: Rule, columns: Sequence[Role]) -> str:
    cells = [rule.scopes[role].value if role in rule.scopes else "-" for role in columns]
    return f"| `{call}` | {' | '.join(cells)} | {rule.log.value} |\n"


def main(arguments: list[str]) -> int:
    """Writes, or checks; returns the exit status."""
    if "--check" in arguments:
        return 0 if PAGE.read_text(encoding="utf-8") == page() else 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
