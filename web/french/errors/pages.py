"""Sentences of the error pages: the cause, and whether the action was recorded; the banner of a table that stopped."""

SENTENCES = {
    400: ("Demande illisible", "Cette demande n’a pas la forme attendue."),
    401: ("Connexion nécessaire", "Votre session a expiré : connectez-vous à nouveau."),
    403: ("Accès refusé", "Cette page ou cette action n’est pas ouverte à votre rôle."),
    404: ("Page introuvable", "Rien ne se trouve à cette adresse, ou vous n’y avez pas accès."),
    405: ("Action impossible ici", "Cette adresse ne se consulte pas de cette façon."),
    408: ("Envoi interrompu", "Votre envoi n’est pas arrivé en entier à temps."),
    409: ("Déjà changé", "Quelqu’un a changé ce dossier entre-temps."),
    413: ("Envoi trop lourd", "Un fichier pèse au plus 5 Mo."),
    422: ("Demande incomplète", "Une partie de la demande manque ou n’a pas la forme attendue."),
    424: (
        "Fiche abîmée",
        "Un fait de cette fiche ne se lit plus : prévenez la personne qui exploite pixflow. Les autres vont bien.",
    ),
    429: ("Trop de demandes", "Attendez un instant avant de recommencer."),
    500: (
        "Une erreur est survenue",
        "Le défaut vient de pixflow, pas de vous ; il est noté dans le journal technique.",
    ),
    503: ("Momentanément indisponible", "pixflow n’a pas pu répondre à temps. Recommencez dans quelques secondes."),
}
"""For each status of HTTP: the title of the page, then its sentence."""

NOTHING_TO_RECORD = "Cette page ne faisait que lire : rien n’était à enregistrer."
RECORDED = "Votre action est bien enregistrée."
NOT_RECORDED = "Votre action n’est pas enregistrée."
NOT_KNOWN = (
    "Nous ne savons pas si votre action est enregistrée. "
    "Renvoyez-la sans crainte : la même ne s’enregistre qu’une fois."
)
FULL = "Le disque est plein ou ne répond pas : prévenez la personne qui exploite pixflow."
IN_LINE = "Réessayez dans un instant"
COME_BACK = "Cette page demande un calcul, et d’autres calculs attendent déjà leur tour."
STOPPED = "Votre accès est coupé"
TOO_MUCH = (
    "Beaucoup de dossiers ont été ouverts en peu de temps, depuis votre compte. La direction est prévenue : deux "
    "personnes ensemble peuvent vous rendre l’accès."
)
BLOCKED = "Une partie de ces pages n’a pas pu être mise à jour : prévenez la personne qui exploite pixflow."
NO_DOCUMENT = "Le protocole ou la grille ne se lit plus"
WITHOUT_DOCUMENT = (
    "Cette page se calcule avec eux : prévenez la personne qui exploite pixflow. Les pages qui s’en passent restent "
    "ouvertes."
)
UNKNOWN_HOST = "Adresse inconnue"
UNREADABLE = "Cette adresse contient un caractère qui ne s’y écrit pas : elle a été coupée ou modifiée."
IS_IT_YOU = "Est-ce bien vous qui le demandez ?"
LED_HERE = (
    "Un autre site vous a mené ici, et ce que cette adresse remet se note avec votre nom. Continuez si vous le vouliez."
)
NOT_YET = "Rien n’est encore noté."
FROM_ELSEWHERE = "Ce formulaire vient d’un autre site : il n’a pas été pris en compte."


def known_host(url: str) -> str:
    """Returns the sentence for a request to an unknown host; `url` is the public address, empty on this machine."""
    where = url or "http://127.0.0.1"
    return f"pixflow ne répond pas sous ce nom. Son adresse est {where} : passez par elle."
