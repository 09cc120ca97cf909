"""Sentences of the accounts: refusals of a sign-in, ways to sign in, waits."""

import re
from collections.abc import Mapping

from web.french import vocabulary
from web.french.typography import plural, say, typeset

WRONG = "Le courriel ou le mot de passe n’est pas le bon."
WRONG_CODE = "Ce code n’est pas le bon, ou a déjà servi : attendez le suivant."
WRONG_RECOVERY = "Ce code de secours n’est pas le bon, ou a déjà servi."
NOT_THIS_ONE = "Ce mot de passe n’est pas le bon."
WRONG_PASSKEY = "Cette clé d’accès n’a pas répondu comme il faut : essayez encore, ou prenez un autre moyen."
OVER = "Cette connexion a duré plus de dix minutes, ou a continué ailleurs : recommencez."
NOBODY = "Ce compte n’a plus accès à aucune structure : demandez une invitation à votre direction."
UNKNOWN_IDENTITY = "Personne ici ne connaît cette identité : demandez une invitation à votre direction."
LINK_FIRST = "Un compte existe déjà avec ce courriel : entrez avec lui, votre fournisseur d’identité y mènera ensuite."
NO_SECOND_FACTOR = (
    "Votre fournisseur d’identité n’a vérifié qu’une preuve, et ce compte n’en a pas d’autre : demandez une invitation"
    " à votre direction."
)
ISSUER = {
    "IssuerRefused": "Votre fournisseur d’identité n’a pas répondu comme il faut : essayez encore ou autrement.",
    "IssuerDenied": "Votre fournisseur d’identité ne vous a pas laissé·e entrer : essayez encore ou autrement.",
    "IssuerUnreached": "Votre fournisseur d’identité ne répond pas : essayez plus tard ou autrement.",
}
"""Why a sign-in at the issuer failed."""
NOT_THE_SAME = "Les deux mots de passe ne sont pas les mêmes."
ALREADY = "Un compte existe déjà avec ce courriel : choisissez « J’ai déjà un compte »."
NO_USE = "Un code de secours remplace l’application d’un mot de passe : ajoutez plutôt une deuxième clé d’accès."
LAST_WAY = "C’est votre dernier moyen d’entrer : ajoutez-en un autre d’abord."
NO_MAIL = "Ce pixflow n’envoie pas de courriels : l’exploitant invite avec « pixflow account invite »."
MAIL_FAILED = "L’invitation est notée, mais le courriel n’est pas parti : envoyez un autre lien un peu plus tard."
CHOSEN: Mapping[str, Mapping[str, str]] = {
    "reason": {**vocabulary.CLOSINGS, **vocabulary.ERASURES},
    "occasion": vocabulary.OCCASIONS,
    "modality": vocabulary.MODALITIES,
    "channel": vocabulary.CHANNELS,
    "programme": vocabulary.PROGRAMMES,
    "presence": vocabulary.PRESENCES,
    "term": {"good": "sans date de retour"},
}
"""The words of choices, by the name of their field."""
_CODE = re.compile("[a-z]+(-[a-z]+)*")

REFUSALS = {
    "password-short": "Écrivez au moins {shortest} caractères : une phrase de quelques mots se retient bien.",
    "password-long": "Écrivez au plus {longest} caractères.",
    "password-word": "« {word} » se devine : ni votre nom, ni celui de la structure ou d’un site, ni ce que chacun "
    "essaie d’abord.",
    "password-weak": "Ce mot de passe se devine trop vite : ajoutez des mots, ou changez-les.",
    "password-breached": "Ce mot de passe se trouve dans des listes volées : choisissez-en un autre.",
}

FACTOR_CHANGES = {
    "opened": "Votre compte vient d’être ouvert.",
    "password": "Le mot de passe de votre compte vient de changer.",
    "application": "L’application qui donne vos codes vient d’être remplacée.",
    "passkey": "Une clé d’accès vient d’être ajoutée à votre compte.",
    "passkey-gone": "Une clé d’accès vient d’être retirée de votre compte.",
    "codes": "De nouveaux codes de secours viennent de remplacer les vôtres.",
    "recovery": "Un code de secours vient de servir pour entrer dans votre compte. Vos autres sessions sont terminées.",
    "reset-asked": "Quelqu’un demande d’effacer tous vos moyens d’entrer. Une deuxième personne doit l’accepter.",
    "reset": "Tous vos moyens d’entrer viennent d’être effacés, à deux. Une invitation vous en redonnera.",
    "issuer": "Un fournisseur d’identité mène maintenant à votre compte.",
    "issuer-gone": "Votre fournisseur d’identité ne mène plus à votre compte.",
}


def wait(seconds: object) -> str:
    """Returns how long one must wait before another attempt."""
    minutes = -(-int(str(seconds)) // 60)
    if minutes > 120:
        return "Trop d’essais aujourd’hui : essayez demain, ou demandez de l’aide à votre direction."
    return f"Trop d’essais : attendez {plural(minutes, 'minute')} avant le suivant."


def invitation(sender: str, structure: str, link: str) -> tuple[str, str]:
    """Returns subject and text of an invitation."""
    subject = say("pixflow : {structure} vous ouvre un compte", structure=structure)
    lines = (
        "Bonjour,",
        "",
        f"{sender} vous invite à vous connecter à pixflow, pour {structure}.",
        "",
        "Ce lien vous est personnel. Il sert une fois, pendant vingt-quatre heures :",
        link,
        "",
        "Passé ce délai, demandez-en un autre. Si vous n’attendiez pas ce message, ne l’ouvrez pas.",
        "",
    )
    return subject, "\n".join(map(typeset, lines[:5])) + "\n" + link + "\n" + "\n".join(map(typeset, lines[6:]))


def factor_changed(change: str) -> tuple[str, str]:
    """Returns subject and text of a change among the ways to sign in."""
    lines = (
        "Bonjour,",
        "",
        FACTOR_CHANGES[change],
        "",
        "Si c’est vous, il n’y a rien à faire. Sinon, demandez tout de suite à votre direction de couper votre accès.",
        "",
    )
    return typeset("pixflow : vos moyens d’entrer ont changé"), "\n".join(map(typeset, lines))


def phrase_field(field: str, value: str) -> str:
    """Returns a value of a kept form as its person chose or typed it: words for a code, "" for one without words."""
    return CHOSEN.get(field, {}).get(value, "" if _CODE.fullmatch(value) else value)


# --- the browser of a session, like « Firefox sur Windows »


_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("iPhone", "un iPhone"), ("iPad", "un iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("Mac OS", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def device(user_agent: str) -> str:
    """Returns the browser and its system, as the header User-Agent tells them."""
    browser = next((label for mark, label in _BROWSERS if f"{mark}/" in user_agent), "un navigateur")
    system = next((label for mark, label in _SYSTEMS if mark in user_agent), "")
    return f"{browser} sur {system}" if system else browser
