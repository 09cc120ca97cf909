"""The paths as a log for process mining, in XES (IEEE 1849-2023): what happened and when, without any name.

A case is a dossier under an alias of this file alone. A retracted event is left out; so are merged duplicates and
whoever was erased. No personal field leaves: an event gives its stored name, its days, its stage and its rank in its
case. A linked log, for an auditor, has its instant and its position too: with them, the journal tells the dossier.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from hashlib import blake2s
from operator import itemgetter
from uuid import UUID
from xml.sax.saxutils import quoteattr

from pixflow.actor import PARTNER
from pixflow.events.base import Erased, Recorded, event_day
from pixflow.events.dossier import DossierMerged
from pixflow.folding import not_retracted

NAMESPACE = "http://www.xes-standard.org/"
_EXTENSIONS = {
    "concept": "Concept", "time": "Time", "org": "Organizational", "lifecycle": "Lifecycle",
}  # fmt: skip
_EVENT = ("concept:name", "lifecycle:transition", "org:resource", "pixflow:on")
DayOf = Callable[[datetime], date]
"""Tells the day of an instant."""
EPOCH = "1970-01-01T00:00:00.000Z"
Trace = tuple[str, Sequence[Recorded]]
"""One case: its alias, and its events in the order of their positions."""


def alias_with(key: bytes) -> Callable[[str], str]:
    """Returns the aliases of one file: nobody without its key finds whom they are about."""
    return lambda text: blake2s(text.encode(), key=key, digest_size=8).hexdigest()


def traces(
    dossiers: Iterable[tuple[UUID, Sequence[Recorded]]], alias: Callable[[str], str], first: date, last: date
) -> list[Trace]:
    """Returns the dossiers begun in the period, by alias: their order in the file tells nothing."""
    made: list[Trace] = []
    for dossier, events in dossiers:
        standing = not_retracted(events)
        apart = any(isinstance(one.event, Erased | DossierMerged) for one in events)
        if standing and not apart and first <= event_day(standing[0].event) <= last:
            made.append((alias(str(dossier)), sorted(standing, key=lambda one: one.position)))
    return sorted(made, key=itemgetter(0))


def name_of(one: Recorded) -> str:
    """Returns the stored name of an event, without its stream's."""
    return one.event.TOPIC.partition(".")[2]


def instant_of(at: datetime) -> str:
    """Returns an instant as both standards write it: "2026-03-05T09:12:00.000Z"."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def time_of(one: Recorded, day_of: DayOf | None) -> str:
    """Returns the midnight of the day of a fact, or its instant in a linked log."""
    return instant_of(one.at) if day_of is None else f"{day_of(one.at)}T00:00:00.000Z"


def xes(made: Iterable[Trace], alias: Callable[[str], str], day_of: DayOf | None) -> Iterator[str]:
    """Yields the lines of the file; without days (`day_of`), those of a linked log."""
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<log xes.version="1.0" xes.features="" xmlns="{NAMESPACE}">'
    for prefix, name in _EXTENSIONS.items():
        yield f'<extension name="{name}" prefix="{prefix}" uri="{NAMESPACE}{prefix}.xesext"/>'
    yield '<extension name="pixflow" prefix="pixflow" uri="urn:pixflow:xesext"/>'
    yield f'<global scope="trace">{_string("concept:name", "")}</global>'
    linked = {"position": 0} if day_of is None else {}
    yield f'<global scope="event">{_event(dict.fromkeys(_EVENT, ""), EPOCH, {"rank": 0, **linked})}</global>'
    yield '<classifier name="Activity" scope="event" keys="concept:name"/>'
    yield _string("concept:name", "pixflow")
    for name, events in made:
        yield f"<trace>{_string('concept:name', name)}"
        for rank, one in enumerate(events, 1):
            yield f"<event>{_of(one, rank, alias, day_of)}</event>"
        yield "</trace>"
    yield "</log>"


def _of(recorded: Recorded, rank: int, alias: Callable[[str], str], day_of: DayOf | None) -> str:
    if recorded.by.startswith(PARTNER):
        by = "partner"
    else:  # the clock, the operator, or a member of the team under an alias
        by = recorded.by.partition(":")[2] if ":" in recorded.by else f"staff-{alias(recorded.by)}"
    attributes = {
        "concept:name": name_of(recorded),
        "lifecycle:transition": "complete",
        "org:resource": by,
        "pixflow:on": event_day(recorded.event).isoformat(),
    }
    stage = _string("pixflow:stage", recorded.event.STAGE) if recorded.event.STAGE else ""
    return _event(attributes, time_of(recorded, day_of), numbers_of(recorded, rank, day_of)) + stage


def numbers_of(one: Recorded, rank: int, day_of: DayOf | None) -> dict[str, int]:
    """Returns the rank of an event in its case, which orders those of one day; in a linked log, its position too."""
    return {"rank": rank} if day_of else {"rank": rank, "position": one.position}


def _event(told: dict[str, str], at: str, numbers: dict[str, int]) -> str:
    made = [_string(name, told[name]) for name in _EVENT]
    made.insert(1, f'<date key="time:timestamp" value="{at}"/>')
    made += (f'<int key="pixflow:{name}" value="{number}"/>' for name, number in numbers.items())
    return "".join(made)


def _string(key: str, value: str) -> str:
    return f"<string key={quoteattr(key)} value={quoteattr(value)}/>"
