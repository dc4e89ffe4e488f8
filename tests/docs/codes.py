"""
Writes docs/codes.md: the codes that senders and operators write, from the server's own tables.

    python -m tests.docs.codes            writes it
    python -m tests.docs.codes --check    exits 1 if it is not current
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

from osms_common.domain.calendar import FOREVER, ONE_DAY
from osms_common.domain.codes import DEATH, Budget, Category, Document, PayerKind, System
from osms_common.texts import Language, category_text
from osms_server.rules.reference import (
    ASSIGNING_SOURCES,
    BODIES,
    BUDGET_OF,
    DOCUMENT_ROUTES,
    SOURCES,
    Body,
    DocumentRoute,
)

PAGE: Final = Path(__file__).parents[2] / "docs" / "codes.md"

HEAD: Final = """# Codes

The words that senders write into their files and operators into their commands. Generated from
the tables of the server by `python -m tests.docs.codes`.
"""
CATEGORIES_HEAD: Final = """
## Categories

`osms push categories` takes a category from the sources that may assign it; the treaty list
(`F01`) has a command of its own, `osms push treaty`. `osms register` takes a category that has a
paragraph of documents.

| code | persons | sources | budget | documents |
| --- | --- | --- | --- | --- |
"""
SOURCES_HEAD: Final = """
## Sources

Who assigns a category: `source` and `removal_source` in a file of categories.

| code | source | categories |
| --- | --- | --- |
"""
REMOVALS: Final = f"""
A removal also tells a reason, in any words. Only `{DEATH}` has a meaning of its own: nothing is
kept after it.
"""
BODIES_HEAD: Final = """
## Bodies

Authorised bodies send rosters: the first word after `osms push roster` and
`osms push roster-changes`.

| code | body | sends |
| --- | --- | --- |
"""
DOCUMENTS_HEAD: Final = """
## Documents

`osms register --document`: one of each group; groups stand apart by a semicolon.

| category | paragraph | documents |
| --- | --- | --- |
"""
OTHERS: Final = f"""
## Others

| where | codes |
| --- | --- |
| payer_kind in a file of payments | {", ".join(f"`{k.name}`" for k in PayerKind if k)}, or empty |
| `osms budget` | {", ".join(f"`{each.name}`" for each in Budget)} |
| `osms incident declare --system` | `FUND`, `SC`, every source and every body |
"""

NAMES: Final = {
    System.MOE: "Ministry of Education",
    System.MOSHE: "Ministry of Science and Higher Education",
    System.MOJ: "Ministry of Justice",
    System.MLSPP: "Ministry of Labour and Social Protection of the Population",
    System.MOH: "Ministry of Health",
    System.MIA_CAD: "central automated data bank of the Ministry of Internal Affairs",
    System.CLSSA: "Committee on Legal Statistics and Special Accounts",
    System.DFC: "Digital Family Card",
    System.FWIS: "information system of the foreign workforce",
    System.MPIS: "information system of the migration police",
    System.DEFENCE: "Ministry of Defence",
    System.INTERIOR: "Ministry of Internal Affairs",
    System.FINANCE: "Ministry of Finance",
    System.NSC: "National Security Committee",
    System.GPO: "General Prosecutor's Office",
    System.SGS: "State Guard Service",
    System.ACA: "Anti-corruption Service",
    System.FMA: "Financial Monitoring Agency",
}


def page() -> str:
    """The page as it should be."""
    return "".join(
        [
            HEAD,
            CATEGORIES_HEAD,
            *map(_category, Category),
            SOURCES_HEAD,
            *map(_source, _in_order(SOURCES)),
            REMOVALS,
            BODIES_HEAD,
            *map(_body, BODIES.values()),
            DOCUMENTS_HEAD,
            *(_route(category, route) for category, route in DOCUMENT_ROUTES.items()),
            OTHERS,
        ]
    )


def _category(category: Category) -> str:
    sources = _sources(category)
    budget = BUDGET_OF[category].name if category in BUDGET_OF else "-"
    route = DOCUMENT_ROUTES.get(category)
    documents = _paragraph(route.provision) if route else "-"
    persons = category_text(category, Language.ENGLISH)
    return f"| `{category}` | {persons} | {sources} | {budget} | {documents} |\n"


def _sources(category: Category) -> str:
    """Who may assign a category; by the day from which it holds, where that has changed."""
    if category not in ASSIGNING_SOURCES:
        return "-"
    first, *later = ASSIGNING_SOURCES[category].values
    told = [_codes(_in_order(first[1]))]
    told += [f"from {day} {_codes(_in_order(sources))}" for day, sources in later]
    return "; ".join(told)


def _source(source: System) -> str:
    categories = [
        category
        for category, dated in ASSIGNING_SOURCES.items()
        if any(source in sources for _, sources in dated.values)
    ]
    return f"| `{source}` | {NAMES[source]} | {_codes(categories)} |\n"


def _body(body: Body) -> str:
    return f"| `{body.system}` | {NAMES[body.system]} | {_days(body)} |\n"


def _days(body: Body) -> str:
    told = [] if body.start == date.min else [f"from {body.start}"]
    if body.end != FOREVER:
        told.append(f"through {body.end - ONE_DAY}")
    if body.successor is not None:
        told.append(f"then `{body.successor}` speaks for its people")
    return ", ".join(told) or "always"


def _route(category: Category, route: DocumentRoute) -> str:
    groups = "; ".join(_codes(_listed(group), " or ") for group in route.groups)
    return f"| `{category}` | {_paragraph(route.provision)} | {groups} |\n"


def _listed(documents: frozenset[Document]) -> list[Document]:
    return [each for each in Document if each in documents]


def _in_order(systems: Iterable[System]) -> Iterator[System]:
    return (each for each in System if each in set(systems))


def _codes(codes: Iterable[str], between: str = ", ") -> str:
    return between.join(f"`{code}`" for code in codes)


def _paragraph(provision: str) -> str:
    return f"p. {provision.removeprefix('p')}"


def main(arguments: list[str]) -> int:
    """Writes, or checks; returns the exit status."""
    if "--check" in arguments:
        return 0 if PAGE.read_text(encoding="utf-8") == page() else 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
