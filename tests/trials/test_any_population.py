"""A population of any size and seed: played to the end, without an error and without a refused command."""

from datetime import date
from itertools import cycle
from pathlib import Path

import pytest

from pixflow import presets
from tests.trials.scale import many
from web.samples import population

pytestmark = pytest.mark.trial

SEEDS = range(1, many("populations", 20) + 1)
SIZES = cycle((1, 30, 7, 200, 1_500))
PRESETS = cycle(("laigle-mortagne", "hautes-pyrenees", "parcours-type"))
START = date(2025, 9, 1)


@pytest.mark.parametrize(("seed", "size", "preset"), list(zip(SEEDS, SIZES, PRESETS, strict=False)))
def test_a_population_is_played_without_a_refusal(tmp_path: Path, seed: int, size: int, preset: str) -> None:
    """An odd seed plays each command alone, unless there are many: `batch` plays a day of each person at once."""
    opened, totals = population.build(
        tmp_path,
        name="Mission locale simulée",
        preset=presets.load(preset),
        young_people=size,
        seed=seed,
        start=START,
        batch=seed % 2 == 0 or size > 1_000,
    )
    opened.engine.close()
    assert totals.refused == {}
