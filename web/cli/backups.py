"""`pixflow backup` and `pixflow restore`."""

import os
from contextlib import closing, suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from pixflow.backups.backup import back_up, keep
from pixflow.events.structure import Motive
from pixflow.restore import restore
from pixflow.structure_folder import OpenStructure
from projections.store import stores
from web.accounts.store import FOLDER, open_accounts
from web.cli.common.french_typer import wrong_settings
from web.cli.common.structures import OneOption, chosen_slugs, each
from web.cli.common.terminal import (
    REFUSED,
    USAGE,
    JsonOption,
    as_json,
    console,
    errors,
    fail,
    in_words,
    marked,
    open_slug,
    show_progress,
)
from web.french import dates, health, typography
from web.french.errors import backups
from web.hosting import account_backups, registers
from web.hosting import health as checks
from web.hosting.read_tables import reads_of
from web.hosting.registers import register_of, try_to_follow
from web.hosting.settings import Storage

app = typer.Typer()

NameOption = Annotated[str | None, typer.Option("--structure", help="Le dossier de la structure, sinon le même.")]


def _backup(path: Path) -> Path:
    """Returns the folder of a backup, or the name of a schema on PostgreSQL."""
    if not os.path.isdir(path) and not Storage().database():
        fail(f"Le dossier {path} n’existe pas.", USAGE)
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
    """Sauvegarder chaque structure, même pendant qu’on y travaille."""
    wrong = wrong_settings()
    for sentence in wrong:
        errors.print(f"{sentence} La sauvegarde se fait sans ce réglage.")
    slugs, undone = chosen_slugs(structure), "rien n’est sauvegardé."
    done, failed = each(slugs, lambda slug: _back_up_one(slug, to, number), undone)
    site, lost = each([] if structure else [FOLDER], lambda _: _back_up_accounts(to, number), undone)
    saved = next(iter(site), None)
    code = REFUSED if wrong or failed or lost or not all(one["whole"] for one in done) else 0
    if json:
        as_json([*done, {"slug": FOLDER, "path": str(saved)}] if saved else done)
        raise typer.Exit(code)
    for report in done:
        events = typography.plural(report["events"], "fait")
        console.print(marked("[bold]{slug}[/] : {events}", slug=report["slug"], events=events), end=" ")
        console.print(f"dans {report['path']}", soft_wrap=True)
    if saved:
        console.print(f"Comptes : dans {saved}", soft_wrap=True)
    if done:
        console.print("Les clés des structures n’y sont pas : gardez-les à part (keys/*.key).")
    raise typer.Exit(code)


def _back_up_accounts(to: Path | None, number: int | None) -> Path | None:
    """Backs the accounts of the site up, if there are any. Returns where."""
    settings = Storage()
    if (store := open_accounts(settings.data, settings.database())) is None:
        return None
    with closing(store):
        made = account_backups.back_up(store, to or settings.data / "backups")
        if number:
            account_backups.keep(store, made.parent, number)
        return made


def _back_up_one(slug: str, to: Path | None, number: int | None) -> dict[str, Any]:
    with open_slug(slug) as opened:
        register = register_of(opened)
        _, wrong = try_to_follow(opened, register, begin=False)
        made = back_up(opened, to, register)
        finding = wrong or checks.run("register", registers.finding, opened, register)
        whole = not made.manifest.damaged and finding.level != "alarm"
        gone = keep(made.path.parent, number, opened.engine.clock()) if number and whole else []
    manifest = made.manifest
    if manifest.damaged:
        errors.print(
            marked("[bold]{slug}[/] : {why}", slug=slug, why=backups.kept_apart(manifest.unopened, manifest.differing))
        )
    elif not whole:
        said = health.sentence(finding.check, finding.level, finding.details)
        errors.print(marked("[bold]{slug}[/] : {why}", slug=slug, why=f"{health.title(finding.check)} : {said}"))
    report = {"slug": slug, "path": str(made.path), "made": manifest.made, "events": manifest.holding.head}
    told = {"unopened": manifest.unopened, "differing": manifest.differing, "whole": whole}
    return {**report, **told, "deleted": len(gone)}


def _rebuild(opened: OpenStructure) -> None:
    with closing(reads_of(opened)) as reads:
        stores.ensure(reads.stores, opened.engine, show_progress("Reconstruction"))


def _tidy(slug: str) -> None:
    """Deletes the read tables of what was replaced. Where it fails, `serve` does it when it starts."""
    with suppress(Exception), open_slug(slug) as opened, closing(reads_of(opened)) as reads:
        stores.tidy(reads.stores)


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
    with in_words():
        settings = Storage()
        done = restore.restore(
            settings.data,
            folder,
            motive=reason,
            slug=structure,
            replace=replace,
            damaged=damaged,
            rebuild=_rebuild,
            register=register_of,
            database=settings.database(),
        )
        _tidy(done.slug)
    if json:
        as_json(done)
        return
    made, events = dates.instant(done.manifest.made, "UTC"), typography.plural(done.manifest.holding.head, "fait")
    text = "[bold]{slug}[/] : {events}, sauvegarde du {made} (UTC)"
    console.print(marked(text, slug=done.slug, events=events, made=made))
    if done.erased:
        console.print(f"{typography.plural(done.erased, 'personne effacée', 'personnes effacées')} à nouveau.")
    for one in done.unopened:
        console.print(f"Ne se lit pas : {backups.phrase_place(one)}")
    if done.differing:
        console.print(f"{backups.differs(done.differing)} : il commence une autre époque, et le dit.")
    if not done.heard:
        console.print(backups.UNHEARD)
    if done.aside:
        console.print(backups.lost(done.lost))
        console.print(f"Ce qui était là : {done.aside}", soft_wrap=True)
        console.print(f"Pour y revenir : pixflow restore {done.aside} --replace --reason mistake", soft_wrap=True)
        console.print(backups.ASIDE)
