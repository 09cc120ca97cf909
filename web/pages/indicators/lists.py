"""The list behind a number: each line names whom it is about, and leads to the fact."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from projections import directory, workshops
from projections.figures.lists import FigureLine
from web.desk.desk import Desk
from web.french import dates
from web.french import indicators as french
from web.french.typography import plural, say


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line: its name and address, the day of the fact and its address, and what became of it in words."""

    name: str
    href: str
    on: str
    fact: str
    words: Sequence[str]
    late: bool


def dossiers(found: Iterable[FigureLine], desk: Desk) -> set[UUID]:
    """Returns the streams that are dossiers."""
    return set(directory.named(desk.read, {one.stream for one in found}))


def line_rows(desk: Desk, id: str, found: Sequence[FigureLine]) -> list[LineRow]:
    """Returns the lines of an indicator, in words."""
    streams = {one.stream for one in found}
    people, held = directory.named(desk.read, streams), workshops.many(desk.read, streams)
    return [_row(desk, id, one, people, held) for one in found]


def _row(
    desk: Desk, id: str, one: FigureLine, people: dict[UUID, directory.YoungPerson], held: dict[UUID, object]
) -> LineRow:
    name, href, fact = _about(desk, one, people, held)
    late = one.state == "open" and one.due is not None and one.due < desk.today and id != "I18"
    return LineRow(name, href, dates.day(one.on, year=True), fact, list(_words(desk, id, one, late)), late)


def _about(
    desk: Desk, one: FigureLine, people: dict[UUID, directory.YoungPerson], held: dict[UUID, object]
) -> tuple[str, str, str]:
    """Returns the name of what a line is about, its address, and the address of its fact."""
    if person := people.get(one.stream):
        replays = bool(desk.roles & {"referent", "manager", "auditor"})
        where = f"/dossiers/{one.stream}"
        return person.name, where, f"/rejouer/{one.stream}?version={one.version}" if replays else where
    if workshop := held.get(one.stream):
        where = f"/ateliers/{one.stream}"
        day = dates.day(workshop.day, year=True)  # type: ignore[attr-defined]
        return say("Atelier du {day}", day=day), where, where
    if member := desk.refs.team.get(one.stream):
        where = f"/equipe/{one.stream}"
        return member.name, where, where
    if desk.erased(one.stream):
        return "Personne effacée", f"/dossiers/{one.stream}", f"/dossiers/{one.stream}"
    return desk.refs.structure.name, "/equipe", "/equipe"


def _words(desk: Desk, id: str, one: FigureLine, late: bool) -> Iterable[str]:
    if id not in ("funnel",) and one.part and one.part != one.partner.casefold():
        yield french.cell(id, one.part)
    if one.partner:
        yield one.partner
    if id == "I21" and one.value is not None:
        yield plural(one.value, "point")
    if one.state in ("open", "out") and id not in ("I1", "I18"):
        yield french.state(id, "out" if one.state == "out" else "late" if late else "waiting")
    if one.reason:
        yield french.reason(one.reason)
    if one.ended_on and one.ended_on != one.on:
        yield say("le {day}", day=dates.day(one.ended_on, year=True))
    elif one.due and one.state == "open" and id not in ("I1", "I17"):
        yield say(french.DUE[id == "I18"], day=dates.day(one.due, year=True))
