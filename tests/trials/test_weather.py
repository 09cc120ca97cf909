"""The whole simulated: bad weather leaves no trace, and finds every bug that is planted."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from os import cpu_count
from typing import Any
from uuid import UUID, uuid5

import pytest

from pixflow import erasing
from pixflow.backups import key_copies
from pixflow.engine import Engine
from pixflow.participation.campaign import Intake
from pixflow.store.keys import Keys
from pixflow.store.sealing import CommandSealing
from pixflow.store.sqlite.vault import SqliteVault
from projections import audit_trail
from projections.store import catch_up, transaction
from projections.store.catch_up import ReadSide
from tests.trials.processes import PROCESSES
from tests.trials.report import TrialReport
from tests.trials.scale import SEED, many
from tests.trials.weather import attempt, shrunk

SHORTEST, SHORT, LONG = (12, 1), (24, 3), (200, 12)
"""Young people, months."""
TRIES = 10
"""Seeds among which one must find a planted bug."""


def test_the_weather_leaves_no_trace() -> None:
    """Plays some hundred commands."""
    found = attempt(SEED, SHORT)
    assert not found.wrong, shrunk(SEED, SHORT, found.number)
    assert found.commands > 100
    assert len(found.sky.struck) > 5


@pytest.mark.trial
def test_no_seed_leaves_a_trace(trial_report: TrialReport) -> None:
    seeds, struck, commands = range(SEED, SEED + many("weather", 60)), Counter[str](), 0
    failed: list[tuple[int, int]] = []
    with ProcessPoolExecutor(cpu_count(), PROCESSES) as pool:
        for seed, found in zip(seeds, pool.map(partial(attempt, size=LONG), seeds), strict=True):
            commands += found.commands
            struck.update({seam: times for (seam, _), times in found.sky.struck.items()})
            failed += [(seed, found.number)] if found.wrong else []
    done = f"{len(seeds)} seeds, {commands:,} commands, faults {dict(struck)}"
    trial_report.add("bad weather", done, f"{len(failed)} left a trace")
    assert not failed, shrunk(failed[0][0], LONG, failed[0][1])


# --- bugs planted


def claim_never_given_back(patch: pytest.MonkeyPatch) -> None:
    seal = CommandSealing.seal
    patch.setattr(CommandSealing, "seal", lambda self, work, sent: seal(self, work, sent)._replace(releases=[]))


def key_added_after_the_commit(patch: pytest.MonkeyPatch) -> None:
    add, save, late = SqliteVault.add, Engine._save, list[Callable[[], object]]()

    def later(self: SqliteVault, ring: int, wrapped: dict[UUID, bytes]) -> set[UUID]:
        new = wrapped.keys() - self.read(wrapped)[1].keys()
        late.append(partial(add, self, ring, {one: wrapped[one] for one in new}))
        return new

    def saved(*arguments: Any) -> Any:
        done = save(*arguments)
        while late:
            late.pop()()
        return done

    patch.setattr(SqliteVault, "add", later)
    patch.setattr(Engine, "_save", saved)


def command_recorded_twice(patch: pytest.MonkeyPatch) -> None:
    execute_all, tries = Engine.execute_all, Counter[tuple[str, UUID]]()

    def anew(self: Engine, *steps: Any, command_id: UUID, **how: Any) -> Any:
        times = tries[str(self._store.datastore.pool.db_name), command_id]
        tries[str(self._store.datastore.pool.db_name), command_id] += 1
        return execute_all(self, *steps, command_id=uuid5(command_id, f"{times}") if times else command_id, **how)

    patch.setattr(Engine, "execute_all", anew)


def decided_once_only(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Engine, "_find_moved", lambda self, versions: set())


def row_left_behind(patch: pytest.MonkeyPatch) -> None:
    compare = transaction._compare

    def kept(before: Any, after: Any, found: Any) -> None:
        compare(before, after, found)
        found.gone.clear()

    patch.setattr(transaction, "_compare", kept)


def tables_of_another_process_unseen(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ReadSide, "_reload_if_moved", lambda self, connection: False)


def tasks_of_the_former_protocol(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(catch_up, "RULES", frozenset())


def erased_row_kept(patch: pytest.MonkeyPatch) -> None:
    concerns = catch_up.concerns
    patch.setattr(catch_up, "concerns", lambda projection, change: not change.forgets and concerns(projection, change))


def erased_acts_kept(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(audit_trail, "forget", lambda connection, streams: None)


def erased_key_kept(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Keys, "destroy", lambda self, streams: None)


def erased_person_restored(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(erasing, "forget_again", lambda opened, told: [])


def file_imported_twice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Intake, "digests", ())


def event_rewritten(patch: pytest.MonkeyPatch) -> None:
    """A rotation of keys that also writes an old event again: it reads as before."""
    rotate = key_copies.rotate_keys

    def rewriting(opened: Any, *arguments: Any) -> int:
        with opened.engine.recorder.datastore.transaction(commit=True) as cursor:
            cursor.execute("DROP TRIGGER IF EXISTS stored_events_update")
            cursor.execute("UPDATE stored_events SET state = CAST(state || ' ' AS BLOB) WHERE position = 5")
        return rotate(opened, *arguments)

    patch.setattr(key_copies, "rotate_keys", rewriting)


PLANTED = (
    claim_never_given_back, key_added_after_the_commit, command_recorded_twice, decided_once_only, row_left_behind,
    tables_of_another_process_unseen, tasks_of_the_former_protocol, erased_row_kept,
    erased_acts_kept, erased_key_kept,
    erased_person_restored, file_imported_twice, event_rewritten,
)  # fmt: skip
AT_ONCE = (command_recorded_twice, row_left_behind, erased_row_kept)
"""Bugs that `make test` plants too: one of the commands, one of the tables, one of an erasure."""


@pytest.mark.parametrize(
    "plant", [pytest.param(one, marks=() if one in AT_ONCE else pytest.mark.trial) for one in PLANTED]
)
def test_control_a_planted_bug_is_found(
    plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch, trial_report: TrialReport
) -> None:
    """Long weather comes last: a protocol that changes what somebody of a dozen is owed is rare in three months."""
    plant(monkeypatch)
    first = SHORTEST if plant in AT_ONCE else SHORT
    for seed, size in [*((SEED + n, first) for n in range(TRIES)), (SEED, LONG)]:
        if wrong := attempt(seed, size).wrong:
            trial_report.add(f"control: {plant.__name__}", f"seed {seed}", wrong[0].splitlines()[-1][:120])
            return
    pytest.fail(f"not found by {TRIES} seeds and a long one: {plant.__name__}")


@pytest.mark.trial
def test_a_failure_shrinks_to_its_first_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """A number that changes is the first command that the bug spoils: one command less, and nothing is wrong."""
    claim_never_given_back(monkeypatch)
    size = (12, 2)
    told = shrunk(SEED, size, attempt(SEED, size).number).splitlines()
    command = int(told[0].split()[-1])
    assert any("a claim that nobody holds" in line for line in told)
    assert not attempt(SEED, size, command - 1).wrong
    assert attempt(SEED, size, command).wrong
