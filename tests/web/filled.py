"""More of a Mission locale for the pages of lists: many dossiers at once, more people, a second structure."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from pixflow import structure_folder
from pixflow.actor import OPERATOR, Actor
from pixflow.dossier import assignment, identity
from pixflow.dossier.stages import prescription
from pixflow.events.values import Moment, Result, Role
from pixflow.participation import matches
from pixflow.presets import Preset
from pixflow.team import membership
from pixflow.unit_of_work import Step
from tests.web.client import InspectingClient
from tests.web.paths import House
from tests.web.tags import parsed
from web.hosting.host import open_host

CHUNK = 500

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def hire(house: House, name: str, *roles: Role, of_site: str | None = None, until: date | None = None) -> UUID:
    """One more person of the team."""
    house.people[name] = uuid4()
    house.says(
        OPERATOR,
        membership.add_member,
        {"staff": house.people[name]},
        name=name,
        email=f"personne.{len(house.people)}@exemple.fr",
        site=of_site,
        roles=roles,
        until=until,
    )
    return house.people[name]


def auditor_gone(house: House) -> None:
    """The auditor left three days before: no weekly checkpoint leaves, and the departure is told no more."""
    house.pass_by(days=-3)
    who = {"staff": house.people["Claire Vasseur"]}
    house.says(OPERATOR, membership.record_departure, who, last_day=house.today)
    house.pass_by(days=3)


def fill(house: House, count: int, advisor: str | None = "Nadia Benali", **said: Any) -> list[UUID]:
    """Many dossiers in few transactions: Nom0001 Prénom, Nom0002 Prénom…"""
    ids = [uuid4() for _ in range(count)]
    plain = {"first_name": "Prénom", "birth_date": None, "imilo_number": None, "site": "Mortagne", "on": house.today}
    whose: dict[str, Any] = {"advisor": house.people[advisor]} if advisor else {}
    whose["email"] = "jeune@exemple.fr"
    steps = [
        Step({"dossier": id}, identity.open_dossier, {"last_name": f"Nom{n:04}", **plain, **whose, **said})
        for n, id in enumerate(ids, 1)
    ]
    _take(house, steps, Actor(OPERATOR))
    return ids


def give(house: House, dossiers: Sequence[UUID], advisor: str) -> None:
    """Each of these dossiers has a shared result today, which is dispatched to this advisor."""
    steps = [step for id in dossiers for step in _given(house, id, house.people[advisor])]
    _take(house, steps, Actor(str(house.people["Sophie Lecomte"])))


def receive(house: House, dossiers: Sequence[UUID], advisor: str) -> None:
    """Each of these dossiers is followed by this advisor, and has a shared result of today to dispatch."""
    follows = {"advisor": house.people[advisor]}
    steps = [Step({"dossier": id}, assignment.assign_advisor, follows) for id in dossiers]
    steps += [step for id in dossiers for step in list(_given(house, id, house.people[advisor]))[:2]]
    _take(house, steps, Actor(str(house.people["Sophie Lecomte"])))


def _given(house: House, dossier: UUID, advisor: UUID) -> Iterator[Step]:
    found, today = uuid4(), Moment(house.today)
    row = {
        "campaign": house.campaign,
        "purpose": "initial",
        "last_name": f"Nom {dossier}",
        "first_name": "Prénom",
        "external_id": None,
        "imported": (),
        "started": today,
        "progress": Decimal(1),
        "ordinal": 0,
        "result": Result(shared=today, mastery=Decimal("0.4")),
        "exported_at": house.served.engine.clock(),
    }
    yield Step({"participation": found}, matches.import_participation, row)
    sure = {"automatic": False, "score": 86, "reasons": (), "warnings": (), "others": ()}
    ids = {"participation_id": found, "dossier_id": dossier}
    yield Step({"participation": found, "dossier": dossier}, matches.confirm_match, sure, ids)
    yield Step({"dossier": dossier}, prescription.dispatch_result, {"participation": found, "advisor": advisor})


def _take(house: House, steps: Sequence[Step], by: Actor) -> None:
    for start in range(0, len(steps), CHUNK):
        some = steps[start : start + CHUNK]
        house.served.engine.execute_all(some, start, by=by, command_id=uuid4(), via="cli")


@contextmanager
def structures_of(data: Path, presets: dict[str, Preset], day: date = date(2026, 3, 16)) -> Iterator[dict[str, House]]:
    """Several structures on one site, each with an advisor and an auditor."""
    clock = [datetime(day.year, day.month, day.day, 9, 12, tzinfo=UTC)]
    slugs = {}
    for name, preset in presets.items():
        opened = structure_folder.create(
            data, demonstration=True, name=name, preset=preset, sites=("Mortagne",), clock=lambda: clock[0]
        )
        slugs[name] = opened.slug
        opened.engine.close()
    with open_host(data, demo=True, clock=lambda: clock[0]) as served:
        houses = {}
        for name, slug in slugs.items():
            houses[name] = House(served, clock)
            houses[name].served, houses[name].slug = served.structures[slug], slug
            hire(houses[name], "Nadia Benali", "advisor")
            hire(houses[name], "Claire Vasseur", "auditor")
        yield houses


def said(tag: Any) -> str:
    """The words of a part of a page, with ordinary spaces."""
    return " ".join(tag.get_text(" ").split())


def texts(html: str, selector: str) -> list[str]:
    """The words of each part that a selector finds."""
    return [said(tag) for tag in parsed(html).select(selector)]


def part(client: InspectingClient, path: str) -> str:
    """The fragment that htmx swaps into a page, without the rail that comes beside it; both must be on the page."""
    answer = client.get(path, headers=HTMX).text
    block, _, rail = answer.partition('<hx-partial hx-target="#rail" hx-swap="outerHTML">')
    assert "<html" not in answer
    assert rail.removesuffix("</hx-partial>") in client.get(path).text
    return block
