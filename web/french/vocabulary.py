"""French words for codes."""

from web.french.typography import NBSP

ROLES = {
    "advisor": "conseiller·ère",
    "referent": "référent·e Pix",
    "facilitator": "animateur·rice",
    "manager": "direction",
    "auditor": "auditeur·rice",
    "administrator": "administrateur·rice",
}
STAGES = {
    "orientation": f"1{NBSP}Orientation",
    "diagnostic": f"2{NBSP}Diagnostic",
    "prescription": f"3{NBSP}Prescription",
    "parcours": f"4{NBSP}Parcours",
}
PROGRAMMES = {"CEJ": "CEJ", "PACEA": "PACEA", "other": "hors programme"}
MODALITIES = {"workshop": "en atelier", "office": "au bureau", "home": "à la maison", "cafe": "au café numérique"}
PLACES: dict[str, str] = {
    "workshop": "en atelier collectif",
    "office": "au bureau, à la Mission locale",
    "home": "à la maison",
    "cafe": "au café numérique, chez un partenaire",
}
"""Choices of the place of a diagnostic."""
AWAITED: dict[str, str] = {
    "result": "le résultat arrive",
    "answer": "le partenaire répond",
    "workshop": "l’atelier a eu lieu",
    "action": "l’action prend fin",
}
CAME = {
    "result": "le résultat est arrivé",
    "answer": "le partenaire a répondu",
    "workshop": "l’atelier a eu lieu",
    "action": "l’action a pris fin",
}
"""The facts that end a pause, once they came."""
CHANNELS = {
    "phone": "par téléphone",
    "sms": "par SMS",
    "email": "par courriel",
    "letter": "par courrier",
    "meeting": "de vive voix",
}
PURPOSES = {
    "initial": "diagnostic initial",
    "complete": "diagnostic complet (Cléa numérique)",
    "profile": "profil de compétences",
    "other": "autre usage",
}
OCCASIONS = {"welcome": "au premier accueil", "follow-up": "au cours de l’accompagnement", "cej": "à l’entrée en CEJ"}
CAUSES = {
    "digital": "numérique",
    "comprehension": "compréhension (lecture, langue)",
    "both": "numérique et compréhension",
    "other": "autre cause",
}
STUDIES = {"done": "terminés", "ongoing": "en cours", "stopped": "arrêtés"}
CERTIFICATIONS = {
    "proposed": "proposée",
    "registered": "inscription faite",
    "taken": "passée",
    "obtained": "obtenue",
    "not-obtained": "non obtenue",
    "declined": "déclinée",
}
NOTICES = {
    "digest": "la boîte du jour",
    "help": "un atelier demande de l’aide",
    "stopped": "une table de lecture est arrêtée",
    "mass-reading": "un accès est coupé",
    "glass": "un jeune est reçu",
    "second-person": "une deuxième personne est attendue",
    "absence": "une absence est notée à votre nom",
    "protocol": "un protocole change la conservation ou les limites de lecture",
    "account": "un compte de l’équipe est touché",
    "erasures": "plusieurs effacements en 24 heures",
    "figures": "la page du mois",
    "checkpoint": "le point de contrôle de la semaine",
}
LOG_STANDARDS = {"xes": "XES", "ocel": "OCEL 2.0"}
REVIEWED = {"true": "dite : elle compte désormais", "false": "pas dite : la lecture de l’époque est gardée"}
INFORMED = {"told": "correction dite", "needless": "inutile de prévenir"}
ANSWERS = {"accepted": "accepté", "refused": "refusé"}
OUTCOMES = {"done": "terminée", "abandoned": "abandonnée"}
PRESENCES = {"present": "présent·e", "absent": "absent·e", "excused": "excusé·e"}
MARKS = {**PRESENCES, "trouble": "en difficulté", "ease": "à l’aise", "none": "pas encore noté"}
CANCELLATIONS = {
    "facilitator": "plus personne pour l’animer",
    "room": "salle indisponible",
    "technical": "panne ou réseau",
    "too-few": "trop peu d’inscrit·es",
    "mistake": "fixé par erreur",
    "other": "autre raison",
}
MERGED = "fusionné avec un autre dossier"
CLOSINGS = {
    "done": "parcours terminé",
    "employment": "en emploi",
    "moved": "déménagement",
    "unreachable": "plus joignable",
    "declined": "ne souhaite pas continuer",
    "other": "autre raison",
    "mistake": "ouvert par erreur",
}

ROTATIONS = {
    "departure": "départ d’une personne qui la lisait",
    "exposure": "elle a pu être vue",
    "routine": "changement prévu",
}
RESTORES = {
    "damage": "données abîmées",
    "loss": "données perdues",
    "mistake": "erreur à annuler",
    "move": "changement de machine",
    "drill": "essai",
}
PAPERS = {
    "fiche": "la fiche du diagnostic",
    "convocation": "la convocation",
    "prescription": "la prescription",
    "sheet": "la feuille d’émargement",
    "letters": "les avis aux inscrit·es",
    "copy": "la copie de ses données",
}
ERASURES = {
    "request": "la personne le demande",
    "retention": "le délai de conservation est passé",
    "mistake": "ce dossier a été ouvert par erreur",
}
"""Reasons of an erasure."""

WAYS: dict[str, str] = {
    "passkey": "clé d’accès",
    "password": "mot de passe et code",
    "issuer": "fournisseur d’identité",
}
"""Ways to sign in."""


LINK_CHANNELS = {"email": "par courriel", "paper": "sur papier"}
REFUSALS_OF_PARTNERS = {
    "unreachable": "la personne ne répond pas", "no-show": "ne s’est pas présentée",
    "employed": "a trouvé un emploi", "in-training": "est déjà en formation", "not-eligible": "n’est pas éligible",
    "no-transport": "ne peut pas venir jusque-là", "not-interested": "n’est pas intéressée",
    "other-barriers": "d’autres freins", "session-full": "plus de place", "duplicate": "déjà orientée ici",
    "other": "autre raison",
}  # fmt: skip
"""The reasons of a partner who refuses."""
REPORTS = {"came": "est venu·e", "done": "a terminé", "stopped": "a arrêté"}
"""The partner's word about an action."""

LATENESS: dict[str, tuple[str, str]] = {
    "0": ("à temps", "à temps"),
    "1-2": ("1-2 j", "1 ou 2 jours ouvrés de retard"),
    "3-5": ("3-5 j", "3 à 5 jours ouvrés de retard"),
    "6-10": ("6-10 j", "6 à 10 jours ouvrés de retard"),
    "11": ("11 j +", "plus de 10 jours ouvrés de retard"),
}
"""Bands of working days past due: under a bar, and read aloud."""
STREAMS = {"dossier": "Autre dossier", "participation": "Participation", "workshop": "Atelier", "partner": "Partenaire"}
"""The streams that a correction changes beside the dossier of the page."""
