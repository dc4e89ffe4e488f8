"""Questions: whether a person is entitled, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from osms.entitlement.v1 import entitlement_service_pb2 as pb
from osms_client import _reading, _writing, values
from osms_client._line import Line
from osms_client.errors import OsmsError
from osms_client.lists import IINS_AT_ONCE, ListCheck
from osms_client.receipts import ReceiptKey

Response = TypeVar("Response")
Answer = TypeVar("Answer")

Result = values.Entitlement | OsmsError


class Asking(Line):
    """
    Asks about persons.

    *purpose* is what is asked for, such as `CARE`: it is kept in the log of answers.
    *at_least_revision* is a revision that the answer must include. *with_receipt* asks for the
    answer signed by the Fund. Where there is no answer, `CannotTell` is raised.
    """

    def check(
        self,
        iin: str,
        on: date | None = None,
        *,
        purpose: str = "",
        with_receipt: bool = False,
        at_least_revision: str = "",
        language: str = "",
    ) -> values.Entitlement:
        """Whether a person is entitled on a day; today where none is given."""
        request = pb.CheckEntitlementRequest(
            iin=iin,
            on_date=_day(on),
            at_least_revision=at_least_revision,
            language_code=language,
            purpose=_writing.purpose(purpose),
            with_receipt=with_receipt,
        )
        return self._look_up(
            self._entitlements.CheckEntitlement,
            request,
            lambda told: _reading.answer_about(iin, on, told.entitlement),
        )

    def check_many(
        self,
        iins: Iterable[str],
        on: date | None = None,
        *,
        purpose: str = "",
        with_receipt: bool = False,
        at_least_revision: str = "",
        language: str = "",
    ) -> Iterator[Result]:
        """Whether each of many persons is entitled; an error in the place of a wrong IIN."""
        make = _questions(
            pb.BatchCheckEntitlementsRequest,
            on,
            purpose=_writing.purpose(purpose),
            with_receipt=with_receipt,
            at_least_revision=at_least_revision,
            language_code=language,
        )
        remaining = iter(iins)
        while batch := list(islice(remaining, IINS_AT_ONCE)):
            yield from self._connection.read(
                self._entitlements.BatchCheckEntitlements,
                make(batch),
                partial(_reading.results, batch, on),
            )

    def check_list(
        self,
        iins: Iterable[str],
        on: date | None = None,
        *,
        purpose: str = "",
        with_receipt: bool = False,
        at_least_revision: str = "",
        language: str = "",
    ) -> Iterator[Result]:
        """
        The same for lists of any length, over one stream that goes on after a cut line.

        The list is read as it is answered, in a thread of its own.
        """
        make = _questions(
            pb.StreamCheckEntitlementsRequest,
            on,
            purpose=_writing.purpose(purpose),
            with_receipt=with_receipt,
            at_least_revision=at_least_revision,
            language_code=language,
        )
        return ListCheck(
            self._connection,
            self._entitlements.StreamCheckEntitlements,
            make,
            lambda asked, told: _reading.results(asked, on, told),
        ).answers(iins)

    def timeline(
        self, iin: str, *, purpose: str = "", at_least_revision: str = "", language: str = ""
    ) -> values.Timeline:
        """Every stretch of days of a person."""
        request = pb.GetTimelineRequest(
            iin=iin,
            at_least_revision=at_least_revision,
            language_code=language,
            purpose=_writing.purpose(purpose),
        )
        return self._look_up(self._entitlements.GetTimeline, request, _reading.timeline)

    def explain(
        self, iin: str, on: date | None = None, *, purpose: str = "", language: str = ""
    ) -> values.Explanation:
        """Why a person is or is not entitled on a day."""
        request = pb.ExplainEntitlementRequest(
            iin=iin, on_date=_day(on), language_code=language, purpose=_writing.purpose(purpose)
        )
        return self._look_up(self._entitlements.ExplainEntitlement, request, _reading.explanation)

    def replay(
        self,
        iin: str,
        known_at: datetime,
        on: date | None = None,
        *,
        purpose: str = "",
        language: str = "",
    ) -> values.Explanation:
        """The same as it was known at an instant."""
        request = pb.ReplayEntitlementRequest(
            iin=iin,
            on_date=_day(on),
            known_time=_writing.instant(known_at),
            language_code=language,
            purpose=_writing.purpose(purpose),
        )
        return self._look_up(self._entitlements.ReplayEntitlement, request, _reading.explanation)

    def receipt_keys(self) -> list[ReceiptKey]:
        """The public keys that verify signed receipts, newest first."""
        response = self._connection.call(
            self._entitlements.ListReceiptKeys, pb.ListReceiptKeysRequest()
        )
        return [_reading.receipt_key(each) for each in response.keys]

    def _look_up(
        self, method: Callable[..., Response], request: Any, read: Callable[[Response], Answer]
    ) -> Answer:
        """The answer about one person, for which somebody waits at a desk."""
        timeout = self._connection.deadlines.lookup
        return self._connection.read(method, request, read, timeout=timeout)


def _day(on: date | None) -> Any:
    return None if on is None else _writing.day(on)


def _questions(make: Any, on: date | None, **alike: Any) -> Callable[[Sequence[str]], Any]:
    """Makes the message about some persons; *alike* is the same for all."""
    return lambda iins: make(iins=iins, on_date=_day(on), **alike)
