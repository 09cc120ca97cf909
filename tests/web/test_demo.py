"""The demonstration shows all that the program has to show, whatever the day it is prepared."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from pixflow.events import Recorded
from projections import advisor_queue
from web import demo
from web.site import Served, site

WEDNESDAY = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)
MONDAY = datetime(2026, 3, 16, 7, 0, tzinfo=UTC)
OWED = {
    "assign-advisor", "build-prescription", "chase-diagnostic", "close-or-plan", "declare-campaign", "dispatch-result",
    "hold-debrief", "match-participation", "plan-diagnostic", "present-pix", "record-outcome", "refer",
    "review-late-event",
}  # fmt: skip
HAPPENED = {
    "dossier.NoteTaken", "dossier.DossierReopened", "dossier.LateEventReviewed", "dossier.DossierClosed",
    "participation.ParticipationProgressed", "participation.MatchRejected", "participation.Retracted",
}  # fmt: skip


@pytest.fixture(scope="module", params=[WEDNESDAY, MONDAY], ids=["a Wednesday at 16:30", "a Monday at 8:00"])
def prepared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Served, datetime]]:
    folder, now = tmp_path_factory.mktemp("demo"), request.param
    demo.build(folder, now)
    with site(folder, demo=True, only=demo.SLUG) as one:
        yield one.structures[demo.SLUG], now


def everything(served: Served) -> list[Recorded]:
    return served.engine.read(0, served.engine.head())


def owed(served: Served, now: datetime) -> list[tuple[str, str]]:
    """The kind and the name of all that is visible on the day of the demonstration."""
    table = advisor_queue.table
    with served.read().database.connect() as connection:
        rows = connection.execute(table.select().where(table.c.opens <= now.date())).all()
    return [(row.kind, row.name) for row in rows if row.lapses is None or row.lapses > now.date()]


def test_time_never_goes_back_nor_beyond_now(prepared: tuple[Served, datetime]) -> None:
    served, now = prepared
    times = [recorded.at for recorded in everything(served)]
    # opening the pages records that the program starts, at the real time: the demonstration is what stands before
    played = [at for at in times if at <= now]
    assert len(played) >= len(times) - 1
    assert all(before <= after for before, after in pairwise(played))
    assert (now - played[0]).days >= 120


def test_forty_dossiers_and_no_projection_stopped(prepared: tuple[Served, datetime]) -> None:
    served, _ = prepared
    assert served.read().stopped() == []
    assert sum(recorded.event.TOPIC == "dossier.DossierOpened" for recorded in everything(served)) >= 40


def test_every_kind_of_task_is_there_to_do(prepared: tuple[Served, datetime]) -> None:
    assert {kind for kind, _ in owed(*prepared)} >= OWED


def test_what_happens_to_a_dossier_happened(prepared: tuple[Served, datetime]) -> None:
    assert {recorded.event.TOPIC for recorded in everything(prepared[0])} >= HAPPENED


def test_a_campaign_of_three_rows_waits_to_be_declared(prepared: tuple[Served, datetime]) -> None:
    served, now = prepared
    assert [name for kind, name in owed(served, now) if kind == "declare-campaign"] == ["Atelier numérique de L’Aigle"]
    found = [campaign for campaign in served.refs.campaigns.items() if campaign[1].purpose is None]
    assert len(found) == 1
    rows = [r for r in everything(served) if getattr(r.event, "campaign", None) == found[0][0]]
    assert sum(r.event.TOPIC == "participation.ParticipationImported" for r in rows) == 3


def test_the_sister_s_test_went_to_the_right_dossier(prepared: tuple[Served, datetime]) -> None:
    served, _ = prepared
    by_name = {}
    for recorded in everything(served):
        if recorded.event.TOPIC == "dossier.DossierOpened":
            state = served.engine.state("dossier", recorded.originator_id)
            by_name[f"{state.first_name} {state.last_name}"] = state
    assert by_name["Marie Tanguy"].diagnostic.participations == {}
    assert len(by_name["Marie-Lou Tanguy"].diagnostic.participations) == 1
    assert by_name["Eden Rault"].closed is None
    assert by_name["Mina Cordier"].late is not None
