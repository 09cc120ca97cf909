from datetime import UTC, datetime
from typing import Any

from pixflow.events.intake import ExportReceived
from pixflow.participation.campaign import receive_export
from pixflow.streams import KINDS
from tests.given import AT, CAMPAIGN, DAY, given, state_of

COUNTS: dict[str, Any] = {"new": 5, "progressed": 1, "shared": 2, "unchanged": 3, "vanished": 0, "problems": 1}


def export(digest: str = "ab" * 32, at: datetime = AT, **said: Any) -> ExportReceived:
    return ExportReceived(digest=digest, campaign=CAMPAIGN, exported_at=at, on=DAY, **COUNTS, **said)


def received(digest: str = "ab" * 32, at: datetime = AT) -> dict[str, Any]:
    return {"digest": digest, "campaign": CAMPAIGN, "exported_at": at, "counts": COUNTS, "on": DAY}


def test_an_export_is_received_once() -> None:
    given().when(receive_export, **received()).then(export())
    given(export()).when(receive_export, **received("cd" * 32)).then(export("cd" * 32))


def test_the_newest_export_is_the_one_exported_last_not_received_last() -> None:
    earlier = datetime(2026, 9, 1, tzinfo=UTC)
    state = state_of("intake", export(), export("cd" * 32, earlier))
    assert (state.newest, state.digests) == (AT, ("ab" * 32, "cd" * 32))
    given(export(), export("cd" * 32, earlier)).when(receive_export, **received(at=earlier)).then_nothing()


def test_each_file_is_claimed() -> None:
    assert KINDS["intake"].claims(state_of("intake", export())) == {("export", "ab" * 32)}
