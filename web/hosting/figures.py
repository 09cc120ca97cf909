"""The events that figures are made of, read from the store."""

from collections.abc import Iterator, Mapping

from pixflow.engine import Engine
from pixflow.events.base import Recorded
from pixflow.indicators.views import Streams, by_stream

BATCH = 5_000


def streams_of(engine: Engine) -> Mapping[str, Streams]:
    """Returns the events of every stream of a structure, by kind."""

    return by_stream(_events(engine))


def _events(engine: Engine) -> Iterator[Recorded]:
    after = 0
    while batch := engine.read(after, BATCH):
        yield from batch
        after = batch[-1].position
