"""
A sender in a process of its own, with the client that senders use, so that it can be killed.

    python -m tests.simulation.pushing ADDRESS NAME KIND FILE

It pushes the events of a file from the position that it is told, and prints every acknowledgement.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from osms_cli.scenario.records import category_message, payment_message, roster_change_message
from osms_client import CannotTell, FeedPush, NamedCaller, OsmsClient
from tests.simulation.story import Kind

_BATCH: Final = 2
_FEEDS: Final[Mapping[Kind, tuple[Callable[[OsmsClient], FeedPush[Any]], Callable[..., Any]]]] = {
    Kind.CATEGORIES: (OsmsClient.category_feed, category_message),
    Kind.PAYMENTS: (OsmsClient.payment_feed, payment_message),
    Kind.ROSTER: (OsmsClient.roster_change_feed, roster_change_message),
}


def push(address: str, name: str, kind: Kind, events: list[Mapping[str, Any]]) -> None:
    """Pushes events from where the feed goes on."""
    feed_of, message_of = _FEEDS[kind]
    messages = [message_of(event["type"], event["payload"]) for event in events]
    with OsmsClient(address, NamedCaller(name)) as client, feed_of(client) as feed:
        sys.stdout.write("open\n")
        sys.stdout.flush()
        for ack in feed.send(messages[feed.next_position - 1 :], batch_size=_BATCH):
            sys.stdout.write(f"{ack.next_position} {ack.revision}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    address, name, kind, file = sys.argv[1:]
    try:
        push(address, name, Kind(kind), json.loads(Path(file).read_text(encoding="utf-8")))
    except CannotTell as error:
        sys.exit(f"cannot tell: {error}")
