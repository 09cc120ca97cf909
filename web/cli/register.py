"""`pixflow register`: check a copy, prove that a checkpoint extends another one, print and change the key."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from pixflow.ledger import verify
from pixflow.ledger.register import Register, RegisterClosed, RegisterDiffers
from pixflow.ledger.verify import Unreadable
from pixflow.structure_folder import OpenStructure
from web.cli.common.french_typer import InFrench
from web.cli.common.terminal import REFUSED, USAGE, StructureOption, console, fail, opening
from web.french import health
from web.french.register import (
    BEGUN,
    DIFFERS,
    LOST,
    NO_REGISTER,
    NOT_EXTENDED,
    NOT_LOST,
    ROTATED,
    TELL,
    TELL_BEGUN,
)  # fmt: skip
from web.hosting.registers import finding_of, proof_since, register_of, witness_of
from web.hosting.settings import Settings

app = typer.Typer()
register_app = typer.Typer(help="Le registre de tous les faits.", cls=InFrench, no_args_is_help=True)
app.add_typer(register_app, name="register")


@contextmanager
def _opening(structure: str | None) -> Iterator[tuple[OpenStructure, Register]]:
    """Yields a structure and its register. Ends in words where there is none, or where it cannot be read."""
    with opening(structure) as opened:
        register = register_of(opened)
        try:
            if not register.epoch:
                fail(LOST if opened.engine.references().structure.register else NO_REGISTER)
            yield opened, register
        except RegisterClosed as error:
            _fail(register, error)


def _fail(register: Register, error: RegisterClosed | RegisterDiffers) -> NoReturn:
    found = finding_of(register, error)
    fail(health.sentence(found.check, found.level, found.details))


@register_app.command("check")
def check(
    copy: Annotated[Path, typer.Argument(metavar="COPIE", help="Le events.db d’une sauvegarde, ou une preuve.")],
    held: Annotated[
        list[str] | None, typer.Argument(metavar="DÉTENU", help="Point de contrôle, preuve, PDF, ligne d’un papier.")
    ] = None,
    key: Annotated[list[str] | None, typer.Option(help="Une clé publique, du registre ou d’un témoin.")] = None,
    register: Annotated[Path | None, typer.Option(help="La base du registre : elle nomme le fait qui diffère.")] = None,
) -> None:
    """Comparer une copie avec ce qui est détenu au-dehors : 1 quand elle a changé, 2 quand elle ne se lit pas."""
    raise typer.Exit(verify.run(copy, held or (), key or (), register))


@register_app.command("prove")
def prove(
    since: Annotated[
        str, typer.Option("--from", help="Ce que vous détenez : message, point de contrôle, PDF, ligne d’un papier.")
    ],
    structure: StructureOption = None,
) -> None:
    """Écrire la preuve que le registre d’aujourd’hui prolonge un point de contrôle : elle ne contient aucune donnée."""
    try:
        held = verify.read_held(since)
    except Unreadable as error:
        fail(f"{since} ne se lit pas : {error}.", USAGE)
    with _opening(structure) as (_, register):
        try:
            console.out(proof_since(register, held), end="", highlight=False)
        except Unreadable as error:
            fail(NOT_EXTENDED.format(why=error), REFUSED)


@register_app.command("key")
def key(structure: StructureOption = None) -> None:
    """Dire la clé publique du registre, et celle du témoin que cette installation est pour d’autres."""
    with _opening(structure) as (opened, register):
        keys = register.known_keys()
        witness = witness_of(Settings(), opened.folder.parent)
    if not keys:
        fail(NO_REGISTER)
    console.print(f"Registre : {keys[-1].key.text}", soft_wrap=True)
    for one in reversed(keys[:-1]):
        console.print(f"Avant elle : {one.key.text}", soft_wrap=True)
    if witness:
        console.print(f"Témoin : {witness.signer.key.text}", soft_wrap=True)


@register_app.command("rotate")
def rotate(structure: StructureOption = None) -> None:
    """Changer la clé qui signe le registre : l’ancienne passe la main, et signe cela avec la nouvelle."""
    with _opening(structure) as (opened, register):
        try:
            key = register.rotate(opened.engine, opened.stream("structure"))
        except RegisterDiffers:
            fail(DIFFERS)
    console.print(ROTATED.format(key=key.text), soft_wrap=True)
    console.print(TELL, soft_wrap=True)


@register_app.command("begin")
def begin(structure: StructureOption = None) -> None:
    """Commencer une autre époque du registre, là où il est perdu, ou ne correspond plus aux faits."""
    with opening(structure) as opened:
        register = register_of(opened)
        try:
            before = register.epoch
            if not (before or opened.engine.references().structure.register):
                fail(NO_REGISTER)
            register.follow(opened.engine, opened.stream("structure"), anew=True)
            epoch, key = register.epoch, register.known_keys()[-1].key
            if epoch == before:
                fail(NOT_LOST)
        except (RegisterClosed, RegisterDiffers) as error:
            _fail(register, error)
    console.print(BEGUN.format(epoch=epoch, key=key.text), soft_wrap=True)
    console.print(TELL_BEGUN, soft_wrap=True)
