"""One command, end to end, on a real structure in a temporary folder."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from pixflow import presets, structure_folder
from pixflow.actor import OPERATOR, Actor
from pixflow.decision import Decision
from pixflow.documents.resource import ResourceDocument
from pixflow.dossier.assignment import assign_advisor
from pixflow.dossier.follow_up import chase_young_person, close_dossier, take_note
from pixflow.dossier.identity import correct_identity, open_dossier, state_project
from pixflow.dossier.retraction import retract
from pixflow.dossier.stages.orientation import decline_diagnostic, plan_diagnostic, present_pix
from pixflow.dossier.stages.parcours import send_referral
from pixflow.dossier.state import Dossier
from pixflow.engine import LATEST, CommandResult, Engine, LatestEvents, Stale, Step, StreamReader, new_id
from pixflow.events.base import Event, Recorded
from pixflow.events.values import Partner
from pixflow.participation.campaign import declare_campaign
from pixflow.participation.matches import confirm_match, import_participation, undo_match
from pixflow.refused import Refused
from pixflow.resources.sharing import share_resource, withdraw_resource
from pixflow.store import sealing
from pixflow.team.membership import add_member, attend_training, record_departure, undo_departure, undo_milestone
from pixflow.unit_of_work import LoadedStream, fold_stream
from tests.given import CAMPAIGN, DOSSIER, OTHER_DOSSIER, PARTICIPATION
from web.samples import demo

TODAY = date(2026, 9, 15)
NIR = "1 05 03 61 001 012"
OPERATING = Actor(OPERATOR)


class House:
    """A structure with an advisor and a référent, and its clock."""

    def __init__(self, data: Path) -> None:
        self.now = datetime(2026, 9, 15, 9, tzinfo=UTC)
        self.opened = structure_folder.create(
            data,
            name="Mission locale",
            preset=presets.load("laigle-mortagne"),
            sites=("L'Aigle",),
            clock=lambda: self.now,
        )
        self.engine: Engine = self.opened.engine
        self._people = 0
        self.advisor, self.referent = self.join("advisor"), self.join("referent")

    def join(self, role: str) -> Actor:
        self._people += 1
        person = uuid4()
        said: dict[str, Any] = {"name": role, "email": f"{role}{self._people}@ml.fr", "site": None, "roles": (role,)}
        self.engine.execute({"staff": person}, add_member, by=OPERATING, command_id=uuid4(), **said)
        return Actor(str(person))

    def say(
        self, decide: Decision[..., Any], *, on_: UUID = DOSSIER, by: Actor | None = None, **said: Any
    ) -> CommandResult:
        """One decision on a dossier, by its advisor unless said otherwise."""
        said.setdefault("command_id", uuid4())
        return self.engine.execute({"dossier": on_}, decide, by=by or self.advisor, **said)

    def open(self, number: str | None = "00123", dossier: UUID = DOSSIER, **said: Any) -> CommandResult:
        known = {**person("Martin"), "first_name": "Léa", "imilo_number": number, "advisor": UUID(self.advisor.id)}
        return self.say(open_dossier, on_=dossier, **{**known, **said})

    def topics(self, stream: UUID = DOSSIER) -> list[str]:
        return [recorded.event.TOPIC.split(".")[1] for recorded in self.engine.history(stream)]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.engine.close()


@pytest.fixture
def followed(house: House) -> House:
    """With one dossier of two events: opened, assigned."""
    house.open()
    return house


# --- what is recorded


def test_events_are_stamped_at_one_place(followed: House) -> None:
    command = uuid4()
    done = followed.say(present_pix, occasion="welcome", command_id=command, via="cli")
    (recorded,) = done.recorded
    assert (recorded.originator_id, recorded.originator_version) == (DOSSIER, 3)
    assert (recorded.by, recorded.via, recorded.command) == (followed.advisor.id, "cli", command)
    assert recorded.at == followed.now
    assert recorded.position == followed.engine.head()
    assert recorded.event.on == TODAY  # type: ignore[attr-defined]
    assert followed.engine.history(DOSSIER)[-1] == replace(recorded, position=0)


def test_the_day_is_the_structure_s_not_utc_s(followed: House) -> None:
    followed.now = datetime(2026, 9, 15, 22, 30, tzinfo=UTC)  # half past midnight in Paris
    (recorded,) = followed.say(present_pix, occasion="welcome").recorded
    assert recorded.event.on == followed.engine.today() == date(2026, 9, 16)  # type: ignore[attr-defined]


def test_reading_gives_positions_in_order_and_history_one_stream(followed: House) -> None:
    followed.open("00124", OTHER_DOSSIER)
    followed.say(present_pix, occasion="welcome")
    everything = followed.engine.read(0, 1000)
    assert [recorded.position for recorded in everything] == list(range(1, followed.engine.head() + 1))
    assert followed.engine.read(followed.engine.head() - 1, 10) == everything[-1:]
    assert followed.engine.read(2, 3) == everything[2:5]
    mine = [recorded.originator_version for recorded in everything if recorded.originator_id == DOSSIER]
    assert mine == [1, 2, 3]
    assert followed.topics() == ["DossierOpened", "AdvisorAssigned", "PixPresented"]
    assert followed.engine.history(uuid4()) == []


@pytest.mark.parametrize("size", [1, 3, 1_000])
def test_reading_by_stream_gives_each_stream_once_whole_and_in_order(followed: House, size: int) -> None:
    followed.open("00124", OTHER_DOSSIER)
    everything = followed.engine.read(0, 1000)
    for stop in (followed.engine.head(), 3):
        parts = [part for part in followed.engine.by_stream(stop, size) if part]
        streams = [stream for part in parts for stream in part]
        assert len(streams) == len(set(streams))
        for part in parts:
            for stream, events in part.items():
                assert events == [one for one in everything[:stop] if one.originator_id == stream]
        assert sum(len(events) for part in parts for events in part.values()) == stop


def test_reading_at_positions_opens_those_events(followed: House) -> None:
    everything = followed.engine.read(0, 1000)
    assert followed.engine.at([3, 1, 10_000]) == [everything[0], everything[2]]


def test_the_state_is_the_fold_of_what_was_recorded(followed: House) -> None:
    state = followed.engine.state("dossier", DOSSIER)
    assert (state.version, state.imilo_number, str(state.advisor)) == (2, "00123", followed.advisor.id)
    unknown = uuid4()
    assert followed.engine.states("dossier", [DOSSIER, unknown]) == {DOSSIER: state, unknown: Dossier()}


def test_a_preview_records_nothing(followed: House) -> None:
    head = followed.engine.head()
    changed = followed.engine.preview({"dossier": DOSSIER}, present_pix, by=followed.advisor, occasion="welcome")
    before, after = changed["dossier"]
    assert (before.version, after.version) == (2, 3)
    assert (before.state.orientation.presented, after.state.orientation.presented.version) == (None, 3)
    assert followed.engine.head() == head


# --- the same command again


def test_a_command_repeated_is_recorded_once_and_answers_the_same(followed: House) -> None:
    command = uuid4()
    first = followed.say(take_note, text="a appelé", command_id=command)
    followed.say(present_pix, occasion="welcome")
    again = followed.say(take_note, text="a appelé", command_id=command)
    assert (first.repeated, again.repeated) == (False, True)
    assert again.recorded == first.recorded
    assert followed.topics().count("NoteTaken") == 1


def test_a_command_repeated_after_what_would_refuse_it_now_is_still_answered(followed: House) -> None:
    command = uuid4()
    said: dict[str, Any] = {"occasion": "welcome", "on": date(2026, 9, 14), "command_id": command}
    first = followed.say(present_pix, **said)
    followed.say(retract, version=3, reason="erreur")
    followed.say(present_pix, occasion="welcome")
    assert followed.say(present_pix, **said).recorded == first.recorded


def test_a_command_of_several_events_answers_all_of_them(house: House) -> None:
    command = uuid4()
    first = house.open(command_id=command, project="vente")
    again = house.open(command_id=command, project="vente")
    assert [r.event.TOPIC for r in again.recorded] == [
        "dossier.DossierOpened",
        "dossier.ProjectStated",
        "dossier.AdvisorAssigned",
    ]
    assert again.recorded == first.recorded


@pytest.mark.parametrize(
    ("decide", "said", "by", "stream"),
    [
        (take_note, {"text": "autre chose"}, "advisor", DOSSIER),
        (take_note, {"text": "a appelé"}, "referent", DOSSIER),
        (state_project, {"project": "a appelé"}, "advisor", DOSSIER),
        (take_note, {"text": "a appelé"}, "advisor", OTHER_DOSSIER),
    ],
    ids=["other words", "other actor", "other decision", "other dossier"],
)
def test_a_command_id_says_one_thing_only(
    followed: House, decide: Any, said: dict[str, Any], by: str, stream: UUID
) -> None:
    followed.open("00124", OTHER_DOSSIER)
    command = uuid4()
    followed.say(take_note, text="a appelé", command_id=command)
    head = followed.engine.head()
    with pytest.raises(Refused, match="command-id-reused"):
        followed.say(decide, on_=stream, by=getattr(followed, by), command_id=command, **said)
    assert followed.engine.head() == head


NEW_MEMBER = UUID(int=0xE1)
JOINING = {"name": "Léa", "email": "lea@ml.fr", "site": None, "roles": ("advisor",)}
HASHED: list[tuple[Any, dict[str, Any], str]] = [
    (
        add_member,
        JOINING,
        '["add",[["staff","%s"]],{"email":"lea@ml.fr","name":"Léa","roles":["advisor"],"site":null}]',
    ),
    (attend_training, {"title": "Pix Orga"}, '["attend_training",[["staff","%s"]],{"title":"Pix Orga"}]'),
    (undo_milestone, {"version": 3, "reason": "oui"}, '["take_back",[["staff","%s"]],{"reason":"oui","version":3}]'),
    (record_departure, {"last_day": TODAY}, '["leave",[["staff","%s"]],{"last_day":"2026-09-15"}]'),
    (undo_departure, {}, '["come_back",[["staff","%s"]],{}]'),
    (present_pix, {"occasion": "welcome"}, '["present_pix",[["dossier","%s"]],{"occasion":"welcome"}]'),
    (retract, {"version": 3, "reason": "oui"}, '["retract",[["dossier","%s"]],{"reason":"oui","version":3}]'),
    (close_dossier, {"reason": "moved", "note": ""}, '["close",[["dossier","%s"]],{"note":"","reason":"moved"}]'),
]
"""Commands in order, each with the text whose digest was its fingerprint before decisions became values."""


def test_fingerprints_are_those_of_commands_recorded_before(followed: House) -> None:
    engine = followed.engine
    for decide, said, hashed in HASHED:
        of_staff, command = "staff" in hashed, uuid4()
        stream = NEW_MEMBER if of_staff else DOSSIER
        by = Actor(str(NEW_MEMBER)) if of_staff else followed.advisor
        if decide in (add_member, record_departure, undo_departure):
            by = OPERATING
        engine.execute({"staff" if of_staff else "dossier": stream}, decide, by=by, command_id=command, **said)
        row = engine.recorder.command(command)
        assert row, hashed
        content = b"command\x1f" + (hashed % stream).encode()
        assert row.fingerprint == engine.keys.digest([stream], content), hashed


def test_what_the_program_adds_is_no_part_of_what_was_said(followed: House) -> None:
    fiche = {**FICHE, "command_id": uuid4()}
    first = followed.say(plan_diagnostic, context={"plan": uuid4()}, **fiche)
    assert followed.say(plan_diagnostic, context={"plan": uuid4()}, **fiche).recorded == first.recorded


def test_a_refusal_and_an_empty_decision_leave_the_command_id_free(followed: House) -> None:
    command = uuid4()
    with pytest.raises(Refused, match="required"):
        followed.say(take_note, text=" ", command_id=command)
    assert (
        followed.say(assign_advisor, by=followed.referent, advisor=UUID(followed.advisor.id), command_id=command)
        == CommandResult()
    )
    assert len(followed.say(take_note, text="a appelé", command_id=command).recorded) == 1


def test_new_things_have_the_same_ids_when_a_command_is_sent_again() -> None:
    command = uuid4()
    assert new_id(command, "plan") == new_id(command, "plan")
    assert len({new_id(command, "plan"), new_id(command, "referral"), new_id(uuid4(), "plan")}) == 3


# --- what the person was looking at


def test_a_page_is_stale_when_its_own_stage_moved(followed: House) -> None:
    followed.say(present_pix, occasion="welcome")
    with pytest.raises(Stale) as stale:
        followed.say(decline_diagnostic, reason="non", seen={"dossier": 2})
    assert stale.value.name == "dossier"
    assert [recorded.event.TOPIC for recorded in stale.value.meanwhile] == ["dossier.PixPresented"]
    assert followed.topics()[-1] == "PixPresented"
    followed.say(decline_diagnostic, reason="non", seen={"dossier": 3})
    assert followed.topics()[-1] == "DiagnosticDeclined"


def test_notes_and_what_has_no_stage_make_no_page_stale(followed: House) -> None:
    followed.say(take_note, text="a appelé")
    followed.say(chase_young_person, about="present-pix", channel="sms", reached=False, note="")
    followed.say(state_project, project="vente")
    followed.say(present_pix, occasion="welcome", seen={"dossier": 2})
    followed.say(take_note, text="autre", seen={"dossier": 2})
    assert followed.topics()[-2:] == ["PixPresented", "NoteTaken"]


def test_what_is_owed_is_told_to_the_decision_by_the_engine(followed: House) -> None:
    tried: dict[str, Any] = {"about": "plan-diagnostic", "channel": "sms", "reached": False, "note": ""}
    with pytest.raises(Refused, match="not-owed"):
        followed.say(chase_young_person, **tried)
    followed.say(present_pix, occasion="welcome")
    followed.say(chase_young_person, **tried)
    assert followed.topics()[-2:] == ["PixPresented", "YoungPersonChased"]


def test_another_stage_makes_no_page_stale(followed: House) -> None:
    match(followed)
    followed.say(present_pix, occasion="welcome", seen={"dossier": 2})
    assert followed.topics()[-1] == "PixPresented"


def test_a_retraction_is_of_the_stage_of_what_it_takes_back(followed: House) -> None:
    followed.say(present_pix, occasion="welcome")
    followed.say(take_note, text="a appelé")
    followed.say(retract, version=4, reason="erreur")
    followed.say(decline_diagnostic, reason="non", seen={"dossier": 3})  # a note was taken back: not stale
    followed.say(retract, version=6, reason="erreur")
    with pytest.raises(Stale):
        followed.say(plan_diagnostic, seen={"dossier": 6}, context={"plan": uuid4()}, **FICHE)
    with pytest.raises(Stale):
        followed.say(retract, version=3, reason="erreur", seen={"dossier": 6})


FICHE: dict[str, Any] = {
    "campaign": CAMPAIGN, "modality": "home", "mediator": False, "place": "", "planned_for": TODAY,
}  # fmt: skip


def test_the_steps_of_one_command_do_not_make_each_other_stale(followed: House) -> None:
    here = {"dossier": DOSSIER}
    steps = [Step(here, present_pix, {"occasion": "welcome"}), Step(here, decline_diagnostic, {"reason": "non"})]
    followed.engine.execute_all(steps, "both", by=followed.advisor, command_id=uuid4(), via="web", seen={"dossier": 2})
    assert followed.topics()[-2:] == ["PixPresented", "DiagnosticDeclined"]


# --- at the same time


def at_once(acts: Iterable[Callable[[], None]]) -> None:
    threads = [Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_people_on_one_dossier_lose_nothing(followed: House) -> None:
    start, failures = Barrier(2), list[BaseException]()

    def write(who: Actor) -> None:
        start.wait()
        try:
            for n in range(10):
                followed.say(take_note, by=who, text=f"{who.id} {n}")
        except BaseException as error:
            failures.append(error)

    at_once(partial(write, who) for who in (followed.advisor, followed.referent))
    assert failures == []
    history = followed.engine.history(DOSSIER)
    assert [recorded.originator_version for recorded in history] == list(range(1, 23))
    texts = {recorded.event.text for recorded in history[2:]}  # type: ignore[attr-defined]
    assert texts == {f"{who.id} {n}" for who in (followed.advisor, followed.referent) for n in range(10)}


def test_the_same_command_pressed_twice_at_once_is_recorded_once(followed: House) -> None:
    start, command, found = Barrier(2), uuid4(), list[CommandResult]()

    def press() -> None:
        start.wait()
        found.append(followed.say(take_note, text="a appelé", command_id=command))

    at_once([press, press])
    assert sorted(done.repeated for done in found) == [False, True]
    assert found[0].recorded == found[1].recorded
    assert followed.topics().count("NoteTaken") == 1


def test_a_stream_from_before_its_kind_told_of_people_has_the_digest_of_what_is_sent(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def say(decide: Decision[..., Any], command: UUID, **said: Any) -> CommandResult:
        return house.engine.execute({"resource": OTHER_DOSSIER}, decide, by=house.referent, command_id=command, **said)

    say(share_resource, uuid4(), document=ResourceDocument("Affiche", "fiche", "un texte"), note="")
    monkeypatch.setattr(sealing, "KINDS_OF_PEOPLE", sealing.KINDS_OF_PEOPLE | {"resource"})
    command = uuid4()
    say(withdraw_resource, command, reason="vieux")
    assert say(withdraw_resource, command, reason="vieux").repeated
    with pytest.raises(Refused, match="command-id-reused"):
        say(withdraw_resource, command, reason="faux")


def test_the_same_command_recorded_before_its_dossier_is_loaded_is_recorded_once(followed: House) -> None:
    said: dict[str, Any] = {"text": "a appelé", "command_id": uuid4()}
    first: list[CommandResult] = []

    def clock() -> datetime:
        followed.engine.clock = lambda: followed.now
        first.append(followed.say(take_note, **said))
        return followed.now

    followed.engine.clock = clock
    again = followed.say(take_note, **said)
    assert (again.repeated, again.recorded) == (True, first[0].recorded)
    assert followed.topics().count("NoteTaken") == 1


def test_another_command_of_the_same_id_recorded_meanwhile_is_told_so(followed: House) -> None:
    followed.open("00124", OTHER_DOSSIER)
    command = uuid4()
    said: dict[str, Any] = {"on_": OTHER_DOSSIER, "text": "a appelé", "command_id": command}
    decide, _ = meanwhile(followed, present_pix, lambda: followed.say(take_note, **said))
    with pytest.raises(Refused, match="command-id-reused"):
        followed.say(decide, occasion="welcome", command_id=command)
    assert followed.topics()[-1] == "AdvisorAssigned"


def meanwhile(
    house: House, decide: Decision[..., Any], other: Callable[[], Any]
) -> tuple[Decision[..., Any], list[int]]:
    """The decision, during whose first taking something else is recorded; the versions on which it was taken."""
    taken_at: list[int] = []

    def wrapped(dossier: Dossier, **said: Any) -> list[Event]:
        taken_at.append(dossier.version)
        if len(taken_at) == 1:
            other()
        events: list[Event] = decide(dossier, **said)
        return events

    return dataclasses.replace(decide, function=wrapped), taken_at


def test_what_is_written_between_loading_and_locking_is_decided_upon_again(followed: House) -> None:
    decide, taken_at = meanwhile(followed, present_pix, lambda: followed.say(take_note, text="a appelé"))
    followed.say(decide, occasion="welcome")
    assert taken_at == [2, 3]
    assert followed.topics()[-2:] == ["NoteTaken", "PixPresented"]


def test_what_is_refused_on_the_second_look_is_not_recorded(followed: House) -> None:
    yesterday = TODAY - timedelta(days=1)
    decide, taken_at = meanwhile(
        followed, present_pix, lambda: followed.say(present_pix, occasion="welcome", on=yesterday)
    )
    with pytest.raises(Refused, match="already-presented"):
        followed.say(decide, occasion="welcome")
    assert taken_at == [2, 3]
    assert followed.topics().count("PixPresented") == 1


def test_what_says_nothing_new_on_the_second_look_is_not_recorded(followed: House) -> None:
    command = uuid4()
    decide, _ = meanwhile(followed, present_pix, lambda: followed.say(present_pix, occasion="welcome"))
    assert followed.say(decide, occasion="welcome", command_id=command) == CommandResult()
    assert followed.topics().count("PixPresented") == 1
    assert len(followed.say(take_note, text="libre", command_id=command).recorded) == 1


def test_a_page_becomes_stale_even_between_loading_and_locking(followed: House) -> None:
    decide, _ = meanwhile(followed, decline_diagnostic, lambda: followed.say(present_pix, occasion="welcome"))
    with pytest.raises(Stale):
        followed.say(decide, reason="non", seen={"dossier": 2})


def test_of_a_batch_only_what_moved_is_decided_again(followed: House) -> None:
    followed.open("00124", OTHER_DOSSIER)
    decide, taken_at = meanwhile(followed, present_pix, lambda: followed.say(take_note, text="a appelé"))
    other, other_taken_at = meanwhile(followed, present_pix, lambda: None)
    said = {"occasion": "welcome"}
    steps = [Step({"dossier": OTHER_DOSSIER}, other, said), Step({"dossier": DOSSIER}, decide, said)]
    done = followed.engine.execute_all(steps, "two", by=followed.advisor, command_id=uuid4(), via="web")
    assert (taken_at, other_taken_at) == ([2, 3], [2])
    assert [(r.originator_id, r.originator_version) for r in done.recorded] == [(OTHER_DOSSIER, 3), (DOSSIER, 4)]


# --- several streams


def test_a_batch_in_which_one_step_is_refused_records_nothing(followed: House) -> None:
    head, command = followed.engine.head(), uuid4()
    steps = [
        Step({"dossier": DOSSIER}, take_note, {"text": "a appelé"}),
        Step({"dossier": uuid4()}, take_note, {"text": "a appelé"}),
    ]
    with pytest.raises(Refused):
        followed.engine.execute_all(steps, "notes", by=followed.referent, command_id=command, via="web")
    assert followed.engine.head() == head
    assert len(followed.say(take_note, text="a appelé", command_id=command).recorded) == 1


def test_each_step_is_decided_on_what_the_ones_before_it_left(followed: House) -> None:
    here = {"dossier": DOSSIER}
    steps = [
        Step(here, present_pix, {"occasion": "welcome"}),
        Step(here, present_pix, {"occasion": "welcome"}),
        Step(here, retract, {"version": 3, "reason": "erreur"}),
        Step(here, present_pix, {"occasion": "follow-up"}),
    ]
    done = followed.engine.execute_all(steps, "steps", by=followed.advisor, command_id=uuid4(), via="web")
    assert [recorded.originator_version for recorded in done.recorded] == [3, 4, 5]
    assert followed.topics()[2:] == ["PixPresented", "Retracted", "PixPresented"]


def row_of(house: House, **said: Any) -> dict[str, Any]:
    """A participation as an export says it."""
    row = {
        "campaign": CAMPAIGN, "purpose": "initial", "last_name": "MARTIN", "first_name": "Léa", "external_id": "00123",
        "imported": (), "started": None, "progress": Decimal("0.5"), "ordinal": 0, "result": None,
        "exported_at": house.now,
    }  # fmt: skip
    return row | said


def match(house: House) -> None:
    row = row_of(house)
    on_both(house, import_participation, only="participation", via="import", context=row)
    said: dict[str, Any] = {"automatic": False, "score": 86, "reasons": ("same-words",), "warnings": (), "others": ()}
    on_both(house, confirm_match, context={"participation_id": PARTICIPATION, "dossier_id": DOSSIER}, **said)


def on_both(house: House, decide: Decision[..., Any], only: str = "", **said: Any) -> CommandResult:
    """One decision of the référent on a participation and a dossier, or on one of them."""
    streams = {"participation": PARTICIPATION, "dossier": DOSSIER}
    streams = {only: streams[only]} if only else streams
    return house.engine.execute(streams, decide, by=house.referent, command_id=uuid4(), **said)


def test_a_match_and_its_undoing_are_recorded_on_both_streams_in_one_transaction(followed: House) -> None:
    match(followed)
    followed.say(take_note, text="a appelé")
    assert followed.topics(PARTICIPATION) == ["ParticipationImported", "MatchConfirmed"]
    assert followed.topics()[2:] == ["ParticipationLinked", "NoteTaken"]
    done = on_both(followed, undo_match, reason="homonyme", context={"participation_id": PARTICIPATION})
    assert [recorded.event.TOPIC for recorded in done.recorded] == [
        "participation.Retracted",
        "participation.MatchRejected",
        "dossier.Retracted",
    ]
    assert followed.engine.state("dossier", DOSSIER).diagnostic.participations == {}
    assert followed.engine.state("participation", PARTICIPATION).waiting


# --- claims


def test_an_imilo_number_is_one_dossier_s(followed: House) -> None:
    with pytest.raises(Refused, match="taken") as refused:
        followed.open(" 00 123 ", OTHER_DOSSIER)
    assert refused.value.details == {"kind": "imilo", "by": DOSSIER}
    assert followed.engine.history(OTHER_DOSSIER) == []
    assert followed.engine.claim_holders("imilo", ["00123", "00124"]) == {"00123": DOSSIER}


def test_a_number_corrected_is_free_again_and_one_taken_is_not_given(followed: House) -> None:
    said: dict[str, Any] = {"last_name": "Martin", "first_name": "Léa", "birth_date": None, "site": "L'Aigle"}
    followed.say(correct_identity, imilo_number="00200", **said)
    followed.open("00123", OTHER_DOSSIER)
    assert followed.engine.claim_holders("imilo", ["00123", "00200"]) == {"00123": OTHER_DOSSIER, "00200": DOSSIER}
    with pytest.raises(Refused, match="taken"):
        followed.say(correct_identity, imilo_number="00123", **said)
    with pytest.raises(Refused, match="taken") as refused:
        followed.say(retract, version=3, reason="erreur")
    assert refused.value.details["by"] == OTHER_DOSSIER


def test_two_numbers_may_be_exchanged_in_one_command(followed: House) -> None:
    followed.open("00124", OTHER_DOSSIER)
    said: dict[str, Any] = {"last_name": "Martin", "first_name": "Léa", "birth_date": None, "site": "L'Aigle"}
    steps = [
        Step({"dossier": DOSSIER}, correct_identity, said | {"imilo_number": "00124"}),
        Step({"dossier": OTHER_DOSSIER}, correct_identity, said | {"imilo_number": "00123"}),
    ]
    followed.engine.execute_all(steps, "swap", by=followed.referent, command_id=uuid4(), via="web")
    assert followed.engine.claim_holders("imilo", ["00123", "00124"]) == {"00123": OTHER_DOSSIER, "00124": DOSSIER}


def test_a_participation_is_imported_once(followed: House) -> None:
    match(followed)
    row = row_of(followed, last_name="Martin", first_name="LÉA", progress=None)
    importing: dict[str, Any] = {"by": followed.referent, "via": "import"}
    with pytest.raises(Refused, match="taken") as refused:
        followed.engine.execute(
            {"participation": uuid4()}, import_participation, command_id=uuid4(), context=row, **importing
        )
    assert refused.value.details == {"kind": "participation", "by": PARTICIPATION}
    followed.engine.execute(
        {"participation": uuid4()}, import_participation, command_id=uuid4(), context=row | {"ordinal": 1}, **importing
    )


def test_an_e_mail_is_one_person_s(house: House) -> None:
    said: dict[str, Any] = {"name": "Camille", "site": None, "roles": ("advisor",)}
    house.engine.execute({"staff": uuid4()}, add_member, by=OPERATING, command_id=uuid4(), email="c@ml.fr", **said)
    with pytest.raises(Refused, match="taken"):
        house.engine.execute({"staff": uuid4()}, add_member, by=OPERATING, command_id=uuid4(), email="C@ML.fr", **said)


# --- what is never recorded


def test_nothing_happens_in_the_future(followed: House) -> None:
    with pytest.raises(Refused, match="future") as refused:
        followed.say(present_pix, occasion="welcome", on=TODAY + timedelta(days=1))
    assert refused.value.details == {"field": "on", "on": TODAY + timedelta(days=1)}
    followed.say(present_pix, occasion="welcome", on=TODAY - timedelta(days=30))
    assert followed.topics()[-1] == "PixPresented"


@pytest.mark.parametrize(
    ("decide", "said", "field"),
    [
        (take_note, {"text": f"son numéro est {NIR}"}, "text"),
        (state_project, {"project": NIR.replace(" ", "")}, "project"),
        (
            send_referral,
            {"action": uuid4(), "partner": Partner(None, f"EPN {NIR}"), "starts": None, "ends": None, "note": ""},
            "partner",
        ),
    ],
)
def test_a_social_security_number_is_refused_wherever_it_is_typed(
    followed: House, decide: Any, said: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused, match="nir") as refused:
        followed.say(decide, context={"referral": uuid4()} if decide is send_referral else {}, **said)
    assert refused.value.details == {"field": field}
    assert followed.topics()[-1] == "AdvisorAssigned"


@pytest.mark.parametrize("mark", ["\0", "\x1b[2J", "\x07", "\x7f", "\udcff"])
def test_a_control_character_is_refused_wherever_it_is_typed(followed: House, mark: str) -> None:
    with pytest.raises(Refused, match="control-character") as refused:
        followed.say(take_note, text=f"vu {mark} ce matin")
    assert refused.value.details == {"field": "text"}
    followed.say(take_note, text="vu\r\n\tce matin")
    with pytest.raises(Refused, match="control-character"):
        followed.open(last_name="Dia\nllo")


def test_no_reading_has_a_negative_limit(followed: House) -> None:
    with pytest.raises(ValueError, match="limit"):
        followed.engine.read(0, -1)
    assert followed.engine.read(0, 0) == []


def test_a_number_of_thirteen_digits_that_is_none_passes(followed: House) -> None:
    followed.say(take_note, text="commande 9050361001012, rappeler le 02 33 84 10 20")
    assert followed.topics()[-1] == "NoteTaken"


def test_the_ids_in_a_task_key_are_no_social_security_number(followed: House) -> None:
    about = "hold-debrief:2f0b7272-8609-44d4-8657-93480879d316"
    with pytest.raises(Refused, match="not-owed"):
        followed.say(chase_young_person, about=about, channel="sms", reached=False, note="")
    with pytest.raises(Refused, match="nir"):
        followed.say(chase_young_person, about=f"{about} {NIR}", channel="sms", reached=False, note="")


def test_permission_is_asked_where_events_are_stamped(followed: House) -> None:
    stranger = followed.join("advisor")
    for who in (stranger, followed.join("auditor"), followed.join("administrator"), Actor(str(uuid4())), OPERATING):
        with pytest.raises(Refused, match="not-allowed"):
            followed.say(present_pix, by=who, occasion="welcome")
    assert followed.topics()[-1] == "AdvisorAssigned"
    followed.say(assign_advisor, by=followed.referent, advisor=UUID(stranger.id))
    followed.say(present_pix, by=stranger, occasion="welcome")
    with pytest.raises(Refused, match="not-allowed"):
        followed.say(take_note, text="a appelé")


def test_a_preview_asks_for_the_same_permission(followed: House) -> None:
    with pytest.raises(Refused, match="not-allowed"):
        followed.engine.preview({"dossier": DOSSIER}, present_pix, by=followed.join("advisor"), occasion="welcome")


# --- references


def test_references_follow_what_is_recorded(house: House) -> None:
    refs = house.engine.references()
    assert (refs.structure.name, refs.structure.sites) == ("Mission locale", ("L'Aigle",))
    assert refs.protocol(TODAY) == presets.load("laigle-mortagne").protocol
    assert refs.grille(TODAY).number == 1
    assert refs.team[UUID(house.advisor.id)].roles == {"advisor"}
    assert refs.campaigns == {}
    said: dict[str, Any] = {"name": "CEJ", "code": "CEJPRI263", "purpose": "initial", "site": None}
    house.engine.execute({"campaign": CAMPAIGN}, declare_campaign, by=house.referent, command_id=uuid4(), **said)
    assert house.engine.references().campaigns[CAMPAIGN].purpose == "initial"
    assert refs.campaigns == {}


def test_what_was_just_recorded_is_read_as_it_is_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compares every event and load of a demonstration: what the engine keeps at hand equals what it would read."""
    kept = list[Recorded]()
    add, load = LatestEvents.add, StreamReader.load
    loads = Counter[bool]()

    def adding(*given: Any) -> tuple[Recorded, ...]:
        added = add(*given)
        kept.extend(added)
        return added

    def loading(reader: StreamReader, kind: str, stream: UUID, rows: Any = None) -> LoadedStream:
        loads[stream in reader._kept] += 1
        loaded = load(reader, kind, stream, rows)
        assert loaded == fold_stream(kind, reader.history(stream))
        return loaded

    monkeypatch.setattr(LatestEvents, "add", adding)
    monkeypatch.setattr(StreamReader, "load", loading)
    slug = demo.play(tmp_path, datetime(2026, 6, 12, 15, 30, tzinfo=UTC), demo.AIGLE)
    monkeypatch.undo()
    opened = structure_folder.open_one(tmp_path, slug)
    stored = {one.position: one for one in opened.engine.read(0, opened.engine.head())}
    opened.engine.close()
    assert len(kept) > 800
    assert loads[True] > 400
    assert [stored[one.position] for one in kept] == kept


def test_the_latest_events_are_read_with_those_of_others(house: House, tmp_path: Path) -> None:
    other = structure_folder.open_one(tmp_path, house.opened.slug, clock=lambda: house.now)
    before = house.engine.head()
    for number in range(4):
        engine = other.engine if number % 2 else house.engine
        engine.execute({"dossier": uuid4()}, open_dossier, by=OPERATING, command_id=uuid4(), **person(str(number)))
    for engine in (house.engine, other.engine):
        names = [one.event.last_name for one in engine.read(before, 10)]  # type: ignore[attr-defined]
        assert names == ["0", "1", "2", "3"]
        assert [one.event.last_name for one in engine.read(before + 3, 1)] == ["3"]  # type: ignore[attr-defined]
        assert engine.read(engine.head(), 10) == []
    other.engine.close()


def test_a_large_command_is_read_as_it_is_stored(house: House) -> None:
    other = structure_folder.open_one(house.opened.folder.parent, house.opened.slug, clock=lambda: house.now)
    before = house.engine.head()
    for first in (0, 1_000):
        steps = [
            Step({"dossier": uuid4()}, open_dossier, {**person(str(first + number)), "on": TODAY})
            for number in range(2 * LATEST + 1)
        ]
        house.engine.execute_all(steps, str(first), by=OPERATING, command_id=uuid4(), via="cli")
        for after, limit in ((before, 10_000), (before + 3, 5), (house.engine.head(), 10), (before, 10_000)):
            assert house.engine.read(after, limit) == other.engine.read(after, limit)
    other.engine.close()


def test_a_stream_that_is_kept_follows_what_others_record(followed: House) -> None:
    other = structure_folder.open_one(followed.opened.folder.parent, followed.opened.slug, clock=lambda: followed.now)
    for number in range(4):
        engine = other.engine if number % 2 else followed.engine
        text = f"note {number}"
        engine.execute({"dossier": DOSSIER}, take_note, by=followed.advisor, command_id=uuid4(), text=text)
        for reader in (followed.engine, other.engine):
            events = reader.history(DOSSIER)
            assert reader.state("dossier", DOSSIER) == fold_stream("dossier", events).state
    other.engine.close()


def person(last_name: str) -> dict[str, Any]:
    return {"last_name": last_name, "first_name": "Awa", "birth_date": None, "imilo_number": None, "site": "L'Aigle"}
