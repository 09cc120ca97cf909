"""News beside the tasks of Ma boîte: receptions, absences, answers of partners, drafts, first steps, figures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pixflow.actor import PARTNER
from pixflow.documents.protocol import NoDocument
from pixflow.dossier.identity import open_dossier
from pixflow.dossier.state import Dossier
from pixflow.events.base import Recorded
from pixflow.events.dossier import AnswerPromised, GlassBroken, ReferralAnswered
from pixflow.events.staff import AbsenceDeclared
from pixflow.protocol import drafting
from pixflow.protocol.drafting import changes_to_come
from pixflow.team.membership import add_member
from pixflow.working_days import Calendar
from projections import audit_trail, directory, dossier_sheet
from projections.figures import questions
from projections.figures.refresh import is_fresh
from projections.store.folds import folds_of
from web.desk.desk import Desk
from web.desk.names import names_for, staff_name
from web.french import dates
from web.french import indicators as french
from web.french.events import sentences
from web.french.phrases import short
from web.french.typography import say
from web.hosting.figures import counting
from web.pages.indicators.asked import PATH, asked_of

ANSWERS = (ReferralAnswered.TOPIC, AnswerPromised.TOPIC)
MOST = 20
"""The largest number of news shown: the latest."""


@dataclass(frozen=True, slots=True)
class Reception:
    """A young person whom a colleague received, and the sentence about it."""

    dossier: UUID
    name: str
    sentence: str


def recent(desk: Desk) -> Sequence[Any]:
    """Returns receptions, answers about referrals and absences since the last working day, the latest first."""
    midnight = datetime.combine(last_working_day(desk.refs.calendar, desk.today), time(), ZoneInfo(desk.zone))
    return audit_trail.since(desk.read, (GlassBroken.TOPIC, *ANSWERS, AbsenceDeclared.TOPIC), midnight, MOST)


def receptions(desk: Desk, recent: Sequence[Any]) -> list[Reception]:
    """Returns the receptions by others than the person at the desk, the latest first."""
    broken = [row for row in recent if row.topic == GlassBroken.TOPIC and row.by != desk.actor.id]
    broken = audit_trail.opened(desk.engine, broken)
    return list(_told(desk, broken)) if broken else []


def absences(desk: Desk, recent: Sequence[Any]) -> list[str]:
    """Returns a sentence for each absence of the person at the desk that somebody else declared or changed."""
    mine = [row for row in recent if row.stream == desk.me and row.topic == AbsenceDeclared.TOPIC]
    told = audit_trail.opened(desk.engine, [row for row in mine if row.by != desk.actor.id])
    names = names_for(desk)
    return [
        say(
            "{said}. C’est {who} qui l’a noté.",
            said=sentences.sentence(one, names, zone=desk.zone),
            who=names.staff(one.by),
        )
        for one in told
    ]


def _told(desk: Desk, broken: list[Recorded]) -> Iterator[Reception]:
    people = directory.named(desk.read, {one.originator_id for one in broken})
    for one in broken:
        person = people.get(one.originator_id)
        if (
            person
            and isinstance(one.event, GlassBroken)
            and ("referent" in desk.roles or person.advisor in desk.owners)
        ):
            day = dates.day(one.event.on)
            said = say(
                "reçu·e par {who} le {day}. {why}", who=staff_name(desk, one.by), day=day, why=short(one.event.reason)
            )
            yield Reception(one.originator_id, person.name, said)


def last_working_day(calendar: Calendar, today: date) -> date:
    """Returns the working day before this one."""
    day = today - timedelta(days=1)
    while not calendar.is_working(day):
        day -= timedelta(days=1)
    return day


# --- the answers that partners gave by link since the last working day: the advisor tells the young person


def partner_answers(desk: Desk, recent: Sequence[Any]) -> list[Reception]:
    """Returns the recent answers about the dossiers followed at this desk, the latest first."""
    answers = [row for row in recent if row.topic in ANSWERS and row.by.startswith(PARTNER)]
    given = audit_trail.opened(desk.engine, answers)
    dossiers = folds_of(desk.read, {one.originator_id for one in given})
    told = []
    for one in given:
        dossier = dossiers.get(one.originator_id)
        if isinstance(dossier, Dossier) and dossier.advisor in desk.owners and _stands(dossier, one):
            said = sentences.sentence(one, names_for(desk, dossier), zone=desk.zone)
            told.append(Reception(one.originator_id, f"{dossier.first_name} {dossier.last_name}", f"{said}."))
    return told


def _stands(dossier: Dossier, one: Recorded) -> bool:
    """Tells if the answer still counts: the advisor has not undone it, and the promise is not kept yet."""
    sent = (known for action in dossier.parcours.actions.values() for known in action.referrals)
    known = next((known for known in sent if known.id == one.event.referral), None)  # type: ignore[attr-defined]
    if known is None:
        return False
    if isinstance(one.event, AnswerPromised):
        return known.answer is None and known.promised == one.event.until
    return known.answered is not None and known.answered.version == one.originator_version


# --- notices of Ma boîte beside the tasks: first steps, drafts that wait for an opinion, safeguards that change soon


@dataclass(frozen=True, slots=True)
class FirstStep:
    """A step of a structure that begins: its address, the reason for it, and True when it is done."""

    label: str
    why: str
    href: str
    done: bool


@dataclass(frozen=True, slots=True)
class DraftNotice:
    """A draft whose opinion the person at the desk has not given, or a protocol that counts soon."""

    sentence: str
    href: str


def first_steps(desk: Desk) -> list[FirstStep]:
    """Returns the steps in order, for the référent and the direction; none once an export and a portfolio are there."""
    if not desk.roles & {"referent", "manager"}:
        return []
    campaigns = desk.refs.campaigns.values()
    advisors, exported = bool(desk.staff("advisor")), any(one.found for one in campaigns)
    dossiers = (exported and advisors) or dossier_sheet.has_any(desk.read)
    if advisors and exported and dossiers:
        return []
    adds = "/equipe/nouveau" if desk.may(add_member) else "/equipe"
    imports = "/dossiers/import" if desk.may(open_dossier) else "/dossiers"
    steps = [
        FirstStep("Ajouter l’équipe", "qui suit les jeunes, qui anime les ateliers", adds, advisors),
        FirstStep("Lire le protocole et la grille", "qui fait quoi, et sous quels délais", "/protocole", False),
        FirstStep("Importer un portefeuille", "le fichier d’i-Milo, ou un dossier après l’autre", imports, dossiers),
    ]
    if "referent" in desk.roles:
        steps += [
            FirstStep(
                "Déclarer la campagne du diagnostic",
                "son code est imprimé sur la fiche du jeune",
                "/resultats/campagnes/nouvelle",
                any(one.declared for one in campaigns),
            ),
            FirstStep("Fixer un atelier", "ou prévoir le diagnostic dossier par dossier", "/ateliers", False),
            FirstStep("Importer un export de Pix Orga", "les résultats partagés", "/resultats", exported),
        ]
    return steps


def drafts(desk: Desk) -> list[DraftNotice]:
    """Returns the drafts of others that wait for an opinion of the person at the desk, and what changes soon.

    Everybody reads, before its first day, of a protocol that changes retention or reading limits.
    """
    known = (
        ("grille", "Le projet de grille", desk.refs.grilles.draft, drafting.endorse_grille),
        ("protocole", "Le projet de protocole", desk.refs.protocols.draft, drafting.endorse_protocol),
    )
    names = names_for(desk)
    text = "{what} que {who} propose depuis le {day} attend votre avis."
    coming = "Le protocole n° {number} change la durée de conservation ou les limites de lecture à partir du {day}."
    return [
        *(
            DraftNotice(say(coming, number=number, day=dates.day(day)), f"/protocole?protocole={number}")
            for number, day in changes_to_come(desk.refs.protocols, desk.today)
        ),
        *(
            DraftNotice(
                say(text, what=what, who=names.staff(draft.by), day=dates.day(draft.on)), f"/protocole/projet/{address}"
            )
            for address, what, draft, endorse in known
            if draft and draft.by != desk.actor.id and desk.actor.id not in draft.opinions and desk.may(endorse)
        ),
    ]


# --- the figures that moved most since last week, for the direction


_WEEK = timedelta(7)
_FEW = 200
"""Streams whose entries a page may make before it shows: beyond it the periodic job makes them."""


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """The late ones of a step, today and a week ago, and the list of those of today."""

    title: str
    now: int
    before: int
    href: str


def changes(desk: Desk) -> Sequence[ChangeLine]:
    """Returns the steps whose lateness changed most; none for another role, nor before the entries are made."""
    if "manager" not in desk.roles or not is_fresh(desk.served.read(), desk.read, desk.today, _FEW):
        return []
    asked = asked_of(desk)
    try:
        with counting(desk.served, desk.today) as there:
            found = questions.late_changes(there.connection, asked.question.first, desk.today, desk.today - _WEEK)
    except NoDocument:  # the page of Indicateurs says so
        return []
    return [
        ChangeLine(french.TITLES[one.indicator], one.now, one.before, asked.at(f"{PATH}/{one.indicator}", etat="late"))
        for one in found
    ]
