"""Each way to change the events behind the register is found, a thousand times; a clean copy of any length is not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pixflow.ledger.verify import check, read_held
from tests.ledger.registers import Copy
from tests.ledger.test_verify import TAMPERINGS, Kept
from tests.trials.report import TrialReport
from tests.trials.scale import many

pytestmark = pytest.mark.trial

TRIES = many("tamperings", 1_000)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(tmp_path_factory.mktemp("kept"))


@pytest.mark.parametrize("tamper", TAMPERINGS)
def test_each_is_found_by_the_tiles_and_by_what_is_held(
    tamper: Callable[[Copy], None], kept: Kept, trial_report: TrialReport, tmp_path: Path
) -> None:
    unseen = []
    for seed in range(TRIES):
        copy = Copy.of(kept.copy, tmp_path / "bent.db", seed)
        tamper(copy)
        tiles, known = kept.found(copy.file, tiles=True), kept.found(copy.file, kept.first, kept.last)
        unseen += [] if tiles & {"fact", "shorter"} and known & {"interval", "cut"} else [seed]
    trial_report.add(f"tampering, {tamper.__name__}", f"{TRIES} copies", f"{len(unseen)} unseen")
    assert unseen == []


def test_a_clean_copy_is_never_an_alarm(kept: Kept, trial_report: TrialReport, tmp_path: Path) -> None:
    """Each length at which a command ends, with the tiles read so far and the checkpoints held then."""
    first = read_held(str(kept.first))[0]
    ends = [row[0] for row in Copy.of(kept.copy, tmp_path / "ends.db", 0)("SELECT last_position FROM commands")]
    lengths = [end for end in ends if end >= first.size]
    for end in lengths:
        copy = Copy.of(kept.copy, tmp_path / "clean.db", end)
        copy("DELETE FROM stored_events WHERE position > ?", end)
        copy("DELETE FROM commands WHERE first_position > ?", end)
        assert check(copy.file, [first]).findings == [], end
    trial_report.add("tampering: clean copies", f"{len(lengths)} lengths", "no alarm")
