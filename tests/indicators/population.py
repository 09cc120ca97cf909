"""Some months of a simulated structure, for figures."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from pixflow.indicators.views import Streams
from pixflow.reference_data import References
from tests.web.samples.test_simulate import built
from web.hosting.figures import streams_of

DAYS = (date(2025, 9, 30), date(2025, 10, 31), date(2025, 11, 30))


@contextmanager
def played(folder: Path) -> Iterator[tuple[Mapping[str, Streams], References]]:
    opened, _ = built(folder, young_people=60)
    try:
        yield streams_of(opened.engine), opened.engine.references()
    finally:
        opened.engine.close()
