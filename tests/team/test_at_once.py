"""Two people who decide of the team at once, in two processes: each decision stands on the team as it is saved."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow import presets, structure_folder
from pixflow.actor import OPERATOR, SITE, Actor
from pixflow.decision import Decision
from pixflow.engine import Engine
from pixflow.events.values import Role
from pixflow.refused import Refused
from pixflow.store.postgres.database import Database
from pixflow.team.accounts import (
    confirm_account,
    invite_account,
    open_account,
    request_factors_reset,
    reset_factors,
    suspend_account,
)
from pixflow.team.membership import add_member, change_roles, record_departure
from pixflow.team.staff import Staff

Meanwhile = Callable[[], object]


class Team:
    """The team of a structure that two processes have open, each with an engine of its own."""

    def __init__(self, engines: tuple[Engine, Engine]) -> None:
        self.engines = engines

    def join(self, *roles: Role) -> UUID:
        person = uuid4()
        said: dict[str, Any] = {"name": "—", "email": f"{person}@ml.fr", "site": None, "roles": roles}
        self.does(0, OPERATOR, person, add_member, **said)
        return person

    def enters(self, role: Role) -> UUID:
        """Somebody more, with an open account."""
        person = self.join(role)
        self.does(0, OPERATOR, person, invite_account)
        self.does(0, SITE, person, open_account, way="passkey")
        if not self.member(person).access.confirmed:
            first = next(id for id, one in self.team.items() if one.access.is_open and id != person)
            self.does(0, first, person, confirm_account)
        return person

    @property
    def team(self) -> dict[UUID, Staff]:
        return self.engines[0].references().team

    def member(self, person: UUID) -> Staff:
        return self.team[person]

    def does(self, process: int, actor: UUID | str, person: UUID, decide: Decision[..., Any], **sent: Any) -> None:
        self.engines[process].execute(
            {"staff": person}, decide, by=Actor(str(actor)), command_id=uuid4(), via="web", **sent
        )

    def with_role(self, role: Role) -> set[UUID]:
        refs = self.engines[0].references()
        return {id for id, one in refs.team.items() if role in one.roles_on(self.engines[0].today(refs))}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def team(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Team]:
    url = request.getfixturevalue("database_url") if request.param == "postgres" else None
    pools = [Database(url) if url else None for _ in range(2)]
    made = structure_folder.create(
        tmp_path, name="Ici", preset=presets.load("laigle-mortagne"), sites=("Ici",), database=pools[0]
    )
    other = structure_folder.open_one(tmp_path, "ici", database=pools[1])
    with closing(made.engine), closing(other.engine):
        yield Team((made.engine, other.engine))
    for pool in pools:
        if pool:
            pool.close()


def before_it_is_saved(engine: Engine, monkeypatch: pytest.MonkeyPatch, act: Meanwhile) -> None:
    """Acts once, when the next command of this process has been decided and not yet saved."""
    recorder, left = engine.recorder, [act]
    insert, exclusive = recorder.insert_unless_moved, recorder.exclusive

    def once() -> None:
        while left:
            left.pop()()

    def insert_unless_moved(*stored: Any, **beside: Any) -> Any:
        once()
        return insert(*stored, **beside)

    @contextmanager
    def alone() -> Iterator[None]:
        once()
        with exclusive():
            yield

    monkeypatch.setattr(recorder, "insert_unless_moved", insert_unless_moved)
    monkeypatch.setattr(recorder, "exclusive", alone)


ROLE: dict[str, Any] = {"name": "—", "email": "a@ml.fr", "site": None, "roles": ("advisor",)}
ENDS: list[tuple[Decision[..., Any], dict[str, Any]]] = [
    (change_roles, {"roles": ("advisor",)}),
    (record_departure, {"last_day": structure_folder.utc_now().date()}),
]


@pytest.mark.parametrize(("decide", "sent"), ENDS, ids=["role", "departure"])
def test_two_managers_who_end_each_other_at_once_leave_one(
    team: Team, monkeypatch: pytest.MonkeyPatch, decide: Decision[..., Any], sent: dict[str, Any]
) -> None:
    one, two = team.join("manager"), team.join("manager")
    before_it_is_saved(team.engines[0], monkeypatch, lambda: team.does(1, two, one, decide, **sent))
    with pytest.raises(Refused, match=r"last-of-direction|not-allowed"):
        team.does(0, one, two, decide, **sent)
    assert two in team.with_role("manager")


def test_two_closings_at_once_leave_a_manager_and_another_steward(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """An administrator in two tabs, each of which closes one manager."""
    managers, thief, other = [team.enters("manager") for _ in range(2)], *(team.enters("administrator") for _ in "ab")
    one, two = managers

    def close(process: int, about: UUID) -> None:
        team.does(process, thief, about, suspend_account, reason="colleague")

    before_it_is_saved(team.engines[0], monkeypatch, lambda: close(1, one))
    with pytest.raises(Refused, match="last-steward"):
        close(0, two)
    assert [team.member(id).access.suspended for id in (one, two, other)] == ["colleague", None, None]


def test_of_two_closings_at_once_one_is_the_fourth(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    thief, *people = team.enters("manager"), *(team.enters("advisor") for _ in range(4))
    for about in people[:2]:
        team.does(0, thief, about, record_departure, last_day=structure_folder.utc_now().date())
    third, fourth = people[2:]
    before_it_is_saved(
        team.engines[0], monkeypatch, lambda: team.does(1, thief, third, suspend_account, reason="colleague")
    )
    team.does(0, thief, fourth, suspend_account, reason="colleague")
    assert (team.member(third).access.suspended, team.member(fourth).access.suspended) == ("colleague", None)
    assert team.member(fourth).access.closing_by == str(thief)


def test_who_asked_for_a_reset_and_is_closed_at_once_asked_for_nothing(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    thief, one, two, about = (team.enters(role) for role in ("manager", "manager", "manager", "advisor"))
    team.does(0, thief, about, request_factors_reset)
    before_it_is_saved(
        team.engines[0], monkeypatch, lambda: team.does(1, two, thief, suspend_account, reason="colleague")
    )
    with pytest.raises(Refused, match="another-person"):
        team.does(0, one, about, reset_factors)
    assert team.member(about).access.opened


def test_a_team_that_moved_refuses_nothing_by_itself(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody joins, and somebody gets a role, while a third role is ended."""
    one, two = team.join("manager"), team.join("manager")
    before_it_is_saved(team.engines[0], monkeypatch, lambda: team.does(1, OPERATOR, one, add_member, **ROLE))
    team.does(0, one, two, change_roles, roles=("advisor",))
    assert team.with_role("manager") == {one}


def test_of_many_at_once_one_manager_is_left(team: Team) -> None:
    """Each ends the role of the next one, in two processes."""
    people = [team.join("manager") for _ in range(4)]
    start, refused = Barrier(len(people)), list[str]()

    def end(n: int) -> None:
        start.wait()
        try:
            team.does(n % 2, people[n], people[n - 1], change_roles, roles=("advisor",))
        except Refused as error:
            refused.append(error.code)

    threads = [Thread(target=end, args=(n,)) for n in range(len(people))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(team.with_role("manager")) == len(refused) >= 1
    assert set(refused) <= {"last-of-direction", "not-allowed"}
