"""Words for a young person's path: identity, participations, actions."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from pixflow.documents.grille import percent
from pixflow.dossier.state import ActionState, BuiltPrescription, LinkedParticipation
from pixflow.open_data.communes import communes
from pixflow.tasks.stages import WITHOUT_PARTNER
from web.french import dates, partner_links, typography, vocabulary
from web.french.dossier import profiles
from web.french.phrases import listed
from web.french.typography import at, de, plural, say, typeset


def age(birth_date: date, today: date) -> str:
    """Returns a text like "20 ans"."""
    before = (today.month, today.day) < (birth_date.month, birth_date.day)
    return plural(today.year - birth_date.year - before, "an")


def group(name: str) -> str:
    """Returns a text like "groupe février"."""
    return name if name.lower().startswith("groupe") else f"groupe {name}"


def group_until(name: str, end: date | None, today: date) -> str:
    """Returns a text like "groupe février, jusqu’au 30 avril"."""
    until = end and dates.day(end, year=end.year != today.year)
    return say("{group}, jusqu’au {until}", group=group(name), until=until) if until else group(name)


def site(name: str) -> str:
    """Returns a text like "site de Mortagne"."""
    return f"site {de(name)}"


def lives(commune: str) -> str:
    """Returns a text like "vit à Tarbes", for the code of a commune."""
    found = communes().get(commune)
    return f"vit {at(typeset(found.name) if found else commune)}"


def mastered(value: int, total: int) -> str:
    """Returns a share of a domain in words for a young person, like "en bonne voie"."""
    if value in (0, total):
        return "tout est acquis" if value else "à découvrir"
    return "premiers repères" if 3 * value < total else "en bonne voie" if 3 * value <= 2 * total else "presque tout"


def scored(link: LinkedParticipation) -> str:
    """Returns a text like "40 %", or "résultat" when Pix gave no score."""
    mastery = link.result.mastery if link.result else None
    return "résultat" if mastery is None else typography.percent(percent(mastery))


def participation(link: LinkedParticipation, today: date) -> str:
    """Describes a participation other than the current result: running, not shared, vanished, or earlier."""
    if link.result:
        said = f"{scored(link)} partagé le {short(link.result.shared.day, today)}"
    elif link.profile:
        said = f"{profiles.phrase_profile(link.profile)}, partagé le {short(link.profile.shared.day, today)}"
    else:
        seen, begun = (link.finished or link.stamp).on, link.started.day if link.started else None
        said = f"{unshared(link)}, vu le {short(seen, today)}"
        if begun and begun != seen:
            said = f"{unshared(link)}, commencé le {short(begun, today)}, vu à l’import du {short(seen, today)}"
    if not link.withdrawn:
        return said
    kept = "ce qui est reçu est gardé" if link.profile else "plus rien n’est attendu"
    kept = "le résultat reçu est gardé" if link.result else kept
    return say("{said} ; disparu de Pix Orga le {on}, {kept}", said=said, on=short(link.withdrawn.on, today), kept=kept)


def unshared(link: LinkedParticipation) -> str:
    if link.finished:
        return f"test terminé, résultat {'jamais reçu' if link.withdrawn else 'pas encore partagé'}"
    if link.purpose == "profile":
        return "profil pas encore partagé"
    return "test en cours" if link.progress is None else say("test en cours : {part}", part=part(link.progress))


def part(progress: Decimal) -> str:
    """Returns how far a test is, never to be read as a score: "50 % du test", "test terminé"."""
    return "test terminé" if progress == 1 else f"{typography.percent(int(progress * 100))} du test"


def fraction(mastery: Decimal) -> str:
    """Returns a rate as Pix writes it, like "0,40"."""
    return f"{mastery:.2f}".replace(".", ",")


def action(state: ActionState, today: date) -> str:
    """Describes the state of an action: "envoyée à EPN de Mortagne le 18 mars, sans réponse"."""
    if state.dropped:
        return f"écartée le {short(state.dropped.on, today)}"
    if state.ended and state.outcome:
        return f"{vocabulary.OUTCOMES[state.outcome]} le {short(state.ended.on, today)}"
    until = f", jusqu’au {short(state.ends, today)}" if state.ends else ""
    if state.started:
        return f"en cours depuis le {short(state.started.on, today)}{until}"
    last = state.referrals[-1] if state.referrals else None
    if last is None:
        return to_do(state)
    if last.answered and last.answer == "refused":
        text = "refusée par {partner} le {on} ({reason}) : à orienter de nouveau"
        why = listed(last.refusal and vocabulary.REFUSALS_OF_PARTNERS[last.refusal], last.reason)
        return say(text, partner=last.partner.name, on=short(last.answered.on, today), reason=why)
    sent = f"à {last.partner.name} le {short(last.stamp.on, today)}"
    if last.answered:
        accepted = f"envoyée {sent}, acceptée le {short(last.answered.on, today)}{until}"
        return listed(accepted, last.place and say("lieu : {place}", place=last.place))
    return listed(f"envoyée {sent}, sans réponse", partner_links.state(last, today))


def to_do(state: ActionState) -> str:
    """Returns what an action waits for that has not begun: a referral, unless it needs no partner."""
    return "à faire" if state.action.kind in (*WITHOUT_PARTNER, "complete") else "à orienter"


def imilo(state: ActionState) -> str:
    """Returns the action's state in i-Milo's words (docs/domain.md#parcours)."""
    refused = bool(state.referrals) and state.referrals[-1].answer == "refused"
    if state.outcome == "done":
        return "Réalisée"
    if refused:
        return "Refusée par le partenaire"
    return "Refusée par le jeune" if state.outcome == "abandoned" or state.dropped else "Prescrite"


def imilo_block(built: BuiltPrescription, link: LinkedParticipation | None, actions: Sequence[ActionState]) -> str:
    """Returns a prescription and its actions as plain text to copy into i-Milo."""
    shared = link.result.shared.day if link and link.result else None
    on = f", résultat partagé le {dates.day(shared, year=True)}" if shared else ""
    score = "sans score" if built.percent is None else typography.percent(built.percent)
    lines = [say("Pix emploi : {score}{on}", score=score, on=on)]
    text = "Prescription du {day} :" if actions else "Prescription du {day} : aucune action"
    lines.append(say(text, day=dates.day(built.stamp.on, year=True)))
    added = {one.action.id: f", ajoutée le {dates.day(one.stamp.on, year=True)}" for one in built.added}
    for state in actions:
        partner = f" ({state.referrals[-1].partner.name})" if state.referrals else ""
        label = f"{state.action.label}{partner}{added.get(state.action.id, '')}"
        lines.append(say("- {label} : {word}", label=label, word=imilo(state)))
    return "\n".join(lines)


def points(change: int) -> str:
    """Returns a text like "+ 8 points", "− 3 points", "sans changement"."""
    return typography.phrase_change(change, "point", "points") if change else "sans changement"


def short(day: date, today: date) -> str:
    return dates.day(day, short=True, year=day.year != today.year)
