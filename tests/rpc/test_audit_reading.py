"""Auditors read acts and certificates, change nothing, and are in the log themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from osms.entitlement.v1 import audit_service_pb2 as pb
from osms.entitlement.v1 import feed_pb2
from osms.entitlement.v1 import operations_service_pb2 as operations_pb
from osms.entitlement.v1 import roster_service_pb2 as roster_pb
from osms_client import (
    CannotTell,
    Certificates,
    InvalidRequest,
    NotAllowed,
    NotFound,
    OsmsClient,
    new_request_id,
)
from osms_client.records import Unreadable
from osms_common.application.acts import Act, ActKind
from osms_common.application.callers import Caller
from osms_common.certificates import Authority
from osms_common.domain.codes import Role
from osms_common.domain.identifiers import Iin
from osms_common.rpc.identity import SANDBOX_CALLERS
from osms_common.rpc.rights import Log
from osms_server.bootstrap import Application, Engines, running_server
from osms_server.config import Settings
from osms_server.rpc.authorisation import RULES
from tests.conftest import ClientOf
from tests.people import AIGUL, DAULET, people
from tests.persistence.contents import wait_until
from tests.rpc.conftest import ChannelOf
from tests.rpc.lives import tell_everything
from tests.rpc.logged import (
    a_certificate,
    acts_of,
    answers_of,
)
from tests.rpc.register import everything_stored
from tests.rpc.sending import (
    MORNING,
    TODAY,
)
from tests.rpc.test_authorisation import called, code_of, short

MINUTE: Final = timedelta(minutes=1)
LOOPBACK: Final = "127.0.0.1:0"
NO_INSTANT: Final = b"\x12\x09\x08\xff\xff\xff\xff\xff\xff\xff\x7f"
PATHS: Final = {short(path): path for path in RULES}


@pytest.fixture(scope="session")
def settings(settings: Settings) -> Settings:
    """A server whose pages have room for little."""
    return settings.model_copy(update={"page_bytes_max": 2**12})


# The list of acts.


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, {"PushCategoryUpdates", "RegisterConsumer", "ListAccess", "GetTimeline"}),
        ({"caller": "fund-operator/operator1"}, {"RegisterConsumer", "ListAccess"}),
        ({"caller": "fund-operator/operator2"}, set()),
        ({"method": "ListAccess"}, {"ListAccess"}),
        ({"kind": "CHANGE"}, {"PushCategoryUpdates", "RegisterConsumer"}),
        ({"kind": "REFUSAL"}, {"GetTimeline"}),
        ({"iin": DAULET}, {"RegisterConsumer"}),
        ({"iin": AIGUL}, {"ListAccess"}),
        ({"start": MORNING + MINUTE}, {"RegisterConsumer", "ListAccess", "GetTimeline"}),
        ({"end": MORNING + MINUTE}, {"PushCategoryUpdates"}),
        ({"start": MORNING + MINUTE, "kind": "CHANGE"}, {"RegisterConsumer"}),
    ],
)
def test_acts_can_be_chosen(
    busy: None, client_of: ClientOf, wanted: dict[str, Any], expected: set[str]
) -> None:
    """By who, what, about whom and when, together or alone; newest first."""
    found = list(client_of("auditor1").audit_entries(**wanted))
    assert {each.method for each in found} == expected
    times = [each.record_time for each in found]
    assert times == sorted(times, reverse=True)


def test_acts_page_by_page_are_one_list(busy: None, client_of: ClientOf) -> None:
    """Each once and in order; a token is of the list that it was given for."""
    auditor = client_of("auditor1")
    request = pb.ListAuditEntriesRequest(page_size=2, end_time={"seconds": 2**33})  # type: ignore[arg-type]
    pages = list(auditor._pages(auditor._audit.ListAuditEntries, request))
    paged = [(each.writer_id, each.sequence) for page in pages for each in page.entries]
    acts = [each for each in auditor.audit_entries() if each.caller != "auditor/auditor1"]
    assert paged[-len(acts) :] == [(each.writer_id, each.sequence) for each in acts]
    assert len(set(paged)) == len(paged)
    other = pb.ListAuditEntriesRequest(
        page_token=pages[0].next_page_token, method="RegisterConsumer"
    )
    with pytest.raises(InvalidRequest):
        auditor._connection.call(auditor._audit.ListAuditEntries, other)


def test_a_page_ends_before_it_is_too_large(auditor: OsmsClient, application: Application) -> None:
    """Requests and persons of an entry may be many; nothing is left out."""
    caller = Caller(Role.FUND_OPERATOR, "operator1")
    iins = [Iin(int(iin)) for iin in people(300)]
    for _ in range(5):
        application.acts.keep(Act(caller, "ListRejections", ActKind.READING, iins=iins))
    request = pb.ListAuditEntriesRequest(method="ListRejections")
    pages = list(auditor._pages(auditor._audit.ListAuditEntries, request))
    assert [len(page.entries) for page in pages] == [1] * 5
    assert all(len(page.entries[0].iins) == 300 for page in pages)


@pytest.mark.parametrize(
    ("method", "request_"),
    [
        pytest.param("ListAccess", b"\xff", id="no message"),
        pytest.param("ExportLog", NO_INSTANT, id="no instant"),
        pytest.param("WatchEverybody", b"\x0a\x01a", id="no such RPC"),
    ],
)
def test_a_request_that_this_version_cannot_read_is_left_out(
    auditor: OsmsClient, application: Application, method: str, request_: bytes
) -> None:
    """The entry is told all the same, and those beside it."""
    caller = Caller(Role.AUDITOR, "auditor2")
    application.acts.keep(Act(caller, method, ActKind.READING, request=request_))
    (entry,) = auditor.audit_entries(caller="auditor/auditor2")
    assert (entry.method, entry.request) == (method, {})


def test_what_the_contract_does_not_know_is_not_kept(
    empty: None, channel_of: ChannelOf, engines: Engines
) -> None:
    """Nobody could say what it is, and p. 5 might forbid it."""
    call: Any = channel_of("SC").unary_unary(PATHS["GetFeedPosition"])
    call(b"\xfa\x07\x04name", timeout=20)
    (act,) = acts_of(engines)
    assert act.request == b""


def test_texts_that_rosters_may_not_have_are_not_kept(
    empty: None, client_of: ClientOf, auditor: OsmsClient
) -> None:
    """Also where a rejected line of one is sent again (p. 5)."""
    defence, operator = client_of("DEFENCE"), client_of("operator1")
    with defence.roster_change_feed() as feed:
        list(feed.send([Unreadable("Құпия;900101300017", ())]))
    (rejection,) = operator.rejections()
    line = feed_pb2.UnreadableLine(content="Құпия;900101300017")
    request = operations_pb.ResubmitRejectionRequest(
        request_id=new_request_id(),
        rejection_id=rejection.rejection_id,
        roster_change_record=roster_pb.RosterChangeRecord(unreadable=line),
    )
    operator._connection.call(operator._operations.ResubmitRejection, request)
    (entry,) = auditor.audit_entries(method="ResubmitRejection")
    assert "rosterChangeRecord" in entry.request
    assert "Құпия" not in str(entry.request)


# Auditors.


def test_an_auditor_changes_nothing_and_sees_no_timeline(
    empty: None, client_of: ClientOf, channel_of: ChannelOf, engines: Engines
) -> None:
    """Whatever an auditor calls: the register stays as it is, and no answer is given."""
    tell_everything(client_of)
    stored, answers = everything_stored(engines), answers_of(engines)
    for path, rule in RULES.items():
        if Role.AUDITOR in rule.scopes and rule.log is Log.NONE:
            continue  # the sandbox's own, and public keys
        code = code_of(called(channel_of("auditor1"), path))
        allowed = {grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT}
        if Role.AUDITOR not in rule.scopes:
            allowed = {grpc.StatusCode.PERMISSION_DENIED}
        assert code in allowed, path
    assert everything_stored(engines) == stored
    assert answers_of(engines) == answers
    with pytest.raises(NotAllowed):
        client_of("auditor1").timeline(AIGUL)


def test_what_auditors_read_is_in_the_log_itself(auditor: OsmsClient) -> None:
    """Who watches is watched."""
    list(auditor.audit_entries(iin=AIGUL))
    list(auditor.export_log(log="ACTS"))
    exported, listed = list(auditor.audit_entries(caller="auditor/auditor1"))
    assert (exported.method, exported.request) == ("ExportLog", {"log": "LOG_NAME_ACTS"})
    assert (listed.method, listed.iins) == ("ListAuditEntries", (AIGUL,))


# Over mTLS.


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates of an authority of their own."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = Authority(folder)
    authority.issue_server(["127.0.0.1"])
    for caller in SANDBOX_CALLERS:
        authority.issue_caller(caller)
    return folder


@pytest.fixture
def by_certificate(own_dsn: str, folder: Path) -> Iterator[Callable[[str], OsmsClient]]:
    """Clients that show certificates."""
    settings = Settings.read(
        listen=LOOPBACK,
        dsn=own_dsn,
        sandbox=True,
        shutdown_seconds=1,
        tls_certificate=folder / "server.pem",
        tls_key=folder / "server.key",
        tls_client_ca=folder / "ca.pem",
    )
    with running_server(settings) as running, ExitStack() as stack:
        yield lambda name: stack.enter_context(
            OsmsClient(running.address, Certificates(folder, name))
        )


def test_the_logs_tell_the_certificate_of_the_caller(
    by_certificate: Callable[[str], OsmsClient], folder: Path
) -> None:
    """Both of them; and it can be had back by that, as it was shown."""
    of = {name: by_certificate(name) for name in ("clinic1", "operator1", "auditor1")}
    of["clinic1"].check(AIGUL)
    of["operator1"].register(AIGUL, "R02", TODAY, ["FORM_027E"])
    with pytest.raises(NotAllowed):
        of["clinic1"].timeline(AIGUL)
    (access,) = of["operator1"].accesses(AIGUL)
    wait_until(lambda: len(list(of["auditor1"].audit_entries(kind="REFUSAL"))) == 1)
    told = {each.caller: each for each in of["auditor1"].audit_entries()}
    told_by = {name: told[caller] for caller in told for name in of if caller.endswith(name)}
    assert access.certificate_fingerprint == told_by["clinic1"].certificate_fingerprint
    for name, entry in told_by.items():
        pem = (folder / f"{name}.pem").read_bytes()
        certificate = x509.load_pem_x509_certificate(pem)
        fingerprint = certificate.fingerprint(SHA256()).hex()
        assert entry.certificate_fingerprint == fingerprint
        kept = of["auditor1"].caller_certificate(fingerprint.upper())
        assert x509.load_pem_x509_certificate(kept.pem.encode()) == certificate
        assert kept.fingerprint == fingerprint
        assert kept.uri == f"spiffe://osms.kz/{entry.caller}"
        assert kept.serial_number == f"{certificate.serial_number:x}"
        assert kept.valid_from_time == certificate.not_valid_before_utc
        assert kept.valid_until_time == certificate.not_valid_after_utc
        assert kept.subject == certificate.subject.rfc4514_string()


def test_a_certificate_that_nobody_has_shown_is_not_there(auditor: OsmsClient) -> None:
    """Neither by a fingerprint nor by anything else."""
    for wrong in ("00" * 32, "nothing"):
        with pytest.raises(NotFound):
            auditor.caller_certificate(wrong)
    with pytest.raises(InvalidRequest):
        auditor.caller_certificate("")


def test_another_certificate_than_was_asked_for_is_no_answer(
    auditor: OsmsClient, application: Application
) -> None:
    """No chain has certificates; the fingerprint tells whether one was exchanged."""
    _, pem = a_certificate()
    for number, content in enumerate((pem, "no certificate")):
        fingerprint = f"{number:064x}"
        application.acts._keep_certificate(fingerprint, content)
        with pytest.raises(CannotTell) as caught:
            auditor.caller_certificate(fingerprint)
        assert caught.value.reason == "ANSWER_UNREADABLE"
