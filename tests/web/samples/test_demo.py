"""The demonstration shows every feature, on any day."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, get_args

import msgspec
import pytest

from pixflow.actor import CLOCK
from pixflow.events.base import Recorded
from pixflow.events.catalogue import catalogue
from pixflow.partners.state import Catalogue
from pixflow.place_import.territory import codes_of
from pixflow.tasks import Kind
from projections import advisor_queue
from web.hosting.host import open_host
from web.hosting.served_structure import ServedStructure
from web.samples import demo

WEDNESDAY = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)
MONDAY = datetime(2026, 3, 16, 7, 0, tzinfo=UTC)
NOT_PLAYED = {
    # rare failures
    "dossier.ActionDropped", "dossier.CompleteDiagnosticDeclined", "dossier.ParticipationWithdrawn",
    "dossier.RetakeDeclined", "dossier.ErasureDeclined", "dossier.PersonErased",
    # partners and people to call: what the visitor does
    "partner.PartnerReviewed", "partner.PartnerDelisted", "contact.ContactRevised", "contact.ContactErased",
    # nobody prints in the samples
    "dossier.HolderInformed",
}  # fmt: skip
"""The events that close a task, or stand in a stage, and that the demonstration does not play."""
FEWEST_PLAYED = 123
"""Of all events: a change that takes one out of the demonstration fails."""
Prepared = tuple[list[ServedStructure], datetime]


@pytest.fixture(scope="module", params=[WEDNESDAY, MONDAY], ids=["a Wednesday at 16:30", "a Monday at 8:00"])
def prepared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    """Both structures, L'Aigle-Mortagne first."""
    folder, now = tmp_path_factory.mktemp("demo"), request.param
    slugs = demo.build(folder, now)
    with open_host(folder, demo=True) as one:
        yield [one.structures[slug] for slug in slugs], now


def everything(served: ServedStructure) -> list[Recorded]:
    return served.engine.read(0, served.engine.head())


def owed(served: ServedStructure, now: datetime) -> list[tuple[str, str]]:
    """Returns the kind and the name of each visible task."""
    table = advisor_queue.table
    with served.read().database.connect() as connection:
        rows = connection.execute(table.select().where(table.c.opens <= now.date())).all()
    return [(row.kind, row.name) for row in rows if row.lapses is None or row.lapses > now.date()]


def test_time_never_goes_back_nor_beyond_now(prepared: Prepared) -> None:
    both, now = prepared
    for served, story in zip(both, demo.STORIES, strict=True):
        times = [recorded.at for recorded in everything(served)]
        # opening the pages records that the program starts, at the real time: the demonstration is what stands before
        played = [at for at in times if at <= now]
        assert len(played) >= len(times) - 1
        assert all(before <= after for before, after in pairwise(played))
        assert now - played[0] >= story.company.lasts - timedelta(days=1)


def test_what_can_happen_happened_in_many_dossiers_and_every_kind_of_task_is_there_to_do(prepared: Prepared) -> None:
    both, now = prepared
    assert [served.read().stopped() for served in both] == [[], []]
    topics = [Counter(one.event.TOPIC for one in everything(served) if one.at <= now) for served in both]
    assert topics[0]["dossier.DossierOpened"] >= 40
    assert topics[1]["dossier.DossierOpened"] >= 30
    played = {event.TOPIC for event in catalogue()} & (topics[0].keys() | topics[1].keys())
    assert {event.TOPIC for event in catalogue() if event.CLOSES or event.STAGE} - played == NOT_PLAYED
    assert len(played) >= FEWEST_PLAYED
    unprinted: set[Kind] = {"inform-holder"}  # nobody holds a paper in the samples
    assert {kind for served in both for kind, _ in owed(served, now)} == {*get_args(Kind)} - unprinted


def test_what_people_of_the_samples_write_is_typeset(prepared: Prepared) -> None:
    """But for the documents of presets and resources, whose pages typeset them."""
    both, _ = prepared
    typed = re.compile(r"(?<=\w)'(?=\w)|\d h\b|\w [:;!?%]|« ")
    said = {
        text
        for served in both
        for one in everything(served)
        if one.event.TOPIC.partition(".")[0] in ("dossier", "participation", "workshop", "staff", "question")
        for text in texts(msgspec.to_builtins(one.event))
    }
    assert [text for text in sorted(said) if typed.search(text)] == []


def texts(value: Any) -> Iterator[str]:
    """Yields every text in an event."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from texts(one)


def test_those_who_steer_open_on_a_day_of_work(prepared: Prepared) -> None:
    """Nothing of theirs is late by a week: only advisors' tasks wait long."""
    both, now = prepared
    table = advisor_queue.table
    wanted = table.c.role.in_(("referent", "manager")) & (table.c.due < now.date() - timedelta(days=7))
    for served in both:
        with served.read().database.connect() as connection:
            assert [row.kind for row in connection.execute(table.select().where(wanted))] == []


def test_each_map_has_the_outlines_of_its_territory_and_their_licence(prepared: Prepared) -> None:
    for served in prepared[0]:
        state: Catalogue = served.engine.state("catalogue", served.opened.stream("catalogue"))
        assert codes_of(state.territory) <= state.outlines.keys()
        assert "Licence Ouverte 2.0" in state.credit


def test_a_campaign_of_three_rows_waits_to_be_declared(prepared: Prepared) -> None:
    (served, _), now = prepared
    assert [name for kind, name in owed(served, now) if kind == "declare-campaign"] == ["Atelier numérique de L’Aigle"]
    found = [campaign for campaign in served.refs.campaigns.items() if campaign[1].purpose is None]
    assert len(found) == 1
    rows = [r for r in everything(served) if getattr(r.event, "campaign", None) == found[0][0]]
    assert sum(r.event.TOPIC == "participation.ParticipationImported" for r in rows) == 3


def test_the_sister_s_test_went_to_the_right_dossier(prepared: Prepared) -> None:
    (served, _), _ = prepared
    by_name = {}
    for recorded in everything(served):
        if recorded.event.TOPIC == "dossier.DossierOpened":
            state = served.engine.state("dossier", recorded.originator_id)
            by_name[f"{state.first_name} {state.last_name}"] = state
    assert by_name["Marie Tanguy"].diagnostic.participations == {}
    tries = by_name["Marie-Lou Tanguy"].diagnostic.participations.values()
    assert [one.purpose for one in tries].count("initial") == 1
    assert by_name["Eden Rault"].closed is None
    assert by_name["Mina Cordier"].late is not None


def test_a_workshop_of_the_group_in_cej_waits_for_its_marks(prepared: Prepared) -> None:
    (_, served), now = prepared
    assert [kind for kind, _ in owed(served, now) if kind == "mark-attendance"] == ["mark-attendance"] * 2


def test_the_clock_ends_the_loan_and_records_it_like_its_jobs(prepared: Prepared) -> None:
    (_, served), now = prepared
    by_clock = [(one.event.TOPIC, one.via) for one in everything(served) if one.by == CLOCK and one.at <= now]
    letters = {"dossier.PartnerLinkMailed", "dossier.PartnerLinkIssued", "dossier.PartnerChased"}
    assert [one for one in by_clock if one[0] not in letters] == [("dossier.AdvisorAssigned", "cli")]


def test_those_whom_the_readme_names_have_what_it_says(prepared: Prepared) -> None:
    (aigle, pyrenees), now = prepared
    assert {
        ("follow-self-study", "Lafforgue Enzo"),
        ("complete-path", "Carrère Lila"),
        ("propose-certification", "Abadie Nino"),
        ("rebook-absent", "Bordenave Chloé"),
        ("offer-alternative", "Estrade Samuel"),
        ("plan-diagnostic", "Vignaux Zohra"),
    } <= set(owed(pyrenees, now))
    assert "hold-debrief" in {kind for kind, _ in owed(aigle, now)}
