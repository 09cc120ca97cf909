"""kill -9 of an import, again and again: a file is recorded whole or not at all, and sent again it is there once."""

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from time import monotonic, sleep
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from pixflow.actor import OPERATOR, Actor
from pixflow.engine import Engine
from pixflow.events.base import Recorded
from pixflow.events.dossier import DossierOpened
from pixflow.events.partner import PartnerListed
from pixflow.partners.catalogue import state_territory
from pixflow.team.membership import add_member
from pixflow.unit_of_work import Step
from tests.trials.mission import Mission, found
from tests.trials.processes import PROCESSES
from tests.trials.report import TrialReport
from tests.trials.scale import SEED, many
from tests.trials.verdict import must_be_sound, must_show
from web.desk.imports import place_importer, portfolio_importer
from web.hosting.served_structure import ServedStructure, serve_one

LINES = 100
execute_all = Engine.execute_all
FIRST: dict[str, type] = {"places": PartnerListed, "dossiers": DossierOpened}
"""The event that each line of a file becomes."""


def places(number: int) -> bytes:
    """Returns the file of that number, of places in no other file."""
    rows = [
        {"id": f"{number}-{n}", "nom": f"Lieu {number} {n}", "commune": "Mortagne-au-Perche", "code_postal": "61400",
         "pivot": "00000000000000", "date_maj": "2026-06-01", "source": "Hinaura", "telephone": "",
         "adresse": f"{n} rue {number}", "services": "Maîtrise des outils numériques du quotidien"}
        for n in range(LINES)
    ]  # fmt: skip
    return msgspec.json.encode(rows)


def dossiers(number: int) -> bytes:
    lines = [f"{number * LINES + n + 1:09};Nom{number};Prénom{n};Mortagne" for n in range(LINES)]
    return "\r\n".join(("N° dossier;Nom de naissance;Prénom;Site", *lines, "")).encode("utf-8-sig")


FILES: dict[str, Callable[[int], bytes]] = {"places": places, "dossiers": dossiers}


def take(served: ServedStructure, kind: str, number: int, by: Actor, ready: Callable[[], None] = lambda: None) -> None:
    """Imports a file as a page or a command does. `ready` is called before the first write."""
    if kind == "places":
        places_of = place_importer(served)
        plan = places_of.prepare(places(number))
        ready()
        places_of.record(plan, by=by, command_id=uuid4())
    else:
        people_of = portfolio_importer(served)
        prepared = people_of.prepare(dossiers(number))
        ready()
        people_of.record(prepared, by=by, command_id=uuid4())


def live(mission: Mission, kind: str, number: int, by: Actor, whole: bool, say: Connection) -> None:
    """Imports a file in a process of its own. Says when it begins to write, and when all is shown."""
    if not whole:
        setattr(Engine, "execute_all", line_by_line)  # noqa: B010
    with mission.opened() as opened, closing(serve_one(opened)) as served:
        take(served, kind, number, by, lambda: say.send("begun"))
        served.read()
        say.send("done")


def line_by_line(engine: Engine, steps: Iterable[Step], content: Any, **told: Any) -> None:
    """Records each decision of an import as a command of its own: the control."""
    for step in steps:
        execute_all(engine, [step], content, **told | {"command_id": uuid4()})


def killed(mission: Mission, kind: str, number: int, by: Actor, after: float | None, *, whole: bool = True) -> float:
    """Starts an import and kills it so many seconds after its first write, at its end by None. Returns the seconds."""
    hear, say = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=live, args=(mission, kind, number, by, whole, say))
    process.start()
    say.close()
    assert hear.recv() == "begun"
    began = monotonic()
    if after is None:
        assert hear.recv() == "done"
    else:
        sleep(after)
    process.kill()
    process.join()
    hear.close()
    return monotonic() - began


def referent(mission: Mission) -> Actor:
    """Adds somebody who may import, and states the territory."""
    id = uuid4()
    with mission.opened() as opened:
        said: dict[str, Any] = {"name": "Sophie", "email": "sophie@exemple.fr", "site": None, "roles": ("referent",)}
        opened.engine.execute({"staff": id}, add_member, by=Actor(OPERATOR), command_id=uuid4(), via="cli", **said)
        opened.engine.execute(
            {"catalogue": opened.stream("catalogue")},
            state_territory,
            by=Actor(str(id)),
            command_id=uuid4(),
            groupings=(),
            communes=("61293",),
            radius=0,
            sites={},
        )
    return Actor(str(id))


def lines_of(events: list[Recorded], kind: str, since: int) -> Counter[UUID]:
    """Counts the first events of the lines of a file, by stream."""
    return Counter(one.originator_id for one in events if one.position > since and isinstance(one.event, FIRST[kind]))


@pytest.mark.parametrize(
    ("kind", "kills"),
    [("places", 1), *(pytest.param(kind, many("imports", 60), marks=pytest.mark.trial) for kind in FILES)],
)
def test_a_killed_import_is_whole_or_not_there(
    kind: str, kills: int, tmp_path: Path, trial_report: TrialReport
) -> None:
    mission, chance, whole = found(tmp_path), Random(SEED), 0
    by = referent(mission)
    longest = killed(mission, kind, 0, by, None)
    for number in range(1, kills + 1):
        there, since = there_after_a_kill(mission, kind, number, by, chance.uniform(0, longest))
        assert len(there) in (0, LINES)
        whole += len(there) == LINES
        with mission.opened() as opened, closing(serve_one(opened)) as served:
            take(served, kind, number, by)
            again = lines_of(must_be_sound(served.engine), kind, since)
            assert (len(again), set(again.values())) == (LINES, {1})
    with mission.opened() as opened, closing(serve_one(opened)) as served:
        must_show(served.read(), served.engine)
    trial_report.add(
        f"kill -9 of an import of {LINES} {kind}",
        f"{kills} kills, each of another file",
        f"{whole} recorded whole, {kills - whole} not at all; each there once, sent again",
    )


def there_after_a_kill(
    mission: Mission, kind: str, number: int, by: Actor, after: float, *, whole: bool = True
) -> tuple[Counter[UUID], int]:
    """Returns the lines of a file that are recorded, and the last position before them."""
    with mission.opened() as opened:
        since = opened.engine.head()
    killed(mission, kind, number, by, after, whole=whole)
    with mission.opened() as opened:
        return lines_of(must_be_sound(opened.engine), kind, since), since


@pytest.mark.trial
def test_control_line_by_line_a_part_is_recorded(tmp_path: Path, trial_report: TrialReport) -> None:
    mission, chance, kills, parts = found(tmp_path), Random(SEED), 0, 0
    by = referent(mission)
    longest = killed(mission, "places", 0, by, None, whole=False)
    while parts < 5 and kills < 100:
        kills += 1
        there, _ = there_after_a_kill(mission, "places", kills, by, chance.uniform(0, longest), whole=False)
        parts += 0 < len(there) < LINES
    trial_report.add("control: an import line by line", f"{kills} kills", f"{parts} files recorded in part")
    assert parts == 5
