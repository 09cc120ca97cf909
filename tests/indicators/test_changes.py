"""The late entries since an earlier day, against a count of each entry."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from projections.figures.entries import entries
from projections.figures.questions import LateChange, late_changes
from tests.indicators.population import DAYS, Population


@pytest.mark.parametrize("day", [*DAYS, DAYS[-1] + timedelta(20)], ids=str)
@pytest.mark.parametrize("days", [7, 60])
def test_those_late_now_and_those_late_before(population: Population, day, days: int) -> None:
    first, earlier = day - timedelta(365), day - timedelta(days)
    with population.side.database.connect() as read:
        rows = [row for row in read.execute(select(entries)) if row.due and first <= row.on <= day]
        found = late_changes(read, first, day, earlier, 100)

    def late(indicator, on):
        mine = [row for row in rows if row.indicator == indicator and row.on <= on and row.due < on]
        return len([row for row in mine if row.ended_on is None or row.ended_on > on])

    targeted = [f"I{number}" for number in range(2, 12)]
    expected = [LateChange(one, late(one, day), late(one, earlier)) for one in targeted]
    changed = [one for one in expected if one.now != one.before]
    assert found == sorted(changed, key=lambda one: (-abs(one.now - one.before), one.indicator))
    assert found, "some became late, or are late no more"
