"""The JSON file of a person's data (GDPR, article 20)."""

import json
from dataclasses import fields
from typing import Any
from uuid import UUID

import msgspec

from pixflow.events.base import Recorded
from pixflow.tasks import Task
from web.french import privacy, tasks
from web.pages.privacy.personal_data import PersonalData, PersonalEvent, PersonalStream

FORMAT, VERSION = "pixflow.person", 1

OTHERS = ("others", "dossier", "duplicate", "into")
"""The fields that may name other people's dossiers."""


def document(known: PersonalData) -> dict[str, Any]:
    """Returns every event as it is stored, without the ids of other people."""
    person, own = known.person, {stream.id for stream in (*known.dossiers, *known.participations)}
    named: dict[str, str] = {}
    made = {
        "format": FORMAT,
        "version": VERSION,
        "made_at": known.made_at,
        "structure": known.structure,
        "information": dict(privacy.information(known.months)),
        "person": {
            "id": known.id,
            "last_name": person.last_name,
            "first_name": person.first_name,
            "birth_date": person.birth_date,
            "imilo_number": person.imilo_number,
            "phone": person.phone,
            "email": person.email,
            "site": person.site,
            "programme": person.programme,
            "group": person.group,
            "collective_end": person.collective_end,
            "project": person.project,
            "advisor": _name(known, person.advisor, named),
        },
        "dossiers": [_stream(known, one, own, named) for one in known.dossiers],
        "participations": [
            {"campaign": _name(known, one.state.campaign, named), **_stream(known, one, own, named)}
            for one in known.participations
        ],
        "workshops": [
            {
                "site": one.state.site,
                "place": one.state.place,
                "starts": one.state.starts,
                "ends": one.state.ends,
                "run_by": [_name(known, who, named) for who in one.state.facilitators],
                **_stream(known, one, own, named),
            }
            for one in known.workshops
        ],
        "writers": [{"name": name, "facts": count} for name, count in known.writers],
        "readers": [{"at": one.at, "who": one.who, "page": one.page, "why": one.why} for one in known.readings],
        "owed": [
            {"task": tasks.VERBS[task.kind], "from": task.opens, "due": task.due, "why": why(task)}
            for task in known.owed
        ],
    }
    built: dict[str, Any] = msgspec.to_builtins({**made, "names": named})
    return built


def encoded(known: PersonalData) -> bytes:
    """Returns the document as JSON."""
    return json.dumps(document(known), ensure_ascii=False, indent=1).encode()


def why(task: Task) -> str:
    """Returns the reason of a task in words."""
    return tasks.why(task.kind, task.why.details, task.why.on)


def _stream(known: PersonalData, stream: PersonalStream, own: set[UUID], named: dict[str, str]) -> dict[str, Any]:
    return {"id": stream.id, "facts": [_event(known, event, own, named) for event in stream.events]}


def _event(known: PersonalData, event: PersonalEvent, own: set[UUID], named: dict[str, str]) -> dict[str, Any]:
    r, retracted = event.recorded, event.retracted
    content = None if event.withheld else _content(known, r, own, named)
    return {
        "version": r.originator_version,
        "topic": r.event.TOPIC,
        "title": event.title,
        "said": event.said,
        "on": getattr(r.event, "on", None),
        "recorded_at": r.at,
        "by": event.who,
        "via": r.via,
        "withheld": event.withheld,
        "retracted": event.retraction_said if retracted else None,
        "content": content,
    }


def _content(known: PersonalData, recorded: Recorded, own: set[UUID], named: dict[str, str]) -> dict[str, Any]:
    """Returns the fields of an event without the ids of other people; adds the names of the other ids to `named`."""
    content: dict[str, Any] = msgspec.to_builtins(recorded.event)
    for name in (field.name for field in fields(recorded.event)):  # type: ignore[arg-type]
        value = getattr(recorded.event, name)
        if name == "others":
            content[name] = [str(one) for one in value if one in own]
        elif name in OTHERS and value not in own:
            content[name] = None
        elif isinstance(value, UUID):
            _name(known, value, named)
    return content


def _name(known: PersonalData, id: UUID | None, named: dict[str, str]) -> str | None:
    """Returns the name of a colleague or of a campaign, None for another id; adds it to `named`."""
    campaign, member = known.refs.campaigns.get(id) if id else None, known.refs.team.get(id) if id else None
    found = campaign.name if campaign else member.name if member else None
    if id and found:
        named[str(id)] = found
    return found
