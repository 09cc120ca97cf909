"""Erasing somebody: asked for, looked at, confirmed or declined; and what is left of them afterwards."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from dateutil.relativedelta import relativedelta

from pixflow import erasing
from pixflow.actor import Actor
from pixflow.authorization import Subject
from pixflow.dossier.erasure import Reason, erase_person, request_erasure
from pixflow.dossier.state import Dossier
from pixflow.engine import CommandResult
from pixflow.identity import normalise
from pixflow.refused import Refused
from projections import audit_trail, directory
from projections.store import stores
from web.desk.bulk import Outcomes, row_of
from web.desk.commands import Outcome, record
from web.desk.desk import Desk
from web.desk.names import names_for
from web.desk.receipts import row_command
from web.french import dates, privacy, vocabulary
from web.french.events import sentences
from web.hosting.served_structure import ServedStructure
from web.http.forms import Form
from web.pages.privacy.personal_data import Everything

MOST = 300
"""How many are asked for at once; the others wait for the next time."""


class Ask(Form):
    """Why the person is to be erased."""

    reason: Literal["request", "retention", "mistake"]


class Keep(Form):
    """Why the dossier is kept all the same."""

    note: str


class Erase(Form):
    """The person's last name, typed: whoever confirms looks at whom they erase."""

    name: str


class Several(Form):
    """The dossiers that were ticked."""

    dossier: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """An erasure that waits for an answer: why, since when, by whom, and until when it is due."""

    why: str
    when: str
    who: str
    due: str


@dataclass(frozen=True, slots=True)
class Left:
    """One fact of an erased person: what kind it was, when, and who recorded it."""

    said: str
    when: str
    who: str


def asked(desk: Desk, known: Everything) -> Asked | None:
    """The erasure that was asked for, None when none is."""
    erasure = known.person.erasure
    if erasure is None:
        return None
    fact = next(one for one in known.dossiers[0].facts if one.recorded.originator_version == erasure.mark.version)
    on, due = erasure.mark.on, erasure.mark.on + relativedelta(months=1)
    said = (dates.day(day, year=day.year != desk.today.year) for day in (on, due))
    return Asked(vocabulary.ERASURES[erasure.reason], next(said), fact.who, next(said))


def wrong_name(dossier: Dossier, form: Erase) -> dict[str, str]:
    """What is typed is the last name, accents and case aside."""
    same = normalise(form.name) == normalise(dossier.last_name)
    return {} if same else {"name": privacy.not_the_name(dossier.last_name)}


def confirm(desk: Desk, dossier_id: UUID, dossier: Dossier, command_id: UUID) -> Outcome:
    """The person at the desk confirms it; a refusal is an outcome, not an error. What fails afterwards, `tick` does."""
    by = desk.by(erase_person, Subject(dossier))
    desk.read.rollback()
    try:
        done = erase(desk.served, dossier_id, by=by, command_id=command_id, via="web")
    except Refused as refused:
        return Outcome(refused=refused)
    except erasing.ErasureUnfinished:
        logging.getLogger("pixflow").exception("an erasure is not finished")
        return Outcome()
    return Outcome(done.recorded, done.repeated)


def erase(
    served: ServedStructure, dossier_id: UUID, *, by: Actor, command_id: UUID, via: str, reason: Reason | None = None
) -> CommandResult:
    """Erase somebody, in the read tables too. Raises Refused and Unfinished, as `erasing.erase` does."""
    done = erasing.erase(served.opened, dossier_id, by=by, command_id=command_id, via=via, reason=reason)
    with erasing.unfinished_on_failure():
        served.read()
        stores.tidy(served.reads.stores)
    return done


def ask_for(desk: Desk, form: Several) -> Outcomes:
    """Each of these dossiers, because it was kept long enough: one command a dossier, one result a row."""
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
            made.append(row_of(desk, people[stream].name, outcome))
    return Outcomes(made, form.command_id)


# --- afterwards


def left(desk: Desk, stream: UUID) -> Sequence[Left]:
    """What is still known of an erased person's dossier, the latest first."""
    return list(_left(desk, stream))


def _left(desk: Desk, stream: UUID) -> Iterator[Left]:
    names = names_for(desk)
    trail = [audit_trail.recorded(row) for row in audit_trail.of_stream(desk.read, stream)]
    for fact in reversed(trail):
        said = sentences.sentence(fact, names, zone=desk.zone)
        yield Left(said, sentences.when(fact, desk.zone), sentences.who(fact, names))
