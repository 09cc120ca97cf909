"""The account of a member on their page: its state, and what the person at the desk may do about it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pixflow.authorization import Subject
from pixflow.decision import Decision
from pixflow.events.base import Event
from pixflow.refused import Refused
from pixflow.team import accounts as decisions
from pixflow.team import membership as closing
from pixflow.team.membership import who_still_asks
from pixflow.team.staff import Staff
from web.accounts import invitations, memberships
from web.accounts.site import Site
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import dates
from web.french.events.access import SUSPENSIONS
from web.french.typography import say, upper_first


@dataclass(frozen=True, slots=True)
class AccessAction:
    """An action about an account: its decision, what is sent with it, its button, and whether it is the next step."""

    decision: Decision[..., list[Event]]
    label: str
    sent: Mapping[str, Any]
    is_next: bool = False


ACTIONS: dict[str, AccessAction] = {
    "inviter": AccessAction(decisions.invite_account, "Inviter à se connecter", {}, is_next=True),
    "confirmer": AccessAction(decisions.confirm_account, "Confirmer le compte", {}, is_next=True),
    "couper": AccessAction(decisions.suspend_account, "Couper l’accès maintenant", {"reason": "colleague"}),
    "rendre": AccessAction(decisions.restore_account, "Rendre l’accès", {}, is_next=True),
    "demander-retour": AccessAction(decisions.request_restoration, "Demander de rendre l’accès", {}),
    "garder-moyens": AccessAction(decisions.withdraw_factors_reset, "Retirer la demande", {}),
    "effacer-moyens": AccessAction(decisions.reset_factors, "Effacer ses moyens d’entrer", {}, is_next=True),
    "demander-moyens": AccessAction(decisions.request_factors_reset, "A perdu ses moyens d’entrer", {}),
}
"""The actions, by the last part of their address."""
WITHDRAW = "retirer"
"""The action that takes an invitation back: it is no decision, the invitation stays a fact."""


def access_row(desk: Desk, site: Site, person: UUID) -> dict[str, Any]:
    """Returns the account of a member in words, as the person at the desk may see it and act on it.

    `actions` are address, button and whether it is the next step.
    """
    opened = desk.served.opened.id
    invited = next((one for one in invitations.list_standing(site.store, opened) if one.member == person), None)
    known = memberships.of_member(site.store, opened, person)
    sleeps = known is None or not known.is_open
    actions = [
        (name, "Envoyer un autre lien" if name == "inviter" and invited else one.label, one.is_next)
        for name, one in ACTIONS.items()
        if _may(desk, person, one, sleeps=sleeps)
    ]
    if invited and desk.may(decisions.invite_account, Subject(member=person)) and person != desk.me:
        actions.append((WITHDRAW, "Retirer l’invitation", False))
    access = desk.refs.team[person].access
    late = (access.opened and not access.confirmed) or access.suspended is not None
    return {"said": _phrase_access(desk, person, invited, sleeps), "is_late": late, "actions": actions}


def let_in(desk: Desk, person: UUID) -> str:
    """Returns who let a member in without the direction, for whoever would confirm a role that reads; else ""."""
    names, by = names_for(desk), desk.refs.team[person].access.let_in_by
    text = "Accès ouvert par {people}, sans la direction : elle confirme d’abord le compte."
    return say(text, people=" et ".join(map(names.staff, by))) if by else ""


def list_waiting(desk: Desk) -> list[UUID]:
    """Returns the members whose account the person at the desk may confirm, or give back, as the second person."""
    names = ("confirmer", "rendre")
    return [id for id in desk.refs.team if any(_may(desk, id, ACTIONS[name]) for name in names)]


def under_way(desk: Desk) -> Iterator[tuple[UUID, str]]:
    """Yields the members whose account somebody takes from them, and what is told of it to all who keep accounts."""
    for id, member in desk.refs.team.items():
        if desk.may(decisions.invite_account, Subject(member=id)) and (said := _step(desk, member)):
            yield id, say("{name} : {said}.", name=member.name, said=said)


def stopped(desk: Desk) -> list[UUID]:
    """Returns the members whom mass reading stopped, as long as nobody asked to open their account again."""
    back, team = ACTIONS["demander-retour"], desk.refs.team
    return [id for id, one in team.items() if one.access.suspended == "mass-reading" and _may(desk, id, back)]


def _may(desk: Desk, person: UUID, action: AccessAction, *, sleeps: bool = False) -> bool:
    """Tells if the decision would change something: it is tried, and not recorded. `sleeps`: their membership does."""
    team = desk.refs.team
    if not desk.may(action.decision, Subject(member=person)):
        return False
    known = {"person": person, "team": team, "actor": desk.actor.id, "now": desk.engine.clock()}
    about = {need: known[need] for need in action.decision.needs} | {"on": desk.today, **action.sent}
    if action.decision is decisions.invite_account and team[person].access.enters and not sleeps:
        return False
    if action.decision is decisions.suspend_account and not team[person].access.invited_by:
        return False
    try:
        return bool(action.decision(team[person], **about))
    except Refused:
        return False


def _step(desk: Desk, member: Staff) -> str:
    """Returns what is asked about an account, or that its factors are gone until it is confirmed again; else ""."""
    access, team, names = member.access, desk.refs.team, names_for(desk)
    if first := closing.asker(member, team, desk.today, desk.engine.clock()):
        text = "{name} demande de fermer son accès ou de retirer un rôle, après plusieurs autres dans l’heure"
        return say(text, name=names.staff(first))
    if first := who_still_asks(access.reset_by, team, desk.today):
        return say("{name} demande d’effacer ses moyens d’entrer", name=names.staff(first))
    if access.reset_at and not access.confirmed and member.works(desk.today):
        day = dates.day(desk.refs.calendar.local_day(access.reset_at))
        return say("ses moyens d’entrer sont effacés depuis le {day}, et son compte attend d’être confirmé", day=day)
    return ""


def _phrase_access(desk: Desk, person: UUID, invited: invitations.Invitation | None, sleeps: bool) -> str:
    access, names = desk.refs.team[person].access, names_for(desk)
    if access.suspended:
        asked = say("{name} demande de le rendre.", name=names.staff(by)) if (by := access.restoration_by) else ""
        return f"Accès coupé : {SUSPENSIONS[access.suspended]}. {asked}".strip()
    if (access.reset_by or access.closing_by) and (step := _step(desk, desk.refs.team[person])):
        return f"{upper_first(step)}."
    if access.opened and access.confirmed:
        return "A un compte, qui dort : à réinviter." if sleeps else "Se connecte."
    if access.opened:
        return "A ouvert son compte, qui attend une deuxième personne."
    if invited:
        until = dates.instant(datetime.fromtimestamp(invited.until, UTC), desk.zone)
        return say("Invité·e par {name}, jusqu’au {until}.", name=names.staff(invited.sender), until=until)
    if not sleeps:
        return "Ses moyens d’entrer sont effacés : à réinviter."
    return "L’invitation est périmée." if access.invited_by else "Pas encore invité·e à se connecter."
