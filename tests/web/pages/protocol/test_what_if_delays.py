"""*Et si* for delays: counted beside the page, a control, names for who may read them, bad questions in words."""

import csv
import io
import re
import sys
import threading
from dataclasses import replace
from datetime import date
from time import sleep
from types import SimpleNamespace
from uuid import UUID

import pytest
from sqlalchemy import delete

from pixflow.documents.protocol import ProtocolDocument
from pixflow.dossier.stages import orientation
from projections import directory
from projections.contract import filled as filled_up_to
from projections.directory import YoungPerson
from projections.store.fill import try_to_fill
from projections.store.what_if import TaskDays
from tests import forks
from tests.web.client import words
from tests.web.filled import texts
from tests.web.hosting.test_read_tables import WORKS
from tests.web.pages.protocol.test_drafts import HELENE, LAIGLE, NADIA, PAUL, PROTOCOL, SOPHIE, YANN, drafted, read
from tests.web.pages.protocol.test_what_if import HERE, rows
from tests.web.paths import House
from tests.web.tags import parsed
from web.hosting import structure_process
from web.pages.protocol import delays_count
from web.pages.protocol.delays_count import ComparedTask, act_otherwise
from web.pages.protocol.what_if import WhatIfAnswer
from web.pages.protocol.what_if_delays import PAGE

DELAYS = f"{PROTOCOL}/et-si/delais"
LATER = date(2026, 4, 20)
ANYBODY = YoungPerson(UUID(int=1), "Diallo", "Aminata", None, None, "CEJ", "Mortagne", None, closed=False)


def debriefs_in(days: int) -> ProtocolDocument:
    return replace(LAIGLE.protocol, delays=replace(LAIGLE.protocol.delays, hold_debrief=days))


def filled(at_work: House) -> None:
    assert try_to_fill(at_work.served.read())


def numbers(page: str) -> list[tuple[int, str]]:
    """Returns the numbers of the table of states, with the addresses of their lists."""
    links = parsed(page).select("section[aria-labelledby=states] td a")
    return [(int(re.sub(r"\D", "", words(str(link)))), str(link["href"]).partition("#")[0]) for link in links]


@pytest.fixture
def awaited(at_work: House) -> House:
    """Two results were dispatched on 16 March, and one debrief is held; a draft gives 25 days to hold it."""
    at_work.dispatched("0.40", first="Aminata")
    at_work.debriefed("0.40", first="Bilal")
    drafted(at_work, debriefs_in(25))
    at_work.day(LATER)
    filled(at_work)
    return at_work


def test_a_longer_delay_takes_the_debrief_out_of_the_late_ones(awaited: House) -> None:
    page = read(awaited, DELAYS)
    said = words(page)
    assert "avec le protocole de chaque jour, le calcul redonne" in said
    assert "sans écart" in said
    assert f"Compté jusqu’au n° {awaited.served.engine.head()} du journal." in said
    fridays = texts(page, "section[aria-labelledby=weeks] tbody tr")
    assert (fridays[0], fridays[-1]) == ("20 mars 2026 0 0", "17 avril 2026 2 1"), "from the first task on"
    axes = texts(page, "section[aria-labelledby=weeks] svg text")
    assert axes == ["0", "1", "2", "20 mars", "3 avril", "17 avril 2026"]
    assert "Tenir la restitution : 0 de plus en retard, 1 de moins" in said
    assert rows(page) == ["Diallo Aminata"]
    found = numbers(page)
    assert len(found) == 8
    for count, address in found:
        assert len(rows(read(awaited, address))) == count


def test_a_draft_equal_to_what_is_in_force_changes_nothing(at_work: House) -> None:
    at_work.dispatched("0.40", first="Aminata")
    drafted(at_work, replace(LAIGLE.protocol, name="Le même"))
    at_work.day(LATER)
    filled(at_work)
    page = read(at_work, DELAYS)
    found = [count for count, _ in numbers(page)]
    assert found[::2] == found[1::2]
    assert rows(page) == []
    assert "l’équipe aurait agi autrement" not in words(page)


def test_what_the_team_would_have_done_otherwise_comes_first_over_five_percent(at_work: House) -> None:
    """Pix is presented after four days to somebody to whom the draft presents it only once a need is recognised."""
    drafted(at_work, replace(LAIGLE.protocol, concerned="assessed"))
    dossier = at_work.opened(first="Emma")
    at_work.day(date(2026, 3, 20))
    at_work.on(dossier, orientation.present_pix, occasion="welcome")
    at_work.day(LATER)
    filled(at_work)
    page = read(at_work, DELAYS)
    said = words(page)
    assert said.index("l’équipe aurait agi autrement") < said.index("Autant de tâches auraient été en retard : 1.")
    assert rows(read(at_work, f"{DELAYS}?liste=autrement")) == ["Diallo Emma"]


def days(owed: tuple[int, int]) -> TaskDays:
    return TaskDays(UUID(int=1), "k", "refer", owed, None, None, None)


@pytest.mark.parametrize(
    ("recorded", "draft", "expected"),
    [
        ((10, 15), None, True),
        (None, (10, 15), True),
        ((10, 20), (12, 20), False),
        ((10, 12), (14, 20), True),
        ((10, 31), None, False),
    ],
)
def test_a_task_answered_before_the_draft_opens_it_is_not_compared(
    recorded: tuple[int, int] | None, draft: tuple[int, int] | None, expected: bool
) -> None:
    last = date.fromordinal(30)
    assert act_otherwise(recorded and days(recorded), draft and days(draft), last) is expected


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts in a process of its own, which imports nothing."""
    monkeypatch.setattr(delays_count, "PART", 0)
    monkeypatch.setattr(structure_process, "COMMAND", (forks.program("python"), "-c", WORKS))


def answered(at_work: House) -> str:
    """Looks until the count has ended."""
    while "Le calcul avance" in (page := read(at_work, DELAYS)):
        sleep(0.02)
    return page


def test_many_events_are_counted_in_a_process_of_its_own(awaited: House, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = read(awaited, DELAYS)
    awaited.served.read().memory.restart(awaited.served.refs)
    with monkeypatch.context() as patch:
        patch.setattr(delays_count, "PART", 0)
        page = read(awaited, DELAYS)
        assert parsed(page).select("#what-if[hx-get] progress")
        assert words(str(parsed(page).select_one("#what-if progress"))) == "0 %"
        page = answered(awaited)
    assert texts(page, "#what-if section") == texts(at_once, "#what-if section")


@pytest.mark.usefixtures("beside")
def test_one_that_is_killed_is_told_and_begins_anew(
    awaited: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(structure_process, "COMMAND", (sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"))
        page = answered(awaited)
    assert "Le calcul s’est arrêté" in words(page)
    assert not parsed(page).select("#what-if[hx-get]")
    assert [record.name for record in caplog.records] == ["web.pages.protocol.delays_count"]
    assert rows(answered(awaited)) == ["Diallo Aminata"]


@pytest.mark.usefixtures("beside")
def test_one_that_waited_for_its_turn_in_vain_starts_no_process(
    awaited: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(structure_process, "COMMAND", ("/no/such/program",))
        with delays_count.COUNTS.turn():
            read(awaited, DELAYS)
            (count,) = delays_count._under_way.values()
            count.looked -= 2 * delays_count.UNSEEN
        while not (count.unseen or count.failed):
            sleep(0.02)
    assert (count.unseen, count.failed) == (True, False)
    assert rows(answered(awaited)) == ["Diallo Aminata"]


def shown(at_work: House, day: int, by: str = SOPHIE) -> str:
    return read(at_work, DELAYS, by, f"?du=2026-01-{day:02}")


def waits(page: str) -> bool:
    """Tells if a page waits for its count. If not, it has no place, says so, and may be asked again."""
    waiting = bool(parsed(page).select("#what-if[hx-get] progress"))
    assert waiting or "réessayez dans une minute" in words(page)
    assert parsed(page).select_one("form.filters button")
    return waiting


def begun(before: set[threading.Thread]) -> int:
    """Returns how many threads of counts started since; other tests leave some of theirs, which end."""
    return sum(one.name.endswith("(wait)") for one in {*threading.enumerate()} - before)


@pytest.mark.usefixtures("beside")
def test_few_questions_wait_of_a_person_and_in_all(awaited: House) -> None:
    before = {*threading.enumerate()}
    with delays_count.COUNTS.turn():
        assert [waits(shown(awaited, day)) for day in range(1, 9)] == [True] * 3 + [False] * 5
        assert [waits(shown(awaited, day, HELENE)) for day in range(11, 16)] == [True] * 3 + [False] * 2
        assert [waits(shown(awaited, day, NADIA)) for day in range(21, 25)] == [True] * 2 + [False] * 2
        assert begun(before) == 8
        assert waits(shown(awaited, 1)), "one that she asked before"
        assert waits(shown(awaited, 11)), "one that a colleague asked before"
        assert (len(delays_count._under_way), begun(before)) == (8, 8)
        assert waits(shown(awaited, 28, PAUL)), "whoever has none takes the place of a third one"
        assert not waits(shown(awaited, 13, HELENE))
    for day, by in ((1, SOPHIE), (28, PAUL), (11, HELENE), (21, NADIA)):
        while "Le calcul avance" in (page := shown(awaited, day, by)):
            sleep(0.02)
        assert "Compté jusqu’au" in words(page) or by == PAUL
    while delays_count._under_way:
        sleep(0.02)


@pytest.mark.usefixtures("beside")
def test_a_question_that_nobody_looks_at_gives_its_place(awaited: House) -> None:
    with delays_count.COUNTS.turn():
        assert [waits(shown(awaited, day)) for day in (1, 2, 3)] == [True] * 3
        old, *_ = delays_count._under_way.values()
        assert not waits(shown(awaited, 4))
        old.looked -= 2 * delays_count.LEFT
        assert waits(shown(awaited, 4))
        assert not waits(shown(awaited, 1))
        while not old.unseen:
            sleep(0.02)
    while delays_count._under_way:
        sleep(0.02)


def test_one_that_nobody_looks_at_ends_and_begins_anew(awaited: House, monkeypatch: pytest.MonkeyPatch) -> None:
    side = awaited.served.read()
    asked = (debriefs_in(25), date(2026, 3, 1), LATER)
    with monkeypatch.context() as patch, side.database.connect() as connection:
        patch.setattr(delays_count, "CHUNK", 1)
        patch.setattr(delays_count, "UNSEEN", -1)
        count = delays_count.DelaysCount()
        count.add(delays_count.parts_of(connection, side.source, asked))
    assert 0 < count.share < 100
    read(awaited, DELAYS)
    (key,) = side.memory.answers._made
    side.memory.answers.put(key, count)
    assert rows(read(awaited, DELAYS)) == ["Diallo Aminata"]


def test_no_number_is_shown_before_the_last_dossier_is_counted(awaited: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two hundred and one dossiers, the last one is less than a hundredth."""
    monkeypatch.setattr(delays_count, "CHUNK", 1)
    monkeypatch.setattr(directory, "everyone", lambda _: [SimpleNamespace(stream=UUID(int=n)) for n in range(201)])
    side = awaited.served.read()
    with side.database.connect() as connection:
        parts = delays_count.parts_of(connection, side.source, (LAIGLE.protocol, LATER, LATER))
        assert [part.share for part in parts][-2:] == [99, 100]


def test_a_task_that_the_control_alone_owes_is_a_difference() -> None:
    one, other = days((10, 15)), days((10, 16))
    for recorded, control in ((one, None), (None, one), (one, other)):
        ((_, found),) = PAGE.of(WhatIfAnswer([(ANYBODY, ComparedTask(recorded, control, None, False))]), "ecarts")
        assert (found.recorded, found.draft) == (recorded, control)
    assert PAGE.of(WhatIfAnswer([(ANYBODY, ComparedTask(one, days((10, 15)), None, False))]), "ecarts") == []


def test_a_draft_changed_meanwhile_is_counted_anew(awaited: House) -> None:
    assert rows(read(awaited, DELAYS)) == ["Diallo Aminata"]
    drafted(awaited, debriefs_in(6), replaces=1)
    assert rows(read(awaited, DELAYS)) == []


def test_until_the_past_is_filled_it_says_how_far_it_is(at_work: House) -> None:
    at_work.dispatched("0.40", first="Aminata")
    drafted(at_work, debriefs_in(25))
    with at_work.served.read().writing() as connection:
        connection.execute(delete(filled_up_to))
    page = read(at_work, DELAYS)
    assert "L’historique se prépare : 0 sur 100" in words(page)
    assert "Diallo" not in page


def test_each_person_sees_the_names_that_they_may_read(awaited: House) -> None:
    for by, seen in ((SOPHIE, 1), (HELENE, 1), (NADIA, 1), (PAUL, 0)):
        assert len(rows(read(awaited, DELAYS, by))) == seen
    hidden = read(awaited, DELAYS, YANN)
    assert "Diallo" not in hidden
    assert "les noms et les nombres ne sont pas montrés" in words(hidden)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("?du=2024-01-01&au=2024-02-01", "Aucune tâche d’un dossier"),
        ("?site=Ailleurs", "Aucune tâche d’un dossier"),
        ("?liste=nimporte:quoi", "en retard d’un côté seulement"),
        ("?liste=retard:nimporte", "Tâches en retard"),
    ],
)
def test_a_question_without_an_answer_is_answered_in_words(awaited: House, query: str, told: str) -> None:
    assert told in words(read(awaited, DELAYS, query=query))


@pytest.mark.usefixtures("beside")
def test_a_list_leaves_as_a_file_once_it_is_counted(awaited: House) -> None:
    file = f"{DELAYS}/liste.csv"
    with delays_count.COUNTS.turn():  # where it waits
        assert awaited.client(SOPHIE).get(file, headers=HERE).text.count("\n") == 1
    answered(awaited)
    answer = awaited.client(SOPHIE).get(file, headers=HERE)
    head, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    told = dict(zip(head, row, strict=True))
    assert (told["Prénom"], told["Tâche"]) == ("Aminata", "Tenir la restitution")
    assert told["En retard dès le (Ce qui a eu lieu)"] > "2026-03-16"
    assert told["En retard dès le (Avec ce projet)"] == ""
