"""
Feeds that are ready to be sent: a region's files as the requests of the contract, on disk.

The sender is another machine in life. So that it takes little of the machine that is measured,
everything it would say is written down before the clock starts.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from osms.entitlement.v1 import category_service_pb2 as category_pb
from osms.entitlement.v1 import feed_pb2
from osms.entitlement.v1 import payment_service_pb2 as payment_pb
from osms_cli.feeding.categories import CATEGORIES
from osms_cli.feeding.layout import Layout
from osms_cli.feeding.lines import Records
from osms_cli.feeding.payments import PAYMENTS
from osms_cli.feeding.source import opened
from osms_cli.sample import Cadence, Feed, write_region
from osms_client import _writing

BATCH_SIZE: Final = 10_000
LENGTH: Final = struct.Struct("<I")
_SPOOLED: Final = "requests"


@dataclass(frozen=True)
class FeedKind:
    """A feed that is measured: its files, its method, its table, and how it is said."""

    name: str
    feed: Feed
    layout: Layout[Any]
    method: str
    table: str
    request: Callable[..., Any]
    record: Callable[[Any], Any]
    batch: Any
    response: Callable[[bytes], Any]

    @property
    def opening(self) -> bytes:
        """The first request of the stream."""
        opened_feed: bytes = self.request(opening=feed_pb2.FeedOpening()).SerializeToString()
        return opened_feed


CATEGORY: Final = FeedKind(
    "category_push",
    Feed.CATEGORY,
    CATEGORIES,
    "/osms.entitlement.v1.CategoryService/PushCategoryUpdates",
    "category_fact",
    category_pb.PushCategoryUpdatesRequest,
    _writing.category_record,
    category_pb.CategoryBatch,
    category_pb.PushCategoryUpdatesResponse.FromString,
)
PAYMENT: Final = FeedKind(
    "payment_push",
    Feed.PAYMENT,
    PAYMENTS,
    "/osms.entitlement.v1.PaymentService/PushPayments",
    "payment",
    payment_pb.PushPaymentsRequest,
    _writing.payment_record,
    payment_pb.PaymentBatch,
    payment_pb.PushPaymentsResponse.FromString,
)
KINDS: Final = {kind.name: kind for kind in (CATEGORY, PAYMENT)}


@dataclass(frozen=True)
class Prepared:
    """A feed on disk: files of records, and batches of positions to be put around them."""

    kind: FeedKind
    folder: Path

    def requests(self, first_position: int = 1) -> Iterator[tuple[int, bytes]]:
        """Every request, and how many records it has."""
        position = first_position
        for file in sorted(self.folder.iterdir()):
            with file.open("rb") as spool:
                while head := spool.read(LENGTH.size):
                    (size,) = LENGTH.unpack(head)
                    records = self.kind.batch.FromString(spool.read(size))
                    records.first_position = position
                    count = len(records.records)
                    position += count
                    yield count, self.kind.request(batch=records).SerializeToString()


def prepare(folder: Path, kind: FeedKind, *, people: int, months: int, seed: int) -> Prepared:
    """Writes a region of *people*, and what the sender of *kind* says about it."""
    region = folder / "region"
    write_region(
        region,
        people=people,
        seed=seed,
        months=months,
        feeds=frozenset({kind.feed}),
        bad_share=0.0,
        cadence=Cadence.MONTHLY,
    )
    spool = folder / _SPOOLED
    spool.mkdir()
    with (region / "deliveries.ndjson").open(encoding="utf-8") as lines:
        files = [region / json.loads(line)["file"] for line in lines]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for _ in pool.map(partial(_spool, kind.name, spool), range(len(files)), files):
            pass
    return Prepared(kind, spool)


def _spool(name: str, folder: Path, number: int, file: Path) -> None:
    """Writes the batches of one file, without their positions."""
    kind = KINDS[name]
    with opened(file) as source, (folder / f"{number:06d}").open("wb") as spool:
        records = iter(Records(source, kind.layout))
        while batch := [kind.record(record) for record in islice(records, BATCH_SIZE)]:
            content = kind.batch(first_position=1, records=batch).SerializeToString()
            spool.write(LENGTH.pack(len(content)) + content)
    file.unlink()
