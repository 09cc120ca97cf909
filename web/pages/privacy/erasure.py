"""Erasure of a person: the request, the answer, and the events that are left."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from dateutil.relativedelta import relativedelta

from pixflow import erasing
from pixflow.actor import Actor
from pixflow.authorization import Subject
from pixflow.dossier.privacy import erase_person, request_erasure
from pixflow.dossier.state import Dossier
from pixflow.engine import CommandResult
from pixflow.folding import Stamp
from pixflow.identity import normalise, words
from pixflow.refused import Refused
from projections import directory
from projections.store import stores
from web.desk.bulk import BulkOutcome, row_outcome
from web.desk.commands import Outcome, record
from web.desk.desk import Desk
from web.desk.names import names_for
from web.desk.receipts import row_command
from web.french import dates, privacy, vocabulary
from web.french.events import sentences
from web.hosting.served_structure import ServedStructure
from web.http.forms import Form
from web.http.people import People, opened
from web.http.templates import Page
from web.pages.privacy.personal_data import PersonalData

MOST = 300
"""Limit of requests at once; the other dossiers wait for the next time."""


class RequestForm(Form):
    """The reason to erase the person."""

    reason: Literal["request", "retention", "mistake"]


class DeclineRequestForm(Form):
    """The reason to keep the dossier."""

    note: str


class ConfirmErasureForm(Form):
    """The version of the request that was read, and the last name of the person, typed as a confirmation."""

    request: int
    name: str


class RequestSeveralForm(Form):
    """The dossiers that were ticked."""

    dossier: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestRow:
    """An erasure that waits for an answer: the reason, the day, the author, and the day that the answer is due.

    `mine`: the person at the desk requested it, and somebody else confirms it. `outgrown`: it no longer covers the
    dossiers of the page, and nobody confirms it. `version` is that of its event.
    """

    version: int
    why: str
    when: str
    who: str
    due: str
    mine: bool
    outgrown: bool


@dataclass(frozen=True, slots=True)
class ErasedEntry:
    """An event of an erased person: its kind, its stamps."""

    said: str
    when: str
    who: str


def request(desk: Desk, known: PersonalData) -> RequestRow | None:
    """Returns the erasure that was requested, or None."""
    erasure = known.person.erasure
    if erasure is None:
        return None
    event = next(one for one in known.dossiers[0].events if one.recorded.originator_version == erasure.stamp.version)
    on, due = erasure.stamp.on, erasure.stamp.on + relativedelta(months=1)
    said = (dates.day(day, year=day.year != desk.today.year) for day in (on, due))
    mine, why = erasure.by == str(desk.me), vocabulary.ERASURES[erasure.reason]
    version, outgrown = erasure.stamp.version, known.person.outgrown
    return RequestRow(version, why, next(said), event.who, next(said), mine, outgrown)


def whom(known: PersonalData) -> list[str]:
    """Returns whom an erasure covers: each dossier, then each participation under the name of none of them."""
    theirs = {words(one.state.last_name, one.state.first_name) for one in known.dossiers}
    rows = [one.state for one in known.participations]
    others = [row for row in rows if words(row.last_name, row.first_name) not in theirs]
    return [
        *(privacy.person(one.state) for one in known.dossiers),
        *(privacy.participation(row.first_name, row.last_name) for row in others),
    ]


def wrong_name(dossier: Dossier, form: ConfirmErasureForm) -> dict[str, str]:
    """Returns the error of a confirmation that does not give the last name."""
    return {} if is_last_name(dossier, form.name) else {"name": privacy.not_the_name(dossier.last_name)}


def is_last_name(dossier: Dossier, typed: str) -> bool:
    """Accepts the last name of a person in any case and without accents."""
    return normalise(typed) == normalise(dossier.last_name)


def confirm(desk: Desk, dossier_id: UUID, dossier: Dossier, form: ConfirmErasureForm) -> Outcome:
    """Confirms an erasure; a refusal is an outcome, not an error. The next `tick` retries an unfinished one."""
    by = desk.by(erase_person, Subject(dossier))
    desk.read.rollback()
    try:
        done = erase(desk.served, dossier_id, form.request, by=by, command_id=form.command_id, via="web")
    except Refused as refused:
        return Outcome(refused=refused)
    except erasing.ErasureUnfinished:
        logging.getLogger("pixflow").exception("an erasure is not finished")
        return Outcome()
    return Outcome(done.recorded, done.repeated)


def erase(
    served: ServedStructure, dossier_id: UUID, request: int, *, by: Actor, command_id: UUID, via: str
) -> CommandResult:
    """Erases a person, in the read tables too. Raises Refused and ErasureUnfinished, as `erasing.erase` does."""
    done = erasing.erase(served.opened, dossier_id, request, by=by, command_id=command_id, via=via)
    with erasing.unfinished_on_failure():
        served.read()
        stores.tidy(served.reads.stores)
    return done


def ask_for(desk: Desk, form: RequestSeveralForm) -> BulkOutcome:
    """Requests the erasure of each dossier because its retention ended: one command and one row a dossier."""
    people = directory.named(desk.read, form.dossier)
    made = []
    for stream in form.dossier[:MOST]:
        if stream in people:
            outcome = record(
                desk,
                {"dossier": stream},
                request_erasure,
                command_id=row_command(form.command_id, stream),
                reason="retention",
            )
            made.append(row_outcome(desk, people[stream].name, outcome))
    return BulkOutcome(made, form.command_id)


# --- afterwards


@dataclass(frozen=True, kw_only=True)
class ErasedPage(Page):
    """The dossier of an erased person, the latest event first."""

    template = "privacy/erased.html"
    block = "erased"

    id: UUID
    erased: Stamp
    entries: Sequence[ErasedEntry]

    @property
    def shows(self) -> People:
        return opened(self.id)


def erased_page(desk: Desk, stream: UUID, erased: Stamp) -> ErasedPage:
    return ErasedPage(id=stream, erased=erased, entries=list(_entries(desk, stream)))


def _entries(desk: Desk, stream: UUID) -> Iterator[ErasedEntry]:
    names = names_for(desk)
    for recorded in reversed(desk.trail(stream)):
        said = sentences.sentence(recorded, names, zone=desk.zone)
        yield ErasedEntry(said, sentences.when(recorded, desk.zone), sentences.who(recorded, names))
