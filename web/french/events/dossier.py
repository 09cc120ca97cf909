"""Words for the events of a dossier."""

from pixflow.events import dossier as e
from pixflow.events.base import Event
from web.french.phrases import RETRACTED, EventWords

EVENTS: dict[type[Event], EventWords] = {
    e.DossierOpened: ("Ouverture", "Dossier ouvert[, site de {site}]"),
    e.IdentityCorrected: ("Identité", "Identité corrigée[ : {corrected}]"),
    e.ContactCorrected: ("Coordonnées", "{coordinates}"),
    e.ProjectStated: ("Projet", "Projet[ : {project}]"),
    e.CommuneStated: ("Commune", "Commune : {commune}"),
    e.ProgrammeJoined: (
        "Programme",
        "Programme : {programme}[ jusqu’au {programme_end}][, {group}][, période collective jusqu’au {collective_end}]",
    ),
    e.AdvisorAssigned: ("Affectation", "Dossier affecté à {advisor}"),
    e.PixPresented: ("Présentation de Pix", "Pix présenté {occasion}"),
    e.DiagnosticPlanned: (
        "Prévision du diagnostic",
        "Diagnostic prévu à partir du {planned_for}, {modality}[ ({place})][, {waits}][, {mediator}] : {campaign}",
    ),
    e.DiagnosticDeclined: ("Refus du diagnostic", "Diagnostic décliné[ : {reason}]"),
    e.ParticipationLinked: (
        "Participation",
        "Participation rapprochée[, {purpose}] : {campaign}[, commencée le {started}][, {progress}]",
    ),
    e.ParticipationAdvanced: (
        "Progression",
        lambda event: "Test terminé, résultat pas encore partagé" if event.progress == 1 else progressed(event),
    ),
    e.ParticipationWithdrawn: (
        "Participation disparue", "Participation disparue de l’export ; un résultat déjà reçu est gardé",
    ),
    e.ResultReceived: ("Résultat", "Résultat reçu[, {purpose}]{score}, partagé le {result.shared}"),
    e.ResultDispatched: ("Transmission du résultat", "Résultat transmis à {advisor}"),
    e.DebriefHeld: ("Restitution", "Restitution tenue {channel}[ : {note}]"),
    e.ReadingReviewed: (
        "Nouvelle lecture",
        lambda event: (
            "Nouvelle lecture dite : tranche {low}-{high}, grille n° {number}[ — {note}]"
            if event.told
            else "Lecture de l’époque gardée ; la grille n° {number} lit la tranche {low}-{high}[ — {note}]"
        ),
    ),
    e.PrescriptionBuilt: (
        "Prescription",
        lambda event: "Prescription construite sans score : {labels}"
        if event.percent is None or event.grille is None
        else "Prescription construite sur {percent}, grille n° {grille} : {labels}",
    ),
    e.ActionAdded: ("Action ajoutée", "Action ajoutée à la prescription : {added}[ — {reason}]"),
    e.ReferralSent: (
        "Orientation",
        "Orientation vers {partner} : {action}[, à partir du {starts}][, jusqu’au {ends}][, {agreed}]",
    ),
    e.ReferralAnswered: (
        "Réponse du partenaire",
        "{referral:capital} {answer}[ ({label})][, à partir du {starts}][, lieu : {place}][ : {why}]",
    ),
    e.ActionStarted: ("Début d’action", "Action commencée : {action}, jusqu’au {ends}"),
    e.ActionEnded: ("Fin d’action", "Action {outcome} : {action}[ — {note}]"),
    e.ActionDropped: ("Action écartée", "Action écartée : {action}[ — {reason}]"),
    e.AppointmentSet: ("Rendez-vous", "Rendez-vous fixé le {day:weekday}, {at:clock}[, {place}] : {task}"),
    e.AppointmentMissed: ("Rendez-vous manqué", "Rendez-vous manqué : {task}[ — {note}]"),
    e.YoungPersonChased: ("Relance", "Relance {channel}[ {subject}], {reached}[ : {note}]"),
    e.NoteTaken: ("Note", "Note[ : {text}]"),
    e.LateEventReviewed: ("Relecture d’une arrivée tardive", "Arrivée tardive relue[ : {note}]"),
    e.DossierClosed: ("Clôture", "Dossier clos : {reason}[ — {note}]"),
    e.DossierReopened: ("Réouverture", "Dossier rouvert[ : {reason}]"),
    e.NeedAssessed: ("Besoin", "{needed}[ : {reason}]"),
    e.SeatBooked: ("Place en atelier", "{booking} : {day:weekday}[ ; place gardée rendue : {gives_up}]"),
    e.SeatCancelled: ("Place perdue ou rendue", "{reason}"),
    e.WorkshopAttended: ("Présence en atelier", "Présent·e à l’atelier[, {trouble}][, {ease}]"),
    e.WorkshopMissed: ("Absence en atelier", "{excused} l’atelier"),
    e.AttendanceContested: (
        "Présence notée deux fois",
        "Présence notée deux fois : « {mark} », par {presser} à {at:clock}, n’est pas retenu ; {noter} a noté ensuite",
    ),
    e.AttendanceSettled: ("Choix d’une présence", "Présence notée deux fois : le choix est fait"),
    e.ProfileReceived: ("Profil", "Profil reçu : {profile}, partagé le {profile.shared}"),
    e.DifficultyExplored: ("Difficulté explorée", "Difficulté explorée : {cause}[ — {note}]"),
    e.SelfStudyAssigned: ("Tutoriels", "Tutoriels Pix à suivre[ : {tutorials}]"),
    e.SelfStudyFollowed: ("Suivi des tutoriels", "Tutoriels Pix : {outcome}[ — {note}]"),
    e.PartnerChased: (
        "Relance du partenaire",
        lambda event: "Relance du partenaire {channel}, "
        + ("automatique" if event.automatic else "{reached}")
        + " : {referral}[ ({label})][ — {note}]",
    ),
    e.CompleteDiagnosticTaken: (
        "Diagnostic complet",
        lambda event: f"Diagnostic complet {'vu à l’import' if event.participation else 'passé'}",
    ),
    e.CompleteDiagnosticDeclined: ("Refus du diagnostic complet", "Diagnostic complet décliné[ : {reason}]"),
    e.CertificationProposed: ("Proposition de certification", "Certification proposée[ — {note}]"),
    e.CertificationRegistered: (
        "Inscription à la certification", "Inscription à la certification : {session:weekday}[, {place}]",
    ),
    e.CertificationTaken: ("Passage de la certification", "Certification passée"),
    e.CertificationObtained: ("Réussite à la certification", "Certification obtenue[ : {level}]"),
    e.CertificationNotObtained: ("Échec à la certification", "Certification non obtenue[ — {note}]"),
    e.CertificationDeclined: ("Refus de la certification", "Certification déclinée[ : {reason}]"),
    e.ResultAddedToCv: ("Valorisation sur le CV", "Résultat valorisé sur le CV"),
    e.RetakePlanned: ("Nouveau passage", "Nouveau passage prévu à partir du {planned_for} : {campaign}"),
    e.RetakeDeclined: ("Refus d’un nouveau passage", "Nouveau passage décliné[ : {reason}]"),
    e.TaskSnoozed: (
        "Mise en pause", "En pause jusqu’au {until}[, ou dès que {awaits}] : {task}[ — {reason}]",
    ),
    e.TaskHandedOver: ("Tâche confiée", "{receiver} : {task}[ — {note}]"),
    e.ReminderSet: ("Rappel", "Rappel le {day:weekday} : {text}"),
    e.ReminderDone: ("Rappel fait", "Rappel fait[ : {reminder}][ — {note}]"),
    e.DossierMerged: ("Fusion", "Doublon : fusionné avec {into}"),
    e.DuplicateJoined: ("Doublon réuni", "Réuni avec {duplicate} (doublon)"),
    e.ErasureRequested: ("Demande d’effacement", "Effacement demandé : {reason}"),
    e.CopyIssued: ("Copie des données", "Copie de toutes les données sortie de pixflow"),
    e.PaperIssued: ("Papier d’un dossier", "Papier sorti : {paper}"),
    e.GlassBroken: ("Jeune reçu", "Jeune reçu sans être suivi, dossier ouvert pour la journée[ : {reason}]"),
    e.ErasureDeclined: ("Refus de l’effacement", "Effacement refusé, le dossier est gardé[ : {note}]"),
    e.PersonErased: ("Effacement", "Personne effacée : {reason}[, clés détruites à partir du {due}]"),
    e.ErasureStopped: ("Arrêt de l’effacement", "Effacement arrêté, le dossier est gardé[ : {reason}]"),
    e.Retracted: ("Annulation", RETRACTED),
    e.HolderInformed: (
        "Correction signalée",
        lambda event: "Correction dite à {holder}[ : {note}]"
        if event.answer == "told"
        else "Inutile de prévenir {holder} d’une correction[ : {note}]",
    ),
    e.DossierLent: ("Dossier confié", "Dossier confié à {advisor} jusqu’au {until}"),
}  # fmt: skip
LINKS: dict[type[Event], EventWords] = {
    e.PartnerLinkIssued: (
        "Lien d’un partenaire",
        (
            "Lien {channel} pour {purpose} : {referral}[ ({label})][, {address}][, {asked}][, {agreed}], "
            "valable jusqu’au {until}"
        ),
    ),
    e.PartnerLinkMailed: ("Courriel à un partenaire", "Courriel parti à {referral}[ ({label})]"),
    e.PartnerLinkReturned: (
        "Courriel refusé, à un partenaire", "Courriel à {referral} refusé, adresse inconnue[ ({label})]",
    ),
    e.PartnerLinkRevoked: ("Lien d’un partenaire révoqué", "Lien de {referral} révoqué[ ({label})]"),
    e.ReferralSeen: ("Demande lue par un partenaire", "{referral:capital} a lu la demande[ ({label})]"),
    e.AnswerPromised: (
        "Réponse promise par un partenaire",
        "{referral:capital} étudie la demande et répond avant le {until}[ ({label})]",
    ),
    e.OutcomeReported: (
        "Nouvelles d’un partenaire", "Selon {referral}, la personne {outcome} le {day}[ ({label})][ — {note}]",
    ),
}  # fmt: skip
"""Events about the links that partners answer by."""


def progressed(event: e.ParticipationAdvanced) -> str:
    """Returns the template of a participation that was seen again, with its progress if the export has one."""
    return "Participation vue à nouveau" if event.progress is None else "Test avancé : {progress}"
