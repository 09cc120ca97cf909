"""The list behind a number: each line names whom it is about, and leads to the fact."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pixflow.indicators.facts import ANY_LEVEL
from projections import directory, workshops
from projections.figures.lists import FigureLine
from projections.territory import partners
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


@dataclass(frozen=True, slots=True)
class LineSubjects:
    """Young people, workshops and names of partners that lines are about, by stream."""

    people: dict[UUID, directory.YoungPerson]
    held: dict[UUID, Any]
    partners: dict[UUID, str]


def line_rows(desk: Desk, id: str, found: Sequence[FigureLine]) -> list[LineRow]:
    """Returns the lines of an indicator, in words."""
    streams = {one.stream for one in found}
    about = LineSubjects(
        directory.named(desk.read, streams),
        workshops.many(desk.read, streams),
        partners.titles(desk.read, streams) if id == "I23" else {},
    )
    return [_row(desk, id, one, about) for one in found]


def _row(desk: Desk, id: str, one: FigureLine, about: LineSubjects) -> LineRow:
    name, href, fact = _about(desk, one, about)
    late = one.state == "open" and one.due is not None and one.due < desk.today and id not in ("I18", "I23")
    return LineRow(name, href, dates.day(one.on, year=True), fact, list(_words(desk, id, one, late)), late)


def _about(desk: Desk, one: FigureLine, about: LineSubjects) -> tuple[str, str, str]:
    """Returns the name of what a line is about, its address, and the address of its fact."""
    if person := about.people.get(one.stream):
        replays = bool(desk.roles & {"referent", "manager", "auditor"})
        where = f"/dossiers/{one.stream}"
        return person.name, where, f"/rejouer/{one.stream}?version={one.version}" if replays else where
    if workshop := about.held.get(one.stream):
        where = f"/ateliers/{one.stream}"
        day = dates.day(workshop.day, year=True)
        return say("Atelier du {day}", day=day), where, where
    if partner := about.partners.get(one.stream):
        where = f"/partenaires/{one.stream}"
        return partner, where, where
    if member := desk.refs.team.get(one.stream):
        where = f"/equipe/{one.stream}"
        return member.name, where, where
    if desk.erased(one.stream):
        return "Personne effacée", f"/dossiers/{one.stream}", f"/dossiers/{one.stream}"
    return desk.refs.structure.name, "/equipe", "/equipe"


def _of_partners(one: FigureLine) -> Iterable[str]:
    if one.partner:
        yield one.partner
    if one.due:
        until, since = "à confirmer avant le {day}", "ancienne depuis le {day}"
        yield say(until if one.part == "fresh" else since, day=dates.day(one.due, year=True))
    if one.part == ANY_LEVEL or one.part[0].isdigit():
        yield from (french.part("I23", one.part), one.reason)


def _words(desk: Desk, id: str, one: FigureLine, late: bool) -> Iterable[str]:
    if id == "I23":
        yield from _of_partners(one)
        return
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
        done = f"{french.state(id, 'done')} " if one.state in ("done", "past") else ""
        yield done + say("le {day}", day=dates.day(one.ended_on, year=True))
    elif one.due and one.state == "open" and id not in ("I1", "I17"):
        yield say(french.DUE[id == "I18"], day=dates.day(one.due, year=True))
