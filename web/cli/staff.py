"""`pixflow staff`: people and roles, absences with a deputy, last days."""

from typing import Annotated, Any, cast
from uuid import UUID, uuid4

import typer

from pixflow.decision import Decision
from pixflow.events.values import Role
from pixflow.identity import normalise
from pixflow.team import absences, membership, staff
from web.cli.common.french_typer import InFrench
from web.cli.common.terminal import (
    USAGE,
    StructureOption,
    WhoArgument,
    console,
    day,
    fail,
    in_order,
    in_words,
    member,
    take,
    working,
)
from web.french import dates, typography, vocabulary
from web.french.events import team
from web.hosting.served_structure import ServedStructure

app = typer.Typer()
staff_app = typer.Typer(help="Les personnes qui travaillent dans la structure.", cls=InFrench, no_args_is_help=True)
app.add_typer(staff_app, name="staff")


YES = "oui"


def _roles(values: list[str]) -> list[str]:
    for one in values:
        if one not in vocabulary.ROLES:
            fail(f"La valeur « {one} » de --role ne convient pas : {', '.join(vocabulary.ROLES)}.", USAGE)
    return values


RolesOption = Annotated[
    list[str], typer.Option("--role", callback=_roles, help=f"À répéter : {', '.join(vocabulary.ROLES)}.")
]


@staff_app.command("add")
def staff_add(
    name: Annotated[str, typer.Argument(metavar="NOM", help="Prénom et nom.")],
    email: Annotated[str, typer.Argument(metavar="COURRIEL", help="Le courriel professionnel.")],
    role: RolesOption,
    phone: Annotated[str | None, typer.Option("--phone", help="Son téléphone professionnel, s’il y en a un.")] = None,
    site: Annotated[str | None, typer.Option("--site", help="Son site, s’il y en a un.")] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="AAAA-MM-JJ", help="Le dernier jour de ces rôles, compris.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ne rien demander.")] = False,
    structure: StructureOption = None,
) -> None:
    """Ajouter une personne, ou un rôle, un téléphone, à une personne déjà là.

    Ce que l’exploitant donne, l’exploitant le confirme.
    """
    with working(structure) as served, in_words():
        place = _site(served, site) if site else None
        holder = next(iter(served.engine.claim_holders("email", [staff.address(email)]).values()), None)
        if holder and not yes:
            _ask_about_namesake(served, holder, name)
        invites = not holder and not served.refs.structure.demonstration
        done = take(
            served,
            {"staff": holder or uuid4()},
            membership.add_member,
            name=name,
            email=email,
            phone=phone,
            site=place,
            roles=tuple(cast(list[Role], role)),
            until=day(until) if until else None,
        )
        named = served.refs.team[holder].name if holder else name
    given = ", ".join(vocabulary.ROLES[one] for one in role)
    console.print(f"{named} : {given if done else 'rien à changer'}")
    if invites:
        console.print(f"Pour se connecter : pixflow account invite {email}")


def _ask_about_namesake(served: ServedStructure, holder: UUID, name: str) -> None:
    """Asks if this person is meant, when the address is a colleague's of another name."""
    colleague = served.refs.team[holder]
    if normalise(colleague.name) == normalise(name):
        return
    held = ", ".join(vocabulary.ROLES[role] for role in sorted(colleague.roles_on(served.today()))) or "sans rôle"
    console.print(f"{colleague.email} est déjà le courriel {typography.de(colleague.name)}, {held}.")
    if typer.prompt(f"Est-ce {name} ? Écrivez « oui » pour ajouter à {colleague.name}", default="non") != YES:
        fail("Rien n'est ajouté : donnez à chacun son courriel.")


@staff_app.command("confirm")
def confirm_command(who: WhoArgument, structure: StructureOption = None) -> None:
    """Confirmer les rôles qui attendent une deuxième personne : l’exploitant en est une."""
    with working(structure) as served, in_words():
        person = member(served, who)
        colleague = served.refs.team[person]
        if not colleague.awaiting:
            console.print(typography.typeset(f"{colleague.name} : aucun rôle n’attend"))
        for role in colleague.awaiting:
            _take(served, person, membership.confirm_role, f"rôle confirmé, {vocabulary.ROLES[role]}", role=role)


@staff_app.command("absence")
def absence_command(
    who: WhoArgument,
    first: Annotated[str, typer.Option(metavar="AAAA-MM-JJ", help="Le premier jour.")],
    last: Annotated[str | None, typer.Option(metavar="AAAA-MM-JJ", help="Le dernier jour, compris.")] = None,
    deputy: Annotated[str | None, typer.Option(help="Le courriel de qui supplée.")] = None,
    cancel: Annotated[bool, typer.Option("--cancel", help="Annuler l’absence qui commence ce jour-là.")] = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="Même si quelqu’un compte sur elle ces jours-là.")] = False,
    structure: StructureOption = None,
) -> None:
    """Déclarer une absence et sa suppléance ; dite à nouveau avec le même premier jour, elle est changée."""
    with working(structure) as served, in_words():
        person = member(served, who)
        begins, colleague = day(first), served.refs.team[person]
        absence = next((one for one in colleague.absences.values() if one.first == begins), None)
        if cancel:
            if absence is None:
                fail(f"{colleague.name} n’a aucune absence qui commence ce jour-là.")
            _take(served, person, absences.cancel_absence, "l’absence est annulée", absence=absence.id)
            return
        begins, ends = in_order(begins, day(last) if last else begins)
        stands_in = member(served, deputy) if deputy else None
        id = absence.id if absence else uuid4()
        said = {"absence": id, "first": begins, "last": ends, "deputy": stands_in, "anyway": anyway}
        days = team.between(begins, ends, year=served.today().year)
        _take(served, person, absences.declare_absence, f"absence {days}", **said)


@staff_app.command("leave")
def leave_command(
    who: WhoArgument,
    last_day: Annotated[str | None, typer.Option(metavar="AAAA-MM-JJ", help="Le dernier jour, compris.")] = None,
    cancel: Annotated[bool, typer.Option("--cancel", help="La personne ne part plus, ou revient.")] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Même si trop peu de gens restent : référents, direction, comptes.")
    ] = False,
    structure: StructureOption = None,
) -> None:
    """Noter un départ : le lendemain, la personne n’entre plus, et ses dossiers sont à confier."""
    if cancel == bool(last_day):
        fail("Dites le dernier jour avec --last-day, ou --cancel.", USAGE)
    with working(structure) as served, in_words():
        person = member(served, who)
        if last_day is None:
            _take(served, person, membership.undo_departure, "le départ est annulé")
        else:
            leaves = day(last_day)
            said = f"dernier jour le {dates.day(leaves, year=True)}"
            _take(served, person, membership.record_departure, said, last_day=leaves, anyway=anyway)


def _take(served: ServedStructure, person: UUID, decide: Decision[..., Any], said: str, **sent: Any) -> None:
    """Executes the operator's decision about a person, and prints its result."""
    done = take(served, {"staff": person}, decide, **sent)
    told = f"{served.refs.team[person].name} : {said if done else 'rien à changer'}"
    console.print(typography.typeset(told))


def _site(served: ServedStructure, named: str) -> str:
    """Returns the site of that name, without regard to accents and case."""
    sites = served.refs.structure.sites
    site_name = next((site for site in sites if normalise(site) == normalise(named)), None)
    if site_name is None:
        fail(f"« {named} » n’est pas un site {typography.de(served.refs.structure.name)}. Sites : {', '.join(sites)}.")
    return site_name
