"""`pixflow account`: invitations to sign in, and the second person that a small team does not have."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import typer

from pixflow.actor import OPERATOR
from pixflow.decision import Decision
from pixflow.events.base import Event, Recorded
from pixflow.identity import normalise
from pixflow.refused import Refused
from pixflow.team import accounts as decisions
from pixflow.team.staff import Access, Staff
from web.accounts import accounts, invitations, memberships, sign_in
from web.accounts.site import Site
from web.accounts.store import open_accounts
from web.cli.common.french_typer import InFrench
from web.cli.common.structures import only_in_accounts
from web.cli.common.terminal import (
    FileArgument,
    JsonOption,
    StructureOption,
    WhoArgument,
    as_json,
    console,
    fail,
    in_words,
    member,
    take,
    working,
)
from web.french import dates, typography, vocabulary
from web.hosting import account_backups
from web.hosting.host import open_site
from web.hosting.served_structure import ServedStructure
from web.hosting.settings import PORT, Settings
from web.pages.account import factor_mails

app = typer.Typer()
account_app = typer.Typer(help="Les comptes : qui peut se connecter.", cls=InFrench, no_args_is_help=True)
app.add_typer(account_app, name="account")
STATES = {
    "suspended": "accès coupé",
    "confirmed": "se connecte",
    "opened": "attend d’être confirmé·e",
    "invited": "invité·e",
    "none": "pas encore invité·e",
    "left": "a quitté l’équipe",
}
PENDING = {
    "account": "une confirmation du compte",
    "restoration": "un retour d’accès",
    "reset": "de nouveaux moyens d’entrer",
}
ASKED = "demandé ; une autre personne le confirme, sur la page Équipe"
RESET = "moyens d’entrer effacés ; puis « pixflow account invite »"


@account_app.command("invite")
def invite(who: WhoArgument, structure: StructureOption = None) -> None:
    """Inviter quelqu’un de l’équipe à se connecter ; le lien n’est montré qu’ici."""
    with working(structure) as served, in_words():
        person = member(served, who)
        with _site(served, create=True) as site:
            _decide(served, person, decisions.invite_account)
            address = served.refs.team[person].email
            invitation, token = invitations.invite(site.store, served.opened.id, person, address, OPERATOR)
            until = dates.instant(site.store.at(invitation.sent + invitations.LINK), served.refs.structure.zone)
    console.print(f"Lien pour {address}, jusqu’au {until}, une seule fois :")
    console.print(f"{site.url}/invitation/{token}", soft_wrap=True)


@account_app.command("confirm")
def confirm(who: WhoArgument, structure: StructureOption = None) -> None:
    """Confirmer un compte ouvert, tant que personne de l’équipe ne le peut."""
    with working(structure) as served, in_words():
        person = member(served, who)
        done = _decide(served, person, decisions.confirm_account)
        console.print(f"{served.refs.team[person].name} : {'compte confirmé' if done else 'rien à changer'}")


@account_app.command("suspend")
def suspend(who: WhoArgument, structure: StructureOption = None) -> None:
    """Couper tout de suite l’accès de quelqu’un ; deux personnes le rendent."""
    with working(structure) as served, _site(served) as site, in_words():
        person = member(served, who)
        done = _decide(served, person, decisions.suspend_account, reason="operator")
        _follow(served, site, person, done)
        console.print(f"{served.refs.team[person].name} : {'accès coupé' if done else 'déjà coupé'}")


@account_app.command("reopen")
def reopen(who: WhoArgument, structure: StructureOption = None) -> None:
    """Rendre un accès coupé, avec quelqu’un de l’équipe ; sans, quand il n’y reste personne pour le faire."""
    with working(structure) as served, _site(served) as site, in_words():
        person = member(served, who)
        done = _decide_by_two(served, person, decisions.request_restoration, decisions.restore_account)
        access = _follow(served, site, person, done)
        console.print(f"{served.refs.team[person].name} : {ASKED if access.suspended else 'accès rendu'}")


@account_app.command("reset")
def reset(
    who: WhoArgument,
    cancel: Annotated[bool, typer.Option("--cancel", help="Retirer la demande.")] = False,
    structure: StructureOption = None,
) -> None:
    """Effacer les moyens d’entrer que quelqu’un a perdus, à deux comme « reopen » ; puis l’inviter."""
    with working(structure) as served, _site(served) as site, in_words():
        person = member(served, who)
        if cancel:
            done = _decide(served, person, decisions.withdraw_factors_reset)
            console.print(f"{served.refs.team[person].name} : {'demande retirée' if done else 'rien à changer'}")
            return
        done = _decide_by_two(served, person, decisions.request_factors_reset, decisions.reset_factors)
        access = _follow(served, site, person, done)
        for owner, change in factor_mails.resets(site, served.opened.id, person, done)[-1:]:
            factor_mails.send(site, owner, change)
        console.print(f"{served.refs.team[person].name} : {ASKED if access.opened else RESET}")


@account_app.command("list")
def show(structure: StructureOption = None, json: JsonOption = False) -> None:
    """Dire qui peut se connecter, avec quels rôles, ce qui attend, et la dernière connexion ; départs compris."""
    with working(structure) as served, _site(served) as site, in_words():
        there = memberships.of_structure(site.store, served.opened.id)
        having = {id for id, one in there.items() if accounts.find(site.store, one.account)}
        used = memberships.last_used(site.store, served.opened.id)
        days = {id: served.refs.calendar.local_day(site.store.at(at)) for id, at in used.items()}
        team = sorted(served.refs.team.items(), key=lambda item: normalise(item[1].name))
        listed = [_row(one, served.today(), id in having, days.get(id)) for id, one in team]
    if json:
        as_json(listed)
    else:
        for one in listed:
            console.print(_line(one), soft_wrap=True)


@account_app.command("restore")
def restore(backup: FileArgument) -> None:
    """Remettre les comptes d’une sauvegarde, là où ils sont perdus ; chacun se reconnecte."""
    settings = Settings()
    if not (settings.data / "keys" / "_site.key").exists():
        fail("Remettez d’abord keys/_site.key : sans cette clé, la sauvegarde ne s’ouvre pas.")
    with in_words():
        store = open_accounts(settings.data, settings.database(), again=True)
        assert store
        with closing(store):
            number = account_backups.restore(store, backup)
    console.print(f"{typography.plural(number, 'compte')} : chacun se reconnecte.")


@account_app.command("forget")
def forget(structure: Annotated[str, typer.Argument(metavar="NUMÉRO", help="Le numéro que « doctor » donne.")]) -> None:
    """Retirer les accès à une structure qui n’est plus ici, ni sa clé, ni ses sauvegardes."""
    with in_words():
        if structure not in only_in_accounts():
            fail(f"Aucun compte n’a d’accès à une structure {structure} qui ne serait plus ici.")
        settings, id = Settings(), UUID(structure)
        store = open_accounts(settings.data, settings.database())
        assert store
        with closing(store):
            ended = memberships.end(store, id, memberships.of_structure(store, id))
    console.print(f"{typography.plural(ended, 'accès retiré', 'accès retirés')}.")


def _row(member: Staff, today: date, has_account: bool, used: date | None) -> dict[str, Any]:
    """Returns a member as `--json` says them: codes, and days as ISO texts."""
    access, here = member.access, member.works(today)
    pending = {
        "account": access.opened and not access.confirmed,
        "restoration": access.restoration_by is not None,
        "reset": access.reset_by is not None,
    }
    held = member.roles_granted(min(today, member.left or today))
    return {
        "name": member.name,
        "email": member.email,
        "state": _state(access, has_account) if here else "left",
        "roles": [role for role in vocabulary.ROLES if role in held],
        "waiting": [*member.awaiting, *(one for one, waits in pending.items() if waits)] if here else [],
        "last_sign_in": used and used.isoformat(),
        "last_day": member.left and member.left.isoformat(),
    }


def _line(member: Mapping[str, Any]) -> str:
    said = [STATES[member["state"]], ", ".join(vocabulary.ROLES[role] for role in member["roles"]) or "aucun rôle"]
    if member["waiting"]:
        said.append("attend : " + ", ".join(PENDING.get(one) or vocabulary.ROLES[one] for one in member["waiting"]))
    for field, words in (("last_sign_in", "dernière connexion"), ("last_day", "dernier jour")):
        if member[field]:
            said.append(f"{words} le {dates.day(date.fromisoformat(member[field]), year=True)}")
    return f"{member['name']} : {' ; '.join(said)}"


def _state(access: Access, has_account: bool) -> str:
    if access.suspended:
        return "suspended"
    if has_account and access.opened:
        return "confirmed" if access.confirmed else "opened"
    return "invited" if access.invited_by else "none"


@contextmanager
def _site(served: ServedStructure, *, create: bool = False) -> Iterator[Site]:
    settings = Settings()
    with in_words():
        site = open_site(settings, settings.data, settings.url or f"http://localhost:{PORT}", create=create)
    if site is None:
        fail("Personne n’est encore invité : commencez par « pixflow account invite COURRIEL ».")
    try:
        yield site
    finally:
        site.store.close()


def _decide_by_two(
    served: ServedStructure, person: UUID, ask: Decision[..., list[Event]], do: Decision[..., list[Event]]
) -> Sequence[Recorded]:
    """Takes the first step, unless somebody did; then the second one, if the operator may. Returns their events."""
    events = _decide(served, person, ask)
    try:
        return [*events, *_decide(served, person, do)]
    except Refused as refused:
        if refused.code != "another-person":
            raise
        return events


def _follow(served: ServedStructure, site: Site, person: UUID, recorded: Sequence[Recorded]) -> Access:
    """Does what the events of a member ask of the accounts store. Returns their access."""
    access = served.refs.team[person].access
    sign_in.follow(site.store, served.opened.id, {person: access}, recorded)
    return access


def _decide(
    served: ServedStructure, person: UUID, decision: Decision[..., list[Event]], /, **sent: Any
) -> Sequence[Recorded]:
    recorded = take(served, {"staff": person}, decision, **sent)
    served.read()
    return recorded
