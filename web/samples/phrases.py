"""Sentences that invented people write."""

from typing import Literal

from pixflow.events.values import Cause

Reason = Literal["done", "employment", "moved", "unreachable", "declined", "other"]

WISHES = (
    "Refaire le test après une formation courte",
    "Être plus à l’aise avec les démarches en ligne",
    "Valoriser son score",
    "",
)
TUTORIALS = (
    "Tutos Pix : envoyer un courriel avec une pièce jointe ; ranger ses fichiers",
    "Tutos Pix : choisir un mot de passe ; faire une recherche",
)
CAUSES: tuple[Cause, ...] = ("both", "digital", "comprehension")
ADDED = ("Atelier CV en ligne", "Permanence « aide aux démarches »", "Prêt d’un ordinateur", "Atelier mobilité")
REFUSALS = (
    "Ne souhaite pas passer le test pour l’instant", "Passera le test avec son école", "Pas d’ordinateur, gêné·e",
)  # fmt: skip
EXPLAINED = ("Score expliqué, bien reçu", "Surpris par son score, en est content", "Veut progresser en tableur", "")
STUDIES = {"done": "Refait seul·e les exercices", "ongoing": "La moitié est faite", "stopped": "N’a pas le temps"}
SLOW_READER = "Lit lentement, n’ose pas le dire ; à revoir ensemble"
AT_EASE = "À l’aise au quotidien, son projet ne le demande pas"
BUSY = ("Groupe complet jusqu’à la rentrée", "Hors du secteur", "Ne prend plus d’inscriptions")
RESTING = ("En stage jusque-là, prévenu par SMS", "Hospitalisé·e, rappeler à son retour", "Chez ses parents ce mois-ci")
HANDED = ("Je suis en formation cette semaine-là", "Le connaît déjà de l’atelier", "")
ENDS: dict[Reason, tuple[str, ...]] = {
    "employment": ("CDD de six mois", "Embauché·e en alternance", "Intérim de longue durée"),
    "moved": ("Parti·e dans une autre région", "Suivi·e par une autre Mission locale"),
    "declined": ("Ne souhaite plus être suivi·e",),
    "other": ("Service civique", "Retour en formation initiale"),
}
NOTES = (
    "A passé l’entretien de recrutement, attend la réponse", "Permis : code obtenu", "Pas de connexion chez lui",
    "Vient avec sa mère, demande un point sur les aides", "Stage de découverte trouvé", "Rappeler la semaine prochaine",
    "Téléphone cassé, joindre par courriel", "Garde d’enfant à régler d’abord", "Très à l’aise avec les réseaux",
    "Souhaite refaire son CV", "Logement : dossier déposé", "Inscription au code en cours",
)  # fmt: skip
BRIEFING, TRAINING = "Réunion d’équipe : à quoi sert Pix", "Prise en main de Pix Orga"
