"""Sentences for refused commands: why, and what to do."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from uuid import UUID

from pixflow.store import (
    AlreadyServed,
    BuildLost,
    DatabaseCode,
    DatabaseRefused,
    FormatRefused,
    LossCode,
    RecordsLost,
    SiteCode,
    SiteRefused,
    StoreBusy,
    StoreFull,
    StoreLost,
    StoreRefused,
    StoreUnreached,
)
from web.french import dates, matching, typography, vocabulary
from web.french.dossier import profiles
from web.french.events import access, contacts, partners, resources, team, workshops
from web.french.events.fields import Names
from web.french.typography import say

REFUSALS: dict[str, str] = {
    # the dossier
    "unknown-dossier": "Ce dossier n’existe pas, ou n’est pas encore ouvert.",
    "closed": "Ce dossier est clos depuis le {on} : rouvrez-le d’abord.",
    "future": "Le {on} n’est pas encore arrivé : notez ce qui a déjà eu lieu.",
    "nir": "Un numéro de sécurité sociale ne s’écrit nulle part dans pixflow : effacez-le, puis enregistrez.",
    "control-character": "Un caractère invisible s’est glissé dans le texte : retapez-le au lieu de le coller.",
    "glass-limit": (
        "Vous avez déjà ouvert {most} dossiers ainsi aujourd’hui : demandez à la ou au référent·e Pix, ou à la "
        "direction."
    ),
    "bad-number": "Ce numéro i-Milo ne se lit pas : il a au moins un chiffre, sinon des lettres et des tirets.",
    "bad-birth-date": "Une naissance le {birth_date} ne donne pas un âge de 10 à 40 ans : vérifiez l’année.",
    "bad-phone": "Ce téléphone ne se lit pas : écrivez-le comme 06 12 34 56 78.",
    "bad-commune": "Cette commune n’est pas dans la liste, ou plusieurs portent ce nom : ajoutez le code postal.",
    "bad-website": "Ce n’est pas l’adresse d’un site public : écrivez-la comme www.exemple.fr.",
    "bad-booking": "Ce n’est pas l’adresse d’un site public : écrivez-la comme www.exemple.fr/rendez-vous.",
    "bad-email": "Cette adresse ne se lit pas : écrivez-la comme prenom.nom@exemple.fr.",
    # 1 orientation
    "already-presented": "Pix est déjà présenté, le {on}. Si la date est fausse, corrigez-la dans l’historique.",
    "not-in-cej": "Cette personne n’est pas en CEJ : choisissez une autre occasion, ou notez d’abord son programme.",
    "planned-before": "Le {planned_for} est avant le {on}, jour de la fiche : choisissez ce jour-là ou un autre après.",
    "already-tested": "Le résultat du diagnostic est déjà arrivé : il n’y a plus rien à décliner.",
    "seat-booked": "Une place est réservée en atelier le {day} : rendez-la d’abord.",
    # 3 prescription
    "unknown-study": "Ces tutoriels ne sont plus dans le dossier : rechargez la page.",
    "study-over": "Ces tutoriels sont déjà notés comme terminés ou arrêtés, le {on}.",
    "already-dispatched": "Ce résultat est transmis à {advisor} depuis le {on}. Pour changer, affectez le dossier "
    "à quelqu’un d’autre.",
    "already-debriefed": "La restitution est déjà notée, le {on}. Si elle est fausse, corrigez-la dans l’historique.",
    "before-its-result": "Le résultat n’a été envoyé que le {shared} : la restitution est de ce jour-là, ou d’après.",
    "before-its-debrief": "La restitution est du {debriefed} : la suite est de ce jour-là, ou d’après.",
    "debrief-first": "Notez d’abord la restitution : la suite vient après.",
    "already-built": "La prescription est construite depuis le {on}. Pour la changer, corrigez-la dans l’historique.",
    "reading-reviewed": "La grille n° {number} a déjà sa réponse : corrigez-la dans l’historique.",
    "grid-not-in-force": "La grille n° {number} n’est pas celle de ce jour-là : rechargez la page.",
    "reading-unchanged": "La grille n° {number} lit ce résultat comme il a été dit : il n’y a rien à dire de nouveau.",
    "unknown-proposal": "« {proposal} » n’est pas proposé à ce jeune pour ce résultat : rechargez la page.",
    "prescription-first": "La prescription n’est pas encore construite, ou ne compte plus : rechargez la page.",
    "before-its-prescription": "La prescription est du {built} : l’action y est ajoutée ce jour-là, ou après.",
    "already-prescribed": "« {action} » est prescrit depuis le {on} et n’a pas pris fin : choisissez une autre action.",
    "done-before": "« {action} » est déjà fait : voyez « Progresser et certifier ».",
    "no-action": "Cochez au moins une proposition, ou ajoutez une action.",
    "reason-needed": "Dites pourquoi : aucune proposition de la grille n’est gardée, ou une action y est ajoutée.",
    "not-the-current-result": "Ce résultat n’est pas le plus récent : rechargez la page pour partir du dernier.",
    # 4 parcours
    "unknown-action": "Cette action n’est plus dans la prescription : rechargez la page.",
    "action-over": "Cette action a déjà pris fin, ou est écartée. Pour y revenir, annulez ce fait dans l’historique.",
    "already-referred": "Cette action est déjà proposée à {partner} depuis le {on} : notez d’abord sa réponse.",
    "ends-before-start": "La fin, le {ends}, est avant le début, le {starts} : corrigez l’une des deux dates.",
    "agreement-needed": "Cochez que la personne est d’accord : le courriel donne son nom et son téléphone.",
    "unknown-referral": "Cette orientation n’est plus dans le dossier : rechargez la page.",
    "link-over": "Ce lien n’est plus valable.",
    "already-promised": "Une réponse est déjà promise avant le {until}.",
    "day-out-of-range": "Choisissez un jour du {first} au {last}.",
    "already-reported": "Des nouvelles ont déjà été données le {on}.",
    "already-answered": "La réponse du partenaire est déjà notée : {answer}. Corrigez-la dans l’historique.",
    "already-started": "Cette action a déjà commencé, le {on}. Si la date est fausse, corrigez-la dans l’historique.",
    "complete-taken": "Le diagnostic complet est déjà noté comme passé, le {on}.",
    "certification-under-way": "La certification en est déjà plus loin : {step}.",
    "certification-taken": "La certification est déjà passée : notez plutôt si elle est obtenue.",
    "certification-not-proposed": "Notez d’abord que la certification a été proposée.",
    "certification-not-taken": "Notez d’abord l’inscription, ou le passage, de la certification.",
    "session-past": "Le {session} est déjà passé : choisissez le jour d’une session à venir.",
    "no-result": "Aucun résultat n’est arrivé : il n’y a rien à mesurer ni à valoriser.",
    # along the way
    "snooze-until": "Choisissez un jour après aujourd’hui, et au plus tard le {last}.",
    "already-theirs": "Cette tâche est déjà à {advisor} : choisissez quelqu’un d’autre.",
    "handed-to-oneself": "On ne se confie pas une tâche à soi-même : choisissez quelqu’un d’autre.",
    "unknown-receiver": "Cette personne ne suit pas de dossiers : choisissez quelqu’un d’autre.",
    "given-back-only": "Une tâche reçue d’un collègue se rend à {advisor}, qui peut la confier à quelqu’un d’autre.",
    "handed-until": "Choisissez un jour à venir, au plus tard le {last} ; vide, ce jour-là est retenu.",
    "reminder-past": "Choisissez un jour à venir.",
    "appointment-past": "Le {day} est déjà passé : choisissez un jour à venir.",
    "no-group": "Ce dossier n’a pas de groupe : dites lequel depuis le dossier, « Changer de programme ».",
    "regrouped-since": "Le programme ou le groupe a changé depuis : il n’y a plus rien à annuler.",
    "not-owed": "Cette tâche n’est pas, ou plus, à faire dans ce dossier : rechargez la page.",
    "no-appointment": "Aucun rendez-vous n’est fixé : il n’y a rien à noter comme manqué.",
    "appointment-to-come": "Le rendez-vous est le {day} : il ne peut pas encore être noté comme manqué.",
    "unknown-event": "Le fait n° {version} n’est pas dans ce dossier : rechargez la page.",
    "not-retractable": "L’ouverture et une annulation ne s’annulent pas : corrigez l’identité, ou clôturez.",
    "undo-the-match": "Ce fait vient de Pix Orga : pour l’annuler, annulez le rapprochement de la participation.",
    "correct-at-the-workshop": "Ce fait vient d’un atelier : corrigez la place ou la présence sur sa page.",
    # participations and campaigns
    "unknown-stream": "Cette adresse ne désigne pas ce que l’action attend : rien n’est enregistré.",
    "unknown-participation": "Cette participation n’existe pas : rien n’est enregistré.",
    "bad-date": "Écrivez une date entre 1900 et 2100.",
    "number-too-large": "Ce nombre est trop grand : écrivez-en un de {most} au plus.",
    "not-matched": "Cette participation n’est pas rapprochée de ce dossier.",
    "already-matched": "Cette participation est déjà rapprochée ({dossier}) : annulez d’abord ce rapprochement.",
    "not-its-kind": "Ce fichier est une {kind}, ce que cette campagne n’est pas : corrigez son usage, puis importez.",
    "unsuited-purpose": "Cette campagne est une {kind} : cet usage ne lui va pas ({purpose}).",
    "undeclared-campaign": "Déclarez d’abord la campagne : tant que son usage n’est pas dit, rien ne se rapproche.",
    "bad-code": "Un code de campagne compte de 4 à 20 lettres sans accent et chiffres, comme LTBJUP656.",
    "already-declared": "Cette campagne est déjà déclarée ({purpose}) : son usage se corrige sur sa page.",
    "merged-with-itself": "Un dossier ne se fusionne pas avec lui-même : choisissez l’autre.",
    "already-merged": "Ce dossier est déjà fusionné ({dossier}). Annulez d’abord cette fusion.",
    # the rights of the person
    "person-erased": "Cette personne a été effacée : plus rien ne s’enregistre à son propos.",
    "visitors-not-now": "On cherche parmi tous les jeunes aux heures d’un atelier que quelqu’un d’autre a fixé.",
    "not-entrusted": "Quelqu’un d’autre suit cette personne, venue sans inscription : cela se note aux heures d’un "
    "atelier que quelqu’un d’autre que vous a fixé.",
    "another-person": "Qui a demandé, ou invité, ne confirme pas : une autre personne de l’équipe le fait.",
    "second-person": "Qui demande un effacement ne le confirme pas : une autre personne le confirme.",
    "erasure-asked": "Un effacement est demandé ici depuis le {on} : d’ici à la réponse de la direction, aucun dossier "
    "ne se réunit à celui-ci ni ne s’en sépare, et aucune participation ne s’y rattache à la main.",
    "erasure-changed": "La demande a changé entre-temps, ou des dossiers se sont réunis ou séparés depuis : relisez "
    "qui elle concerne, ou demandez à nouveau.",
    "erasure-done": "Trop tard : les clés de cette personne sont détruites, ou vont l’être.",
    "too-many-erasures": "Cinq personnes au plus s’effacent en 24 heures. Au-delà, l’exploitant dit combien : pixflow "
    "erasures --allow.",
    "erasure-not-asked": "Personne ne demande plus cet effacement : rechargez la page.",
    # files
    "later-export": "Un autre export de cette campagne a été importé depuis : annulez-le d’abord.",
    "unknown-import": "Cet import n’est pas connu : revenez aux résultats.",
    "other-organisation": "Cet export est de « {organisation} », qui n’est pas une organisation de la structure : "
    "reconnaissez-la par son nom avant de l’importer.",
    "export-refused": "Rien de ce fichier ne peut être enregistré : corrigez d’abord les anomalies signalées.",
    "portfolio-refused": "Rien de cette liste ne peut être enregistré : corrigez d’abord les anomalies signalées.",
    "unknown-site": "Ce site n’est pas un site de la structure : choisissez-en un autre.",
    "questions": "Il reste à répondre pour ce fichier : {codes}.",
    "unknown-column": "Cette colonne n’est pas dans le fichier : choisissez-en une autre.",
    "upload-gone": "Ce fichier n’attend plus ici : il est gardé une heure. Choisissez-le à nouveau.",
    "damaged-stream": "Un fait de cette fiche ne se lit plus : rien n’est enregistré. Prévenez la personne qui "
    "exploite pixflow. Les autres fiches ne sont pas touchées.",
    "moved": "Un autre enregistrement est passé entre-temps : rien n’est enregistré. Recommencez.",
    **workshops.REFUSALS,
    **partners.REFUSALS,
    **contacts.REFUSALS,
    **team.REFUSALS,
    **access.REFUSALS,
    **resources.REFUSALS,
    # the house
    "unknown-role": "Le rôle « {role} » n’existe pas. Choisissez parmi : {roles}.",
    "unknown-calendar": "Le calendrier « {calendar} » n’existe pas. Écrivez FR, ou FR-57 pour la Moselle.",
    "unknown-zone": "Le fuseau horaire « {zone} » n’existe pas. Écrivez-le comme Europe/Paris.",
    "bad-grille": "La grille ne peut pas être publiée : {problem}.",
    "small-number": "Un nombre entre un et quatre ne sort pas : le rapport n’est pas remis.",
    "unknown-indicator": "Aucun indicateur et aucune règle ne se nomme ainsi.",
    "nothing-changed": "Rien ne change : c’est mot pour mot ce qui est déjà publié.",
    "other-draft": "Entre-temps, un autre projet (n° {draft}) a été proposé. Lisez-le : enregistrer le remplacera.",
    "no-draft": "Ce projet n’est plus en discussion : il a été publié ou écarté.",
    "own-draft": "Ce projet est le vôtre : l’accord vient des autres. Vous pouvez le commenter.",
    "definition-out-of-range": "Un nombre des définitions ne convient pas : {found} n’est pas de {low} à {high}.",
    "out-of-range": "Un nombre du protocole ne convient pas : {found} n’est pas de {low} à {high}.",
    "not-last-publication": "Une autre version (n° {number}) a été publiée entre-temps : annulez d’abord celle-là.",
    "publication-counts": "Cette version compte depuis le {from_day} : sa publication ne s’annule plus. Proposez une "
    "modification.",
    "from-the-past": "Le {from_day} est déjà passé : une publication compte à partir d’aujourd’hui, ou plus tard.",
    "nobody-endorsed": "Personne n’a approuvé ce projet : cochez pour le publier quand même.",
    "notice-needed": "Ce projet change la durée de conservation ou les limites de lecture : il compte au plus tôt le "
    "{first}, pour que chacun le sache avant.",
    "direction-approves": "Ce projet change la durée de conservation ou les limites de lecture : une personne de la "
    "direction, autre que celle qui le propose, l’approuve d’abord, ou le publie.",
    "colleague-approves": "Ce projet change la durée de conservation ou les limites de lecture, et la personne qui le "
    "propose est seule à la direction : quelqu’un d’autre l’approuve d’abord. Sans collègue, la personne qui exploite "
    "pixflow en ajoute un, avec « pixflow staff add ».",
    "demonstration-folder": "Le dossier {path} est celui d’une démonstration, que chacun ouvre sans mot de passe : "
    "ouvrez la structure dans un autre (PIXFLOW_DATA ou --data).",
    "not-a-demonstration": "La structure « {slug} » n’est pas une démonstration : « serve --demo » l’ouvrirait à tous, "
    "sans mot de passe. Pour essayer : « pixflow demo », ou « pixflow init --demo ».",
    "real-folder": "Le dossier {path} est celui de vraies structures : donnez à la démonstration un autre dossier "
    "(PIXFLOW_DATA ou --data).",
    "structure-exists": "Une structure s’appelle déjà ainsi ({slug}) : choisissez un autre nom.",
    "long-name": "Ce nom est trop long : abrégez-le, {longest} caractères au plus.",
    "kept-in-files": "La structure « {slug} » est gardée dans son dossier : enlevez PIXFLOW_DATABASE_URL.",
    "kept-on-postgresql": "La structure « {slug} » est gardée sur PostgreSQL : donnez PIXFLOW_DATABASE_URL.",
    "structure-gone": "La structure « {slug} » n’est plus là : {path} manque. Remettez sa dernière sauvegarde : "
    "« pixflow restore {backup} --replace --reason loss ». Si vous l’avez retirée exprès, déplacez aussi ailleurs "
    "keys/{slug}.* et backups/{slug}.",
    "structure-gone-unsaved": "La structure « {slug} » n’est plus là : {path} manque, et aucune sauvegarde n’est ici. "
    "Remettez celle que vous gardez ailleurs : « pixflow restore DOSSIER --replace --reason loss ». Si vous l’avez "
    "retirée exprès, ou si elle n’a jamais servi, déplacez aussi ailleurs keys/{slug}.*.",
    "not-owned": "Le compte {user} ne peut pas lire ou écrire {path}, qui doit être à lui et qui est à {owner}. Depuis "
    "le compte root : « chown -R {user} {path} », puis « chmod -R u+rwX {path} ».",
    "other-user": "Le compte {user} ne peut pas lire ou écrire {path}, qui est à {owner} : lancez pixflow depuis ce "
    "compte-là.",
    "tables-shared": "Les tables de lecture ne peuvent pas être dans {path} : plusieurs machines écrivent sur ce "
    "disque ({kind}). Donnez à PIXFLOW_TABLES un dossier d’un disque de cette machine.",
    "unknown-structure": "La structure « {slug} » n’existe pas. Structures connues : {known}.",
    "not-allowed": "Vous ne pouvez pas {decision} ici : demandez à la personne qui suit ce dossier, ou à la direction.",
    "command-id-reused": "Cette page a déjà servi à enregistrer autre chose. Vos réponses sont gardées : vérifiez-les, "
    "puis enregistrez à nouveau.",
}

REQUIRED: dict[str, str] = {
    "reason": "Écrivez le motif.",
    "note": "Écrivez une note : elle est nécessaire avec cette réponse.",
    "last_name": "Écrivez le nom.",
    "first_name": "Écrivez le prénom.",
    "name": "Écrivez le nom.",
    "code": "Écrivez le code de la campagne.",
    "partner": "Écrivez le nom du partenaire.",
    "programme": "Choisissez le programme.",
    "group": "Écrivez le nom du groupe.",
    "project": "Écrivez le projet professionnel.",
    "text": "Écrivez la note.",
    "tutorials": "Écrivez quels tutoriels suivre.",
    "roles": "Choisissez au moins un rôle.",
    "comment": "Écrivez un avis, ou approuvez le projet.",
    "modalities": "Choisissez au moins une modalité.",
    "title": "Écrivez l’intitulé.",
    "sites": "Nommez au moins un site.",
    "facilitators": "Choisissez qui anime l’atelier.",
    "site": "Choisissez le site.",
    "starts": "Écrivez le premier jour.",
    "until": "Écrivez jusqu’à quel jour, compris.",
    "refusal": "Choisissez une raison.",
    **resources.REQUIRED,
    "label": "Nommez l’offre.",
    "groupings": "Cochez au moins une intercommunalité, ou ajoutez une commune.",
    "nom": "Dites quelle colonne donne le nom du lieu.",
    "credit": "Écrivez d’où viennent les contours.",
    "outlines": "Choisissez le fichier des contours.",
}

TAKEN: dict[str, str] = {
    "imilo": "Ce numéro i-Milo est déjà pris par {by} : vérifiez-le, ou ouvrez ce dossier-là.",
    "email": "Cette adresse est déjà celle d’une autre personne de l’équipe ({by}).",
    "campaign-code": "Ce code est déjà celui de la campagne {by}.",
    "campaign": "Cette campagne de Pix Orga est déjà connue : {by}.",
    "glass": "Un autre dossier s’ouvre au même instant : recommencez.",
    "export": "Ce fichier est déjà enregistré : il n’y a rien à refaire.",
    "participation": "Cette participation est déjà enregistrée : rechargez la page.",
    "erased": "Cette participation est celle d’une personne effacée.",
    "place": "Un autre partenaire vient déjà de ce lieu : rechargez la page.",
    "partner-name": "Ce nom est déjà rattaché à un autre partenaire.",
}

DECISIONS: dict[str, str] = {
    "present_pix": "présenter Pix",
    "set_reminder": "noter un rappel",
    "review_reading": "dire une nouvelle lecture, ou garder celle de l’époque",
    "inform_holder": "noter qui est prévenu d’une correction",
    "close_reminder": "noter un rappel comme fait",
    "plan_diagnostic": "prévoir le diagnostic",
    "decline_diagnostic": "noter un refus du diagnostic",
    "hold_debrief": "noter la restitution",
    "build_prescription": "construire la prescription",
    "add_action": "ajouter une action à une prescription",
    "send_referral": "orienter vers un partenaire",
    "answer_referral": "noter la réponse d’un partenaire",
    "issue_link": "envoyer un lien à un partenaire",
    "revoke_link": "révoquer le lien d’un partenaire",
    "renew_link": "demander un nouveau lien",
    "remind_partner": "rappeler une demande à un partenaire",
    "ask_outcome": "demander à un partenaire l’issue d’une action",
    "issue_readings": "sortir le fichier des consultations",
    "issue_list": "prendre une liste en fichier",
    "note_shortcut": "noter qu’un ordinateur a ouvert la page des tests",
    "note_mailed_link": "noter un courriel parti à un partenaire",
    "note_returned_link": "noter un courriel refusé",
    "see_referral": "lire une demande par un lien",
    "answer_by_link": "répondre à une demande par un lien",
    "promise_answer": "promettre une réponse par un lien",
    "report_outcome": "donner des nouvelles par un lien",
    "start_action": "noter le début d’une action",
    "end_action": "noter la fin d’une action",
    "drop_action": "écarter une action",
    "open_dossier": "ouvrir un dossier",
    "correct_identity": "corriger l’identité",
    "correct_contact": "corriger les coordonnées",
    "state_commune": "noter la commune",
    "state_project": "noter le projet professionnel",
    "join_programme": "changer le programme",
    "correct_group": "changer le groupe d’un dossier",
    "undo_group": "annuler un changement de groupe",
    "set_appointment": "fixer un rendez-vous",
    "miss_appointment": "noter un rendez-vous manqué",
    "chase": "noter une relance",
    "correct_from_portfolio": "corriger un dossier d’après un fichier",
    "accept_organisation": "reconnaître une organisation de Pix Orga",
    "take_back_export": "annuler un import",
    "take_back_row": "annuler l’import d’une participation",
    "take_back_from_pix": "retirer ce qu’un import avait dit",
    "withdraw_campaign": "retirer une campagne",
    "withdraw_organisation": "retirer une organisation de Pix Orga",
    "map_portfolio": "dire les colonnes d’un portefeuille",
    "take_note": "ajouter une note",
    "claim_task": "prendre une tâche à son compte",
    "snooze": "mettre une tâche en pause",
    "hand_over": "confier une tâche",
    "assess_need": "dire si Pix concerne ce jeune",
    "explore_difficulty": "noter la cause d’une difficulté",
    "assign_self_study": "donner des tutoriels à suivre",
    "follow_self_study": "noter le suivi des tutoriels",
    "chase_partner": "relancer un partenaire",
    "take_complete_diagnostic": "noter le diagnostic complet",
    "decline_complete_diagnostic": "noter un refus du diagnostic complet",
    "propose_certification": "proposer la certification",
    "decline_certification": "noter un refus de la certification",
    "register_certification": "noter une inscription à la certification",
    "take_certification": "noter le passage de la certification",
    "obtain_certification": "noter l’issue de la certification",
    "add_result_to_cv": "noter la valorisation sur le CV",
    "plan_retake": "prévoir un nouveau passage",
    "decline_retake": "noter le refus d’un nouveau passage",
    "reinstate": "rétablir un fait",
    "retract": "annuler un fait",
    "close": "clore le dossier",
    "reopen": "rouvrir le dossier",
    "open_again": "rouvrir un dossier ouvert par erreur",
    "assign_advisor": "affecter le dossier",
    "merge": "fusionner deux dossiers",
    "take_over": "fusionner deux dossiers",
    "move_match": "fusionner deux dossiers",
    "unmerge": "annuler une fusion",
    "give_back_merged": "annuler une fusion",
    "move_back": "annuler une fusion",
    "review_late_event": "relire un fait tardif",
    "issue_copy": "sortir une copie des données d’une personne",
    "issue_paper": "sortir un papier de ce dossier",
    "break_glass": "recevoir un jeune que l’on ne suit pas",
    "request_erasure": "demander l’effacement d’une personne",
    "decline_erasure": "refuser l’effacement d’une personne",
    "erase_person": "effacer une personne",
    "erase_again": "effacer une personne",
    "stop_erasure": "arrêter l’effacement d’une personne",
    "bring_back_duplicate": "arrêter l’effacement d’une personne",
    "bring_back_participation": "arrêter l’effacement d’une personne",
    "allow_erasures": "permettre plus d’effacements",
    "erase_participation": "effacer une personne",
    **workshops.DECISIONS,
    **partners.DECISIONS,
    **contacts.DECISIONS,
    **team.DECISIONS,
    **access.DECISIONS,
    **resources.DECISIONS,
    "dispatch_result": "transmettre un résultat",
    "declare_campaign": "déclarer une campagne",
    "settle_purpose": "dire l’usage d’une participation",
    "correct_campaign": "corriger une campagne",
    "correct_purpose": "corriger l’usage d’une campagne",
    "resettle_purpose": "corriger l’usage d’une participation",
    "close_campaign": "clore une campagne",
    "reopen_campaign": "rouvrir une campagne",
    "find_campaign": "enregistrer une campagne",
    "choose_external_id_column": "choisir la colonne de l’identifiant",
    "receive_export": "enregistrer un export",
    "import_participation": "importer une participation",
    "follow": "suivre une participation",
    "vanish": "noter une participation disparue",
    "match_by_number": "rapprocher par le numéro",
    "confirm_match": "rapprocher une participation",
    "reject_match": "refuser un rapprochement",
    "set_aside": "mettre une participation de côté",
    "bring_back": "reprendre une participation",
    "unmatch": "annuler un rapprochement",
    "open_structure": "ouvrir une structure",
    "begin_register": "commencer le registre",
    "seal_journal": "sceller les consultations d’un jour",
    "confirm_team": "confirmer qui est dans l’équipe",
    "locate_sites": "dire l’adresse des sites",
    "send_notice": "envoyer un courriel",
    "start_program": "mettre pixflow en service",
    "record_rotation": "changer la clé de la structure",
    "record_restore": "restaurer une sauvegarde",
    "publish_protocol": "publier un protocole",
    "publish_grille": "publier une grille",
    "draft_protocol": "proposer un protocole",
    "draft_grille": "proposer une grille",
    "endorse_protocol": "donner un avis sur le protocole",
    "endorse_grille": "donner un avis sur la grille",
    "drop_protocol_draft": "écarter un projet de protocole",
    "drop_grille_draft": "écarter un projet de grille",
    "publish_protocol_draft": "publier un projet de protocole",
    "draft_definitions": "proposer des définitions",
    "endorse_definitions": "donner un avis sur un projet de définitions",
    "drop_definitions_draft": "écarter un projet de définitions",
    "publish_definitions": "publier des définitions",
    "issue_report": "remettre un rapport",
    "set_aim": "fixer un objectif",
    "issue_event_log": "remettre un journal des parcours",
    "issue_linked_log": "remettre un journal relié aux dossiers",
    "publish_grille_draft": "publier un projet de grille",
    "withdraw_protocol_publication": "annuler la publication d’un protocole",
    "withdraw_grille_publication": "annuler la publication d’une grille",
}

GRILLE: dict[str, str] = {
    "gap": "aucune tranche ne couvre {range}",
    "overlap": "deux tranches couvrent {range}",
    "start": "la première tranche commence à {first}, et non à {zero}",
    "end": "la dernière tranche finit à {first}, et non à {hundred}",
    "order": "les bornes {first} et {last} sont dans le mauvais ordre",
    "empty": "il manque des tranches, ou des propositions dans une tranche{of_range}",
    "duplicate-proposal": "une proposition est deux fois dans la même tranche{of_range}",
    "rounding": "la règle d’arrondi n’est pas connue",
}

UNKNOWN = "Rien n’est enregistré : pixflow a refusé (motif « {code} »). Signalez-le à la personne qui l’exploite."
BUSY = "pixflow est occupé : rien n’est enregistré. Recommencez dans quelques secondes."
UNREACHED = (
    "PostgreSQL ne répond pas là où PIXFLOW_DATABASE_URL le cherche : rien n’est enregistré. "
    "Vérifiez qu’il est en marche, son adresse et son port."
)
DATABASE: dict[DatabaseCode, str] = {
    "url": (
        "PIXFLOW_DATABASE_URL ne se lit pas : écrivez postgresql://personne:secret@serveur/base. "
        "Un caractère spécial du secret s’écrit en %XX : « @ » devient %40, « / » devient %2F."
    ),
    "entry": (
        "PostgreSQL refuse d’ouvrir : vérifiez dans PIXFLOW_DATABASE_URL la personne, le secret et le nom de la base, "
        "puis ce que permet pg_hba.conf."
    ),
    "rights": (
        "PostgreSQL ne permet pas cela à la personne de PIXFLOW_DATABASE_URL : donnez-lui la base, ou le droit "
        "d’y créer des schémas (GRANT CREATE ON DATABASE)."
    ),
}
FULL = "Le disque est plein ou en panne : faites de la place, ou changez-le, puis recommencez."
LOST = "La base de faits ne répond plus : l’action est peut-être enregistrée. Vérifiez avant de recommencer."
SERVED = "Un autre processus de pixflow se sert déjà de cette structure, ou de sa base : arrêtez-le d’abord."
KILLED = (
    "Le processus qui fait les tables de lecture a été arrêté, peut-être faute de mémoire. Aucun fait n’est perdu : "
    "elles seront faites au prochain essai."
)
SITE: dict[SiteCode, str] = {
    "key": "La clé des comptes, keys/_site.key, manque, est abîmée ou se lit par d’autres : rien n’est changé.",
    "store": "La base des comptes manque, est vide ou abîmée : rien n’est changé, ni les sauvegardes. Mettez de côté "
    "ce qu’il en reste, puis « pixflow account restore ». Sans sauvegarde, mettez aussi de côté les fichiers "
    "keys/_site.*, et invitez chacun de nouveau.",
    "older": "La base des comptes est une copie plus ancienne qu’une sauvegarde : rien n’est changé, ni les "
    "sauvegardes. Mettez-la de côté, puis « pixflow account restore » de la dernière.",
    "backup": "Ce fichier n’est pas une sauvegarde des comptes de ce site, ou il est abîmé : rien n’est changé.",
    "occupied": "Il y a déjà des comptes : une sauvegarde se remet là où ils sont perdus. Rien n’est changé.",
    "gone": "Des comptes donnent accès à une structure dont rien n’est plus ici : ni dossier, ni clé, ni sauvegarde. "
    "Remettez sa clé, puis « pixflow restore ». Si vous l’avez retirée exprès : « pixflow account forget NUMÉRO ».",
}
UNUSABLE = (
    "Une partie des données ne peut pas être utilisée : rien n’est changé. Corrigez ce qui est dit ici, remettez ce "
    "qui était là, ou la dernière sauvegarde : « pixflow restore DOSSIER --replace --reason loss »."
)
UNFORESEEN = (
    "pixflow n’a pas prévu cette erreur (« {code} ») : lancez « pixflow doctor ». Si cela revient, envoyez le journal "
    "technique à qui maintient pixflow."
)
OLDER = (
    "Une version plus ancienne de pixflow a fait ces données (format {found}, celle-ci lit le format {known}) : rien "
    "n’a changé sur le disque. Ouvrez-les avec la version qui les a faites, ou commencez dans un autre dossier."
)
NEWER = (
    "Une version plus récente de pixflow a fait ces données (format {found}, celle-ci lit le format {known}) : rien "
    "n’a changé sur le disque. Installez-la d’abord."
)
_LOST = (
    " Rien n’est changé, ni les sauvegardes. Remettez ce qui était là, ou la dernière sauvegarde : « pixflow restore "
    "{backup} --replace --reason loss »."
)
_IDENTITY = (
    " Rien n’est changé. Remettez le fichier qui était là. Sinon, mettez structure.json de côté, puis remettez la "
    "dernière sauvegarde : « pixflow restore {backup} --replace --reason loss »."
)
RECORDS: dict[LossCode, str] = {
    "events": "Les faits de la structure ne sont plus là." + _LOST,
    "older-events": "Des faits manquent à la fin : c’est une copie plus ancienne." + _LOST,
    "keys": "Les clés des personnes ne sont plus là." + _LOST,
    "older-keys": "Des clés de personnes manquent : c’est une copie plus ancienne." + _LOST,
    "ring": "Le trousseau de la structure (keys/*.ring) manque, est abîmé ou est une copie plus ancienne." + _LOST,
    "structure-key": "La clé de la structure (keys/*.key) manque, est abîmée ou n’est pas celle de son trousseau "
    "(keys/*.ring). Rien n’est changé. Remettez la copie que vous gardez à part. Si c’est bien elle, remettez la "
    "dernière sauvegarde : « pixflow restore {backup} --replace --reason loss ».",
    "damaged": "Une base de la structure, faits ou clés des personnes, est abîmée." + _LOST,
    "identity": "Le fichier structure.json ne se lit pas, ou est celui d’une autre structure que les faits."
    + _IDENTITY,
    "twin": "Deux dossiers de structures ont le même numéro : celui-ci a le structure.json d’un autre." + _IDENTITY,
}


def refusal(code: str, details: Mapping[str, object], names: Names) -> str:
    """Returns the sentence of a Refused. `names` decides whose names this person may read."""
    if code == "required":
        return say(REQUIRED.get(str(details.get("field")), "Ce champ est à remplir."))
    if code == "taken":
        return _phrase_taken(str(details.get("kind")), details.get("by"), names)
    if code not in REFUSALS:
        return say(UNKNOWN, code=code)
    return say(REFUSALS[code], **_extra(code, details), **{k: _word(k, value, names) for k, value in details.items()})


def grille_problem(code: str, numbers: Sequence[int]) -> str:
    """Returns the problem of a grid, with the percents that fail."""
    said = [typography.percent(n) for n in numbers] or [""]
    first, last = said[0], said[-1]
    between = first if first == last else f"{numbers[0]}-{last}"
    return say(
        GRILLE[code],
        first=first,
        last=last,
        range=between,
        zero=typography.percent(0),
        hundred=typography.percent(100),
        of_range=f" ({between})" if between else "",
    )


def store_error(error: Exception) -> str:
    """Returns the sentence of a store's error. After StoreFull and StoreLost the action may be recorded."""
    match error:
        case StoreUnreached():
            return say(UNREACHED)
        case StoreBusy():
            return say(BUSY)
        case StoreFull():
            return say(FULL)
        case StoreLost():
            return say(LOST)
        case AlreadyServed():
            return say(SERVED)
        case BuildLost():
            return say(KILLED)
        case DatabaseRefused(code=code):
            return say(DATABASE[code])
        case SiteRefused(code=code):
            return say(SITE[code])
        case RecordsLost(code=code, backup=backup):
            return say(RECORDS[code], backup=backup or "DOSSIER")
        case FormatRefused(found=found, known=known):
            return say(OLDER if found < known else NEWER, found=str(found), known=str(known))
        case StoreRefused():
            return say(UNUSABLE)
    return say(UNFORESEEN, code=type(error).__name__)


def _phrase_taken(kind: str, by: object, names: Names) -> str:
    named: dict[str, Callable[[UUID], str]] = {
        "imilo": names.dossier,
        "email": names.staff,
        "campaign-code": names.campaign,
        "campaign": names.campaign,
    }
    holder = named[kind](by) if kind in named and isinstance(by, UUID) else ""
    return say(TAKEN.get(kind, "Cette valeur est déjà prise."), by=holder)


def _extra(code: str, details: Mapping[str, object]) -> dict[str, str]:
    """Returns the values that a sentence needs beside the details."""
    if code == "bad-grille":
        numbers = details.get("numbers")
        return {"problem": grille_problem(str(details.get("code")), numbers if isinstance(numbers, tuple) else ())}
    first, last = details.get("first"), details.get("last")
    if isinstance(first, date) and isinstance(last, date):
        return {"between": team.between(first, last, year=0)}
    return {"roles": ", ".join(vocabulary.ROLES.values())} if code == "unknown-role" else {}


def _word(name: str, value: object, names: Names) -> str:
    match value:
        case date():
            return dates.day(value, year=True)
        case int() if name == "most":
            return typography.number(value)
        case tuple() if name == "codes":
            return ", ".join(matching.phrase_unanswered(str(code)) for code in value)
        case UUID() if name in ("advisor", "person"):
            return names.staff(value)
        case UUID() if name == "dossier":
            return names.dossier(value)
    words = {
        "answer": vocabulary.ANSWERS,
        "purpose": vocabulary.PURPOSES,
        "decision": DECISIONS,
        "kind": profiles.KINDS,
        "step": vocabulary.CERTIFICATIONS,
    }.get(name, {})
    return words.get(str(value), str(value))
