"""Words of the links of partners: e-mails, pages, and the state of a link on the dossier's page."""

from datetime import date

from pixflow.dossier.state import PartnerLink, Referral
from web.french import dates, vocabulary
from web.french.typography import plural, say, typeset

USED = "Cette page a déjà servi à répondre. Vérifiez ce qui suit, puis répondez à nouveau s’il le faut."
NO_DAY = "Choisissez le jour de votre réponse."
STALE = "Cette page n’est plus à jour : vérifiez, puis répondez à nouveau."


def letter(
    *, purpose: str, reminder: bool, structure: str, advisor: str, contact: str, day: date, until: date, url: str,
    months: int,
) -> tuple[str, str]:  # fmt: skip
    """Returns subject and text of the e-mail with a link. It says neither who is referred nor why."""
    if purpose == "outcome":
        subject = say("{structure} : des nouvelles d’une personne accueillie", structure=structure)
        why = "Vous avez accepté d’accueillir une personne, que nous vous avons adressée le {day}. Cette action se "
        why += "termine : dites-nous en une minute si elle est venue et comment cela s’est passé."
    else:
        subject = say("{structure} : une demande d’accueil", structure=structure)
        subject = say("Rappel, {subject}", subject=subject) if reminder else subject
        why = "Nous vous adressons une personne depuis le {day}. Lisez la demande et répondez, sans compte ni mot de "
        why += "passe :"
    lines = [
        typeset("Bonjour,"), "", say(why, day=dates.day(day, year=True)), "", url, "",
        say("Ce lien vous est personnel. Il est valable jusqu’au {until}.", until=dates.day(until, year=True)), "",
        say("Une question : {contact}. Vous pouvez répondre à ce courriel.", contact=contact), "",
        notice(months), "", advisor, structure, "",
    ]  # fmt: skip
    return subject, "\n".join(lines)


def notice(months: int) -> str:
    """Returns the legal notice: what is recorded, and for how long."""
    return say(
        "Ce qui est noté : le jour où la demande est lue, votre réponse et ce que vous écrivez. C’est gardé dans le "
        "dossier de la personne, {months} après sa dernière activité. Ouvrir le lien ne note rien.",
        months=plural(months, "mois", "mois"),
    )


def state(referral: Referral, today: date) -> str:
    """Returns the state of a referral's link: "lien parti par courriel le 3 mars, lu le 4 mars"."""
    link = referral.link
    if link is None:
        return "sans courriel : à appeler"
    parts = [_phrase_sending(link, today)]
    if referral.seen:
        parts.append(say("lu le {day}", day=short(referral.seen.on, today)))
    if referral.promised and not referral.answer:
        parts.append(say("réponse promise avant le {day}", day=short(referral.promised, today)))
    parts.append(_until(link, today))
    return ", ".join(filter(None, parts))


def _phrase_sending(link: PartnerLink, today: date) -> str:
    if link.channel == "paper":
        return say("lien sur papier, du {day}", day=short(link.stamp.on, today))
    if link.mailed:
        return say("lien parti par courriel le {day}", day=short(link.mailed.on, today))
    if link.returned:
        day = short(link.returned.on, today)
        return say("courriel refusé le {day}, adresse inconnue : envoyez un lien à une autre", day=day)
    return "lien par courriel, pas encore parti"


def _until(link: PartnerLink, today: date) -> str:
    if link.returned:
        return ""
    if link.revoked:
        return say("révoqué le {day}", day=short(link.revoked.on, today))
    text = "valable jusqu’au {day}" if today <= link.until else "périmé depuis le {day}"
    return say(text, day=short(link.until, today))


def phrase_answer(referral: Referral) -> str:
    """Returns a partner's own answer, as they read it: "Vous avez accepté, à partir du 3 mars 2026." """
    if referral.answer == "accepted":
        starts = say(", à partir du {day}", day=dates.day(referral.starts, year=True)) if referral.starts else ""
        return say("Vous avez accepté{starts}.", starts=starts)
    said = vocabulary.REFUSALS_OF_PARTNERS[referral.refusal] if referral.refusal else ""
    return say("Vous avez refusé : {said}.", said=said) if said else "Vous avez refusé."


def short(day: date, today: date) -> str:
    return dates.day(day, short=True, year=day.year != today.year)
