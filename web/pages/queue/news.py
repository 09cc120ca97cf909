"""News beside the tasks of Ma boîte: receptions, absences, answers of partners, drafts, first steps, figures."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
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


Told = tuple[UUID, str, str]
"""A dossier, the name of its young person, and a sentence about them."""


def recent(desk: Desk) -> Sequence[Any]:
    """Returns receptions, answers about referrals and absences since the last working day, the latest first."""
    day = desk.today - timedelta(days=1)
    while not desk.refs.calendar.is_working(day):
        day -= timedelta(days=1)
    midnight = datetime.combine(day, time(), ZoneInfo(desk.zone))
    return audit_trail.list_since(desk.read, (GlassBroken.TOPIC, *ANSWERS, AbsenceDeclared.TOPIC), midnight, MOST)


def receptions(desk: Desk, recent: Sequence[Any]) -> list[Told]:
    """Returns the receptions by others than the person at the desk, the latest first."""
    broken = [row for row in recent if row.topic == GlassBroken.TOPIC and row.by != desk.actor.id]
    opened, lines = audit_trail.open_rows(desk.engine, broken), []
    people = directory.find_people(desk.read, {one.originator_id for one in opened}) if opened else {}
    for reception in opened:
        person, event = people.get(reception.originator_id), reception.event
        follows = person and ("referent" in desk.roles or person.advisor in desk.owners)
        if person and follows and isinstance(event, GlassBroken):
            who, day = staff_name(desk, reception.by), dates.day(event.on)
            said = say("reçu·e par {who} le {day}. {why}", who=who, day=day, why=short(event.reason))
            lines.append((reception.originator_id, person.name, said))
    return lines


def absences(desk: Desk, recent: Sequence[Any]) -> list[str]:
    """Returns a sentence for each absence of the person at the desk that somebody else declared or changed."""
    mine = [row for row in recent if row.stream == desk.me and row.topic == AbsenceDeclared.TOPIC]
    told = audit_trail.open_rows(desk.engine, [row for row in mine if row.by != desk.actor.id])
    names, text = names_for(desk), "{said}. C’est {who} qui l’a noté."
    return [say(text, said=sentences.sentence(one, names, zone=desk.zone), who=names.staff(one.by)) for one in told]


# --- the answers that partners gave by link since the last working day: the advisor tells the young person


def partner_answers(desk: Desk, recent: Sequence[Any]) -> list[Told]:
    """Returns the recent answers about the dossiers followed at this desk, the latest first."""
    answers = [row for row in recent if row.topic in ANSWERS and row.by.startswith(PARTNER)]
    given = audit_trail.open_rows(desk.engine, answers)
    dossiers = folds_of(desk.read, {one.originator_id for one in given})
    lines = []
    for answer in given:
        dossier = dossiers.get(answer.originator_id)
        if isinstance(dossier, Dossier) and dossier.advisor in desk.owners and _stands(dossier, answer):
            said = sentences.sentence(answer, names_for(desk, dossier), zone=desk.zone)
            lines.append((answer.originator_id, f"{dossier.first_name} {dossier.last_name}", f"{said}."))
    return lines


def _stands(dossier: Dossier, answer: Recorded) -> bool:
    """Tells if the answer still counts: the advisor has not undone it, and the promise is not kept yet."""
    sent = (known for action in dossier.parcours.actions.values() for known in action.referrals)
    referral = next((known for known in sent if known.id == answer.event.referral), None)  # type: ignore[attr-defined]
    if referral is None:
        return False
    if isinstance(answer.event, AnswerPromised):
        return referral.answer is None and referral.promised == answer.event.until
    return referral.answered is not None and referral.answered.version == answer.originator_version


# --- notices of Ma boîte beside the tasks: first steps, drafts that wait for an opinion, safeguards that change soon


def first_steps(desk: Desk) -> list[tuple[str, str, str, bool]]:
    """Returns the steps of a structure that begins, for the référent and the direction, in order.

    Each is a label, the reason, the address, and True when it is done. None once an export and a portfolio are there,
    nor on an earlier day.
    """
    if desk.is_past or not desk.roles & {"referent", "manager"}:
        return []
    campaigns = desk.refs.campaigns.values()
    advisors, exported = bool(desk.staff("advisor")), any(one.found for one in campaigns)
    dossiers = (exported and advisors) or dossier_sheet.has_any(desk.read)
    if advisors and exported and dossiers:
        return []
    adds = "/equipe/nouveau" if desk.may(add_member) else "/equipe"
    imports = "/dossiers/import" if desk.may(open_dossier) else "/dossiers"
    steps = [
        ("Ajouter l’équipe", "qui suit les jeunes, qui anime les ateliers", adds, advisors),
        ("Lire le protocole et la grille", "qui fait quoi, et sous quels délais", "/protocole", False),
        ("Importer un portefeuille", "le fichier d’i-Milo, ou un dossier après l’autre", imports, dossiers),
    ]
    if "referent" in desk.roles:
        steps += [
            (
                "Déclarer la campagne du diagnostic",
                "son code est imprimé sur la fiche du jeune",
                "/resultats/campagnes/nouvelle",
                any(one.declared for one in campaigns),
            ),
            ("Fixer un atelier", "ou prévoir le diagnostic dossier par dossier", "/ateliers", False),
            ("Importer un export de Pix Orga", "les résultats partagés", "/resultats", exported),
        ]
    return steps


def drafts(desk: Desk) -> list[tuple[str, str]]:
    """Returns the drafts of others that wait for an opinion of the person at the desk, and what changes soon.

    Each is a sentence and an address. Everybody reads, before its first day, of a protocol that changes retention or
    reading limits.
    """
    documents = (
        ("grille", "Le projet de grille", desk.refs.grilles.draft, drafting.endorse_grille),
        ("protocole", "Le projet de protocole", desk.refs.protocols.draft, drafting.endorse_protocol),
    )
    names = names_for(desk)
    text = "{what} que {who} propose depuis le {day} attend votre avis."
    coming = "Le protocole n° {number} change la durée de conservation ou les limites de lecture à partir du {day}."
    return [
        *(
            (say(coming, number=number, day=dates.day(day)), f"/protocole?protocole={number}")
            for number, day in changes_to_come(desk.refs.protocols, desk.today)
        ),
        *(
            (say(text, what=what, who=names.staff(draft.by), day=dates.day(draft.on)), f"/protocole/projet/{address}")
            for address, what, draft, endorse in documents
            if draft and draft.by != desk.actor.id and desk.actor.id not in draft.opinions and desk.may(endorse)
        ),
    ]


# --- the figures that moved most since last week, for the direction


_WEEK = timedelta(7)
_FEW = 200
"""Streams whose entries a page may make before it shows: beyond it the periodic job makes them."""


def changes(desk: Desk) -> Sequence[tuple[str, int, int, str]]:
    """Returns the steps whose lateness changed most; none for another role, a past day, or before the entries are made.

    Each is a title, the late ones of today and of a week ago, and the address of those of today.
    """
    if "manager" not in desk.roles or desk.is_past or not is_fresh(desk.served.read(), desk.read, desk.today, _FEW):
        return []
    figures = asked_of(desk)
    try:
        with counting(desk.served, desk.today) as there:
            late_changes = questions.late_changes(
                there.connection, figures.question.first, desk.today, desk.today - _WEEK
            )
    except NoDocument:  # the page of Indicateurs says so
        return []
    return [
        (french.TITLES[one.indicator], one.now, one.before, figures.at(f"{PATH}/{one.indicator}", etat="late"))
        for one in late_changes
    ]
