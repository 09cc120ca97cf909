"""pixflow on the command line: open a structure, bring people and files in, serve, look, rebuild."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, cast
from uuid import UUID, uuid4

import typer
from rich.table import Table

from pixflow import people, presets, staff, structures
from pixflow.absences import deputised
from pixflow.events.values import Role
from pixflow.identity import normalise
from pixflow.people import OPERATOR, Actor
from pixflow.presets import PresetError
from pixflow.refused import Refused
from projections import advisor_queue
from web.demo import EXPORTS
from web.french import dates, words
from web.french import presets as preset_words
from web.french import tasks as task_words
from web.mailing import chosen
from web.settings import PORT, Settings
from web.site import Served, site
from web.terminal import (
    AsOption,
    InFrench,
    JsonOption,
    StructureOption,
    as_json,
    console,
    fail,
    in_words,
    person,
    shown,
    working,
)

app = typer.Typer(
    help="pixflow : le suivi des parcours Pix d'une Mission locale.", cls=InFrench, no_args_is_help=True,
    add_completion=False,
)  # fmt: skip
staff_app = typer.Typer(help="Les personnes qui travaillent dans la structure.", cls=InFrench, no_args_is_help=True)
dossiers_app = typer.Typer(help="Les dossiers des jeunes.", cls=InFrench, no_args_is_help=True)
app.add_typer(staff_app, name="staff")
app.add_typer(dossiers_app, name="dossiers")


@app.command()
def init(
    structure: Annotated[str, typer.Option("--structure", help="Le nom de la Mission locale.")],
    preset: Annotated[str, typer.Option(help="Le protocole de départ : un nom livré, ou un fichier TOML.")],
    data: Annotated[Path | None, typer.Option(help="Où garder les données (sinon PIXFLOW_DATA).")] = None,
    site: Annotated[list[str] | None, typer.Option("--site", help="Un site ; à répéter.")] = None,
    zone: Annotated[str, typer.Option(help="Le fuseau horaire.")] = "Europe/Paris",
    calendar: Annotated[str, typer.Option(help="Le calendrier des jours fériés : FR, FR-57, FR-974…")] = "FR",
) -> None:
    """Ouvrir une structure : son dossier, son protocole et sa grille."""
    try:
        chosen = presets.load(preset)
    except PresetError as error:
        fail(f"Le protocole {preset} ne peut pas servir. {preset_words.sentence(error)}")
    with in_words():
        opened = structures.create(
            data or Settings().data, name=structure, preset=chosen, sites=tuple(site or [structure]), zone=zone,
            calendar=calendar, database=Settings().database(),
        )  # fmt: skip
        opened.engine.close()
    console.print(f"Structure ouverte : [bold]{structure}[/] ({opened.folder})")
    console.print("Ensuite : pixflow staff add NOM COURRIEL --role referent")


@app.command()
def demo(
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Préparer sans servir.")] = False,
    port: Annotated[int, typer.Option(help="Le port, sur 127.0.0.1.")] = PORT,
    data: Annotated[Path | None, typer.Option(help="Le dossier des données (sinon PIXFLOW_DATA).")] = None,
) -> None:
    """Deux Missions locales inventées, des mois de suivi, et les pages pour les essayer."""
    from web import demo as demonstration
    from web.main import run

    folder = data or Settings().data
    with in_words():
        if demonstration.build(folder, structures.utc_now()):
            console.print(f"Démonstration préparée dans {folder}")
        else:
            console.print(f"Démonstration déjà là, dans {folder} (effacez ce dossier pour repartir de zéro)")
        for story in demonstration.STORIES:
            _say_who(folder, demonstration.slug(story))
        if not no_serve:
            run(folder, port=port)


def _say_who(folder: Path, slug: str) -> None:
    with site(folder, demo=True, only=slug) as one:
        served = one.structures[slug]
        name = served.refs.structure.name
        team = [member for member in served.refs.team.values() if member.roles_on(served.today())]
    console.print(f"\n[bold]{name}[/]")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("Rôle", "Qui être", "Où regarder"):
        table.add_column(title)
    for role, look in LOOK.items():
        there = [member.name for member in team if min(member.roles, key=LOOK_ORDER.index) == role]
        if there:
            table.add_row(words.ROLES[role], ", ".join(there), look)
    console.print(table)
    first = next(member for member in team if "advisor" in member.roles)
    console.print(f"Dans le terminal : pixflow queue --as {first.email} --structure {slug}", soft_wrap=True)
    for export in sorted((folder / slug / EXPORTS).glob("*.csv")):
        console.print(f"Un export à importer, page Résultats : {export}", soft_wrap=True)


LOOK = {
    "advisor": "Ma boîte : les jeunes du jour, et pourquoi",
    "referent": "Résultats : à rapprocher, à transmettre",
    "manager": "Ma boîte : ce qui attend depuis longtemps",
    "auditor": "Rejouer : chaque dossier, fait après fait",
    "facilitator": "Ateliers : qui vient, qui était là",
    "administrator": "Protocole et grille (ne lit aucun dossier)",
}
LOOK_ORDER = list(LOOK)


@staff_app.command("add")
def staff_add(
    name: Annotated[str, typer.Argument(help="Prénom et nom.")],
    email: Annotated[str, typer.Argument(help="Le courriel professionnel.")],
    role: Annotated[list[str], typer.Option("--role", help=f"À répéter : {', '.join(words.ROLES)}.")],
    phone: Annotated[str | None, typer.Option("--phone", help="Son téléphone professionnel, s'il y en a un.")] = None,
    site: Annotated[str | None, typer.Option("--site", help="Son site, s'il y en a un.")] = None,
    structure: StructureOption = None,
) -> None:
    """Ajouter une personne, ou un rôle, un téléphone, à une personne déjà là."""
    with working(structure) as served, in_words():
        place = _site(served, site) if site else None
        try:
            known = served.engine.claimed("email", [staff.address(email)])
            done = served.engine.execute(
                {"staff": next(iter(known.values()), uuid4())}, staff.add, by=Actor(OPERATOR), command_id=uuid4(),
                via="cli", name=name, email=email, phone=phone, site=place, roles=tuple(cast(list[Role], role)),
            )  # fmt: skip
        except Refused as refused:
            if refused.code == "unknown-role":
                fail(f"Rôle inconnu : {refused.details['role']}. Rôles : {', '.join(words.ROLES)}.")
            raise
    console.print(
        f"{name} : {', '.join(words.ROLES[r] for r in role)}" if done.recorded else f"{name} : rien à changer"
    )


def _site(served: Served, named: str) -> str:
    """The structure's site of that name, accents and case aside."""
    sites = served.refs.structure.sites
    found = next((site for site in sites if normalise(site) == normalise(named)), None)
    if found is None:
        fail(f"« {named} » n'est pas un site de {served.refs.structure.name}. Sites : {', '.join(sites)}.")
    return found


@app.command()
def queue(as_: AsOption, structure: StructureOption = None, json: JsonOption = False) -> None:
    """Ma boîte, dans le terminal."""
    with working(structure) as served:
        actor, today = person(served, as_), served.today()
        side = served.read()
        with side.database.connect() as connection:
            me, refs = UUID(actor.id), served.refs
            owners = deputised(refs.team, me, today) | {me}
            rows = advisor_queue.page(connection, owners, today, limit=None)
            piles = advisor_queue.piles(connection, people.roles(actor, refs, today), today)
    if json:
        as_json({"tasks": [dict(row._mapping) for row in rows], "piles": piles})
        return
    _print_queue(rows, piles, today, {id: f"pour {refs.team[id].name}" for id in owners - {me}})


def _print_queue(rows: list[Any], piles: list[advisor_queue.Pile], today: date, absent: Mapping[UUID, str]) -> None:
    for pile in piles:
        console.print(f"[bold]{task_words.PILES[pile.kind](pile.count)}[/]")
    if not rows and not piles:
        console.print("Rien à faire pour l'instant.")
    if rows:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for title in ("Jeune", "À faire", "Pourquoi", "Pour le"):
            table.add_column(title)
        for row in rows:
            late = row.due < today
            due = dates.day(row.due, year=row.due.year != today.year)
            said = absent.get(row.doer), task_words.why(row.kind, row.details, row.why_on)
            why = " · ".join(filter(None, said))
            table.add_row(row.name, task_words.VERBS[row.kind], why, f"[red]{due}[/]" if late else due)
        console.print(table)


@app.command()
def rebuild(structure: StructureOption = None) -> None:
    """Refaire les tables de lecture à partir des faits, à côté de celles qui servent."""
    with working(structure) as served:
        name = served.rebuild(shown("Reconstruction"))
        stopped = served.read().stopped()
    console.print(f"Tables refaites : {name}")
    for row in stopped:
        console.print(f"[red]Arrêtée[/] : {row.projection} sur {row.stream} ({row.code}, fait n° {row.position})")


@app.command()
def tick(structure: StructureOption = None) -> None:
    """Ce qui se fait avec le temps : places rendues, dossiers repris, courriels du jour, envois oubliés balayés."""
    settings = Settings()
    with working(structure) as served, in_words():
        done = served.tick(chosen(settings, served.opened.folder, demo=False), settings.pages())
    console.print(f"Envois oubliés effacés : {done.swept} · courriels envoyés : {done.sent}")


@app.command()
def serve(
    demo: Annotated[
        bool, typer.Option("--demo", help="Chacun choisit qui être ; sur cette machine seulement.")
    ] = False,
    port: Annotated[int, typer.Option(help="Le port, sur 127.0.0.1.")] = PORT,
    data: Annotated[Path | None, typer.Option(help="Le dossier des données (sinon PIXFLOW_DATA).")] = None,
) -> None:
    """Servir les pages."""
    from web.main import run

    if not demo:
        fail(
            "Les comptes et les mots de passe ne sont pas encore là : sans eux, n'importe qui lirait les dossiers. "
            "« pixflow serve --demo » sert sur cette machine seulement, et chacun y choisit qui être."
        )
    with in_words():
        run(data or Settings().data, port=port)


from web import (  # noqa: E402 — their commands join the app
    cli_dossiers,  # noqa: F401
    cli_files,  # noqa: F401
    cli_keys,  # noqa: F401
    cli_replay,  # noqa: F401
    cli_rights,  # noqa: F401
    cli_saving,  # noqa: F401
    cli_simulate,  # noqa: F401
    cli_staff,  # noqa: F401
)
