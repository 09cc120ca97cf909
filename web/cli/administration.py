"""`pixflow init`, `rebuild`, `tick`, `keys rotate`, `mail test`: for whoever runs pixflow."""

from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Annotated
from uuid import uuid4
from zoneinfo import available_timezones

import typer

from pixflow import identity, presets, structure_folder
from pixflow.backups.key_copies import rotate_keys
from pixflow.events.structure import RotationMotive
from pixflow.presets import Preset, PresetError, examples
from pixflow.working_days import CODES
from web.cli.common.french_typer import InFrench
from web.cli.common.structures import OneOption, chosen_slugs, each
from web.cli.common.terminal import (
    REFUSED,
    USAGE,
    StructureOption,
    console,
    errors,
    fail,
    in_words,
    marked,
    open_slug,
    opening,
    show_progress,
    working,
)
from web.desk.names import NoNames
from web.french import health, typography
from web.french.errors import presets as errors_presets
from web.french.errors.refusals import refusal
from web.hosting import mail
from web.hosting.clock_watch import SeenTime
from web.hosting.mail import Late, outbox_for
from web.hosting.served_structure import structure_in_use
from web.hosting.settings import Settings

app = typer.Typer()
UNDONE = "rien n’est fait."

keys_app = typer.Typer(help="Les clés qui scellent les données des personnes.", cls=InFrench, no_args_is_help=True)
app.add_typer(keys_app, name="keys")


@keys_app.command("rotate")
def rotate(
    reason: Annotated[
        RotationMotive, typer.Option("--reason", prompt="Pourquoi", help="Pourquoi : le journal le dit.")
    ],
    structure: StructureOption = None,
) -> None:
    """Changer la clé de la structure : l’ancienne n’ouvre plus rien."""
    with opening(structure) as opened:
        ring = opened.engine.keys.ring
        backups = rotate_keys(opened, reason, uuid4())
    console.print(f"La clé de la structure a changé : {ring.key_path}", soft_wrap=True)
    if backups:
        console.print(f"{typography.plural(backups, 'sauvegarde suit', 'sauvegardes suivent')} la nouvelle clé.")
    console.print("Gardez-en une copie à part, et détruisez celles de l’ancienne.")


def _zone(named: str) -> str:
    if named not in available_timezones():
        fail(refusal("unknown-zone", {"zone": named}, NoNames()), USAGE)
    return named


def _calendar(code: str) -> str:
    if code not in CODES:
        fail(f"{refusal('unknown-calendar', {'calendar': code}, NoNames())} Calendriers : {', '.join(CODES)}.", USAGE)
    return code


def load_preset(named: str) -> Preset:
    """Returns a delivered preset, or that of a TOML file. Exits with code 2 when it cannot serve."""
    try:
        return presets.load(named)
    except PresetError as error:
        fail(f"Le protocole {named} ne peut pas servir. {errors_presets.sentence(error)}", USAGE)


@app.command()
def init(
    structure: Annotated[str, typer.Option("--structure", help="Le nom de la Mission locale.")],
    preset: Annotated[str, typer.Option(help="Le protocole de départ : un nom livré, ou un fichier TOML.")],
    data: Annotated[Path | None, typer.Option(help="Où garder les données (sinon PIXFLOW_DATA).")] = None,
    site: Annotated[list[str] | None, typer.Option("--site", help="Un site ; à répéter.")] = None,
    zone: Annotated[str, typer.Option(callback=_zone, help="Le fuseau horaire.")] = "Europe/Paris",
    calendar: Annotated[
        str, typer.Option(callback=_calendar, help="Le calendrier des jours fériés : FR, FR-57, FR-974…")
    ] = "FR",
    demo: Annotated[
        bool, typer.Option("--demo", help="Pour essayer, sans vraies personnes : « serve --demo » l’ouvre à tous.")
    ] = False,
) -> None:
    """Ouvrir une structure : son dossier, son protocole et sa grille."""
    chosen = load_preset(preset)
    with in_words():
        opened = structure_folder.create(
            data or (Settings().demonstrations() if demo else Settings().data),
            name=structure,
            preset=chosen,
            sites=tuple(site or [structure]),
            zone=zone,
            calendar=calendar,
            demonstration=demo,
            database=Settings().database(),
            resources=examples(),
        )
        opened.engine.close()
    text = "Structure ouverte : [bold]{name}[/] ({folder})"
    console.print(marked(text, name=structure, folder=opened.folder))
    console.print("Ensuite : pixflow staff add NOM COURRIEL --role referent")
    if not demo:
        console.print("Puis, pour que la personne se connecte : pixflow account invite COURRIEL")


@app.command()
def rebuild(structure: OneOption = None) -> None:
    """Refaire les tables de lecture de chaque structure à partir des faits, à côté de celles qui servent."""
    slugs = chosen_slugs(structure)

    def rebuild_one(slug: str) -> None:
        with open_slug(slug) as opened:
            served = structure_in_use(opened)
            with closing(served.reads):
                name = served.rebuild(show_progress("Reconstruction"))
                stopped = served.read().stopped()
        console.print(f"{_title(slug, slugs)}Tables refaites : {name}")
        for row in stopped:
            text = "[red]Arrêtée[/] : {projection} sur {stream} ({code}, fait n° {position})"
            console.print(marked(text, **row._mapping))

    _, failed = each(slugs, rebuild_one, UNDONE)
    raise typer.Exit(REFUSED if failed else 0)


@app.command()
def tick(structure: OneOption = None) -> None:
    """Ce qui se fait avec le temps : places rendues, dossiers repris, courriels du jour, envois oubliés balayés."""
    settings, slugs, late = Settings(), chosen_slugs(structure), Late()
    by_age = cache(SeenTime(settings.data, structure_folder.utc_now).reaches_now)

    def tick_one(slug: str) -> bool:
        with working(slug) as served:
            outbox = outbox_for(settings, served.opened.folder, demo=served.refs.structure.demonstration, late=late)
            done = served.tick(outbox, settings.pages(), by_age=by_age())
        text = f"Envois oubliés effacés : {done.swept} · courriels envoyés : {done.sent}"
        console.print(f"{_title(slug, slugs)}{text}")
        if wrong := done.register:
            said = health.sentence(wrong.check, wrong.level, wrong.details)
            errors.print(
                marked("[bold red]{title}[/] ({slug}) : {said}", title=health.TITLES["register"], slug=slug, said=said)
            )
        return done.register is None

    good, failed = each(slugs, tick_one, UNDONE)
    raise typer.Exit(0 if all(good) and not failed else REFUSED)


def _title(slug: str, slugs: list[str]) -> str:
    return f"{slug} : " if len(slugs) > 1 else ""


# --- e-mails: one to a person, by the way of all the others

mail_app = typer.Typer(help="Les courriels.", cls=InFrench, no_args_is_help=True)
app.add_typer(mail_app, name="mail")

SUBJECT = "Essai de pixflow"
TEXT = "Ce courriel est un essai de « pixflow mail test ». S’il vous arrive, les autres arrivent aussi.\n"
ACCEPTED = "Courriel accepté pour {address}, envoyé par {sender}. S’il n’arrive pas, voyez les indésirables."
WAYS: dict[mail.Way, str] = {
    "login": "chiffré, certificat vérifié, connexion acceptée.",
    "open": "chiffré, certificat vérifié, sans nom ni mot de passe.",
    "local": "sur cette machine, sans chiffrement.",
    "plain": "sans chiffrement, sans nom ni mot de passe : qui écoute le réseau lit les courriels.",
    "plain-login": "sans chiffrement : qui écoute le réseau lit les courriels et le mot de passe.",
}


def _address(typed: str) -> str:
    try:
        return identity.email(typed)
    except ValueError:
        fail(f"« {typed} » n’est pas une adresse de courriel.", USAGE)


@mail_app.command("test")
def test(
    address: Annotated[str, typer.Argument(metavar="COURRIEL", callback=_address, help="Qui reçoit l’essai.")],
) -> None:
    """Envoyer un courriel d’essai, et dire ce que le serveur en a fait."""
    settings = Settings()
    if not settings.smtp:
        fail("Il n’y a pas de serveur de courriels : donnez PIXFLOW_SMTP.")
    host = mail.server_of(settings).hostname
    try:
        mail.smtp_outbox(settings)(mail.Mail(address, SUBJECT, TEXT, f"test-{uuid4()}", structure_folder.utc_now()))
    except OSError as error:
        found = mail.judge_refusal(error, {"host": host, "to": address})
        fail(health.sentence(found.check, "alarm", found.details))
    console.print(f"{host} : {WAYS[mail.way(settings)]}")
    console.print(typography.say(ACCEPTED, sender=settings.sender, address=address))
