"""Labels and values of the fields of events."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from pixflow.documents.grille import percent
from pixflow.events import contact, partner, staff, workshop
from pixflow.events import dossier as e
from pixflow.events.base import Event, Recorded
from pixflow.events.indicators import AimSet
from pixflow.events.values import Action, Moment, Partner
from pixflow.folding import retractions_by_version
from pixflow.open_data import communes
from web.french import dates, indicators, lists, matching, typography, vocabulary
from web.french.dossier import profiles
from web.french.events import access, contacts, partners
from web.french.territory.files import FIELDS
from web.french.typography import lower_first

PARIS = "Europe/Paris"
EMPTY = "—"
UNNAMED = ("un dossier", "un autre dossier")
"""Words for a dossier whose name the reader may not see."""
LABELS: dict[str, str] = {
    "added": "Action ajoutée", "address": "Adresse", "alone": "De sa propre initiative",
    "agreed": "Accord de la personne", "asked": "Demandé par le partenaire",
    "action": "Action", "actions": "Actions", "advisor": "Suivi par", "answer": "Réponse",
    "automatic": "Automatique", "awaits": "En attente de", "at": "Heure", "about": "À propos de", "badges": "Badges",
    "bulk": "Portefeuille confié n°", "direction": "Avec la direction",
    "birth_date": "Date de naissance", "calendar": "Calendrier des jours fériés", "campaign": "Campagne",
    "channel": "Moyen", "clock": "Horloge", "definitions": "Définitions n°", "rows": "Lignes du tableau",
    "page": "Page", "filters": "Filtres",
    "code": "Code", "contact": "Personne à joindre", "collective_end": "Fin de la période collective",
    "cases": "Parcours",
    "competences": "Compétences", "day": "Jour", "demonstration": "Démonstration", "digest": "Empreinte du fichier",
    "gives_up": "Place gardée rendue",
    "gives_number": "Donne son n°\N{NO-BREAK SPACE}i-Milo", "into": "Fusionné avec", "notice": "Courriel",
    "participations": "Participations", "which": "Lequel",
    "count": "Nombre", "due": "Clés détruites à partir du",
    "document": "Document", "domains": "Domaines", "dossier": "Dossier", "duplicate": "Doublon",
    "email": "Courriel", "ends": "Fin", "events": "Faits",
    "exported_at": "Date de l’export", "external_id": "Identifiant externe", "first_name": "Prénom",
    "from_day": "En vigueur à partir du", "grille": "Grille n°", "group": "Groupe", "header": "Colonne",
    "high": "Fin de la tranche", "imilo_number": "N°\N{NO-BREAK SPACE}i-Milo",
    "imported": "Autres colonnes", "kind": "Genre", "last_name": "Nom",
    "low": "Début de la tranche", "mastery": "Taux de maîtrise", "mediator": "Avec médiation",
    "modality": "Modalité", "name": "Nom", "new": "Nouvelles lignes", "note": "Note",
    "number": "Grille n°", "occasion": "Occasion", "on": "Date", "organisation": "Organisation",
    "left": "Participations gardées", "taken": "Participations retirées",
    "ordinal": "Rang parmi les lignes identiques",
    "others": "Autres dossiers proposés", "outcome": "Issue", "palier": "Palier", "participation": "Participation",
    "partner": "Partenaire", "percent": "Score lu", "phone": "Téléphone", "pix_course": "Parcours Pix",
    "pix_id": "N° dans Pix Orga", "pixflow": "Version de pixflow", "place": "Lieu", "plan": "Fiche",
    "means": "Moyen",
    "proof": "Preuve",
    "programme_end": "Fin du programme", "planned_for": "Prévu à partir du", "problems": "Anomalies",
    "programme": "Programme",
    "progress": "Progression", "progressed": "Participations avancées", "project": "Projet professionnel",
    "proposed": "Propositions de la grille", "purpose": "Usage", "reached": "Réponse obtenue", "reason": "Motif",
    "reasons": "Raisons du rapprochement", "referral": "Orientation vers", "reminder": "Rappel",
    "result": "Résultat", "role": "Rôle",
    "score": "Ressemblance sur 100", "shared": "Résultats partagés", "site": "Site", "sites": "Sites",
    "nth": "Le combien ce jour-là", "paper": "Papier", "people": "Noms portés",
    "shown": "Noms montrés", "started": "Commencée le", "starts": "Début", "task": "Tâche", "text": "Texte",
    "by_advisor": "Avec la personne qui suit le dossier", "cause": "Cause", "ease": "À l’aise", "excused": "Excusé·e",
    "level": "Niveau", "link": "Lien n°", "refusal": "Raison du refus",
    "needed": "Besoin", "profile": "Profil", "session": "Session", "study": "Tutoriels n°",
    "to": "Confiée à", "to_confirm": "À confirmer", "trouble": "En difficulté", "tutorials": "Tutoriels",
    "told": "Dite au jeune", "until": "Jusqu’au", "wanted": "Reçue",
    "absence": "Absence n°", "deputy": "Suppléance", "first": "Premier jour", "last": "Dernier jour",
    "last_day": "Dernier jour", "title": "Intitulé",
    "workshop": "Atelier", "capacity": "Places", "series": "Série", "facilitator": "Animation", "presence": "Présence",
    "present": "Présent·es", "absent": "Absent·es", "duplicates": "Doublons", "row": "Empreinte des lignes",
    "heads": "Fins de chaînes", "lines": "Lignes", "epoch": "Époque",
    "resource": "Ressource", "proposal": "Proposition n°", "revision": "Version n°", "useful": "Utile",
    "keys": "Clés des personnes", "backups": "Sauvegardes", "motive": "Motif",
    "comment": "Avis", "draft": "Projet n°", "endorsed": "Accord",
    "kept": "Faits gardés", "lost": "Faits perdus", "backup": "Sauvegarde", "made": "Faite le",
    "unchanged": "Lignes inchangées", "vanished": "Participations disparues",
    "details": "Fiche", "source": "Source", "updated": "Fiche du", "field": "Champ", "value": "Valeur",
    "offer": "Offre n°", "terms": "Offre", "other": "L’autre fiche", "partner_id": "Partenaire inscrit",
    "changed": "Changés", "gone": "Disparus", "aside": "Mis de côté", "outside": "Hors du territoire",
    "refused": "Refusés", "groupings": "Intercommunalités", "commune": "Commune",
    "communes": "Communes", "radius": "Kilomètres autour",
    "fields": "Fiche", "offers": "Offres", "columns": "Colonnes", "credit": "Origine", "outlines": "Contours",
    "version": "N° de la ligne annulée",
    "standard": "Format", "linked": "Relié aux dossiers",
    "papers": "À reprendre", "partners": "À prévenir", "referrals": "Orientations à prévenir",
    "waits": "Sur liste d’attente", "warnings": "À vérifier", "way": "Par", "mark": "Présence notée",
    "presser": "Notée par", "noter": "Ensuite notée par", "pressed": "Notée à", "wish": "Souhait",
    "zone": "Fuseau horaire",
    "step": "Étape", "yearly": "Jeunes par an",
}  # fmt: skip
"""Label of each field."""

_CODES: Mapping[object, Mapping[Any, str]] = {
    (e.DossierClosed, "reason"): vocabulary.CLOSINGS,
    (AimSet, "step"): indicators.STEPS,
    (e.HolderInformed, "answer"): vocabulary.INFORMED,
    (e.PartnerLinkIssued, "channel"): vocabulary.LINK_CHANNELS,
    (e.SelfStudyFollowed, "outcome"): vocabulary.STUDIES,
    (staff.AccountSuspended, "reason"): access.SUSPENSIONS,
    (workshop.WorkshopCancelled, "reason"): vocabulary.CANCELLATIONS,
    (e.ErasureRequested, "reason"): vocabulary.ERASURES,
    (e.PersonErased, "reason"): vocabulary.ERASURES,
    (contact.ContactErased, "reason"): contacts.ERASURES,
    (contact.ContactMissed, "means"): contacts.MISSED,
    (partner.PartnerVerified, "channel"): partners.VERIFICATIONS,
    (partner.PartnerDelisted, "reason"): partners.DELISTINGS,
    (partner.PlaceSetAside, "reason"): partners.ASIDE,
    (partner.PartnerCorrected, "field"): FIELDS,
    (partner.CatalogueReceived, "kind"): partners.KINDS_OF_FILE,
    "answer": vocabulary.ANSWERS,
    "awaits": vocabulary.AWAITED,
    "channel": vocabulary.CHANNELS,
    "modality": vocabulary.MODALITIES,
    "kind": profiles.KINDS,
    "motive": {**vocabulary.ROTATIONS, **vocabulary.RESTORES},
    "notice": vocabulary.NOTICES,
    "paper": vocabulary.PAPERS,
    "standard": vocabulary.LOG_STANDARDS,
    "papers": vocabulary.PAPERS,
    "occasion": vocabulary.OCCASIONS,
    "page": lists.PAGES,
    "cause": vocabulary.CAUSES,
    "outcome": {**vocabulary.REPORTS, **vocabulary.OUTCOMES},
    "programme": vocabulary.PROGRAMMES,
    "presence": vocabulary.PRESENCES,
    "mark": vocabulary.MARKS,
    "purpose": vocabulary.PURPOSES,
    "reasons": matching.REASONS,
    "refusal": vocabulary.REFUSALS_OF_PARTNERS,
    "role": vocabulary.ROLES,
    "warnings": matching.WARNINGS,
    "way": vocabulary.WAYS,
}
"""Words of the codes of a field, by its event and its name, or by its name."""
_FRACTIONS = frozenset({"progress", "mastery"})
_PERCENTS = frozenset({"percent", "low", "high"})


class Names(Protocol):
    """Names of the ids in an event."""

    def staff(self, id: str | UUID) -> str:
        """Returns a colleague's name, or a system name ("system:operator" is "l’exploitant")."""
        ...

    def campaign(self, id: UUID) -> str: ...

    def action(self, id: UUID) -> str: ...

    def partner(self, referral: UUID) -> str: ...

    def dossier(self, id: UUID) -> str: ...

    def workshop(self, id: UUID) -> str: ...

    def task(self, key: str) -> str:
        """Returns the verb of a task: "Tenir la restitution"."""
        ...


@dataclass(frozen=True, slots=True)
class EventContext:
    """An event with the data that its sentence needs."""

    recorded: Recorded
    names: Names
    zone: str
    history: Sequence[Recorded]

    def day(self, day: date) -> str:
        """Returns a day, without its year if it is the event's year."""
        return dates.day(day, year=day.year != self.recorded.at.year)

    def action(self, id: UUID) -> str:
        """Returns an action's label, even if its prescription was retracted since."""
        for known in self.history:
            for action in e.prescribed_by(known.event):
                if action.id == id:
                    return action.label
        return self.names.action(id)

    def referral(self, id: UUID) -> tuple[str, str]:
        """Returns the partner and the action of a referral; "" if unknown."""
        for known in self.history:
            if isinstance(known.event, e.ReferralSent) and known.event.referral == id:
                return known.event.partner.name, self.action(known.event.action)
        return self.names.partner(id), ""

    def reminder(self, id: UUID) -> str:
        """Returns the words of a reminder, as they were set last; "" if unknown."""
        known = (one.event for one in (self.recorded, *reversed(self.history)) if isinstance(one.event, e.ReminderSet))
        return next((event.text for event in known if event.reminder == id), "")

    def task(self, key: str) -> str:
        return lower_first(self.names.task(key))

    def find_earlier(self, *kinds: type[Event]) -> Event | None:
        """Returns the last event of these kinds before this one."""
        earlier = [known for known in self.history if known.originator_version < self.recorded.originator_version]
        retracted = retractions_by_version(earlier)
        standing = (
            k for k in reversed(earlier) if k.originator_version not in retracted and isinstance(k.event, kinds)
        )
        found = next(standing, None)
        return found.event if found else None


def text_of(name: str, value: Any, context: EventContext) -> str:
    """Returns a value in words. It never raises, whatever was recorded."""
    if value is None or value in ("", ()):
        return EMPTY
    if isinstance(value, tuple):
        return ", ".join(text_of(name, one, context) for one in value)
    if codes := _CODES.get((type(context.recorded.event), name)) or _CODES.get(name):
        return str(codes.get(value, value))
    if name in _PERCENTS:
        return typography.percent(value)
    return fraction(value) if name in _FRACTIONS else _phrase_by_type(name, value, context)


def _phrase_by_type(name: str, value: Any, context: EventContext) -> str:
    match value:
        case bool():
            return typography.yes_no(value)
        case datetime():
            return dates.instant(value, context.zone)
        case date():
            return dates.day(value, year=True)
        case Moment(day=day, at=at):
            return dates.instant(at, context.zone) if at else dates.day(day, year=True)
        case UUID():
            return _phrase_name(name, value, context)
        case Partner():
            return value.name
        case Action():
            return value.label if value.proposal else f"{value.label} (hors grille)"
    if name in _READ:
        return _READ[name](value)
    return context.names.task(value) if name in ("task", "about") else str(value)


_READ: Mapping[str, Callable[[str], str]] = {
    "phone": typography.phone,
    "commune": lambda code: typography.typeset(communes.label(code)),
}
"""Functions that show a stored text, by the name of its field."""


def _phrase_name(name: str, id: UUID, context: EventContext) -> str:
    match name:
        case "advisor" | "facilitator" | "deputy" | "to" | "presser" | "noter":
            return context.names.staff(id)
        case "campaign":
            return context.names.campaign(id)
        case "dossier" | "others" | "into" | "duplicate" | "duplicates":
            return context.names.dossier(id)
        case "workshop" | "gives_up":
            return context.names.workshop(id)
        case "action":
            return context.action(id)
        case "referral" | "referrals":
            return context.referral(id)[0]
        case "reminder":
            return context.reminder(id) or EMPTY
        case "contact":
            return "une personne du partenaire"
    return str(id)


def fraction(fraction: Decimal) -> str:
    """Returns a fraction as a percent, other text unchanged."""
    try:
        return typography.percent(percent(fraction))
    except (ValueError, ArithmeticError):
        return str(fraction)
