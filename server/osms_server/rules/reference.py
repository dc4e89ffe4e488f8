"""
Reference data of the Rules: who may assign what, which bodies exist, which documents suffice.

It is dated where the law dates it, and versioned with the code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from osms_common.domain.calendar import FOREVER
from osms_common.domain.codes import Budget, Category, Document, GroundKind, System
from osms_server.domain.timeline import GroundCode
from osms_server.rules.parameters import IN_FORCE, Dated

_S = System
_C = Category
_D = Document


def _assigned_by(*sources: System) -> Dated[frozenset[System]]:
    """The sources that assign a category, since the Rules are in force."""
    return Dated("p7", ((IN_FORCE, frozenset(sources)),))


ASSIGNING_SOURCES: Final[dict[Category, Dated[frozenset[System]]]] = {
    _C.CHILD: _assigned_by(_S.MOE, _S.MOJ),  # p. 22, 23
    _C.PREGNANT: _assigned_by(_S.MOH),  # p. 25
    _C.RAISING_CHILD: _assigned_by(_S.MOJ, _S.MOE),  # p. 28, 29
    _C.ON_CHILD_LEAVE: _assigned_by(_S.MOH, _S.MLSPP),  # p. 31, 32
    _C.DISABLED_CHILD_ALLOWANCE: _assigned_by(_S.MLSPP),  # p. 34
    _C.GROUP_ONE_CARE: _assigned_by(_S.MLSPP),  # p. 36
    _C.PENSIONER: _assigned_by(_S.MLSPP),  # p. 38
    _C.CONVICT: _assigned_by(_S.MIA_CAD),  # p. 40
    _C.REMAND: _assigned_by(_S.MIA_CAD, _S.CLSSA),  # p. 41, 42
    _C.HOUSE_ARREST: _assigned_by(_S.MIA_CAD, _S.CLSSA),  # p. 41, 42
    _C.KANDAS: _assigned_by(_S.MLSPP),  # p. 44
    _C.AWARDED_MOTHER: _assigned_by(_S.MLSPP),  # p. 46
    _C.DISABILITY: _assigned_by(_S.MLSPP),  # p. 47
    _C.STUDENT: _assigned_by(_S.MOSHE, _S.MOE),  # p. 48, 7(1)
    _C.TARGETED_ASSISTANCE: _assigned_by(_S.MLSPP),  # p. 49
    _C.UNEMPLOYED: _assigned_by(_S.MLSPP),  # p. 56
    _C.CRISIS_LEVEL: _assigned_by(_S.DFC),  # p. 59
    _C.TREATY: _assigned_by(_S.FWIS, _S.MPIS),  # p. 61
}
"""
Sources that may assign a category, by the day on which it begins; a category that is not here
comes by no category feed.
"""

SOURCES: Final[frozenset[System]] = frozenset().union(
    *(sources for dated in ASSIGNING_SOURCES.values() for _, sources in dated.values)
)
"""Every source of a category (p. 7, 28, 29, 40-42, 59, 61)."""

REPUBLICAN: Final = tuple(_C)[: tuple(_C).index(_C.TARGETED_ASSISTANCE) + 1]
BUDGET_OF: Final = {
    **dict.fromkeys(REPUBLICAN, Budget.REPUBLICAN),  # p. 16
    _C.UNEMPLOYED: Budget.LOCAL,  # p. 51
    _C.CRISIS_LEVEL: Budget.LOCAL,
}
"""The budget that pays for a category."""


PRIORITY_PROVISIONS: Final = {
    **{
        category: f"p20.{number}"
        for number, categories in enumerate(
            (
                *((category,) for category in REPUBLICAN[:8]),
                (_C.REMAND, _C.HOUSE_ARREST),
                *((category,) for category in REPUBLICAN[10:]),
            ),
            1,
        )
        for category in categories
    },
    _C.UNEMPLOYED: "p55.1",
    _C.CRISIS_LEVEL: "p55.2",
}
"""The place of a category in the order of p. 20 or p. 55."""


@dataclass(frozen=True, slots=True)
class Body:
    """An authorised body (p. 62): the days on which it may send, [start, end), and its heir."""

    system: System
    start: date = date.min
    end: date = FOREVER
    successor: System | None = None


BODIES: Final = {
    body.system: body
    for body in (
        Body(_S.DEFENCE),
        Body(_S.INTERIOR),
        Body(_S.FINANCE),
        Body(_S.NSC),
        Body(_S.GPO),
        Body(_S.SGS),
        # The Anti-corruption Service has been part of the National Security Committee since
        # 2025-06-30.
        Body(_S.ACA, end=date(2025, 6, 30), successor=_S.NSC),
        Body(_S.FMA),
    )
}


def predecessors(body: System, day: date) -> tuple[System, ...]:
    """The bodies that ended on or before *day* and whose people *body* now speaks for."""
    return tuple(
        ended.system for ended in BODIES.values() if ended.successor is body and ended.end <= day
    )


@dataclass(frozen=True, slots=True)
class DocumentRoute:
    """The documents on which a category is registered: one document of every group suffices."""

    provision: str
    groups: tuple[frozenset[Document], ...]

    def is_proved_by(self, documents: frozenset[Document]) -> bool:
        """Whether *documents* contain one of every group that the provision names."""
        return all(group & documents for group in self.groups)


def _route(provision: str, *groups: set[Document]) -> DocumentRoute:
    return DocumentRoute(provision, tuple(frozenset(group) for group in groups))


_BIRTH = {_D.BIRTH_CERTIFICATE, _D.BIRTH_RECORD_EXTRACT}

DOCUMENT_ROUTES: Final = {
    _C.CHILD: _route("p21.1", _BIRTH),
    _C.PREGNANT: _route("p21.2", {_D.FORM_027E}),
    _C.RAISING_CHILD: _route("p21.3", _BIRTH),
    _C.ON_CHILD_LEAVE: _route("p21.4", _BIRTH),
    _C.DISABLED_CHILD_ALLOWANCE: _route(
        "p21.5", _BIRTH, {_D.DISABILITY_CERTIFICATE}, {_D.UNEMPLOYED_REGISTRATION}
    ),
    _C.GROUP_ONE_CARE: _route("p21.6", {_D.DISABILITY_CERTIFICATE}),
    _C.PENSIONER: _route(
        "p21.7",
        {_D.VETERAN_CERTIFICATE, _D.PENSION_CERTIFICATE_COPY, _D.PENSION_CERTIFICATE},
    ),
    _C.KANDAS: _route("p21.8", {_D.KANDAS_CERTIFICATE}, {_D.UNEMPLOYED_REGISTRATION}),
    _C.AWARDED_MOTHER: _route("p21.9", {_D.AWARD_DOCUMENT}),
    _C.DISABILITY: _route("p21.10", {_D.DISABILITY_CERTIFICATE}),
    _C.STUDENT: _route("p21.11", {_D.STUDY_CERTIFICATE}),
    _C.TARGETED_ASSISTANCE: _route("p21.12", {_D.TSA_CONFIRMATION}),
    _C.CRISIS_RELEASE: _route(
        "p21.13",
        {_D.IDENTITY_DOCUMENT},
        {
            _D.LABOUR_BOOK,
            _D.EMPLOYMENT_CONTRACT,
            _D.EMPLOYER_ACTS_EXTRACT,
            _D.PAYROLL_EXTRACT,
            _D.SERVICE_RECORD,
            _D.UAPF_EXTRACT,
            _D.SSIF_DATA,
            _D.DUAL_TRAINING_CONTRACT,
            _D.ARCHIVE_CERTIFICATE,
            _D.COURT_DECISION,
        },
    ),
    _C.UNEMPLOYED: _route("p57", {_D.UNEMPLOYED_REGISTRATION}),
}
"""Categories that can be registered on documents; there is no such route for any other."""


_NO_GROUND: Final = ("p3",)
_BY_DOCUMENTS: Final = ("p21", "p57")


def told_provisions(grounds: tuple[GroundCode, ...]) -> tuple[str, ...]:
    """
    The provisions that a medical system is told (p. 14), and that a receipt tells.

    Which of the two paragraphs on documents it was would give away the category.
    """
    if not grounds:
        return _NO_GROUND
    if grounds[0].kind is GroundKind.DOCUMENT:
        return _BY_DOCUMENTS
    return (grounds[0].provision,)


def provisions_of(code: GroundCode) -> tuple[str, ...]:
    """The provisions on which a ground rests, in full: for the Fund, who may see the category."""
    if code.kind is GroundKind.ROSTER:
        return (code.provision, "p64")
    if code.kind is GroundKind.DOCUMENT and code.category is not None:
        return (DOCUMENT_ROUTES[code.category].provision,)
    if code.kind is GroundKind.CATEGORY and code.category is not None:
        local = BUDGET_OF[code.category] is Budget.LOCAL
        paid_by = "p51" if local else "p16"
        return (code.provision, paid_by, PRIORITY_PROVISIONS[code.category])
    return (code.provision,)
