"""Sentences for the findings of `pixflow doctor`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from web.french import dates
from web.french.errors.refusals import REFUSALS
from web.french.phrases import join_with_and
from web.french.typography import number, plural, say

TITLES = {
    "store": "Ouverture",
    "durability": "Durabilité",
    "version": "Version de la base",
    "clock": "Horloge",
    "triggers": "Déclencheurs",
    "order": "Suite des faits",
    "facts": "Lecture des faits",
    "access": "Consultations",
    "register": "Registre",
    "witness": "Témoin des autres registres",
    "keys": "Clés des personnes",
    "erasures": "Effacements",
    "destroyed": "Clés détruites",
    "modes": "Droits des fichiers de clés",
    "tables": "Tables de lecture",
    "stopped": "Tables arrêtées",
    "past": "Jours passés",
    "log": "Journal de la base",
    "aside": "Mis de côté",
    "backup": "Dernière sauvegarde",
    "disk": "Place sur le disque",
    "settings": "Réglages",
    "mail_server": "Serveur de courriels",
    "letters": "Courriels aux partenaires",
    "address": "Adresse des pages",
    "account_store": "Comptes",
    "tls": "Chiffrement du réseau",
    "breached_passwords": "Mots de passe volés",
}
SENTENCES = {
    "durability good": "{store} : ce qui est confirmé survit à une coupure.",
    "durability alarm": "{store} peut perdre, dans une coupure, ce qu’il a confirmé : remettez ses réglages.",
    "version good": "{store}, sans défaut connu.",
    "version note sqlite": "Cette version de SQLite a un défaut connu (WAL-reset), que pixflow contourne : passez à la "
    "3.51.3 ou à une suivante dès que possible.",
    "version note postgresql": "PostgreSQL ne laisse pas pixflow créer son rôle d’écriture : des déclencheurs seuls "
    "protègent les faits.",
    "clock good": "Pas de fait dans l’avenir.",
    "clock alarm": "Un fait est {seconds} dans l’avenir : elle a reculé. Vérifiez la synchronisation (NTP).",
    "clock alarm leap": "Elle avance de {days} sur le temps que pixflow a vu passer : rien ne finit ni ne s’efface par "
    "l’âge. Vérifiez la synchronisation (NTP). Si elle est juste, lancez « serve » et attendez une heure par jour.",
    "triggers good": "Tous là : la base refuse de changer un fait.",
    "triggers alarm": "{missing} : absents ou changés. Quelqu’un peut changer des faits : cherchez qui les a retirés, "
    "lisez les deux lignes suivantes, puis « pixflow doctor --replace-triggers ».",
    "order good": "Aucun ne manque, et chacun est à sa place.",
    "order alarm": "{faults}. Quelqu’un a écrit dans la base : retirez-lui cet accès, puis restaurez une sauvegarde "
    "d’avant.",
    "facts good": "Tous s’ouvrent, chacun dans sa commande.",
    "facts good part": "Sans faute jusqu’au n° {reached} sur {head} : la prochaine fois continue de là. Dernière "
    "lecture entière il y a {days}.",
    "facts good first": "Sans faute jusqu’au n° {reached} sur {head} : la prochaine fois continue de là. Aucune "
    "lecture entière encore.",
    "facts note": "Aucune lecture encore : « pixflow backup » ou « pixflow doctor ».",
    "facts alarm": "{faults}. Quelqu’un a écrit dans la base, ou le disque l’abîme : restaurez une sauvegarde d’avant.",
    "facts alarm part": "{faults}. Lu jusqu’au n° {reached} sur {head}, dernière lecture entière il y a {days}. "
    "Quelqu’un a écrit dans la base, ou le disque l’abîme : restaurez une sauvegarde d’avant.",
    "facts alarm first": "{faults}. Lu jusqu’au n° {reached} sur {head}, aucune lecture entière encore. "
    "Quelqu’un a écrit dans la base, ou le disque l’abîme : restaurez une sauvegarde d’avant.",
    "facts alarm late": "Aucune lecture entière depuis {days}, celle-ci est au n° {reached} sur {head} : « pixflow "
    "doctor --all ».",
    "access good": "Toutes là jusqu’au {until}, telles qu’elles ont été écrites. Les suivantes ne sont pas encore "
    "scellées : si les dernières manquaient, rien ne le dirait.",
    "access good none": "Aucun jour n’est encore scellé : si les dernières manquaient, rien ne le dirait.",
    "access alarm": "{access}. Quelqu’un a écrit dans ce registre, ou des fichiers manquent : retirez-lui cet accès, "
    "et gardez ce qui reste.",
    "access alarm unread": "Elles ne se lisent pas : des fichiers du dossier access sont abîmés. Aucune sauvegarde ne "
    "les a : gardez-les, et remettez une copie s’il y en a une.",
    "register good": "{signed} signés : {short}.",
    "register note none": "Aucun encore : « serve » ou « tick » le commence.",
    "register note beside": "{signed} signés : {short}. Il est sur le disque des faits, au même compte : qui écrit les "
    "uns écrit l’autre. Donnez PIXFLOW_LEDGER.",
    "register note anew": "{signed} signés : {short}. L’époque n° {epoch} a commencé il y a {days}, sans celle "
    "d’avant, perdue : dites-le à qui détient un point de contrôle, avec la clé (« pixflow register key »).",
    "register note alone": "{signed} signés : {short}. Personne au-dehors n’en a reçu la preuve ce dernier mois : "
    "donnez PIXFLOW_WITNESS, ou remettez-en un.",
    "register note witness": "{signed} signés : {short}. Le témoin {witness} n’a pas signé les derniers : voyez s’il "
    "répond.",
    "register alarm witness-fork": "Le témoin {witness} refuse : il a contresigné d’autres faits sous ce nom. Deux "
    "copies signent, ou quelqu’un a refait ce registre. N’effacez ni l’une ni l’autre, c’est la preuve : appelez le "
    "témoin et qui vous audite.",
    "register alarm witness-ahead": "Le témoin {witness} a contresigné plus de faits que ce registre n’en a : une "
    "autre copie signe, ou celle-ci est plus ancienne. Cherchez l’autre, et gardez les deux.",
    "register alarm witness-unknown": "Le témoin {witness} ne connaît pas notre clé, ou pas à cette adresse : "
    "envoyez-lui celle que dit « pixflow register key », et voyez PIXFLOW_WITNESS.",
    "register alarm witness-other": "Le témoin {witness} répond, mais ne contresigne pas : ce n’est pas sa clé, ou pas "
    "son adresse. Voyez PIXFLOW_WITNESS avec lui.",
    "register alarm lost": "{path} manque ou est vide, et les faits connaissent un registre : aucun n’est signé. "
    "Montez son disque, ou remettez-en une copie avec sa clé. Sans copie : « pixflow register begin ».",
    "register alarm former": "{path} est une copie plus ancienne : un autre registre a commencé depuis. Aucun fait "
    "n’est signé. Remettez l’autre ; s’il est perdu, « pixflow register begin ».",
    "register alarm other": "{path} est le registre d’une autre structure : aucun fait n’est signé. Remettez celui de "
    "cette structure. S’il est perdu, mettez celui-là de côté, puis « pixflow register begin ».",
    "register alarm key": "{path} manque, ou n’est pas la clé qui a signé : aucun fait n’est signé. Remettez-la d’une "
    "copie. Sans copie, mettez le registre de côté, puis « pixflow register begin ».",
    "register alarm shut": "{path} ne s’écrit pas : aucun fait n’est signé. Voyez le disque, les droits de ce compte "
    "et PIXFLOW_LEDGER.",
    "register alarm unread": "{path} ne se lit pas, ou est abîmé. Mettez-le de côté comme preuve, et remettez-en une "
    "copie. Sans copie : « pixflow register begin ».",
    "register alarm busy": "Un autre processus tient {path}, ou la base ne répond pas : relancez « pixflow tick ».",
    "register alarm": "Le fait n° {position} n’est plus celui que le registre a lu : quelqu’un a écrit dans la base. "
    "Rien n’est signé depuis. Retirez-lui cet accès, puis restaurez une sauvegarde d’avant. Sans sauvegarde : "
    "« pixflow register begin ».",
    "register alarm shorter": "Il a lu {signed} ; ceux depuis le n° {position} ne sont plus là : la base est une copie "
    "plus ancienne. Restaurez la dernière sauvegarde. Sans sauvegarde : « pixflow register begin ».",
    "register alarm tiles": "Ses propres empreintes ne sont plus celles qu’il a signées : quelqu’un y a écrit. "
    "Mettez-le de côté comme preuve, puis « pixflow register begin ».",
    "register alarm late": "{lag} attendent depuis plus de cinq minutes : ni « serve » ni « tick » ne passent, son "
    "disque est plein, ou un autre processus le tient.",
    "witness note": "Aucun registre suivi n’a encore été contresigné. S’il y en avait un, « _witness.db » manque : "
    "cherchez-en une copie.",
    "witness good": "Aucun registre suivi n’a signé deux suites différentes.",
    "witness alarm": "Deux suites différentes, de même longueur, portent la signature de {registers} : quelqu’un en "
    "cache une. Prévenez qui l’audite, gardez « _witness.db » comme preuve, retirez sa clé de PIXFLOW_WITNESS_FOR.",
    "keys good": "Aucune ne manque.",
    "keys alarm": "{lost} : ce qui y est scellé ne se lit plus. Restaurez une sauvegarde.",
    "erasures good": "Tous terminés.",
    "erasures alarm": "Une personne est effacée, et ses clés ne sont pas encore toutes détruites : « pixflow tick ».",
    "erasures alarm many": "{people} à effacer d’un coup : rien n’est détruit avant « pixflow erasures ».",
    "erasures alarm forged": "{forged} que pixflow n’a pas enregistrés : quelqu’un a écrit dans la base. Aucune clé "
    "n’est détruite pour eux. Retirez-lui cet accès, puis restaurez une sauvegarde d’avant.",
    "destroyed good": "Toutes par un effacement.",
    "destroyed alarm": "{emptied} sans effacement : quelqu’un a écrit dans la base. Retirez-lui cet accès, puis "
    "restaurez la dernière sauvegarde : elle rend les clés.",
    "modes good": "Leur propriétaire seul les lit.",
    "modes alarm": "D’autres peuvent lire {files} : « chmod 600 ».",
    "tables good": "{lag} de retard.",
    "tables alarm": "{lag} de retard depuis {minutes} : ni « serve » ni « tick » ne passent, ou le disque est plein.",
    "tables alarm none": "Aucune qui se lise : « serve » les refait dans la minute, ou à son démarrage.",
    "tables alarm other": "Aucune pour cette version de pixflow : « serve » les fera à son démarrage.",
    "tables alarm ahead": "Elles montrent des faits qui ne sont plus là : la base est une copie plus ancienne. "
    "Restaurez la dernière sauvegarde.",
    "stopped good": "Aucune.",
    "stopped alarm": "{streams} ({tables}) : gardez le journal technique, mettez pixflow à jour, puis « pixflow "
    "rebuild ».",
    "past good": "Les listes de chaque jour sont prêtes.",
    "past note": "L’historique se prépare : {share}. « serve » ou « tick » continuent.",
    "log good": "{size}.",
    "log alarm": "{size} qui ne se vident pas : ni « serve » ni « tick » ne passent, ou une lecture n’en finit pas.",
    "aside good": "Rien.",
    "aside note": "{places} : ce qu’une restauration a remplacé. Un effacement n’atteint pas qui n’est que là : "
    "supprimez-le dès qu’il ne sert plus.",
    "backup good": "Il y a {hours}.",
    "backup good elsewhere": "Il y a {hours}, dans {path}.",
    "backup alarm": "Il y a {hours} : « pixflow backup » ne passe plus chaque jour.",
    "backup alarm elsewhere": "Il y a {hours}, dans {path} : « pixflow backup » ne passe plus chaque jour.",
    "backup alarm unread": "{places} : le manifeste manque ou ne se lit pas, ce n’est plus une sauvegarde. Supprimez "
    "ce qui est là, puis lancez « pixflow backup ».",
    "backup alarm none": "Aucune : lancez « pixflow backup », puis chaque nuit.",
    "mail_server good login": "{host} : son certificat est vérifié, il nous connaît, et prendrait un courriel pour "
    "{to}.",
    "mail_server good open": "{host} : son certificat est vérifié ; sans nom ni mot de passe, il prendrait un courriel "
    "pour {to}.",
    "mail_server good local": "{host}, sur cette machine et sans chiffrement : il prendrait un courriel pour {to}.",
    "mail_server good none": "Aucun : pas de courriel (PIXFLOW_SMTP).",
    "mail_server good demo": "Aucun : une démonstration écrit des fichiers.",
    "mail_server note plain": "{host} : sans chiffrement, comme le demande PIXFLOW_SMTP_SECURITY. Qui écoute le réseau "
    "lit les courriels.",
    "mail_server note unknown": "{host} nous laisse entrer, mais ne connaît pas {to} ({answer}) : les réponses et les "
    "refus s’y perdent. « pixflow mail test » dit si un courriel part.",
    "mail_server alarm plain-login": "{host} : sans chiffrement, comme le demande PIXFLOW_SMTP_SECURITY. Qui écoute le "
    "réseau lit les courriels et le mot de passe : ôtez ce réglage, ou ce mot de passe.",
    "mail_server alarm certificate-date": "Le certificat de {host} a expiré, ou ne vaut pas encore : rien ne part.",
    "mail_server alarm certificate-name": "Le certificat de {host} est celui d’un autre nom : corrigez le nom du "
    "serveur dans PIXFLOW_SMTP. Rien ne part.",
    "mail_server alarm certificate-unknown": "Le certificat de {host} n’est signé par aucune autorité connue de "
    "cette machine : donnez celle-ci dans SSL_CERT_FILE. Rien ne part.",
    "mail_server alarm no-tls": "{host} n’offre pas de chiffrement (STARTTLS) : rien ne part, le mot de passe non "
    "plus. Essayez la même adresse en smtps.",
    "mail_server alarm login": "{host} refuse le nom ou le mot de passe de PIXFLOW_SMTP.",
    "mail_server alarm login-wanted": "{host} veut un nom et un mot de passe : PIXFLOW_SMTP=smtp://nom:secret@serveur.",
    "mail_server alarm no-login": "{host} ne laisse personne se connecter : ôtez le nom et le mot de passe de "
    "PIXFLOW_SMTP, ou changez de port.",
    "mail_server alarm silent": "{host} ne répond pas : vérifiez son nom, son port, et le réseau.",
    "mail_server alarm later": "{host} remet nos courriels à plus tard ({answer}) : voyez son journal.",
    "mail_server alarm unknown": "{host} ne connaît pas {to} ({answer}) : vérifiez cette adresse.",
    "mail_server alarm sender": "{host} refuse l’adresse de PIXFLOW_SENDER ({answer}) : corrigez-la, ou donnez le nom "
    "et le mot de passe à qui elle est.",
    "mail_server alarm relay": "{host} refuse un courriel pour {to} ({answer}) : donnez un nom et un mot de passe dans "
    "PIXFLOW_SMTP, ou laissez-le relayer les courriels de cette machine.",
    "mail_server alarm refused": "{host} refuse nos courriels : voyez son journal.",
    "settings good": "Chacun se lit, et pixflow les connaît tous.",
    "letters good": "Aucun n’attend depuis plus d’une heure.",
    "letters note": "{waiting} depuis {span}, sans serveur : donnez PIXFLOW_SMTP, ou appelez ces partenaires.",
    "letters alarm": "{waiting} depuis {span} : ni « serve » ni « tick » ne passent, ou le serveur les refuse. "
    "Voyez la ligne au-dessus et le journal technique.",
    "address good": "{url}.",
    "account_store good": "Ils s’ouvrent avec leur clé.",
    "account_store good none": "Personne n’est encore invité : « pixflow account invite ».",
    "account_store alarm": "Ils ne s’ouvrent pas : leur base est abîmée, ou leur clé (keys/_site.key) manque ou n’est "
    "pas la leur. Remettez la clé, ou « pixflow account restore ».",
    "account_store alarm lost": "Leur base manque, est vide ou abîmée : mettez de côté ce qu’il en reste, puis "
    "« pixflow account restore ». Sans sauvegarde, mettez aussi leur clé de côté, et invitez chacun de nouveau.",
    "account_store alarm older": "Une sauvegarde en sait plus : leur base est une copie plus ancienne. Mettez-la de "
    "côté, puis « pixflow account restore » de la dernière. Aucune n’est supprimée avant.",
    "account_store alarm missing": "Un compte a été ouvert, et n’y est plus : {people}. C’est une copie plus "
    "ancienne : « pixflow account restore » de la dernière sauvegarde, ou invitez de nouveau.",
    "account_store alarm modes": "{files} peut se lire par d’autres : « chmod 600 ».",
    "account_store alarm forged": "{unsigned} par pixflow : quelqu’un d’autre écrit dans la base des comptes. Ce "
    "qu’il y a mis n’ouvre rien. Changez le mot de passe de la base, et voyez qui y accède.",
    "tls good": "Pages et base ne sont lues qu’ici, ou chiffrées.",
    "tls alarm": "La base est sur une autre machine, sans certificat vérifié : « ?sslmode=verify-full » dans "
    "PIXFLOW_DATABASE_URL.",
    "breached_passwords good": "{path} est trié.",
    "breached_passwords note": "Aucune liste (PIXFLOW_BREACHED) : un mot de passe déjà volé ailleurs peut être choisi.",
    "breached_passwords alarm": "{path} manque, est vide ou n’est pas trié : les mots de passe n’y sont pas cherchés.",
    "address note": "{url} : hors de cette machine, les liens des courriels ne mènent nulle part. Donnez PIXFLOW_URL.",
    "disk good": "{free} libres.",
    "disk alarm": "{free} libres, il en faut {wanted} : faites de la place.",
}
"""Sentence by check, level and reason."""
UNTOLD = "Voyez « pixflow doctor --json »."
ALSO = " Pas vérifié non plus, pour cette raison : {titles}."


FAULTS = {
    "position": "Des faits manquent avant {places}",
    "version": "Pas la suite de leur fiche : {places}",
    "span": "Aucune commande, ou deux, avant {places}",
    "end": "La fin n’est pas celle que la base a donnée : {places}",
    "opening": "Ne s’ouvrent pas, ou ont été changés : {places}",
    "command": "Hors de leur commande : {places}",
    "file": "Nomment un fichier qui manque, ou qui a été changé : {places}",
    "author": "Sous un autre nom que leur commande : {places}",
    "register": "Ne sont plus ceux que le registre a lus : {places}",
    "claim": "Commencent une fiche dont un numéro, une adresse ou un nom n’est plus réservé : {places}",
}
ACCESS = {
    "lines_changed": ("ligne changée", "lignes changées"),
    "lines_missing": ("ligne ou suite de lignes manque", "lignes ou suites de lignes manquent"),
    "days": ("jour n’a pas ses lignes", "jours n’ont pas leurs lignes"),
}
_SHOWN = 5


def _places(positions: Sequence[int]) -> str:
    more = say(" et {count} autres", count=str(len(positions) - _SHOWN)) if len(positions) > _SHOWN else ""
    return say("n° {numbers}", numbers=", ".join(map(str, positions[:_SHOWN]))) + more


def _faults(found: Mapping[str, Sequence[int]]) -> str:
    return ". ".join(say(FAULTS[code], places=_places(positions)) for code, positions in found.items())


def _megabytes(size: int) -> str:
    return say("{number} Mo", number=number(size // 1_000_000))


def _span(seconds: int) -> str:
    """Returns a span of time in its largest unit: "40 jours"."""
    units = ((86_400, "jour"), (3_600, "heure"), (60, "minute"))
    size, unit = next((one for one in units if seconds >= one[0]), (1, "seconde"))
    return plural(seconds // size, unit)


WORDS: dict[str, Callable[[Any], str]] = {
    "store": {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.__getitem__,
    "seconds": _span,
    "span": _span,
    "waiting": lambda count: plural(count, "courriel attend", "courriels attendent"),
    "minutes": lambda count: plural(count, "minute"),
    "hours": lambda count: plural(count, "heure") if count else say("moins d’une heure"),
    "reached": number,
    "head": number,
    "until": lambda day: dates.day(day, year=True),
    "days": lambda count: plural(count, "jour") if count else say("moins d’un jour"),
    "lag": lambda count: plural(count, "fait"),
    "lost": lambda count: plural(count, "fiche sans clé", "fiches sans clé"),
    "people": lambda count: plural(count, "personne"),
    "forged": lambda count: plural(count, "effacement"),
    "unsigned": lambda count: plural(count, "ligne n’a pas été écrite", "lignes n’ont pas été écrites"),
    "emptied": lambda count: plural(count, "clé détruite", "clés détruites"),
    "streams": lambda count: plural(count, "fiche ne suit plus", "fiches ne suivent plus"),
    "path": str,
    "host": str,
    "to": str,
    "answer": lambda answer: answer or say("sans un mot"),
    "url": str,
    "files": ", ".join,
    "missing": ", ".join,
    "faults": _faults,
    "access": lambda counts: ", ".join(plural(count, *ACCESS[code]) for code, count in counts.items()),
    "places": ", ".join,
    "tables": ", ".join,
    "free": _megabytes,
    "wanted": _megabytes,
    "size": _megabytes,
    "share": lambda share: say("{number} %", number=number(share)),
    "signed": lambda count: plural(count, "fait"),
    "short": str,
    "witness": str,
    "epoch": number,
    "registers": join_with_and,
    "position": number,
}


def sentence(check: str, level: str, details: Mapping[str, Any]) -> str:
    """Returns the sentence of a finding (web/hosting/health.py), and `also` which checks the same cause stopped.

    `said` is that of an error or of a setting.
    """
    also = say(ALSO, titles=", ".join(map(title, details["also"]))) if "also" in details else ""
    if "said" in details:
        return str(details["said"]) + also
    if code := details.get("refusal"):
        return say(REFUSALS[code], **{name: str(value) for name, value in details.items()}) + also
    why = details.get("why", details.get("store", ""))
    template = SENTENCES.get(f"{check} {level} {why}") or SENTENCES.get(f"{check} {level}", UNTOLD)
    return say(template, **{name: WORDS[name](value) for name, value in details.items() if name in WORDS})


def title(check: str) -> str:
    """Returns the title of a check, its name where it has none."""
    return TITLES.get(check, check)
