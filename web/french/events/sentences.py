"""One French sentence for each event.

A template names fields of its event: "Action écartée : {action}[ — {reason}]". A part in brackets is left out if one of
its fields is empty. `{people:personne}` counts, `{shown:nom montré|noms montrés}` with an irregular plural.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pixflow.events import campaign as c
from pixflow.events import dossier as e
from pixflow.events import grille as g
from pixflow.events import indicators as i
from pixflow.events import intake, protocol, structure
from pixflow.events import notices as n
from pixflow.events import participation as p
from pixflow.events import partner as partner_events
from pixflow.events import staff as s
from pixflow.events import workshop as w
from pixflow.events.base import Erased, Event, Recorded, Unopened
from pixflow.events.values import Moment, Profile
from pixflow.folding import RETRACTIONS
from pixflow.streams import kind_of
from web.french import dates, lists, matching, privacy, tasks, vocabulary
from web.french.dossier import path, profiles
from web.french.events import access, contacts, dossier, partners, resources, team, workshops
from web.french.events.fields import LABELS, PARIS, UNNAMED, EventContext, Names, fraction, text_of
from web.french.phrases import RETRACTED, EventWords, listed, short
from web.french.territory.files import FIELDS, of_field, source_name
from web.french.typography import de, lower_first, plural, say, typeset, upper_first


def _endorsed(event: Any) -> str:
    if event.endorsed:
        return "Projet n° {draft} de {what} approuvé[ : {comment}]"
    return "Projet n° {draft} de {what} commenté : {comment}" if event.comment else _TAKEN_BACK


_DRAFTED = "Projet n° {draft} de {what} proposé, {document.name}[ : {note}]"
_DROPPED = "Projet n° {draft} de {what} écarté[ : {reason}]"
_TAKEN_BACK = "Accord sur le projet n° {draft} de {what} repris"
_WITHDRAWN = "Publication n° {number} de {what} annulée avant de compter"

EVENTS: dict[type[Event], EventWords] = {
    structure.StructureOpened: ("Structure", "{demonstration} ouverte : {name}[, {sites}]"),
    structure.ProgramStarted: ("Version de pixflow", "pixflow {pixflow} mis en service"),
    structure.KeyRotated: (
        "Clé de la structure changée",
        "Clé de la structure changée ({motive}) : {keys:clé de personne|clés de personnes}, {backups:sauvegarde}",
    ),
    structure.BackupRestored: (
        "Sauvegarde restaurée",
        lambda event: "Sauvegarde du {made} restaurée ({motive}) : {kept:fait gardé|faits gardés}, "
        + ("pertes non comptées" if event.lost is None else "{lost:fait perdu|faits perdus}"),
    ),
    structure.RegisterBegun: (
        "Registre commencé",
        lambda event: "Registre des faits commencé"
        if event.epoch == 1
        else "Registre des faits repris : époque {epoch}, après {kept:fait}",
    ),
    structure.JournalSealed: (
        "Consultations d’un jour scellées", "Consultations du {day:year} scellées : {lines:ligne}",
    ),
    structure.TeamConfirmed: ("Équipe relue", "Équipe relue : {people:personne}, toujours là"),
    structure.SiteLocated: (
        "Adresse d’un site",
        lambda event: "Site de {site} : {address}" if event.address else "Site de {site} : adresse retirée",
    ),
    structure.ShortcutOpened: ("Page des tests ouverte", "Page des tests ouverte sur un ordinateur[ ({site})]"),
    structure.PortfolioMapped: (
        "Colonnes d’un portefeuille", "Colonnes d’un portefeuille retenues : {columns:colonne}",
    ),
    structure.OrganisationAccepted: (
        "Organisation de Pix Orga reconnue", "« {name} » reconnue comme une organisation de la structure dans Pix Orga",
    ),
    structure.OrganisationWithdrawn: (
        "Organisation de Pix Orga retirée",
        "« {name} » n’est plus une organisation de la structure : son export est annulé",
    ),
    structure.ErasuresAllowed: (
        "Effacements permis", "L’exploitant permet {count:effacement} de plus en 24 heures",
    ),
    structure.ReadingsIssued: (
        "Fichier des consultations",
        "Fichier des consultations sorti : du {first:year} au {last:year}, {people:nom}",
    ),
    structure.ListIssued: (
        "Liste en fichier", "Liste sortie en fichier : {page}[ ({filters})], {rows:ligne}, {people:jeune}",
    ),
    protocol.ProtocolDrafted: ("Projet de protocole", _DRAFTED),
    protocol.ProtocolEndorsed: ("Avis sur un projet de protocole", _endorsed),
    protocol.ProtocolDraftDropped: ("Projet de protocole écarté", _DROPPED),
    protocol.ProtocolPublished: ("Protocole", "Protocole publié : {document.name}, à partir du {from_day}"),
    protocol.ProtocolPublicationWithdrawn: ("Publication du protocole annulée", _WITHDRAWN),
    g.GrilleDrafted: ("Projet de grille", _DRAFTED),
    g.GrilleEndorsed: ("Avis sur un projet de grille", _endorsed),
    g.GrilleDraftDropped: ("Projet de grille écarté", _DROPPED),
    g.GrillePublished: ("Grille", "Grille n° {number} publiée : {document.name}, à partir du {from_day}"),
    g.GrillePublicationWithdrawn: ("Publication de la grille annulée", _WITHDRAWN),
    i.DefinitionsDrafted: ("Projet de définitions", _DRAFTED),
    i.DefinitionsEndorsed: ("Avis sur un projet de définitions", _endorsed),
    i.DefinitionsDraftDropped: ("Projet de définitions écarté", _DROPPED),
    i.DefinitionsPublished: (
        "Définitions des indicateurs", "Définitions n° {number} publiées : {document.name}, à partir du {from_day}",
    ),
    i.AimSet: (
        "Objectif",
        lambda event: "Objectif, {step}[ à {site}] : " + ("{yearly:jeune} par an" if event.yearly else "aucun"),
    ),
    i.ReportIssued: ("Rapport remis", "Rapport n° {number} remis : {title}, du {first} au {last}"),
    i.EventLogIssued: (
        "Journal des parcours remis",
        "Journal de {cases:parcours|parcours}[ {linked}] remis ({standard}), du {first} au {last}[ : {reason}]",
    ),
    c.CampaignFound: ("Nouvelle campagne", "Campagne vue dans un export : {name}[, code {code}]"),
    c.CampaignDeclared: (
        "Déclaration de campagne", "Campagne déclarée : {name}, {purpose}, code {code}[, site de {site}]",
    ),
    c.CampaignCorrected: (
        "Correction de campagne",
        lambda event: "Campagne corrigée : {name}, code {code}, "
        + ("site de {site}" if event.site else "tous les sites"),
    ),
    c.PurposeCorrected: ("Correction de l’usage", "Usage corrigé : {purpose}[ — motif : {reason}]"),
    c.CampaignClosed: ("Clôture de campagne", "Campagne close : elle n’est plus proposée pour un diagnostic"),
    c.CampaignReopened: ("Réouverture de campagne", "Campagne rouverte"),
    c.ExternalIdColumnChosen: (
        "Colonne de l’identifiant externe",
        lambda event: "Identifiant externe : "
        + ("colonne « {header} »" if event.header else "aucune colonne ne le contient"),
    ),
    c.CampaignWithdrawn: ("Campagne retirée", "Campagne retirée : le seul export qui la montrait est annulé"),
    intake.ExportReceived: (
        "Export Pix Orga", "Export du {exported_at} enregistré, campagne {campaign} : {of_export}",
    ),
    intake.ExportTakenBack: (
        "Import annulé",
        lambda event: "Import de l’export du {exported_at} annulé, campagne {campaign} : "
        "{taken:participation retirée|participations retirées}" + (", {left:gardée}" if event.left else ""),
    ),
    p.ParticipationImported: (
        "Nouvelle participation",
        "Participation importée : {person}, campagne {campaign}[, commencée le {started}][, {progress}]",
    ),
    p.PurposeSettled: ("Usage de la participation", "Usage connu : {purpose}"),
    p.ParticipationProgressed: ("Progression dans l’export", dossier.progressed),
    p.ResultShared: ("Partage du résultat", "Résultat partagé le {result.shared}{score}"),
    p.ProfileShared: ("Partage du profil", "Profil partagé le {profile.shared} : {profile}"),
    p.ParticipationVanished: ("Disparition de l’export", "Participation disparue de l’export du {exported_at}"),
    p.MatchConfirmed: ("Rapprochement", "Participation rapprochée{automatic} : {dossier}[ ({match})]"),
    p.MatchRejected: ("Rapprochement refusé", "Rapprochement refusé : ce n’est pas {dossier}"),
    p.ParticipationSetAside: ("Mise de côté", "Participation mise de côté[ : {reason}]"),
    p.PersonErased: ("Effacement (participation)", privacy.ERASED_WITH_DOSSIER),
    p.ErasureStopped: ("Arrêt de l’effacement (participation)", "Effacement arrêté, avec celui du dossier"),
    p.Retracted: ("Annulation (participation)", RETRACTED),
    n.NoticeSent: ("Courriel envoyé", "Courriel envoyé : {notice}"),
    **dossier.EVENTS,
    **workshops.EVENTS,
    **partners.EVENTS,
    **contacts.EVENTS,
    **team.EVENTS,
    **access.EVENTS,
    **dossier.LINKS,
    **resources.EVENTS,
}  # fmt: skip
TITLES = {event.TOPIC: title for event, (title, _) in EVENTS.items()}
"""A short noun for each kind of event, for filters."""


AT_ONCE = "annulé aussitôt"
"""The reason of a retraction in one press: nobody wrote one."""


def sentence(recorded: Recorded, names: Names, *, zone: str = PARIS, history: Sequence[Recorded] = ()) -> str:
    """Returns the sentence of an event, in the structure's time zone.

    With its stream, `history`, a correction says what it changed, and a retraction what it retracted.
    """
    if isinstance(recorded.event, Erased):
        return say(privacy.CONTENT_GONE, title=TITLES[recorded.event.TOPIC])
    if isinstance(recorded.event, Unopened):
        return say("{title} : ne se lit plus", title=TITLES[recorded.event.TOPIC])
    template = EVENTS[type(recorded.event)][1]
    context = EventContext(recorded, names, zone, history)
    return _fill(template if isinstance(template, str) else template(recorded.event), context)


def who(recorded: Recorded, names: Names) -> str:
    """Returns the author: "Nadia Benali", or "Nadia Benali pour Karim Morel" for a deputy."""
    author = "le partenaire" if recorded.by.startswith("partner:") else names.staff(recorded.by)
    return f"{author} pour {names.staff(recorded.acting_for)}" if recorded.acting_for else author


def retraction(by: Recorded, names: Names, zone: str = PARIS) -> str:
    """Returns the reason of a retraction: "annulé : erreur (Nadia Benali, 5 mars 2026, 09:12)"."""
    reason = getattr(by.event, "reason", "")
    if reason == AT_ONCE:
        return say("annulé aussitôt ({who}, {when})", who=who(by, names), when=when(by, zone))
    return say("annulé : {reason} ({who}, {when})", reason=reason, who=who(by, names), when=when(by, zone))


def when(recorded: Recorded, zone: str = PARIS) -> str:
    """Returns the time: "5 mars 2026, 09:12", or "16 mars, noté le 17 mars 2026, 10:00" if recorded another day.

    What waited for the network has two hours: "noté à 14:05, reçu le 5 mars 2026, 14:40".
    """
    instant = dates.instant(recorded.at, zone)
    if pressed := getattr(recorded.event, "pressed", None):
        noted = pressed.astimezone(ZoneInfo(zone))
        same_day = noted.date() == recorded.at.astimezone(ZoneInfo(zone)).date()
        said = f"à {noted:%H:%M}" if same_day else f"le {dates.instant(pressed, zone)}"
        return f"noté {said}, reçu le {instant}"
    on: date | None = getattr(recorded.event, "on", None)
    local = recorded.at.astimezone(ZoneInfo(zone)).date()
    return instant if on in (None, local) else f"{dates.day(on or local, year=True)}, noté le {instant}"


def meanwhile(happened: Sequence[Recorded], names: Names, *, zone: str = PARIS) -> list[str]:
    """Returns one line for each event since a page was opened: "Résultat transmis à Nadia Benali (Sophie Lecomte)"."""
    return [f"{sentence(one, names, zone=zone, history=happened)} ({who(one, names)})" for one in happened]


def counts(export: intake.ExportReceived) -> str:
    """Returns the counts of an export: "2 nouvelles, 1 avancée, 1 partagée, 1 disparue", "rien de nouveau"."""
    named = (
        (export.new, "nouvelle"),
        (export.progressed, "avancée"),
        (export.shared, "partagée"),
        (export.vanished, "disparue"),
        (export.problems, "anomalie"),
    )
    return ", ".join(plural(n, word) for n, word in named if n) or "rien de nouveau"


# --- the words of a template

_PART = re.compile(r"\[([^]]*)\]")
_FIELD = re.compile(r"\{([\w.]+)(?::([^}]*))?\}")


def _fill(template: str, context: EventContext) -> str:
    words = {name: _word(name, form, context) for name, form in _FIELD.findall(template)}
    kept = _PART.sub(lambda part: part[1] if all(words[name] for name, _ in _FIELD.findall(part[1])) else "", template)
    simple = _FIELD.sub(lambda field: f"{{{field[1].replace('.', '_')}}}", kept)
    return say(simple, **{name.replace(".", "_"): word for name, word in words.items()})


def _word(name: str, form: str, context: EventContext) -> str:
    """Returns a field of the event in words, "" for an empty one; `form` is what follows its name in the template."""
    event = context.recorded.event
    if name in _COMPUTED:
        said = _COMPUTED[name](event, context)
        return upper_first(said) if form == "capital" else said
    value, name = attrgetter(name)(event), name.rpartition(".")[2]
    if words := _SAID.get((type(event), name)) or _SAID.get(name):
        return words.get(value, "")
    match value:
        case tuple() if form:
            return plural(len(value), *form.split("|"))
        case None | "" | () | False:
            return ""
        case int() if form:
            return plural(value, *form.split("|"))
        case Moment():
            return context.day(value.day)
        case Profile():
            return profiles.phrase_profile(value)
        case datetime() if form == "clock":
            return dates.clock(value, context.zone)
        case date() if not isinstance(value, datetime):
            said = dates.day(value, year=True) if form == "year" else context.day(value)
            return f"{dates.weekday(value)} {said}" if form == "weekday" else said
        case Decimal() if name == "progress":
            return path.part(value)
    said = text_of(name, value, context)
    if name == "task":
        return lower_first(said)
    return short(said) if said == value else said  # the same: people wrote it


_SAID: Mapping[object, Mapping[Any, str]] = {
    "demonstration": {True: "Démonstration", False: "Structure"},
    "mediator": {True: "avec médiation"},
    "waits": {True: "sur liste d’attente"},
    "reached": {True: "réponse obtenue", False: "sans réponse"},
    "needed": {True: "Besoin reconnu", False: "Pas de besoin pour l’instant"},
    "trouble": {True: "en difficulté"},
    "standard": vocabulary.LOG_STANDARDS,
    "linked": {True: "reliés aux dossiers"},
    "ease": {True: "à l’aise"},
    "asked": {True: "à sa demande"},
    "agreed": {True: "avec l’accord de la personne"},
    "useful": {True: "utile", False: "pas utile"},
    "automatic": {True: " automatiquement"},
    (e.WorkshopMissed, "excused"): {True: "Excusé·e pour", False: "Absent·e à"},
    (e.ParticipationLinked, "purpose"): {**vocabulary.PURPOSES, "initial": ""},
    (e.ResultReceived, "purpose"): {**vocabulary.PURPOSES, "initial": ""},
    (e.ReferralAnswered, "answer"): {"accepted": "accepte", "refused": "refuse"},
    (e.SeatCancelled, "reason"): {
        "cancelled": "Atelier annulé, la place est perdue", "released": "Place en atelier rendue",
    },
    (e.SelfStudyFollowed, "outcome"): vocabulary.STUDIES,
    (e.PartnerLinkIssued, "channel"): vocabulary.LINK_CHANNELS,
    (e.PartnerLinkIssued, "purpose"): {"outcome": "demander l’issue", "answer": "répondre"},
    (e.OutcomeReported, "outcome"): vocabulary.REPORTS,
    (s.AccountSuspended, "reason"): access.SUSPENSIONS,
    (partner_events.PartnerCorrected, "field"): {name: lower_first(label) for name, label in FIELDS.items()},
}  # fmt: skip
"""Words of a field inside a sentence, by its name, or by its event and its name."""


def _coordinates(event: e.ContactCorrected, context: EventContext) -> str:
    before = context.find_earlier(e.ContactCorrected)
    if before:
        changed = _corrected(event, before, context)
        return say("Coordonnées corrigées : {changed}", changed=changed) if changed else "Coordonnées corrigées"
    given = listed(*(text_of(name, value, context) for name in ("phone", "email") if (value := getattr(event, name))))
    return say("Coordonnées : {given}", given=given) if given else "Coordonnées effacées"


def _corrected(event: Event, before: Event | None, context: EventContext) -> str:
    """Returns the changed fields, before and after; all fields if the state before is unknown."""
    texts = []
    for field in fields(event):  # type: ignore[arg-type]
        value = getattr(event, field.name)
        was = getattr(before, field.name, None) if before else None
        if field.name in ("on", "papers", "referrals", "partners") or was == value or (before is None and not value):
            continue
        label = lower_first(LABELS[field.name])
        new, old = (text_of(field.name, one, context) for one in (value, was))
        texts.append(f"{label} {new}" if before is None else f"{label} {old} → {new}")
    return ", ".join(texts)


def _target(event: Any, context: EventContext) -> str:
    """Returns the sentence of the retracted event."""
    for known in context.history:
        if known.originator_version == event.version and not isinstance(known.event, RETRACTIONS):
            return sentence(known, context.names, zone=context.zone, history=context.history)
    return say("fait n° {version}", version=event.version)


def _merged(id: UUID, context: EventContext) -> str:
    """Returns "le dossier d’Aminata Diallo"; "un autre dossier" if the reader may not read it."""
    name = context.names.dossier(id)
    return name if name in UNNAMED else f"le dossier {de(name)}"


def _booking(event: e.SeatBooked, context: EventContext) -> str:
    moved = context.find_earlier(e.SeatBooked)
    again = isinstance(moved, e.SeatBooked) and moved.workshop == event.workshop
    return "Atelier déplacé" if again else "Place réservée en atelier"


def _receiver(event: e.TaskHandedOver, context: EventContext) -> str:
    """Returns who has a task now: its advisor again, somebody who took it, or somebody to whom it was given."""
    name, follows = context.names.staff(event.to), context.find_earlier(e.AdvisorAssigned, e.DossierLent)
    if isinstance(follows, (e.AdvisorAssigned, e.DossierLent)) and follows.advisor == event.to:
        return f"Rendu à {name}"
    taken = context.recorded.by == str(event.to)
    through = f" jusqu’au {context.day(event.until)}" if event.until else ""
    return f"{'Pris en charge par' if taken else 'Confié à'} {name}{through}"


def _score(event: Any, context: EventContext) -> str:
    mastery = event.result.mastery
    return ", sans score" if mastery is None else typeset(" : ") + fraction(mastery)


def _subject(event: e.YoungPersonChased, context: EventContext) -> str:
    known = tasks.WORDS.get(event.about.split(":", 1)[0])
    return known.subject if known else ""


def _territory(event: partner_events.TerritoryStated, context: EventContext) -> str:
    parts = (
        event.groupings and plural(len(event.groupings), "intercommunalité"),
        event.communes and plural(len(event.communes), "commune"),
        event.radius and say("et {radius} km autour", radius=event.radius),
    )
    return listed(*parts) or "aucun"


def _source(event: Any, context: EventContext) -> str:
    """Returns a source inside a sentence; "" for a file without a source."""
    name = source_name(event.source)
    return event.source and (name if name == event.source else lower_first(name))


_COMPUTED: Mapping[str, Callable[[Any, EventContext], str]] = {
    "whom": lambda event, context: context.names.staff(context.recorded.originator_id),
    "what": lambda event, context: {"grille": "grille", "indicators": "définitions"}.get(kind_of(event), "protocole"),
    "days": lambda event, context: team.between(event.first, event.last, year=context.recorded.at.year),
    "hours": lambda event, context: workshops.moment(
        event.starts, event.ends, context.zone, year=isinstance(event, w.WorkshopScheduled)
    ),
    "attendance": lambda event, context: workshops.attendance(event.present, event.absent, event.excused),
    "of_export": lambda event, context: counts(event),
    "of_places": lambda event, context: partners.phrase_counts(
        {one: getattr(event, one, 0) for one in partners.COUNTS}
    ),
    "match": lambda event, context: matching.reasons(event.reasons, event.warnings),
    "labels": lambda event, context: short(", ".join(one.label for one in event.actions) or "aucune action"),
    "person": lambda event, context: f"{event.first_name} {event.last_name}",
    "course": lambda event, context: short(event.title),
    "label": lambda event, context: context.referral(event.referral)[1],
    "referral": lambda event, context: context.referral(event.referral)[0],
    "holder": lambda event, context: context.referral(event.referral)[0] if event.referral else "la personne",
    "grounds": lambda event, context: "" if event.reason == AT_ONCE else short(event.reason),
    "into": lambda event, context: _merged(event.into, context),
    "duplicate": lambda event, context: _merged(event.duplicate, context),
    "group": lambda event, context: path.group(event.group) if event.group else "",
    "corrected": lambda event, context: _corrected(
        event, context.find_earlier(e.DossierOpened, e.IdentityCorrected), context
    ),
    "corrected_value": lambda event, context: of_field(event.field, event.value),
    "source_name": lambda event, context: source_name(event.source),
    "source": _source,
    "coordinates": _coordinates,
    "target": _target,
    "booking": _booking,
    "receiver": _receiver,
    "score": _score,
    "why": lambda event, context: short(
        listed(event.refusal and vocabulary.REFUSALS_OF_PARTNERS[event.refusal], event.reason)
    ),
    "subject": _subject,
    "territory": _territory,
    "filters": lambda event, context: lists.filtered(event.filters),
}
"""Words that are no field of an event."""
