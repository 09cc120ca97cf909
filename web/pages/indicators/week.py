"""Ma semaine: what the person at the desk recorded, day by day; its counts by kind; its lines to copy into i-Milo."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pixflow.discretion import history_without_marked
from pixflow.dossier.state import Dossier
from pixflow.events import dossier as d
from pixflow.events import workshop as w
from pixflow.events.base import Recorded
from pixflow.folding import retractions_by_version
from pixflow.identity import normalise
from projections import audit_trail
from projections.statements import by_key
from projections.store.folds import folds_of
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import dates, privacy, validation
from web.french.events import sentences
from web.french.events.fields import Names
from web.french.phrases import listed
from web.french.typography import say, typeset
from web.http.addresses import Pager, address, read_day

MOST = 200
"""Facts of a page: a week of work is read, printed and copied whole."""
HIDDEN = "un dossier que vous ne suivez pas"
_WEEK = timedelta(7)
_WITH_THEM = (d.YoungPersonChased, d.AppointmentSet, d.AppointmentMissed, d.NoteTaken, d.DossierClosed)
"""Events of no stage that i-Milo is told, too: what was said and agreed with the young person."""

_PAPERS = {event.TOPIC for event in (d.PaperIssued, d.CopyIssued, w.PaperIssued)}


@dataclass(frozen=True, slots=True)
class Act:
    """An event of the week in words, recorded on a day; `on` is the day that it is about.

    `name` and `href` are of the dossier or workshop; `href` is "" where there is nothing to read. `whose` names the
    colleague for whom it was done; `retracted` says when, by whom and why it was retracted. `copied` is the sentence
    for i-Milo, "" for what it is not told.
    """

    stream: UUID
    day: date
    hour: str
    name: str
    said: str
    href: str = ""
    on: date = date.min
    whose: str = ""
    retracted: str = ""
    copied: str = ""

    @property
    def note(self) -> str:
        """Says for whom it was done, and the day that it is about, if another one."""
        on = self.href and self.on != self.day and dates.day(self.on, year=self.on.year != self.day.year)
        return listed(self.whose and say("pour {name}", name=self.whose), on and say("du {day}", day=on))


def read_week(desk: Desk, text: str, number: int, path: str, params: Mapping[str, str]) -> dict[str, Any]:
    """Returns a page of the week of a day ("2026-03-18"); "" is the present week.

    `params` are the parameters of the address that stand for something else. `wrong` says why it is not the week asked
    for, `empty` why it has no fact. `chosen_day` is its value in an address. `counts` are by kind, without what was
    retracted; `copies` the texts for i-Milo, of this page. `before`, `now` and `after` are addresses of other weeks, ""
    for none. `people` are those whom the page names.
    """
    chosen_day = read_day(text) if text else desk.today
    this, first = _monday(desk.today), _monday(chosen_day or desk.today)
    since, until = (datetime.combine(day, time(), ZoneInfo(desk.zone)) for day in (first, first + _WEEK))
    totals = audit_trail.recorded_totals(desk.read, desk.actor.id, since, until)
    named = "" if first == this else first.isoformat()
    pager = Pager.at(sum(n for _, n, _ in totals), number, path, {**params, "semaine": named}, size=MOST)
    rows = audit_trail.list_recorded(desk.read, desk.actor.id, since, until, MOST, pager.offset)
    states = folds_of(desk.read, {row.stream for row in rows if row.kind == "dossier"})
    dossiers = {stream: state for stream, state in states.items() if state.opened and desk.scope.sees(state)}
    erased = {stream for stream, state in states.items() if state.erased}
    acts = list(_acts(desk, rows, dossiers, erased))
    opened = desk.refs.structure.opened
    earliest = _monday(opened) if opened else first

    def at(monday: date) -> str:
        return address(path, {**params, "semaine": "" if monday == this else monday.isoformat()})

    return {
        "asked": named,
        "first": first,
        "words": _words(first),
        "wrong": "" if chosen_day else validation.invalid("date_parsing", {}) + typeset(" Voici cette semaine."),
        "empty": "" if pager.total else _why_empty(first, this, opened),
        "days": [(day, list(some)) for day, some in groupby(acts, attrgetter("day"))],
        "counts": _counts(totals),
        "standing": sum(standing for _, _, standing in totals),
        "copies": list(_copies(acts, dossiers)),
        "pager": pager,
        "before": at(min(first - _WEEK, this)) if first > earliest else "",
        "now": "" if first == this else at(this),
        "after": at(max(first + _WEEK, earliest)) if first < this else "",
        "people": frozenset(dossiers),
    }


def _monday(day: date) -> date:
    return day - timedelta(day.weekday())


def _words(first: date) -> str:
    last = first + timedelta(6)
    start, end = dates.weekday_day(first, year=first.year != last.year), dates.weekday_day(last, year=True)
    return say("du {start} au {end}", start=start, end=end)


def _why_empty(first: date, this: date, opened: date | None) -> str:
    if first > this:
        return say("Cette semaine n’est pas encore commencée.")
    if opened and first + _WEEK <= opened:
        day = dates.day(opened, year=True)
        return say("Rien n’était encore enregistré : cette structure a été ouverte le {day}.", day=day)
    return say(
        "Vous n’avez encore rien noté cette semaine." if first == this else "Vous n’avez rien noté cette semaine-là."
    )


def _counts(totals: Sequence[tuple[str, int, int]]) -> list[tuple[str, int]]:
    """Returns the number of events of each kind that stand: the most frequent kind first, papers last."""
    named = [(topic, sentences.TITLES.get(topic, topic), standing) for topic, _, standing in totals if standing]
    named.sort(key=lambda one: (one[0] in _PAPERS, -one[2], normalise(one[1])))
    return [(title, standing) for _, title, standing in named]


def _acts(desk: Desk, rows: Sequence[Any], dossiers: Mapping[UUID, Dossier], erased: Collection[UUID]) -> Iterator[Act]:
    """Yields these rows of the audit trail in words; of those who may not be read, neither name nor sentence."""
    zone = ZoneInfo(desk.zone)
    trails = desk.trails({row.stream for row in rows if row.stream in dossiers or row.kind == "workshop"})
    retracted = {stream: retractions_by_version(trail) for stream, trail in trails.items()}
    events = {one.position: one for trail in trails.values() for one in trail}
    history_by_stream = {
        stream: list(history_without_marked(desk.refs, trails[stream])) for stream in dossiers if stream in trails
    }
    for row in rows:
        local, dossier = row.at.replace(tzinfo=UTC).astimezone(zone), dossiers.get(row.stream)
        stamps = (row.stream, local.date(), f"{local:%H:%M}")
        if row.stream not in trails:
            name = privacy.ERASED if row.stream in erased else HIDDEN
            yield Act(*stamps, name, sentences.TITLES.get(row.topic, row.topic))
            continue
        recorded, names, by = events[row.position], names_for(desk, dossier), retracted[row.stream].get(row.version)
        yield Act(
            *stamps,
            _name(dossier) if dossier else "Atelier",
            sentences.sentence(recorded, names, zone=desk.zone, history=trails[row.stream]),
            f"/dossiers/{row.stream}" if dossier else f"/ateliers/{row.stream}",
            getattr(recorded.event, "on", None) or local.date(),
            names.staff(row.acting_for) if row.acting_for else "",
            sentences.retraction(by, names, desk.zone) if by else "",
            _for_imilo(row.position, history_by_stream[row.stream], names, desk.zone) if dossier and by is None else "",
        )


def _for_imilo(position: int, history: Sequence[Recorded], names: Names, zone: str) -> str:
    """Returns the sentence of an event for i-Milo; "" for one of the office, or that is not told outside."""
    recorded = next((one for one in history if one.position == position), None)
    if recorded is None or not (recorded.event.STAGE or isinstance(recorded.event, _WITH_THEM)):
        return ""
    return sentences.sentence(recorded, names, zone=zone, history=history)


def _copies(acts: Sequence[Act], dossiers: Mapping[UUID, Dossier]) -> Iterator[tuple[str, str]]:
    """Yields each young person, by their names, with what was done for them as plain text to copy into i-Milo."""
    copied = by_key((act.stream, act) for act in acts if act.copied)
    for stream in sorted(copied, key=lambda id: normalise(f"{dossiers[id].last_name} {dossiers[id].first_name}")):
        name, number = _name(dossiers[stream]), dossiers[stream].imilo_number
        done = [say("- {day} : {said}", day=dates.day(act.on, year=True), said=act.copied) for act in copied[stream]]
        yield name, "\n".join([listed(name, number and say("n° i-Milo {number}", number=number)), *done])


def _name(dossier: Dossier) -> str:
    return f"{dossier.first_name} {dossier.last_name}"
