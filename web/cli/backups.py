"""`pixflow backup` and `pixflow restore`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from pixflow import structure_folder
from pixflow.backups import BackupError
from pixflow.backups.backup import back_up, keep
from pixflow.events.structure import Motive
from pixflow.refused import Refused
from pixflow.restore import restore
from pixflow.structure_folder import OpenStructure
from projections.store import stores
from web.accounts.store import FOLDER, open_accounts
from web.cli.terminal import JsonOption, as_json, console, errors, fail, in_words, marked, shown
from web.french import dates, typography
from web.french.errors import backups
from web.hosting import account_backups
from web.hosting.served_structure import reads_of
from web.hosting.settings import Settings

app = typer.Typer()

OneOption = Annotated[str | None, typer.Option("--structure", help="Cette structure seule, par son dossier.")]
NameOption = Annotated[str | None, typer.Option("--structure", help="Le dossier de la structure, sinon le même.")]


def _backup(path: Path) -> Path:
    """Returns the folder of a backup, or the name of a schema on PostgreSQL."""
    if not path.is_dir() and not Settings().database():
        fail(f"Le dossier {path} n'existe pas.")
    return path


BackupArgument = Annotated[
    Path, typer.Argument(metavar="DOSSIER", callback=_backup, help="La sauvegarde, ou ce qui est mis de côté.")
]
Why = Annotated[Motive, typer.Option("--reason", prompt="Pourquoi", help="Pourquoi : le journal le dit.")]


@app.command("backup")
def backup_command(
    to: Annotated[Path | None, typer.Option("--to", help="Où (sinon dans le dossier des données).")] = None,
    number: Annotated[int | None, typer.Option("--keep", min=1, help="Combien en garder, les plus récentes.")] = None,
    structure: OneOption = None,
    json: JsonOption = False,
) -> None:
    """Sauvegarder chaque structure, même pendant qu'on y travaille."""
    slugs = chosen_slugs(structure)
    done = [made for slug in slugs if (made := _back_up_one(slug, to, number))]
    saved = None if structure else _back_up_accounts(to, number)
    if json:
        as_json([*done, {"slug": FOLDER, "path": str(saved)}] if saved else done)
    else:
        for one in done:
            events = typography.plural(one["events"], "fait")
            console.print(marked("[bold]{slug}[/] : {events}", slug=one["slug"], events=events), end=" ")
            console.print(f"dans {one['path']}", soft_wrap=True)
        if saved:
            console.print(f"Comptes : dans {saved}", soft_wrap=True)
        if done:
            console.print("Les clés des structures n'y sont pas : gardez-les à part (keys/*.key).")
    if len(done) < len(slugs) or any(one["unopened"] for one in done):
        raise typer.Exit(1)


def _back_up_accounts(to: Path | None, number: int | None) -> Path | None:
    """Backs the accounts of the site up, if there are any. Returns where."""
    with in_words():
        settings = Settings()
        if (store := open_accounts(settings.data, settings.database())) is None:
            return None
        try:
            made = account_backups.back_up(store, to or settings.data / "backups")
        finally:
            store.close()
        if number:
            account_backups.keep(made.parent, number)
        return made


def _back_up_one(slug: str, to: Path | None, number: int | None) -> dict[str, Any] | None:
    """Returns the backup, or prints why there is none and returns None."""
    try:
        with saving_in_words(), open_slug(slug) as opened:
            made = back_up(opened, to)
            gone = keep(made.path.parent, number) if number else []
    except typer.Exit:
        errors.print(marked("[bold]{slug}[/] : rien n'est sauvegardé.", slug=slug))
        return None
    if made.manifest.unopened:
        errors.print(f"[bold]{slug}[/] : {backups.kept_apart(made.manifest.unopened)}")
    report = {"slug": slug, "path": str(made.path), "made": made.manifest.made, "events": made.manifest.holding.head}
    return {**report, "unopened": made.manifest.unopened, "deleted": len(gone)}


@app.command("restore")
def restore_command(
    folder: BackupArgument,
    reason: Why,
    replace: Annotated[bool, typer.Option("--replace", help="À la place de ce qui est là, mis de côté.")] = False,
    damaged: Annotated[bool, typer.Option("--damaged", help="Même si des faits ne se lisent pas.")] = False,
    structure: NameOption = None,
    json: JsonOption = False,
) -> None:
    """Remettre une sauvegarde en place, sans les personnes effacées depuis."""
    with saving_in_words():
        settings = Settings()
        done = restore.restore(
            settings.data,
            folder,
            motive=reason,
            slug=structure,
            replace=replace,
            damaged=damaged,
            rebuild=_rebuild,
            database=settings.database(),
        )
    if json:
        as_json(done)
        return
    made, events = dates.instant(done.manifest.made, "UTC"), typography.plural(done.manifest.holding.head, "fait")
    text = "[bold]{slug}[/] : {events}, sauvegarde du {made} (UTC)"
    console.print(marked(text, slug=done.slug, events=events, made=made))
    if done.erased:
        console.print(f"{typography.plural(done.erased, 'personne effacée', 'personnes effacées')} à nouveau.")
    for one in done.unopened:
        console.print(f"Ne se lit pas : {backups.unopened(one)}")
    if done.aside:
        console.print(backups.lost(done.lost))
        console.print(f"Ce qui était là : {done.aside}", soft_wrap=True)
        console.print(f"Pour y revenir : pixflow restore {done.aside} --replace --reason mistake", soft_wrap=True)
        console.print(backups.ASIDE)


def _rebuild(opened: OpenStructure) -> None:
    reads = reads_of(opened)
    stores.rebuild(reads.stores, opened.engine, shown("Reconstruction"))


def chosen_slugs(structure: str | None) -> list[str]:
    """Returns every structure of the data folder, or the named one."""
    known = structure_folder.slugs(Settings().data)
    if not known:
        fail(f"Aucune structure dans {Settings().data} : commencez par « pixflow init ».")
    with in_words():
        if structure is not None and structure not in known:
            raise Refused("unknown-structure", slug=structure, known=", ".join(known))
    return [structure] if structure else known


@contextmanager
def open_slug(slug: str) -> Iterator[OpenStructure]:
    """Opens a structure without its read side, and closes it at the end."""
    settings = Settings()
    opened = structure_folder.open_one(settings.data, slug, database=settings.database())
    try:
        yield opened
    finally:
        opened.engine.close()


@contextmanager
def saving_in_words() -> Iterator[None]:
    """Turns known exceptions into a French error message, as `in_words` does, and BackupError too."""
    with in_words():
        try:
            yield
        except BackupError as error:
            fail(backups.sentence(error))
