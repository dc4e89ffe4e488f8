"""What would help a person who is not entitled: what is to be done, and the days gained."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from osms_cli import output
from osms_cli.drawing.words import GROUND_STYLE
from osms_client import DocumentRoute, Remedy


def draw(remedies: Iterable[Remedy]) -> None:
    """Draws remedies, the nearest first, and the documents by which one can be registered."""
    told = list(remedies)
    output.show(_remedy_table(told))
    routes = [route for remedy in told for route in remedy.document_routes]
    if routes:
        output.say()
        output.say("Documents for one month: one of each group; groups stand apart by a semicolon")
        output.show(_route_table(routes))


def _remedy_table(remedies: Iterable[Remedy]) -> Table:
    return output.table(
        ["GROUND", "WHAT", "CODE"],
        (
            [
                Text(remedy.ground or "-", GROUND_STYLE.get(remedy.ground or "", "")),
                remedy.text,
                remedy.action,
            ]
            for remedy in remedies
        ),
        fold=frozenset({"WHAT"}),
    )


def _route_table(routes: Iterable[DocumentRoute]) -> Table:
    return output.table(
        ["CATEGORY", "DOCUMENTS", "PROVISION", "AGAIN"],
        (
            [
                route.category,
                "; ".join(" or ".join(group) for group in route.groups),
                route.provision.code,
                "a supervisor, with a reason" if route.repeat else "-",
            ]
            for route in routes
        ),
        fold=frozenset({"DOCUMENTS"}),
    )
