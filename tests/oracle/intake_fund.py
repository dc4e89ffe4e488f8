"""
What operators and supervisors of the Fund record (sections 2.6, 2.8, 2.9 and 4).

Only a supervisor revokes, declares, lifts and decides. An incident on the Fund's own system and
every budget lapse wait for a second supervisor.
"""

from tests.oracle.books import Books
from tests.oracle.days import month_of
from tests.oracle.facts import (
    Incident,
    IncidentEnd,
    Lapse,
    LapseEnd,
    Registration,
    Revocation,
)
from tests.oracle.grounds import holds_category_on
from tests.oracle.message import ACCEPTED, Message, Outcome, refuse, require
from tests.oracle.reference import (
    CRISIS,
    DOCUMENT_GROUPS,
    FUND,
    OPERATORS,
    SUPERVISORS,
    SYSTEMS,
)

_BUDGETS = ("REPUBLICAN", "LOCAL")


def document_registered(books: Books, message: Message) -> Outcome:
    """A registration of a second month needs a reason and a supervisor."""
    require(message.text("operator") in OPERATORS, "UNKNOWN_OPERATOR")
    fact = _registration(message)
    _require_document_route(books, message, fact)
    known = books.known_now(fact.iin)
    require(not holds_category_on(known, fact.category, fact.applied_on), "CATEGORY_HOLDS")
    if any(earlier.category == fact.category for earlier in known.of(Registration)):
        require(message.text("reason"), "MISSING_REASON")
        _supervisor(message)
    books.registrations[fact.name] = fact.iin
    return books.accept(message, fact)


def document_revoked(books: Books, message: Message) -> Outcome:
    """A registration is revoked once."""
    _supervisor(message)
    message.text("reason")
    name = message.text("registration")
    require(name in books.registrations, "UNKNOWN_REGISTRATION")
    iin = books.registrations[name]
    revoked = books.ledger.known_about(iin, Revocation)
    require(all(earlier.registration != name for earlier in revoked), "ALREADY_REVOKED")
    return books.accept(message, Revocation(message.arrival, message.day, iin, name))


def incident_opened(books: Books, message: Message) -> Outcome:
    """An incident starts today or earlier; one on the Fund's system waits."""
    fact = Incident(
        message.arrival,
        message.day,
        name=message.text("incident"),
        systems=message.texts("systems"),
        started_on=message.date_in("started_on"),
        asked_by=_supervisor(message),
    )
    require(fact.systems and fact.systems <= set(SYSTEMS), "UNKNOWN_SYSTEM")
    require(fact.started_on <= message.day, "STARTS_IN_THE_FUTURE")
    require(fact.name not in _incident_names(books), "INCIDENT_EXISTS")
    return books.hold(message, fact) if FUND in fact.systems else books.accept(message, fact)


def incident_closed(books: Books, message: Message) -> Outcome:
    """What is closed is known and open; it ended today or earlier."""
    _supervisor(message)
    name, ended_on = message.text("incident"), message.date_in("ended_on")
    opened = [fact for fact in books.ledger.known_to_all(Incident) if fact.name == name]
    closed = [fact.incident for fact in books.ledger.known_to_all(IncidentEnd)]
    require(opened and name not in closed, "NOT_AN_OPEN_INCIDENT")
    require(opened[0].started_on <= ended_on <= message.day, "END_OUT_OF_RANGE")
    return books.accept(message, IncidentEnd(message.arrival, message.day, name, ended_on))


def budget_lapse_opened(books: Books, message: Message) -> Outcome:
    """A lapse begins this month or earlier, and waits; one stands at a time."""
    budget, month, supervisor = _budget(message), message.month("month"), _supervisor(message)
    require(month <= month_of(message.day), "MONTH_IN_THE_FUTURE")
    require(_standing_lapse(books, budget) is None, "LAPSE_STANDS")
    return books.hold(message, Lapse(message.arrival, message.day, budget, month, supervisor))


def budget_lapse_lifted(books: Books, message: Message) -> Outcome:
    """One supervisor lifts the lapse that stands; the month says nothing more."""
    _supervisor(message)
    lapse = _standing_lapse(books, _budget(message))
    if lapse is None:
        refuse("NO_LAPSE_STANDS")
    return books.accept(message, LapseEnd(message.arrival, message.day, lapse.arrival))


def approval_decided(books: Books, message: Message) -> Outcome:
    """What waits is decided once, by a supervisor."""
    supervisor, name = _supervisor(message), message.text("item")
    require(name in books.waiting, "NOT_WAITING")
    require(message.raw("decision") in ("APPROVE", "DECLINE"), "INVALID_DECISION")
    if message.raw("decision") == "DECLINE":
        books.decline(name)
    else:
        _require_approvable(books, name, supervisor)
        books.approve(name, message.at)
    return Outcome(ACCEPTED)


def _require_approvable(books: Books, name: str, supervisor: str) -> None:
    fact = books.waiting[name]
    if isinstance(fact, Incident | Lapse):
        require(fact.asked_by != supervisor, "OWN_REQUEST")
    if isinstance(fact, Lapse):
        require(_standing_lapse(books, fact.budget) is None, "LAPSE_STANDS")


def _incident_names(books: Books) -> set[str]:
    """Return the names of incidents that are known or wait; a declined one leaves its name."""
    waiting = [fact for fact in books.waiting.values() if isinstance(fact, Incident)]
    return {fact.name for fact in [*books.ledger.known_to_all(Incident), *waiting]}


def _registration(message: Message) -> Registration:
    category, applied_on = message.text("category"), message.date_in("applied_on")
    require(applied_on <= message.day, "APPLIED_IN_THE_FUTURE")
    who = message.iin()
    return Registration(message.arrival, message.day, who, message.name, category, applied_on)


def _require_document_route(books: Books, message: Message, fact: Registration) -> None:
    """The category has a document route, open on that day, and a full set was shown."""
    require(fact.category in DOCUMENT_GROUPS, "NO_DOCUMENT_ROUTE")
    shown = message.texts("documents")
    groups = DOCUMENT_GROUPS[fact.category]
    require(all(shown & set(group) for group in groups), "DOCUMENTS_INSUFFICIENT")
    if fact.category == CRISIS:
        window = books.parameters.crisis_window
        require(window and window[0] <= fact.applied_on <= window[1], "NO_CRISIS_WINDOW")


def _standing_lapse(books: Books, budget: str) -> Lapse | None:
    """Return the lapse of *budget* that is approved and not lifted."""
    lifted = {fact.lapse for fact in books.ledger.known_to_all(LapseEnd)}
    lapses = books.ledger.known_to_all(Lapse)
    standing = [f for f in lapses if f.budget == budget and f.arrival not in lifted]
    return standing[0] if standing else None


def _budget(message: Message) -> str:
    require(message.raw("budget") in _BUDGETS, "UNKNOWN_BUDGET")
    return message.text("budget")


def _supervisor(message: Message) -> str:
    name = message.text("supervisor")
    require(name in SUPERVISORS, "NOT_A_SUPERVISOR")
    return name
