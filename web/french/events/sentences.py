"""One French sentence for each event."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from decimal import Decimal
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
from pixflow.events.values import Result
from pixflow.folding import RETRACTIONS
from pixflow.streams import kind_of
from web.french import dates, matching, privacy, tasks, typography, vocabulary
from web.french.dossier import path, profiles
from web.french.events import access, contacts, partners, resources, team, workshops
from web.french.events.fields import LABELS, PARIS, UNNAMED, EventContext, Names, fraction, text_of
from web.french.phrases import listed, noted, paused_until, short
from web.french.typography import de, lower_first, plural, say, typeset, upper_first

TITLES: dict[str, str] = {
    "structure.StructureOpened": "Structure",
    "structure.ProgramStarted": "Version de pixflow",
    "structure.KeyRotated": "Clé de la structure changée",
    "structure.BackupRestored": "Sauvegarde restaurée",
    "structure.JournalSealed": "Consultations d’un jour scellées",
    "structure.TeamConfirmed": "Équipe relue",
    "structure.ShortcutOpened": "Page des tests ouverte",
    "structure.PortfolioMapped": "Colonnes d’un portefeuille",
    "structure.OrganisationAccepted": "Organisation de Pix Orga reconnue",
    "structure.OrganisationWithdrawn": "Organisation de Pix Orga retirée",
    "structure.ReadingsIssued": "Fichier des consultations",
    "protocol.ProtocolDrafted": "Projet de protocole",
    "protocol.ProtocolEndorsed": "Avis sur un projet de protocole",
    "protocol.ProtocolDraftDropped": "Projet de protocole écarté",
    "protocol.ProtocolPublished": "Protocole",
    "protocol.ProtocolPublicationWithdrawn": "Publication du protocole annulée",
    "grille.GrilleDrafted": "Projet de grille",
    "grille.GrilleEndorsed": "Avis sur un projet de grille",
    "grille.GrilleDraftDropped": "Projet de grille écarté",
    "grille.GrillePublished": "Grille",
    "grille.GrillePublicationWithdrawn": "Publication de la grille annulée",
    "indicators.DefinitionsDrafted": "Projet de définitions",
    "indicators.DefinitionsEndorsed": "Avis sur un projet de définitions",
    "indicators.DefinitionsDraftDropped": "Projet de définitions écarté",
    "indicators.DefinitionsPublished": "Définitions des indicateurs",
    "indicators.ReportIssued": "Rapport remis",
    "indicators.EventLogIssued": "Journal des parcours remis",
    "campaign.CampaignFound": "Nouvelle campagne",
    "campaign.CampaignDeclared": "Déclaration de campagne",
    "campaign.CampaignCorrected": "Correction de campagne",
    "campaign.PurposeCorrected": "Correction de l’usage",
    "campaign.CampaignClosed": "Clôture de campagne",
    "campaign.CampaignReopened": "Réouverture de campagne",
    "campaign.ExternalIdColumnChosen": "Colonne de l’identifiant externe",
    "campaign.CampaignWithdrawn": "Campagne retirée",
    "intake.ExportReceived": "Export Pix Orga",
    "intake.ExportTakenBack": "Import annulé",
    "participation.ParticipationImported": "Nouvelle participation",
    "participation.PurposeSettled": "Usage de la participation",
    "participation.ParticipationProgressed": "Progression dans l’export",
    "participation.ResultShared": "Partage du résultat",
    "participation.ProfileShared": "Partage du profil",
    "participation.ParticipationVanished": "Disparition de l’export",
    "participation.MatchConfirmed": "Rapprochement",
    "participation.MatchRejected": "Rapprochement refusé",
    "participation.ParticipationSetAside": "Mise de côté",
    "participation.PersonErased": "Effacement (participation)",
    "participation.Retracted": "Annulation (participation)",
    "notices.NoticeSent": "Courriel envoyé",
    "dossier.DossierOpened": "Ouverture",
    "dossier.IdentityCorrected": "Identité",
    "dossier.ContactCorrected": "Coordonnées",
    "dossier.ProjectStated": "Projet",
    "dossier.ProgrammeJoined": "Programme",
    "dossier.AdvisorAssigned": "Affectation",
    "dossier.PixPresented": "Présentation de Pix",
    "dossier.DiagnosticPlanned": "Prévision du diagnostic",
    "dossier.DiagnosticDeclined": "Refus du diagnostic",
    "dossier.ParticipationLinked": "Participation",
    "dossier.ParticipationAdvanced": "Progression",
    "dossier.ParticipationWithdrawn": "Participation disparue",
    "dossier.ResultReceived": "Résultat",
    "dossier.ResultDispatched": "Transmission du résultat",
    "dossier.DebriefHeld": "Restitution",
    "dossier.PrescriptionBuilt": "Prescription",
    "dossier.ReferralSent": "Orientation",
    "dossier.ReferralAnswered": "Réponse du partenaire",
    "dossier.ActionStarted": "Début d’action",
    "dossier.ActionEnded": "Fin d’action",
    "dossier.ActionDropped": "Action écartée",
    "dossier.AppointmentSet": "Rendez-vous",
    "dossier.AppointmentMissed": "Rendez-vous manqué",
    "dossier.YoungPersonChased": "Relance",
    "dossier.NoteTaken": "Note",
    "dossier.LateEventReviewed": "Relecture d’un fait tardif",
    "dossier.DossierClosed": "Clôture",
    "dossier.DossierReopened": "Réouverture",
    "dossier.NeedAssessed": "Besoin",
    "dossier.SeatBooked": "Place en atelier",
    "dossier.SeatCancelled": "Place perdue ou rendue",
    "dossier.WorkshopAttended": "Présence en atelier",
    "dossier.WorkshopMissed": "Absence en atelier",
    "dossier.ProfileReceived": "Profil",
    "dossier.DifficultyExplored": "Difficulté explorée",
    "dossier.SelfStudyAssigned": "Tutoriels",
    "dossier.SelfStudyFollowed": "Suivi des tutoriels",
    "dossier.PartnerChased": "Relance du partenaire",
    "dossier.CompleteDiagnosticTaken": "Diagnostic complet",
    "dossier.CompleteDiagnosticDeclined": "Refus du diagnostic complet",
    "dossier.CertificationProposed": "Proposition de certification",
    "dossier.CertificationRegistered": "Inscription à la certification",
    "dossier.CertificationTaken": "Passage de la certification",
    "dossier.CertificationObtained": "Réussite à la certification",
    "dossier.CertificationNotObtained": "Échec à la certification",
    "dossier.CertificationDeclined": "Refus de la certification",
    "dossier.ResultAddedToCv": "Valorisation sur le CV",
    "dossier.RetakePlanned": "Nouveau passage",
    "dossier.RetakeDeclined": "Refus d’un nouveau passage",
    "dossier.TaskSnoozed": "Mise en pause",
    "dossier.TaskHandedOver": "Tâche confiée",
    "dossier.DossierMerged": "Fusion",
    "dossier.DuplicateJoined": "Doublon réuni",
    "dossier.ErasureRequested": "Demande d’effacement",
    "dossier.CopyIssued": "Copie des données",
    "dossier.PaperIssued": "Papier d’un dossier",
    "dossier.GlassBroken": "Jeune reçu",
    "dossier.ErasureDeclined": "Refus de l’effacement",
    "dossier.PersonErased": "Effacement",
    "dossier.Retracted": "Annulation",
    "dossier.DossierLent": "Dossier confié",
    **workshops.TITLES,
    **partners.TITLES,
    **contacts.TITLES,
    **team.TITLES,
    **access.TITLES,
    "dossier.PartnerLinkIssued": "Lien d’un partenaire",
    "dossier.PartnerLinkMailed": "Courriel à un partenaire",
    "dossier.PartnerLinkReturned": "Courriel refusé, à un partenaire",
    "dossier.PartnerLinkRevoked": "Lien d’un partenaire révoqué",
    "dossier.ReferralSeen": "Demande lue par un partenaire",
    "dossier.AnswerPromised": "Réponse promise par un partenaire",
    "dossier.OutcomeReported": "Nouvelles d’un partenaire",
    **resources.TITLES,
}
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
    told = EventContext(recorded, names, zone, history)
    return _TELLERS[kind_of(recorded.event)](recorded.event, told) or TITLES[recorded.event.TOPIC]


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
    """Returns the time: "5 mars 2026, 09:12", or "16 mars, noté le 17 mars 2026, 10:00" if recorded another day."""
    known = dates.instant(recorded.at, zone)
    on: date | None = getattr(recorded.event, "on", None)
    local = recorded.at.astimezone(ZoneInfo(zone)).date()
    return known if on in (None, local) else f"{dates.day(on or local, year=True)}, noté le {known}"


def meanwhile(happened: Sequence[Recorded], names: Names, *, zone: str = PARIS) -> list[str]:
    """Returns one line for each event since a page was opened: "Résultat transmis à Nadia Benali (Sophie Lecomte)"."""
    return [f"{sentence(one, names, zone=zone, history=happened)} ({who(one, names)})" for one in happened]


def _structure(event: Event, context: EventContext) -> str:
    match event:
        case structure.StructureOpened():
            opened = "Démonstration ouverte : {name}" if event.demonstration else "Structure ouverte : {name}"
            return listed(say(opened, name=event.name), *event.sites)
        case structure.ProgramStarted(pixflow=version):
            return f"pixflow {version} mis en service"
        case structure.KeyRotated(motive=motive, keys=keys, backups=backups):
            return say(
                "Clé de la structure changée ({why}) : {keys}, {backups}",
                why=vocabulary.ROTATIONS[motive],
                keys=plural(keys, "clé de personne", "clés de personnes"),
                backups=plural(backups, "sauvegarde"),
            )
        case structure.BackupRestored():
            return _restored(event, context)
        case structure.JournalSealed(day=day, lines=lines):
            text = "Consultations du {day} scellées : {lines}"
            return say(text, day=dates.day(day, year=True), lines=plural(lines, "ligne"))
        case structure.TeamConfirmed(people=people):
            return say("Équipe relue : {people}, toujours là", people=plural(people, "personne"))
        case structure.ShortcutOpened(site=site):
            return say("Page des tests ouverte sur un ordinateur{site}", site=f" ({site})" if site else "")
        case structure.ReadingsIssued(first=first, last=last, people=people):
            text = "Fichier des consultations sorti : du {first} au {last}, {people}"
            days = {"first": dates.day(first, year=True), "last": dates.day(last, year=True)}
            return say(text, people=plural(people, "nom"), **days)
        case structure.OrganisationAccepted(name=name):
            return say("« {name} » reconnue comme une organisation de la structure dans Pix Orga", name=name)
        case structure.OrganisationWithdrawn(name=name):
            return say("« {name} » n’est plus une organisation de la structure : son export est annulé", name=name)
        case structure.PortfolioMapped(columns=columns):
            return say("Colonnes d’un portefeuille retenues : {columns}", columns=plural(len(columns), "colonne"))
    return ""


def _documents(event: Event, context: EventContext) -> str:
    match event:
        case (
            protocol.ProtocolDrafted(draft=draft, document=document, note=note)
            | g.GrilleDrafted(draft=draft, document=document, note=note)
        ):
            text = "Projet n° {draft} de {what} proposé, {name}"
            return noted(say(text, draft=draft, what=_what(event), name=document.name), note)
        case protocol.ProtocolEndorsed(draft=draft) | g.GrilleEndorsed(draft=draft):
            return _endorsed(event, draft, event.endorsed, event.comment)
        case (
            protocol.ProtocolDraftDropped(draft=draft, reason=reason) | g.GrilleDraftDropped(draft=draft, reason=reason)
        ):
            return noted(say("Projet n° {draft} de {what} écarté", draft=draft, what=_what(event)), reason)
        case protocol.ProtocolPublished(document=document, from_day=day):
            return say("Protocole publié : {name}, à partir du {day}", name=document.name, day=context.day(day))
        case g.GrillePublished(number=number, document=grille, from_day=day):
            text = "Grille n° {number} publiée : {name}, à partir du {day}"
            return say(text, number=number, name=grille.name, day=context.day(day))
        case protocol.ProtocolPublicationWithdrawn(number=number) | g.GrillePublicationWithdrawn(number=number):
            text = "Publication n° {number} de {what} annulée avant de compter"
            return say(text, number=number, what=_what(event))
    return ""


def _staff(event: Event, context: EventContext) -> str:
    if isinstance(event, s.Retracted):
        return _retracted(_target(context, event.version), event.reason)
    return team.sentence(event, context)


def _workshop(event: Event, context: EventContext) -> str:
    if isinstance(event, w.Retracted):
        return _retracted(_target(context, event.version), event.reason)
    return workshops.sentence(event, context)


def _partner(event: Event, context: EventContext) -> str:
    if isinstance(event, partner_events.Retracted):
        return _retracted(_target(context, event.version), event.reason)
    return partners.sentence(event, context)


def _indicators(event: Event, context: EventContext) -> str:
    match event:
        case i.DefinitionsDrafted(draft=draft, document=document, note=note):
            text = "Projet n° {draft} de {what} proposé, {name}"
            return noted(say(text, draft=draft, what=_what(event), name=document.name), note)
        case i.DefinitionsEndorsed(draft=draft, endorsed=endorsed, comment=comment):
            return _endorsed(event, draft, endorsed, comment)
        case i.DefinitionsDraftDropped(draft=draft, reason=reason):
            return noted(say("Projet n° {draft} de {what} écarté", draft=draft, what=_what(event)), reason)
        case i.DefinitionsPublished(number=number, document=document, from_day=day):
            text = "Définitions n° {number} publiées : {name}, à partir du {day}"
            return say(text, number=number, name=document.name, day=context.day(day))
        case i.ReportIssued(number=number, title=title, first=first, last=last):
            text = "Rapport n° {number} remis : {title}, du {first} au {last}"
            return say(text, number=number, title=title, first=context.day(first), last=context.day(last))
        case i.EventLogIssued(first=first, last=last, reason=reason, cases=cases):
            text = "Journal de {count} remis, commencés du {first} au {last}"
            count = plural(cases, "parcours", "parcours")
            return noted(say(text, count=count, first=context.day(first), last=context.day(last)), reason)
    return ""


def _what(event: Event) -> str:
    return {"grille": "grille", "indicators": "définitions"}.get(kind_of(event), "protocole")


def _endorsed(event: Event, draft: int, endorsed: bool, comment: str) -> str:
    if endorsed:
        return noted(say("Projet n° {draft} de {what} approuvé", draft=draft, what=_what(event)), comment)
    text = "Projet n° {draft} de {what} commenté" if comment else "Accord sur le projet n° {draft} de {what} repris"
    return noted(say(text, draft=draft, what=_what(event)), comment)


def _campaign(event: Event, context: EventContext) -> str:
    match event:
        case c.CampaignFound(name=name, code=code):
            return listed(say("Campagne vue dans un export : {name}", name=name), code and f"code {code}")
        case c.CampaignDeclared(name=name, code=code, purpose=purpose, site=site):
            declared = say("Campagne déclarée : {name}, {purpose}", name=name, purpose=vocabulary.PURPOSES[purpose])
            return listed(declared, f"code {code}", site and f"site {de(site)}")
        case c.CampaignCorrected(name=name, code=code, site=site):
            corrected = say("Campagne corrigée : {name}", name=name)
            return listed(corrected, f"code {code}", f"site {de(site)}" if site else "tous les sites")
        case c.PurposeCorrected(purpose=purpose, reason=reason):
            return noted(say("Usage corrigé : {purpose}", purpose=vocabulary.PURPOSES[purpose]), reason, " — motif : ")
        case c.CampaignClosed():
            return say("Campagne close : elle n’est plus proposée pour un diagnostic")
        case c.CampaignReopened():
            return "Campagne rouverte"
        case c.ExternalIdColumnChosen(header=""):
            return say("Identifiant externe : aucune colonne ne le contient")
        case c.ExternalIdColumnChosen(header=header):
            return say("Identifiant externe : colonne « {header} »", header=header)
        case intake.ExportReceived(campaign=campaign, exported_at=at):
            text = "Export du {at} enregistré, campagne {campaign} : {counts}"
            named = context.names.campaign(campaign)
            return say(text, at=dates.instant(at, context.zone), campaign=named, counts=counts(event))
        case c.CampaignWithdrawn():
            return say("Campagne retirée : le seul export qui la montrait est annulé")
        case intake.ExportTakenBack(campaign=campaign, exported_at=at, taken=taken, left=left):
            text = "Import de l’export du {at} annulé, campagne {campaign} : {taken}{stay}"
            rows = plural(taken, "participation retirée", "participations retirées")
            stay = ", " + plural(left, "gardée") if left else ""
            when, named = dates.instant(at, context.zone), context.names.campaign(campaign)
            return say(text, at=when, campaign=named, taken=rows, stay=stay)
    return ""


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


def _advanced(progress: Decimal | None) -> str:
    if progress is None:
        return "Participation vue à nouveau"
    return say("Test avancé : {part}", part=path.part(progress))


def _participation(event: Event, context: EventContext) -> str:
    match event:
        case p.ParticipationImported():
            name = f"{event.first_name} {event.last_name}"
            campaign = context.names.campaign(event.campaign)
            return listed(
                say("Participation importée : {name}, campagne {campaign}", name=name, campaign=campaign),
                event.started and f"commencée le {context.day(event.started.day)}",
                event.progress is not None and path.part(event.progress),
            )
        case p.PurposeSettled(purpose=purpose):
            return say("Usage connu : {purpose}", purpose=vocabulary.PURPOSES[purpose])
        case p.ParticipationProgressed(progress=progress):
            return _advanced(progress)
        case p.ResultShared(result=result):
            return f"Résultat partagé le {context.day(result.shared.day)}{_scored(result, ' : ')}"
        case p.ProfileShared(profile=profile):
            text = "Profil partagé le {day} : {said}"
            return say(text, day=context.day(profile.shared.day), said=profiles.said(profile))
        case p.ParticipationVanished(exported_at=at):
            return f"Participation disparue de l’export du {dates.instant(at, context.zone)}"
        case p.MatchConfirmed(dossier=dossier, automatic=automatic):
            how = "Participation rapprochée automatiquement" if automatic else "Participation rapprochée"
            matched = say("{how} : {name}", how=how, name=context.names.dossier(dossier))
            why = matching.reasons(event.reasons, event.warnings)
            return f"{matched} ({why})" if why else matched
        case p.MatchRejected(dossier=dossier):
            return say("Rapprochement refusé : ce n’est pas {name}", name=context.names.dossier(dossier))
        case p.ParticipationSetAside(reason=reason):
            return noted("Participation mise de côté", reason)
        case p.PersonErased():
            return privacy.ERASED_WITH_DOSSIER
        case p.Retracted(version=version, reason=reason):
            return _retracted(_target(context, version), reason)
    return ""


def _whose(event: Event, context: EventContext) -> str:
    match event:
        case e.DossierOpened(site=site):
            return listed("Dossier ouvert", site and f"site {de(site)}")
        case e.IdentityCorrected():
            before = context.before(e.DossierOpened, e.IdentityCorrected)
            return _corrected("Identité corrigée", before, event, context)
        case e.ContactCorrected(phone=phone, email=email):
            before = context.before(e.ContactCorrected)
            if before is None:
                given = listed(phone and typography.phone(phone), email)
                return say("Coordonnées : {given}", given=given) if given else "Coordonnées effacées"
            return _corrected("Coordonnées corrigées", before, event, context)
        case e.ProjectStated(project=project):
            return noted("Projet", project)
        case e.ProgrammeJoined(programme=programme, group=group, collective_end=end):
            named = vocabulary.PROGRAMMES.get(programme, programme)
            grouped = group if not group or group.lower().startswith("groupe") else f"groupe {group}"
            return listed(
                say("Programme : {named}", named=named),
                grouped,
                end and f"période collective jusqu’au {context.day(end)}",
            )
        case e.AdvisorAssigned(advisor=advisor):
            return f"Dossier affecté à {context.names.staff(advisor)}"
        case e.DossierClosed(reason=reason, note=note):
            return noted(say("Dossier clos : {reason}", reason=vocabulary.CLOSINGS[reason]), note, " — ")
        case e.DossierMerged() | e.DuplicateJoined():
            return _joined(event, context)
        case e.DossierReopened(reason=reason):
            return noted("Dossier rouvert", reason)
        case e.Retracted(version=version, reason=reason):
            return _retracted(_target(context, version), reason)
    return _along_the_way(event, context)


def _joined(event: e.DossierMerged | e.DuplicateJoined, context: EventContext) -> str:
    """Returns "Réuni avec le dossier d’Aminata Diallo (doublon)"; "un autre dossier" if the reader may not read it."""
    said, id = (
        ("Doublon : fusionné avec {other}", event.into)
        if isinstance(event, e.DossierMerged)
        else ("Réuni avec {other} (doublon)", event.duplicate)
    )
    name = context.names.dossier(id)
    return say(said, other=name if name in UNNAMED else f"le dossier {de(name)}")


def _along_the_way(event: Event, context: EventContext) -> str:
    match event:
        case e.AppointmentSet(task=task, at=at, day=day, place=place):
            clock = dates.clock(at, context.zone)
            set_ = listed(f"Rendez-vous fixé le {dates.weekday(day)} {context.day(day)}", clock, place)
            return say("{set_} : {task}", set_=set_, task=context.task(task))
        case e.AppointmentMissed(task=task, note=note):
            return noted(say("Rendez-vous manqué : {task}", task=context.task(task)), note, " — ")
        case e.YoungPersonChased(about=about, channel=channel, reached=reached, note=note):
            known = tasks.WORDS.get(about.split(":", 1)[0])
            words = ("Relance", vocabulary.CHANNELS[channel], known.subject if known else "")
            chased = " ".join(filter(None, words))
            return noted(f"{chased}, {'réponse obtenue' if reached else 'sans réponse'}", note)
        case e.NoteTaken(text=text):
            return noted("Note", text)
        case e.LateEventReviewed(note=note):
            return noted("Fait tardif relu", note)
    return privacy.sentence(event)


def _diagnostic(event: Event, context: EventContext) -> str:
    match event:
        case e.PixPresented(occasion=occasion):
            return f"Pix présenté {vocabulary.OCCASIONS[occasion]}"
        case e.DiagnosticPlanned(campaign=campaign, modality=modality, mediator=mediator, place=place):
            where = f"{vocabulary.MODALITIES[modality]} ({place})" if place else vocabulary.MODALITIES[modality]
            first = f"Diagnostic prévu à partir du {context.day(event.planned_for)}"
            planned = listed(first, where, mediator and "avec médiation")
            return say("{planned} : {campaign}", planned=planned, campaign=context.names.campaign(campaign))
        case e.DiagnosticDeclined(reason=reason):
            return noted("Diagnostic décliné", reason)
        case e.ParticipationLinked(campaign=campaign, purpose=purpose, started=started, progress=progress):
            of = "" if purpose == "initial" else f", {vocabulary.PURPOSES[purpose]}"
            return listed(
                say("Participation rapprochée{of} : {campaign}", of=of, campaign=context.names.campaign(campaign)),
                started and f"commencée le {context.day(started.day)}",
                progress is not None and path.part(progress),
            )
        case e.ParticipationAdvanced(progress=progress):
            return "Test terminé, résultat pas encore partagé" if progress == 1 else _advanced(progress)
        case e.ParticipationWithdrawn():
            return "Participation disparue de l’export ; un résultat déjà reçu est gardé".replace(
                " ;", f"{typography.THIN};"
            )
        case e.ResultReceived(purpose=purpose, result=result):
            of = "" if purpose == "initial" else f", {vocabulary.PURPOSES[purpose]}"
            shared = f"partagé le {context.day(result.shared.day)}"
            return f"Résultat reçu{of}{_scored(result, ' : ')}, {shared}"
        case e.ProfileReceived(profile=profile):
            text = "Profil reçu : {said}, partagé le {day}"
            return say(text, said=profiles.said(profile), day=context.day(profile.shared.day))
    return ""


def _prescription(event: Event, context: EventContext) -> str:
    match event:
        case e.ResultDispatched(advisor=advisor):
            return f"Résultat transmis à {context.names.staff(advisor)}"
        case e.DebriefHeld(channel=channel, note=note):
            return noted(f"Restitution tenue {vocabulary.CHANNELS[channel]}", note)
        case e.PrescriptionBuilt(percent=score, grille=grille, actions=actions):
            text = "Prescription construite sur {score}, grille n° {grille} : {actions}"
            labels = short(", ".join(action.label for action in actions) or "aucune action")
            if score is None or grille is None:
                return say("Prescription construite sans score : {actions}", actions=labels)
            return say(text, score=typography.percent(score), grille=grille, actions=labels)
        case e.ReferralSent(action=action, partner=partner):
            text = "Orientation vers {partner} : {action}"
            return listed(
                say(text, partner=partner.name, action=context.action(action)),
                event.starts and f"à partir du {context.day(event.starts)}",
                event.ends and f"jusqu’au {context.day(event.ends)}",
            )
        case e.ReferralAnswered(referral=referral, answer=answer, reason=reason, refusal=refusal):
            named, label = context.referral(referral)
            answered = upper_first(f"{named} {'accepte' if answer == 'accepted' else 'refuse'}")
            answered = listed(
                f"{answered} ({label})" if label else answered,
                event.starts and f"à partir du {context.day(event.starts)}",
                event.place and say("lieu : {place}", place=event.place),
            )
            return noted(
                answered, ", ".join(filter(None, (refusal and vocabulary.REFUSALS_OF_PARTNERS[refusal], reason)))
            )
        case e.ActionStarted(action=action, ends=ends):
            return say(
                "Action commencée : {label}, jusqu’au {day}", label=context.action(action), day=context.day(ends)
            )
        case e.ActionEnded(action=action, outcome=outcome, note=note):
            ended = say(
                "Action {outcome} : {label}", outcome=vocabulary.OUTCOMES[outcome], label=context.action(action)
            )
            return noted(ended, note, " — ")
        case e.ActionDropped(action=action, reason=reason):
            return noted(say("Action écartée : {label}", label=context.action(action)), reason, " — ")
    return ""


def _restored(event: structure.BackupRestored, context: EventContext) -> str:
    lost = "pertes non comptées" if event.lost is None else plural(event.lost, "fait perdu", "faits perdus")
    return say(
        "Sauvegarde du {made} restaurée ({motive}) : {kept}, {lost}",
        made=dates.instant(event.made, context.zone),
        motive=vocabulary.RESTORES[event.motive],
        kept=plural(event.kept, "fait gardé", "faits gardés"),
        lost=lost,
    )


def _dossier(event: Event, context: EventContext) -> str:
    if said := _of_path(event, context) or _of_link(event, context):
        return typeset(said)
    if event.STAGE in ("orientation", "diagnostic"):
        return _diagnostic(event, context)
    return _prescription(event, context) if event.STAGE else _whose(event, context)


def _notice(event: Event, context: EventContext) -> str:
    assert isinstance(event, n.NoticeSent)
    return f"Courriel envoyé : {vocabulary.NOTICES[event.notice]}".replace(" :", f"{typography.NBSP}:")


_TELLERS = {
    "structure": _structure, "protocol": _documents, "grille": _documents, "indicators": _indicators, "staff": _staff,
    "campaign": _campaign,
    "intake": _campaign, "participation": _participation, "dossier": _dossier, "notices": _notice,
    "workshop": _workshop, "resource": resources.sentence, "question": resources.sentence,
    "partner": _partner, "catalogue": _partner, "contact": contacts.sentence,
}  # fmt: skip


def _retracted(target: str, reason: str) -> str:
    return noted(say("Annulé : {target}", target=target), "" if reason == AT_ONCE else reason, " — motif : ")


def _scored(result: Result, before: str) -> str:
    return ", sans score" if result.mastery is None else typography.typeset(before) + fraction(result.mastery)


def _corrected(text: str, before: Event | None, event: Event, context: EventContext) -> str:
    """Returns the changed fields, before and after; all fields if the state before is unknown."""
    told = []
    for field in fields(event):  # type: ignore[arg-type]
        value = getattr(event, field.name)
        was = getattr(before, field.name, None) if before else None
        if field.name == "on" or was == value or (before is None and not value):
            continue
        label = lower_first(LABELS[field.name])
        new, old = (text_of(field.name, one, context) for one in (value, was))
        told.append(f"{label} {new}" if before is None else f"{label} {old} → {new}")
    return say("{text} : {told}", text=text, told=", ".join(told)) if told else text


def _target(context: EventContext, version: int) -> str:
    """Returns the sentence of the retracted event."""
    for known in context.history:
        if known.originator_version == version and not isinstance(known.event, RETRACTIONS):
            return sentence(known, context.names, zone=context.zone, history=context.history)
    return say("fait n° {version}", version=version)


# --- the rest of the path: need, seats, difficulty, self-study, certification, retake, chases


def _of_path(event: Event, context: EventContext) -> str:
    """Returns the sentence of an event, "" for other events."""
    return (
        _seat(event, context) or _difficulty(event, context) or _certification(event, context) or _turn(event, context)
    )


def _seat(event: Event, context: EventContext) -> str:
    match event:
        case e.NeedAssessed(needed=needed, reason=reason):
            return noted("Besoin reconnu" if needed else "Pas de besoin pour l’instant", reason)
        case e.SeatBooked(day=day):
            moved = context.before(e.SeatBooked)
            again = isinstance(moved, e.SeatBooked) and moved.workshop == event.workshop
            return f"{'Atelier déplacé' if again else 'Place réservée en atelier'} : {_weekday(day, context)}"
        case e.SeatCancelled(reason="cancelled"):
            return "Atelier annulé, la place est perdue"
        case e.SeatCancelled():
            return "Place en atelier rendue"
        case e.WorkshopAttended(trouble=trouble, ease=ease):
            return listed("Présent·e à l’atelier", trouble and "en difficulté", ease and "à l’aise")
        case e.WorkshopMissed(excused=excused):
            return "Excusé·e pour l’atelier" if excused else "Absent·e à l’atelier"
    return ""


def _difficulty(event: Event, context: EventContext) -> str:
    match event:
        case e.DifficultyExplored(cause=cause, note=note):
            return noted(f"Difficulté explorée : {vocabulary.CAUSES[cause]}", note, " — ")
        case e.SelfStudyAssigned(tutorials=tutorials):
            return noted("Tutoriels Pix à suivre", tutorials)
        case e.SelfStudyFollowed(outcome=outcome, note=note):
            return noted(f"Tutoriels Pix : {vocabulary.STUDIES[outcome]}", note, " — ")
        case e.PartnerChased(referral=referral, channel=channel, reached=reached, note=note):
            partner, label = context.referral(referral)
            reply = "automatique" if event.automatic else "réponse obtenue" if reached else "sans réponse"
            text = "Relance du partenaire {how}, {reply} : {partner}"
            chased = say(text, how=vocabulary.CHANNELS[channel], reply=reply, partner=partner)
            return noted(f"{chased} ({label})" if label else chased, note, " — ")
    return ""


def _certification(event: Event, context: EventContext) -> str:
    match event:
        case e.CompleteDiagnosticTaken(participation=participation):
            return "Diagnostic complet vu à l’import" if participation else "Diagnostic complet passé"
        case e.CompleteDiagnosticDeclined(reason=reason):
            return noted("Diagnostic complet décliné", reason)
        case e.CertificationProposed(note=note):
            return noted("Certification proposée", note, " — ")
        case e.CertificationRegistered(session=session, place=place):
            return listed(f"Inscription à la certification : {_weekday(session, context)}", place)
        case e.CertificationTaken():
            return "Certification passée"
        case e.CertificationObtained(level=level):
            return noted("Certification obtenue", level)
        case e.CertificationNotObtained(note=note):
            return noted("Certification non obtenue", note, " — ")
        case e.CertificationDeclined(reason=reason):
            return noted("Certification déclinée", reason)
        case e.ResultAddedToCv():
            return "Résultat valorisé sur le CV"
        case e.RetakePlanned(campaign=campaign, planned_for=day):
            text = "Nouveau passage prévu à partir du {day} : {campaign}"
            return say(text, day=context.day(day), campaign=context.names.campaign(campaign))
        case e.RetakeDeclined(reason=reason):
            return noted("Nouveau passage décliné", reason)
    return ""


def _turn(event: Event, context: EventContext) -> str:
    match event:
        case e.DossierLent(advisor=advisor, until=until):
            return f"Dossier confié à {context.names.staff(advisor)} jusqu’au {context.day(until)}"
        case e.TaskSnoozed(task=task, until=until, reason=reason, awaits=awaits):
            ends = paused_until(context.day(until), awaits)
            return noted(say("En pause {ends} : {task}", ends=ends, task=context.task(task)), reason, " — ")
        case e.TaskHandedOver(task=task, note=note):
            return noted(say("{whom} : {task}", whom=_handed(event, context), task=context.task(task)), note, " — ")
    return ""


def _weekday(day: date, context: EventContext) -> str:
    return f"{dates.weekday(day)} {context.day(day)}"


def _handed(event: e.TaskHandedOver, context: EventContext) -> str:
    """Returns who has a task now: its advisor again, somebody who took it, or somebody to whom it was given."""
    name, follows = context.names.staff(event.to), context.before(e.AdvisorAssigned, e.DossierLent)
    if isinstance(follows, (e.AdvisorAssigned, e.DossierLent)) and follows.advisor == event.to:
        return f"Rendu à {name}"
    taken = context.recorded.by == str(event.to)
    through = f" jusqu’au {context.day(event.until)}" if event.until else ""
    return f"{'Pris en charge par' if taken else 'Confié à'} {name}{through}"


# --- the links that partners answer by


def _of_link(event: Event, context: EventContext) -> str:
    """Returns the sentence of an event about a link, "" for other events."""
    referral = getattr(event, "referral", None)
    partner, label = context.referral(referral) if referral else ("", "")
    about = f" ({label})" if label else ""
    match event:
        case e.PartnerLinkIssued(channel=channel, until=until, address=address, purpose=purpose):
            why = "demander l’issue" if purpose == "outcome" else "répondre"
            text = say("Lien {how} pour {why} : {partner}{about}", how=vocabulary.LINK_CHANNELS[channel], why=why,
                       partner=partner, about=about)  # fmt: skip
            asked = event.asked and "à sa demande"
            return listed(text, address, asked, f"valable jusqu’au {context.day(until)}")
        case e.PartnerLinkMailed():
            return say("Courriel parti à {partner}{about}", partner=partner, about=about)
        case e.PartnerLinkReturned():
            return say("Courriel à {partner} refusé, adresse inconnue{about}", partner=partner, about=about)
        case e.PartnerLinkRevoked():
            return say("Lien {of} révoqué{about}", of=de(partner), about=about)
        case e.ReferralSeen():
            return upper_first(say("{partner} a lu la demande{about}", partner=partner, about=about))
        case e.AnswerPromised(until=until):
            text = "{partner} étudie la demande et répond avant le {day}{about}"
            return upper_first(say(text, partner=partner, day=context.day(until), about=about))
        case e.OutcomeReported(outcome=outcome, day=day, note=note):
            return _reported_by(partner, outcome, context.day(day), about, note)
    return ""


def _reported_by(partner: str, outcome: str, day: str, about: str, note: str) -> str:
    text = "Selon {partner}, la personne {said} le {day}{about}"
    return noted(say(text, partner=partner, said=vocabulary.REPORTS[outcome], day=day, about=about), note, " — ")
