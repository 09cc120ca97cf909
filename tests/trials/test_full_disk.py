"""A disk that fills up while people work, again and again: nothing half-done, and work goes on once there is room."""

import importlib
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import StoredEvent
from typer.testing import CliRunner

from pixflow.actor import Actor
from pixflow.dossier.follow_up import take_note
from pixflow.engine import Engine
from pixflow.events.dossier import ReferralAnswered
from pixflow.store import NewCommand, StoreFull
from pixflow.store.sqlite.recorder import HardenedRecorder
from tests.clock import today
from tests.trials.mission import Mission, found
from tests.trials.report import TrialReport
from tests.trials.scale import SEED, many
from tests.trials.small_disk import small_disk
from tests.trials.verdict import must_be_sound, must_show, times_recorded
from tests.web.client import InspectingClient
from tests.web.pages.partner_link.conftest import URL, accepting, referred_in
from tests.web.paths import house
from web.app import create_app
from web.cli.app import app
from web.desk.dependencies import COOKIE
from web.french.errors.pages import NOT_KNOWN, NOT_RECORDED, RECORDED
from web.hosting.host import Host, open_host

MOST_LEFT = 40_000
DISKS = {"limit": "files that may not grow", "tmpfs": "no room"}
OUTCOMES = {False: NOT_RECORDED, True: RECORDED}
UNKNOWN, THANKS = NOT_KNOWN.split(".")[0], "Merci, c’est noté"
Form = dict[str, str]


class Writer:
    """An advisor who takes notes, long and short; `refused` counts those the disk refused, by whether recorded."""

    def __init__(self, mission: Mission, chance: Random) -> None:
        self.mission = mission
        self.chance = chance
        self.acknowledged: dict[UUID, str] = {}
        self.refused: Counter[bool] = Counter()

    def until_refused(self, served: Host) -> Form:
        """The form that was refused, in words that tell whether it is recorded all the same."""
        engine, head = served.structures[self.mission.slug].engine, 0
        answer, form = None, {}
        while answer is None or answer.status_code == 303:
            head = engine.head()
            form = {
                "command_id": str(UUID(int=self.chance.getrandbits(128), version=4)),
                "text": f"note {len(self.acknowledged)} {'x' * self.chance.randrange(1, 4000)}",
                "on": today().isoformat(),
            }
            answer = self.send(served, form)
        recorded = engine.has_recorded(UUID(form["command_id"]))
        self.refused[recorded] += 1
        assert answer.status_code == 503
        assert OUTCOMES[recorded] in answer.text
        assert engine.head() == head + recorded
        assert self.client(served).get("/boite").status_code in (200, 503)
        return form

    def send(self, served: Host, form: Form) -> Any:
        answer = self.client(served).post(f"/dossiers/{self.mission.dossiers[0]}/note", data=form)
        if answer.status_code == 303:
            self.acknowledged[UUID(form["command_id"])] = form["text"]
        return answer

    def client(self, served: Host) -> InspectingClient:
        client = InspectingClient(create_app(served), follow_redirects=False)
        client.cookies.set(COOKIE, f"{self.mission.slug}/{self.mission.advisor}")
        return client


def test_a_limit_cuts_no_bytecode_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module first imported under the limit is imported again afterwards, by whoever uses this environment."""
    (tmp_path / "late_module.py").write_text(f"LONG = {'x' * 100_000!r}")
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.syspath_prepend(tmp_path)
    with small_disk("limit", tmp_path) as disk:
        disk.fill(1_000)
        importlib.import_module("late_module")
        assert not list(tmp_path.rglob("*.pyc"))
    del sys.modules["late_module"]
    importlib.import_module("late_module")
    assert (sys.dont_write_bytecode, len(list(tmp_path.rglob("*.pyc")))) == (False, 1)


@pytest.mark.parametrize(
    ("kind", "fillings"),
    [("limit", 2), *(pytest.param(kind, many("fillings", 100), marks=pytest.mark.trial) for kind in DISKS)],
)
def test_a_full_disk_refuses_in_words_and_loses_nothing(
    kind: str, fillings: int, tmp_path: Path, trial_report: TrialReport
) -> None:
    chance = Random(SEED)
    with small_disk(kind, tmp_path) as disk:
        mission = found(tmp_path)
        writer = Writer(mission, chance)
        for _ in range(fillings):
            with open_host(tmp_path, demo=True) as served:
                disk.fill(chance.randrange(MOST_LEFT))
                form = writer.until_refused(served)
                if chance.random() < 0.5:
                    disk.make_room()
                    assert writer.send(served, form).status_code == 303
            begun_in_words(tmp_path)
            disk.make_room()
            with open_host(tmp_path, demo=True) as served:
                assert writer.send(served, form).status_code == 303
        with open_host(tmp_path) as served:
            one = served.structures[mission.slug]
            times = times_recorded(must_be_sound(one.engine), writer.acknowledged)
            must_show(one.read(), one.engine)
    trial_report.add(
        f"full disk, SQLite: {DISKS[kind]}",
        f"filled {fillings} times",
        f"{writer.refused[False]} commands refused, {writer.refused[True]} recorded of which only the page failed; "
        f"{times.total()} acknowledged: {dict(times)} by times recorded",
    )
    assert set(times) == {1}


@pytest.mark.parametrize(
    ("kind", "answers"),
    [("limit", 1), *(pytest.param(kind, many("answers", 20), marks=pytest.mark.trial) for kind in DISKS)],
)
def test_a_partner_s_answer_is_refused_in_words_and_recorded_once(
    kind: str, answers: int, tmp_path: Path, trial_report: TrialReport
) -> None:
    """The first answer meets a disk without any room, each later one a disk with some.

    A visit that cannot be counted opens no form: then nobody knows of which command it was.
    """
    chance, met = Random(SEED), Counter[str]()
    with small_disk(kind, tmp_path) as disk, house(tmp_path, url=URL) as made:
        for number in range(answers):
            referred = referred_in(made)
            path, partner = referred.issue(), referred.partner()
            form = accepting(partner.post(f"{path}/demande"), made.today.isoformat())
            made.served.read()
            disk.fill(chance.randrange(MOST_LEFT) if number else 0)
            answer = partner.post(f"{path}/reponse", data=form)
            recorded = bool(referred.events(ReferralAnswered))
            (said,) = [words for words in (OUTCOMES[recorded], UNKNOWN, THANKS) if words in answer.text]
            met[said] += 1
            assert answer.status_code == (200 if said == THANKS else 503)
            disk.make_room()
            assert partner.post(f"{path}/reponse", data=form).status_code == 200
            assert len(referred.events(ReferralAnswered)) == 1
            made.pass_by(hours=1)
        must_be_sound(made.served.engine)
        must_show(made.served.read(), made.served.engine)
    trial_report.add(
        f"full disk, a partner answers by link: {DISKS[kind]}",
        f"{answers} answers",
        f"{met[THANKS]} recorded at once, {met[NOT_RECORDED]} refused, {met[RECORDED]} recorded of which only the page "
        f"failed, {met[UNKNOWN]} not known; each there once, sent again",
    )


def begun_in_words(data: Path) -> None:
    """The program starts on the full disk, or says why it does not."""
    said = CliRunner().invoke(app, ["tick"], env={"PIXFLOW_DATA": str(data)})
    assert said.exit_code in (0, 1)
    assert isinstance(said.exception, SystemExit | None)


@pytest.mark.parametrize(
    ("kind", "halves"), [("limit", 1), *(pytest.param(kind, 20, marks=pytest.mark.trial) for kind in DISKS)]
)
def test_control_events_and_command_id_in_two_transactions_are_left_half_done(
    kind: str, halves: int, tmp_path: Path, trial_report: TrialReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HardenedRecorder, "insert_unless_moved", in_two_transactions)
    chance, refused, half_done = Random(SEED), 0, 0
    with small_disk(kind, tmp_path) as disk:
        mission = found(tmp_path)
        with mission.opened() as opened:
            engine = opened.engine
            while half_done < halves and refused < 100 * halves:
                disk.fill(chance.randrange(MOST_LEFT))
                command, head = note_until_refused(engine, mission)
                refused += 1
                half_done += engine.head() > head and not engine.has_recorded(command)
                disk.make_room()
                engine.recorder.truncate()
    trial_report.add(
        f"control: two transactions, {DISKS[kind]}",
        f"{refused} commands refused",
        f"{half_done} half done: events without their command",
    )
    assert half_done == halves


def in_two_transactions(
    self: HardenedRecorder, stored_events: Sequence[StoredEvent], *, command: NewCommand, **more: Any
) -> Sequence[int]:
    """Writes events and command id in two transactions: the control."""
    with self.datastore.transaction(commit=True) as c:
        positions = self._insert_events(c, stored_events, **more)
    with self.datastore.transaction(commit=True) as c:
        row = (command.id.hex, command.actor, command.fingerprint, positions[0], positions[-1])
        c.execute("INSERT INTO commands VALUES (?, ?, ?, ?, ?)", row)
    return positions


def note_until_refused(engine: Engine, mission: Mission) -> tuple[UUID, int]:
    """The command that a full disk refused, and the last position before it."""
    while True:
        command, head = uuid4(), engine.head()
        try:
            engine.execute(
                {"dossier": mission.dossiers[0]},
                take_note,
                by=Actor(str(mission.advisor)),
                command_id=command,
                text="x" * 3000,
            )
        except StoreFull:
            return command, head
