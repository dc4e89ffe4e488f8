"""Questions: whether a person is entitled, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any, Final

from osms.entitlement.v1 import entitlement_service_pb2
from osms_client import _reading, _writing, values
from osms_client._line import Line
from osms_client.errors import OsmsError, from_status
from osms_client.feeds import next_response
from osms_client.receipts import ReceiptKey

_IINS_AT_ONCE: Final = 1_000


class Asking(Line):
    """Asks about persons."""

    def check(
        self,
        iin: str,
        on: date | None = None,
        *,
        at_least_revision: str = "",
        language: str = "",
        with_receipt: bool = False,
    ) -> values.Entitlement:
        """Whether a person is entitled on a day; today where none is given."""
        request = entitlement_service_pb2.CheckEntitlementRequest(
            iin=iin,
            on_date=_day(on),
            at_least_revision=at_least_revision,
            language_code=language,
            with_receipt=with_receipt,
        )
        response = self._connection.call(self._entitlements.CheckEntitlement, request)
        return _reading.entitlement(response.entitlement)

    def check_many(
        self,
        iins: Iterable[str],
        on: date | None = None,
        *,
        language: str = "",
        with_receipt: bool = False,
    ) -> Iterator[values.Entitlement | OsmsError]:
        """Whether each of many persons is entitled; an error in the place of a wrong IIN."""
        remaining = iter(iins)
        while batch := list(islice(remaining, _IINS_AT_ONCE)):
            request = entitlement_service_pb2.BatchCheckEntitlementsRequest(
                iins=batch,
                on_date=_day(on),
                language_code=language,
                with_receipt=with_receipt,
            )
            response = self._connection.call(self._entitlements.BatchCheckEntitlements, request)
            yield from map(_result, response.results)

    def check_stream(
        self,
        iins: Iterable[str],
        on: date | None = None,
        *,
        language: str = "",
        with_receipt: bool = False,
    ) -> Iterator[values.Entitlement | OsmsError]:
        """The same over one stream, for lists of any length."""
        requests = _batches_of_iins(iins, on, language, with_receipt=with_receipt)
        call = self._entitlements.StreamCheckEntitlements(requests)
        try:
            while (response := next_response(call, self._idle_timeout)) is not None:
                yield from map(_result, response.results)
        finally:
            call.cancel()

    def timeline(
        self, iin: str, *, at_least_revision: str = "", language: str = ""
    ) -> values.Timeline:
        """Every stretch of days of a person."""
        request = entitlement_service_pb2.GetTimelineRequest(
            iin=iin, at_least_revision=at_least_revision, language_code=language
        )
        return _reading.timeline(self._connection.call(self._entitlements.GetTimeline, request))

    def explain(
        self, iin: str, on: date | None = None, *, language: str = ""
    ) -> values.Explanation:
        """Why a person is or is not entitled on a day."""
        request = entitlement_service_pb2.ExplainEntitlementRequest(
            iin=iin, on_date=_day(on), language_code=language
        )
        return _reading.explanation(
            self._connection.call(self._entitlements.ExplainEntitlement, request)
        )

    def replay(
        self, iin: str, known_at: datetime, on: date | None = None, *, language: str = ""
    ) -> values.Explanation:
        """The same as it was known at an instant."""
        request = entitlement_service_pb2.ReplayEntitlementRequest(
            iin=iin,
            on_date=_day(on),
            known_time=_writing.instant(known_at),
            language_code=language,
        )
        return _reading.explanation(
            self._connection.call(self._entitlements.ReplayEntitlement, request)
        )

    def receipt_keys(self) -> list[ReceiptKey]:
        """The public keys that verify signed receipts, newest first."""
        request = entitlement_service_pb2.ListReceiptKeysRequest()
        response = self._connection.call(self._entitlements.ListReceiptKeys, request)
        return [_reading.receipt_key(each) for each in response.keys]


def _day(on: date | None) -> Any:
    return None if on is None else _writing.day(on)


def _result(message: Any) -> values.Entitlement | OsmsError:
    if message.WhichOneof("result") == "error":
        return from_status(message.error)
    return _reading.entitlement(message.entitlement)


def _batches_of_iins(
    iins: Iterable[str], on: date | None, language: str, *, with_receipt: bool
) -> Iterator[entitlement_service_pb2.StreamCheckEntitlementsRequest]:
    remaining = iter(iins)
    while batch := list(islice(remaining, _IINS_AT_ONCE)):
        yield entitlement_service_pb2.StreamCheckEntitlementsRequest(
            iins=batch, on_date=_day(on), language_code=language, with_receipt=with_receipt
        )
