"""Where a young person stands, in words: the four stages, the participations, each action."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

from pixflow.dossier.state import ActionState, Built, Dossier, Linked
from pixflow.events import Stage
from pixflow.grille import percent
from web.french import dates, words
from web.french.words import NBSP, de, plural, say, upper_first


def age(birth_date: date, today: date) -> str:
    """Like "20 ans"."""
    before = (today.month, today.day) < (birth_date.month, birth_date.day)
    return plural(today.year - birth_date.year - before, "an")


def group(name: str) -> str:
    """Like "groupe février"."""
    return name if name.lower().startswith("groupe") else f"groupe {name}"


def site(name: str) -> str:
    """Like "site de Mortagne"."""
    return f"site {de(name)}"


def stages(dossier: Dossier, owed: Collection[str], today: date) -> dict[Stage, str]:
    """One line for each stage; `owed` are the kinds of its tasks."""
    return {
        "orientation": _orientation(dossier, owed, today),
        "diagnostic": _diagnostic(dossier, today),
        "prescription": _prescription(dossier, owed, today),
        "parcours": _parcours(dossier),
    }


def _orientation(dossier: Dossier, owed: Collection[str], today: date) -> str:
    state, parts = dossier.orientation, []
    if state.presented:
        parts.append(f"Pix présenté le {short(state.presented.on, today)}")
    elif "present-pix" in owed:
        parts.append("Pix à présenter")
    if state.declined:
        parts.append(f"diagnostic décliné le {short(state.declined.on, today)}")
    elif state.plan and not dossier.diagnostic.linked("initial"):
        parts.append("diagnostic prévu")
    elif "plan-diagnostic" in owed:
        parts.append("diagnostic à prévoir")
    return upper_first(", ".join(parts)) or "sans rendez-vous pris"


def _diagnostic(dossier: Dossier, today: date) -> str:
    current = dossier.diagnostic.current("initial")
    links = dossier.diagnostic.participations.values()
    others = [link for link in links if link.purpose == "initial" and not link.result]
    running = [link for link in others if not link.withdrawn]
    if current and current[1].result:
        shared = current[1].result.shared.day
        said = f"{scored(current[1])} partagé le {short(shared, today)}"
        return f"{said}, un autre passage en cours" if running else said
    if running:
        return _unshared(running[-1])
    if others:
        return "participation disparue de Pix Orga"
    if dossier.orientation.plan and not dossier.orientation.declined:
        return f"à passer à partir du {short(dossier.orientation.plan.planned_for, today)}"
    return "après l’orientation"


def _prescription(dossier: Dossier, owed: Collection[str], today: date) -> str:
    current = dossier.diagnostic.current("initial")
    built = dossier.prescription.built.get(current[0]) if current else None
    if built:
        return f"construite le {short(built.mark.on, today)}, {plural(len(built.actions), 'action')}"
    for kind, said in (
        ("dispatch-result", "résultat à transmettre"),
        ("hold-debrief", "restitution à tenir"),
        ("build-prescription", "prescription à construire"),
    ):
        if kind in owed:
            return said
    if current:
        return "restitution tenue" if current[0] in dossier.prescription.debriefs else "sans restitution"
    return "après le diagnostic"


def _parcours(dossier: Dossier) -> str:
    actions = list(dossier.parcours.actions.values())
    over = sum(action.over for action in actions)
    waiting = sum(not a.over and a.started is None and a.referral is None for a in actions)
    counted = ((waiting, "à orienter", "à orienter"), (len(actions) - over - waiting, "en cours", "en cours"))
    parts = [plural(n, one, many) for n, one, many in (*counted, (over, "terminée", "terminées")) if n]
    return ", ".join(parts) or "après la prescription"


def scored(link: Linked) -> str:
    """Like "40 %", or "résultat" when Pix gave no score."""
    mastery = link.result.mastery if link.result else None
    return "résultat" if mastery is None else words.percent(percent(mastery))


def participation(link: Linked, today: date) -> str:
    """A participation beside the current result: running, finished but not shared, vanished, or an earlier result."""
    if link.result:
        said = f"{scored(link)} partagé le {short(link.result.shared.day, today)}"
    else:
        said = f"{_unshared(link)}, vu le {short((link.finished or link.mark).on, today)}"
    if not link.withdrawn:
        return said
    kept = "le résultat reçu est gardé" if link.result else "plus rien n’est attendu"
    return say("{said} ; disparu de Pix Orga le {on}, {kept}", said=said, on=short(link.withdrawn.on, today), kept=kept)


def _unshared(link: Linked) -> str:
    if link.finished:
        return "test fini, résultat pas encore envoyé"
    return "test en cours" if link.progress is None else f"test en cours, {words.percent(int(link.progress * 100))}"


def fraction(mastery: Decimal) -> str:
    """Like "0,40": the rate as Pix gives it."""
    return f"{mastery:.2f}".replace(".", ",")


def action(state: ActionState, today: date) -> str:
    """What has become of an action: "envoyée à EPN de Mortagne le 18 mars, sans réponse"."""
    if state.dropped:
        return f"écartée le {short(state.dropped.on, today)}"
    if state.ended and state.outcome:
        return f"{words.OUTCOMES[state.outcome]} le {short(state.ended.on, today)}"
    until = f", jusqu’au {short(state.ends, today)}" if state.ends else ""
    if state.started:
        return f"en cours depuis le {short(state.started.on, today)}{until}"
    last = state.referrals[-1] if state.referrals else None
    if last is None:
        return "à orienter"
    if last.answered and last.answer == "refused":
        text = "refusée par {partner} le {on} ({reason}) : à orienter de nouveau"
        return say(text, partner=last.partner.name, on=short(last.answered.on, today), reason=last.reason)
    sent = f"à {last.partner.name} le {short(last.mark.on, today)}"
    if last.answered:
        return f"envoyée {sent}, acceptée le {short(last.answered.on, today)}{until}"
    return f"envoyée {sent}, sans réponse"


def imilo(state: ActionState) -> str:
    """The action's state in i-Milo's words (DOMAIN.md §3)."""
    refused = bool(state.referrals) and state.referrals[-1].answer == "refused"
    if state.outcome == "done":
        return "Réalisée"
    if refused:
        return "Refusée par le partenaire"
    return "Refusée par le jeune" if state.outcome == "abandoned" or state.dropped else "Prescrite"


def imilo_block(built: Built, link: Linked | None, actions: Sequence[ActionState]) -> str:
    """A prescription and its actions as plain text to copy into i-Milo."""
    shared = link.result.shared.day if link and link.result else None
    on = f", résultat partagé le {dates.day(shared, year=True)}" if shared else ""
    lines = [say("Pix emploi : {percent}{on}", percent=words.percent(built.percent), on=on)]
    lines.append(say("Prescription du {day} :", day=dates.day(built.mark.on, year=True)))
    for state in actions:
        partner = f" ({state.referrals[-1].partner.name})" if state.referrals else ""
        lines.append(say("- {label}{partner} : {word}", label=state.action.label, partner=partner, word=imilo(state)))
    return "\n".join(lines)


def points(change: int) -> str:
    """Like "+ 8 points", "− 3 points", "sans changement"."""
    if change == 0:
        return "sans changement"
    return f"{'+' if change > 0 else '−'}{NBSP}{plural(abs(change), 'point')}"


def short(day: date, today: date) -> str:
    return dates.day(day, short=True, year=day.year != today.year)
