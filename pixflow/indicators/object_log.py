"""The paths as an object-centric log, in OCEL 2.0 JSON: the events of the log in XES, each with the objects it names.

An object is a dossier, a participation, a workshop, a partner or a member of the team, under an alias of this file
alone. No attribute of an object leaves.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from uuid import UUID

from msgspec.json import encode

from pixflow.events.base import Recorded, event_day
from pixflow.events.dossier import ReferralSent
from pixflow.indicators.event_log import DayOf, Trace, name_of, numbers_of, time_of

TYPES = ("dossier", "participation", "workshop", "partner", "member")
_NAMED = {
    "participation": ("participation", "about"),
    "workshop": ("workshop", "at"),
    "partner_id": ("partner", "sent to"),
    "advisor": ("member", "advisor"),
    "to": ("member", "handed to"),
}
"""The fields of events that name an object: its type, and the qualifier of the relationship."""
_ATTRIBUTES = {"on": "string", "rank": "integer", "position": "integer", "stage": "string"}

Objects = dict[str, tuple[str, str]]
"""The type of each object, and the dossier of a participation, "" of another one, by alias."""


def ocel(made: Iterable[Trace], alias: Callable[[str], str], day_of: DayOf | None) -> Iterator[str]:
    """Yields the lines of the file; without days (`day_of`), those of a linked log.

    Objects come last: they are known once all events are written.
    """
    objects: Objects = {}
    names, between = set[str](), ""
    yield '{"events":['
    for trace, events in made:
        partners: dict[UUID | None, UUID | None] = {
            e.referral: e.partner_id for one in events if isinstance(e := one.event, ReferralSent)
        }
        for rank, recorded in enumerate(events, 1):
            names.add(name_of(recorded))
            related = list(_related(recorded, trace, partners, alias, objects))
            yield between + _json(
                _event(recorded, trace, numbers_of(recorded, rank, day_of), time_of(recorded, day_of), related)
            )
            between = ","
    yield '],"objects":['
    for n, (id, (kind, dossier)) in enumerate(sorted(objects.items())):
        of = [{"objectId": dossier, "qualifier": "of"}] if dossier else []
        told = {"id": id, "type": kind, "attributes": [], "relationships": of}
        yield ("," if n else "") + _json(told)
    attributes = [
        {"name": name, "type": kind} for name, kind in _ATTRIBUTES.items() if name != "position" or not day_of
    ]
    yield f'],"eventTypes":{_json([{"name": name, "attributes": attributes} for name in sorted(names)])},'
    yield f'"objectTypes":{_json([{"name": name, "attributes": []} for name in TYPES])}}}'


def _json(value: object) -> str:
    return encode(value).decode()


def _event(
    recorded: Recorded, trace: str, numbers: Mapping[str, int], time: str, related: list[dict[str, str]]
) -> dict[str, object]:
    """Returns an event. The schema of the standard wants each value as text, whatever its type."""
    texts = {name: str(number) for name, number in numbers.items()}
    said = {"on": event_day(recorded.event).isoformat(), **texts, "stage": recorded.event.STAGE or ""}
    return {
        "id": f"{trace}-{numbers['rank']}",
        "type": name_of(recorded),
        "time": time,
        "attributes": [{"name": name, "value": value} for name, value in said.items() if value],
        "relationships": related,
    }


def _related(
    recorded: Recorded,
    trace: str,
    partners: Mapping[UUID | None, UUID | None],
    alias: Callable[[str], str],
    objects: Objects,
) -> Iterator[dict[str, str]]:
    """Yields the relationships of an event, and adds its objects. `partners` are those of referrals."""
    dossier = f"dossier-{trace}"
    relationships = [("dossier", dossier, "of")]
    ids = {name: getattr(recorded.event, name, None) for name in _NAMED}
    ids["partner_id"] = ids["partner_id"] or partners.get(getattr(recorded.event, "referral", None))
    named = [(*_NAMED[name], str(id)) for name, id in ids.items() if isinstance(id, UUID)]
    named += [
        ("member", role, who)
        for role, who in (("by", recorded.by), ("for", recorded.acting_for))
        if who and ":" not in who
    ]
    relationships += [(kind, f"{kind}-{alias(id)}", qualifier) for kind, qualifier, id in named]
    for kind, id, qualifier in relationships:
        objects.setdefault(id, (kind, dossier if kind == "participation" else ""))
        yield {"objectId": id, "qualifier": qualifier}
