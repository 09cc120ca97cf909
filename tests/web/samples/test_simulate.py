"""A population of any size: the same for the same seed, recorded by the engine like commands of people."""

import os
import subprocess
import sys
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest
from dateutil.relativedelta import relativedelta
from msgspec.structs import astuple
from typer.testing import CliRunner

from pixflow import presets, structure_folder
from pixflow.access_journal import reading as mass_reading
from pixflow.access_journal.journal import open_journal
from pixflow.access_journal.line import Line, micros
from pixflow.access_journal.reading import Counts
from pixflow.access_journal.seal import midnight
from pixflow.events.base import Recorded
from pixflow.events.intake import ExportReceived
from pixflow.events.participation import MatchConfirmed
from pixflow.events.staff import StaffJoined
from pixflow.structure_folder import OpenStructure
from pixflow.tasks import Kind
from pixflow.working_days import Calendar
from projections import advisor_queue
from projections.store import sqlite
from projections.store.catch_up import ReadSide
from web.cli.app import app
from web.samples import parameters, population
from web.samples.agenda import Agenda
from web.samples.behaviours import Behaviours
from web.samples.population import Totals
from web.samples.population.cast import Crowd
from web.samples.population.team import DrawnRoster, sites_of

START = date(2025, 9, 1)
SIZE: dict[str, Any] = {"young_people": 24, "months": 3, "start": START}
NAME, OTHER = "Mission locale simulée", "hautes-pyrenees"


def built(data: Path, preset: str = "laigle-mortagne", **said: Any) -> tuple[OpenStructure, Totals]:
    return population.build(data, name=NAME, preset=presets.load(preset), **{**SIZE, **said})


def everything(opened: OpenStructure) -> list[Recorded]:
    return opened.engine.read(0, opened.engine.head())


def told(opened: OpenStructure) -> list[Recorded]:
    """Returns the events of the simulation, without those of the new structure: its id is random."""
    own = opened.stream("structure")
    return [one for one in everything(opened)[3:] if one.originator_id != own]


@pytest.fixture(scope="module")
def one_by_one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OpenStructure, Totals]]:
    opened, played = built(tmp_path_factory.mktemp("simulated"))
    yield opened, played
    opened.engine.close()


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OpenStructure, Totals]]:
    opened, played = built(tmp_path_factory.mktemp("batch"), OTHER, batch=True)
    yield opened, played
    opened.engine.close()


@pytest.fixture(params=["one_by_one", "batch"])
def played(request: pytest.FixtureRequest) -> tuple[OpenStructure, Totals]:
    """Plays L'Aigle-Mortagne one command at a time, the Hautes-Pyrénées one command a person and a day."""
    found: tuple[OpenStructure, Totals] = request.getfixturevalue(request.param)
    return found


def test_nothing_is_refused_and_everybody_came(played: tuple[OpenStructure, Totals]) -> None:
    opened, said = played
    assert opened.engine.clock is structure_folder.utc_now, "the real one again"
    events = everything(opened)
    topics = Counter(one.event.TOPIC for one in events)
    assert said.refused == {}
    assert (said.first, said.last) == (START, date(2025, 11, 30))
    assert topics["dossier.DossierOpened"] >= SIZE["young_people"]
    assert said.events == len(events) - 3
    assert said.commands == len({one.command for one in events}) - 1


@pytest.mark.trial
@pytest.mark.parametrize(("seed", "what"), [(2, "a task of its advisor alone"), (3, "a task that a deputy hands over")])
def test_nobody_is_handed_a_task_that_they_may_not_do(tmp_path: Path, seed: int, what: str) -> None:
    """Each of these seeds once drew such a task."""
    opened, totals = built(tmp_path, seed=seed, young_people=30, months=12, start=date(2025, 11, 27), batch=True)
    opened.engine.close()
    assert totals.refused == {}, what


def test_a_certification_that_was_missed_is_proposed_again_or_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("OBTAINS", 0.0), ("PROJECT_CALLS", 1.0), ("TAKES", 1.0), ("COMPLETES", 1.0)):
        monkeypatch.setattr(parameters, name, parameters.Share(value))
    monkeypatch.setattr(parameters, "KEPT", (3, 3))
    monkeypatch.setattr(parameters, "NO_PROJECT", 0)
    opened, totals = built(tmp_path, OTHER, young_people=12, months=10, start=date(2025, 6, 2), batch=True)
    topics = Counter(one.event.TOPIC for one in everything(opened))
    opened.engine.close()
    assert topics["dossier.CertificationNotObtained"]
    assert totals.refused == {}


def test_what_happens_is_in_order_and_on_working_days(played: tuple[OpenStructure, Totals]) -> None:
    opened, said = played
    calendar = Calendar("FR", "Europe/Paris")
    times = [one.at for one in everything(opened)]
    assert all(before <= after for before, after in pairwise(times))
    days = {calendar.local_day(at) for at in times}
    assert said.first <= min(days) <= max(days) <= said.last
    assert all(calendar.is_working(day) for day in days)


def test_tests_come_in_with_exports_and_find_their_dossiers(played: tuple[OpenStructure, Totals]) -> None:
    events = [one.event for one in everything(played[0])]
    new = sum(event.new for event in events if isinstance(event, ExportReceived))
    matches = [event for event in events if isinstance(event, MatchConfirmed)]
    assert new > SIZE["young_people"] / 3
    assert sum(match.automatic for match in matches) > len(matches) / 2


def test_every_path_can_be_read_and_something_is_owed(played: tuple[OpenStructure, Totals]) -> None:
    side = ReadSide(played[0].engine, sqlite.database(None))
    side.catch_up()
    assert side.stopped() == []
    with side.database.connect() as connection:
        kinds = {row.kind for row in connection.execute(advisor_queue.table.select())}
    side.database.dispose()
    assert len(kinds) > 5


def test_the_same_seed_tells_the_same_in_another_process(batch: tuple[OpenStructure, Totals], tmp_path: Path) -> None:
    """Runs with another hash seed, so that sets have another order."""
    line = [sys.executable, "-c", "from web.cli.app import app; app()", "simulate", "--batch", "--structure", NAME]
    line += ["--young-people", str(SIZE["young_people"]), "--months", str(SIZE["months"]), "--start", str(START)]
    line += ["--preset", OTHER]
    subprocess.run(line, env=os.environ | {"PYTHONHASHSEED": "7", "PIXFLOW_DATA": str(tmp_path)}, check=True)
    again = structure_folder.open_one(tmp_path, structure_folder.slug_of(NAME))
    assert told(again) == told(batch[0])
    again.engine.close()


def test_another_seed_tells_something_else(batch: tuple[OpenStructure, Totals], tmp_path: Path) -> None:
    other, _ = built(tmp_path, OTHER, batch=True, seed=2, young_people=5, months=1)
    named = [
        {one.event.name for one in told(opened) if isinstance(one.event, StaffJoined)} for opened in (other, batch[0])
    ]
    assert not named[0] & named[1]
    other.engine.close()


def test_tests_are_planned_in_the_last_declared_campaign_while_the_referent_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parameters, "ROWS_A_CAMPAIGN", 1)  # a campaign a month
    opened, totals = built(tmp_path, months=6, start=date(2025, 6, 1), batch=True)
    opened.engine.close()
    assert totals.refused == {}


def test_what_one_person_says_in_a_day_is_one_command(
    batch: tuple[OpenStructure, Totals], one_by_one: tuple[OpenStructure, Totals]
) -> None:
    assert 1 <= most_dossiers(one_by_one[0]) <= 2 < most_dossiers(batch[0])


def most_dossiers(opened: OpenStructure) -> int:
    """Returns the most dossiers that one command of the pages changed."""
    about: dict[UUID, set[UUID]] = defaultdict(set)
    for one in told(opened):
        if one.via == "web" and one.event.TOPIC.startswith("dossier."):
            about[one.command].add(one.originator_id)
    return max(map(len, about.values()))


def test_every_kind_of_task_that_a_dossier_owes_has_a_behaviour() -> None:
    played = {kind for kind in get_args(Kind) if callable(getattr(Behaviours, kind.replace("-", "_"), None))}
    assert set(get_args(Kind)) - played == {
        "mark-attendance", "declare-campaign", "match-participation", "confirm-erasure", "answer-question",
        "revise-resource", "take-pix", "brief-newcomer", "designate-referent", "confirm-team", "review-partner",
        "verify-partner", "update-contact",
    }  # fmt: skip
    assert set(parameters.PATIENCE) < played


# --- staff and young people


@pytest.mark.parametrize(("young_people", "advisors", "sites"), [(30, 2, 2), (700, 10, 2), (7_000, 100, 9)])
def test_there_are_as_many_advisors_and_sites_as_young_people_need(
    young_people: int, advisors: int, sites: int
) -> None:
    roster = DrawnRoster(sites_of(young_people), young_people, Random(1), uuid4)
    assert (len(roster.of("advisor")), len(set(roster.sites))) == (advisors, sites)
    assert len({one.email for one in roster.members.values()}) == len(roster.members)
    assert all(roster.of("advisor", site) for site in range(sites))


def test_young_people_have_namesakes_and_twins_and_lose_their_zeros() -> None:
    crowd = Crowd(Random(3), 4)
    young = [crowd.comes(UUID(int=n), START) for n in range(2_000)]
    named = Counter(one.name for one in young)
    born = Counter((one.last_name, one.birth_date) for one in young if one.birth_date)
    assert max(named.values()) > 1
    assert sum(count > 1 for count in born.values()) > 2_000 * parameters.TWIN / 2
    assert any(one.number.startswith("00") for one in young)
    assert len({one.number for one in young if one.number}) == sum(bool(one.number) for one in young)
    assert 0.7 < sum(one.typed[:2] == (one.last_name, one.first_name) for one in young) / len(young) < 0.95


def test_actions_come_in_order_and_of_a_day_at_once() -> None:
    one_by_one, at_once = Agenda(by_day=False), Agenda(by_day=True)
    for minute in (600, 480, 540):
        for agenda in (one_by_one, at_once):
            agenda.add((START, minute), ((UUID(int=minute),), list))

    def minutes(agenda: Agenda) -> list[list[int]]:
        taken = []
        while agenda.first():
            taken.append([about[0].int for about, _ in agenda.take()])
        return taken

    assert minutes(one_by_one) == [[480], [540], [600]]
    assert minutes(at_once) == [[480], [600, 540]]


def test_a_month_later_is_the_same_day_or_the_last_one() -> None:
    assert population._span(date(2026, 1, 31), 1) == (date(2026, 1, 31), date(2026, 2, 27))
    first, last = population._span(None, 1)
    assert first + relativedelta(months=1) >= last > first


# --- on the command line


def test_the_command_says_what_it_made_and_overwrites_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    line = ["simulate", "--young-people", "5", "--months", "1", "--start", "2026-01-05", "--batch"]
    made = CliRunner().invoke(app, line)
    assert made.exit_code == 0, made.output
    assert "5 jeunes, 8 personnes" in made.output
    assert "du 5 janvier 2026 au 4 février 2026" in " ".join(made.output.split())
    again = CliRunner().invoke(app, line)
    assert again.exit_code == 1
    assert "Une structure s’appelle déjà ainsi" in again.output


def test_a_first_day_that_leaves_nothing_to_play_is_refused_and_nothing_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path))
    refused = CliRunner().invoke(app, ["simulate", "--young-people", "5", "--start", "2099-01-05"])
    assert refused.exit_code == 1
    assert "choisissez-en un plus ancien" in refused.output
    assert structure_folder.slugs(tmp_path) == []


@pytest.mark.trial
def test_six_months_raise_no_alarm_of_mass_reading(tmp_path: Path) -> None:
    """Each command of a référent is preceded by a page of fifty people, and by their dossier and two others."""
    opened, _ = built(tmp_path / "data", "hautes-pyrenees", young_people=300, months=6)
    journal, refs, listed = open_journal(opened.folder, None, None), opened.engine.references(), deque[UUID](maxlen=50)
    most = Counts(0, 0, 0, 0)
    for recorded in everything(opened):
        day, topic = refs.calendar.local_day(recorded.at), recorded.event.TOPIC
        member = None if ":" in recorded.by else UUID(recorded.by)
        if topic.startswith("dossier."):
            listed.append(recorded.originator_id)
        if member not in refs.team or not refs.team[member].roles_on(day) & {"referent", "manager", "auditor"}:
            continue
        at = micros(recorded.at)
        for dossier in list(listed)[-3:]:
            journal.write(Line(at, "shown", "", None, member, None, dossier, 0, 0, "role"), day)
        began = midnight(day, refs.structure.zone)
        fresh = journal.fresh(member, set(listed), day, began, at)
        line = Line(at, "shown", "", None, member, None, None, len(listed), fresh, "role")
        counts = journal.write_and_count(line, day, began, 0)
        most = Counts(*map(max, astuple(most), astuple(counts)))
        assert not mass_reading.is_reached(counts, refs.protocol(day).reading), (counts, recorded.at, topic)
    assert most.soon > 5, "the test looks at something"
    journal.close()
    opened.engine.close()
