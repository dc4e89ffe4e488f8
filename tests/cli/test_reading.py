"""Files of senders: what is a record, what is not, and where it stands."""
# ruff: noqa: RUF001 - payers have Cyrillic names

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from osms_cli.failures import Failure
from osms_cli.feeding.categories import CATEGORIES, TREATY_LIST
from osms_cli.feeding.layout import CONTENT_MAX, Layout
from osms_cli.feeding.lines import Records
from osms_cli.feeding.payments import PAYMENTS
from osms_cli.feeding.rosters import ROSTER, ROSTER_CHANGES
from osms_cli.feeding.source import opened
from osms_client import (
    CategoryAssigned,
    CategoryRemoved,
    Payment,
    PaymentRefunded,
    RosterChange,
    RosterLine,
    Unreadable,
)
from tests.cli.conftest import ANNA, CATEGORY_HEADER, PAYMENT_HEADER

Write = Callable[..., Path]

ASSIGNED = f"ASSIGNED,1,{ANNA},R01,2026-01-01,MOE,,,"
REMOVED = f"REMOVED,2,{ANNA},R01,2026-01-01,,2026-07-15,MOE,ENDED"
PAYMENT = f"PAYMENT,A1,{ANNA},Ким,Анна,,160440007161,Рога,EMPLOYER,012026,2026-02-10,4250.00,122,,"
REFUND = f"REFUND,A1,{ANNA},,,,,,,012026,,4250.00,122,V1,2026-02-20"
ANNA_ASSIGNED = CategoryAssigned(1, ANNA, "R01", date(2026, 1, 1), "MOE")


def read(file: Path, layout: Layout[Any]) -> tuple[list[Any], Records[Any]]:
    """The records of a file."""
    with opened(file) as source:
        records = Records(source, layout)
        return list(records), records


def only_fault(write: Write, layout: Layout[Any], *lines: str) -> tuple[str, str]:
    """The one thing that is wrong with the one record of a file."""
    [record], _ = read(write("file", *lines), layout)
    assert isinstance(record, Unreadable)
    [violation] = record.violations
    assert violation.reason == "UNREADABLE"
    return violation.field, violation.description


def test_assignments_and_removals_are_records(write: Write) -> None:
    """A line of each kind of the category file is the record of that kind."""
    records, _ = read(write("file", CATEGORY_HEADER, ASSIGNED, REMOVED), CATEGORIES)
    day = date(2026, 1, 1)
    removed = CategoryRemoved(2, ANNA, "R01", day, date(2026, 7, 15), "MOE", "ENDED")
    assert records == [ANNA_ASSIGNED, removed]


def test_a_removal_without_a_day_is_a_record(write: Write) -> None:
    """What a removal lacks is for the service to say."""
    line = f"REMOVED,2,{ANNA},R01,2026-01-01,,,,"
    [record], _ = read(write("file", CATEGORY_HEADER, line), CATEGORIES)
    assert record == CategoryRemoved(2, ANNA, "R01", date(2026, 1, 1), None, "", "")


def test_the_treaty_list_is_category_f01(write: Write) -> None:
    """The treaty file has no column for the category; its records have F01."""
    header = "kind,number,iin,assigned_on,source,removed_on,removal_source,removal_reason"
    lines = (f"LISTED,1,{ANNA},2026-01-01,MPIS,,,", f"REMOVED,2,{ANNA},2026-01-01,,,,")
    records, _ = read(write("file", header, *lines), TREATY_LIST)
    assert [record.category for record in records] == ["F01", "F01"]


def test_payments_and_refunds_are_records(write: Write) -> None:
    """A line of each kind of the payment file is the record of that kind."""
    [payment, refund], _ = read(write("file", PAYMENT_HEADER, PAYMENT, REFUND), PAYMENTS)
    month, amount = date(2026, 1, 1), Decimal("4250.00")
    assert payment == Payment(
        reference="A1",
        iin=ANNA,
        period=month,
        received_on=date(2026, 2, 10),
        amount=amount,
        purpose_code="122",
        surname="Ким",
        given_name="Анна",
        payer_id="160440007161",
        payer_name="Рога",
        payer_kind="EMPLOYER",
    )
    assert refund == PaymentRefunded("V1", "A1", ANNA, month, "122", amount, date(2026, 2, 20))


def test_roster_files_are_records(write: Write) -> None:
    """A snapshot has persons, a file of changes has who came and who went."""
    snapshot, _ = read(write("file", "iin,reservist", f"{ANNA},", f"{ANNA},true"), ROSTER)
    assert snapshot == [RosterLine(ANNA), RosterLine(ANNA, reservist=True)]
    header = "op,iin,changed_on,reservist"
    changes, _ = read(write("file", header, f"ADD,{ANNA},2026-01-01,"), ROSTER_CHANGES)
    assert changes == [RosterChange("ADD", ANNA, date(2026, 1, 1))]


def test_ndjson_has_the_same_names(write: Write) -> None:
    """A file that begins with an object is NDJSON; numbers may be numbers."""
    line = (
        f'{{"kind": "ASSIGNED", "number": 1, "iin": "{ANNA}", "category": "R01",'
        ' "assigned_on": "2026-01-01", "source": "MOE", "removed_on": null}'
    )
    records, found = read(write("file", line, "", line), CATEGORIES)
    assert records == [ANNA_ASSIGNED] * 2
    assert [found.line_of(0), found.line_of(1)] == [1, 3]


def test_columns_may_stand_in_any_order(write: Write) -> None:
    """The header says where each column is; one that a file does not need may be missing."""
    header, line = "iin,kind,source,assigned_on,category,number", f"{ANNA},ASSIGNED,MOE,2026-01-01"
    records, _ = read(write("file", header, f"{line},R01,1"), CATEGORIES)
    assert records == [ANNA_ASSIGNED]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_header_tells_the_delimiter(write: Write, delimiter: str) -> None:
    """A comma, a semicolon or a tab, whichever the header has."""
    lines = [line.replace(",", delimiter) for line in (CATEGORY_HEADER, ASSIGNED)]
    records, _ = read(write("file", *lines), CATEGORIES)
    assert records == [ANNA_ASSIGNED]


def test_fields_may_be_quoted(write: Write) -> None:
    """A quoted field may hold the delimiter and quotes."""
    line = PAYMENT.replace("Рога", '"ТОО ""Рога, и копыта"""')
    [payment], _ = read(write("file", PAYMENT_HEADER, line), PAYMENTS)
    assert payment.payer_name == 'ТОО "Рога, и копыта"'


def test_compressed_files_are_unpacked(tmp_path: Path) -> None:
    """A compressed file is known by its first bytes, not by its name."""
    file = tmp_path / "file.csv"
    file.write_bytes(gzip.compress(f"{CATEGORY_HEADER}\r\n{ASSIGNED}\r\n".encode()))
    assert read(file, CATEGORIES)[0] == [ANNA_ASSIGNED]


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path: Path) -> None:
    """Files of spreadsheets begin with a mark that is not text."""
    file = tmp_path / "file.csv"
    file.write_text(f"{CATEGORY_HEADER}\n{ASSIGNED}\n", encoding="utf-8-sig")
    assert read(file, CATEGORIES)[0] == [ANNA_ASSIGNED]


def test_a_plain_file_with_the_name_of_an_archive_is_told(tmp_path: Path) -> None:
    """A name that promises an archive, and none in the file, is a mistake of somebody."""
    file = tmp_path / "file.csv.gz"
    file.write_text(f"{CATEGORY_HEADER}\n{ASSIGNED}\n")
    with pytest.raises(Failure, match="is not gzip"):
        read(file, CATEGORIES)


def test_a_damaged_archive_is_told(tmp_path: Path) -> None:
    """An archive that ends too early is a failure, not a short file."""
    file = tmp_path / "file.csv.gz"
    content = "\n".join([CATEGORY_HEADER, *[ASSIGNED] * 1_000])
    file.write_bytes(gzip.compress(content.encode())[:-20])
    with pytest.raises(Failure, match="damaged"):
        read(file, CATEGORIES)


def test_blank_lines_are_no_records(write: Write) -> None:
    """Blank lines are passed over, and count when a line is named."""
    file = write("file", "", CATEGORY_HEADER, "", ASSIGNED, "", REMOVED)
    records, found = read(file, CATEGORIES)
    assert len(records) == found.count == 2
    assert [found.line_of(0), found.line_of(1)] == [4, 6]


BAD_CATEGORY_LINES = [
    (ASSIGNED.replace("ASSIGNED", "GIVEN"), "kind", "'GIVEN' is not ASSIGNED or REMOVED"),
    (ASSIGNED.replace(",1,", ",,"), "number", "is empty; give a whole number"),
    (ASSIGNED.replace(",1,", ",1e3,"), "number", "'1e3' is not a whole number"),
    (ASSIGNED.replace(",1,", f",{2**63},"), "number", f"'{2**63}' is not a whole number"),
    (ASSIGNED.replace("2026-01-01", "2026-02-30"), "assigned_on", "a day that there is"),
    (ASSIGNED.replace("2026-01-01", "20260101"), "assigned_on", "a day as YYYY-MM-DD"),
    (ASSIGNED.replace("2026-01-01", "2026-W01-1"), "assigned_on", "a day as YYYY-MM-DD"),
    (ASSIGNED.replace("2026-01-01", "01.01.2026"), "assigned_on", "a day as YYYY-MM-DD"),
    (ASSIGNED.replace("2026-01-01", ""), "assigned_on", "is empty; give a day"),
    (ASSIGNED.replace(",,,", ",2026-07-15,,"), "removed_on", "does not belong"),
    (REMOVED.replace("2026-07-15", "soon"), "removed_on", "'soon' is not a day"),
    ("garbage", "line", "1 fields, and the header has 9"),
    (ASSIGNED + ",", "line", "10 fields, and the header has 9"),
    (ASSIGNED.replace("R01", '"R01'), "line", "quoted wrongly"),
    (ASSIGNED.replace("R01", "R" * CONTENT_MAX), "line", "longer than"),
]


@pytest.mark.parametrize(("line", "field", "fault"), BAD_CATEGORY_LINES)
def test_a_line_that_is_no_category_record(
    write: Write, line: str, field: str, fault: str
) -> None:
    """A line that cannot be a record is kept as it stands, with what is wrong."""
    named, told = only_fault(write, CATEGORIES, CATEGORY_HEADER, line)
    assert named == field
    assert fault in told


BAD_PAYMENT_LINES = [
    (PAYMENT.replace("PAYMENT", "GIFT"), "kind", "PAYMENT or REFUND"),
    (PAYMENT.replace("EMPLOYER", "STATE"), "payer_kind", "INDEPENDENT, EMPLOYER or empty"),
    (PAYMENT.replace("012026", "132026"), "period", "a month that there is"),
    (PAYMENT.replace("012026", "2026-01"), "period", "a month as MMYYYY"),
    (PAYMENT.replace("4250.00", "NaN"), "amount", "an amount such as 4250.00"),
    (PAYMENT.replace("4250.00", "4 250,00".replace(",", ".")), "amount", "an amount"),
    (PAYMENT.replace("4250.00", "1e3"), "amount", "an amount"),
    (PAYMENT.replace("4250.00", "0.1234567890"), "amount", "an amount"),
    (PAYMENT.replace("2026-02-10", "n/a"), "received_on", "a day"),
    (PAYMENT.replace("122,,", "122,V1,"), "refund_reference", "does not belong"),
    (REFUND.replace("2026-02-20", ""), "refunded_on", "is empty"),
]


@pytest.mark.parametrize(("line", "field", "fault"), BAD_PAYMENT_LINES)
def test_a_line_that_is_no_payment_record(write: Write, line: str, field: str, fault: str) -> None:
    """The same for lines of payments and refunds."""
    named, told = only_fault(write, PAYMENTS, PAYMENT_HEADER, line)
    assert named == field
    assert fault in told


@pytest.mark.parametrize(
    ("line", "field", "fault"),
    [
        ("SWAP,900101300017,2026-01-01,", "op", "ADD or REMOVE"),
        ("ADD,900101300017,2026-01-01,perhaps", "reservist", "true, false or empty"),
        ("ADD,900101300017,,", "changed_on", "is empty"),
    ],
)
def test_a_line_that_is_no_roster_change(write: Write, line: str, field: str, fault: str) -> None:
    """The same for lines of roster changes."""
    header = "op,iin,changed_on,reservist"
    named, told = only_fault(write, ROSTER_CHANGES, header, line)
    assert named == field
    assert fault in told


@pytest.mark.parametrize(
    ("line", "field", "fault"),
    [
        ("{", "line", "not JSON"),
        ("[1]", "line", "not a JSON object"),
        ('{"colour": "red"}', "colour", "there is no such field"),
        ('{"iin": ["x"]}', "iin", "neither text nor a number"),
        ("[" * 2_900, "line", "not JSON"),
        ("{" * 8_000, "line", "longer than 3000 characters"),
    ],
)
def test_a_line_of_ndjson_that_is_no_record(
    write: Write, line: str, field: str, fault: str
) -> None:
    """The same for lines that are no objects with known fields."""
    good = '{"op": "ADD", "iin": "900101300017", "changed_on": "2026-01-01"}'
    [_, record], _ = read(write("file", good, line), ROSTER_CHANGES)
    assert isinstance(record, Unreadable)
    assert record.violations[0].field == field
    assert fault in record.violations[0].description


def test_a_misspelt_name_in_the_first_line_of_ndjson_refuses_the_file(write: Write) -> None:
    """As in a header: every line would have it. A bad line that is no object stops nothing."""
    good = '{"op": "ADD", "iin": "900101300017", "changed_on": "2026-01-01"}'
    with pytest.raises(Failure, match="nothing was sent") as refused:
        read(write("file", good.replace("changed_on", "changed"), good), ROSTER_CHANGES)
    assert "'changed' is not known" in refused.value.details
    records, _ = read(write("file", "{", good), ROSTER_CHANGES)
    assert len(records) == 2


def test_everything_that_is_wrong_is_named(write: Write) -> None:
    """A line with several faults names all of them."""
    line = f"ASSIGNED,x,{ANNA},R01,tomorrow,MOE,,,"
    [record], _ = read(write("file", CATEGORY_HEADER, line), CATEGORIES)
    assert [violation.field for violation in record.violations] == ["number", "assigned_on"]
    assert record.content == line


def test_bytes_that_are_no_text_are_kept(tmp_path: Path) -> None:
    """A line in another encoding is kept with its bytes spelled out."""
    file = tmp_path / "file"
    line = PAYMENT.encode("utf-8").replace("Ким".encode(), "Ким".encode("cp1251"))
    file.write_bytes(PAYMENT_HEADER.encode() + b"\n" + line + b"\n")
    [record], _ = read(file, PAYMENTS)
    assert record.violations[0].description.startswith("not UTF-8 at byte")
    assert r"\xca\xe8\xec" in record.content


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        ("kind,number,iin", "column 'category' is missing"),
        (CATEGORY_HEADER + ",colour", "column 'colour' is not known"),
        (CATEGORY_HEADER + ",iin", "column 'iin' stands there twice"),
        (PAYMENT_HEADER, "column 'number' is missing"),
    ],
)
def test_a_header_that_does_not_fit_refuses_the_file(
    write: Write, header: str, fault: str
) -> None:
    """A file with another header is refused before anything is sent."""
    with pytest.raises(Failure, match="nothing was sent") as refused:
        read(write("file", header, ASSIGNED), CATEGORIES)
    assert fault in refused.value.details
