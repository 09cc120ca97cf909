"""Commands on every structure of the data folder: one that fails stops no other."""

import logging
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Annotated, TypeVar
from uuid import UUID

import typer
from sqlalchemy.exc import DatabaseError

from pixflow import structure_folder
from pixflow.refused import Refused
from pixflow.store import StoreError
from web.accounts.store import open_accounts
from web.cli.common.terminal import Failed, errors, explained, in_words, marked, no_structure
from web.hosting import account_checks
from web.hosting.settings import Storage

T = TypeVar("T")

OneOption = Annotated[str | None, typer.Option("--structure", help="Cette structure seule, par son dossier.")]


def each(slugs: list[str], run: Callable[[str], T], undone: str) -> tuple[list[T], str | None]:
    """Runs a part of a command for each structure. Returns their answers, and the reasons of those that failed."""
    done: list[T] = []
    reasons: list[str] = []
    for slug in slugs:
        try:
            with in_words():
                check_here(slug)
                done.append(run(slug))
        except BrokenPipeError:
            raise
        except Exception as error:
            if not isinstance(error, Failed):
                logging.getLogger("pixflow").exception("stopped at %s", slug)
            sentence = error.sentence if isinstance(error, Failed) else explained(error)
            errors.print(marked("[bold red]Refusé.[/] {sentence}", sentence=sentence))
            errors.print(marked("[bold]{slug}[/] : {undone}", slug=slug, undone=undone))
            reasons.append(f"{slug} : {sentence}")
    return done, " ".join(reasons) or None


def chosen_slugs(structure: str | None) -> list[str]:
    """Returns the named structure, or every one that something here knows. Some may be gone: opening them says it."""
    with in_words():
        slugs = [*structure_folder.slugs(Storage().data), *only_in_accounts()]
        if not slugs:
            no_structure()
        if structure is not None and structure not in slugs:
            raise Refused("unknown-structure", slug=structure, known=", ".join(slugs))
    return [structure] if structure else slugs


def check_here(slug: str) -> None:
    """Raises SiteRefused("gone") for a structure that accounts alone know: its id stands for its folder."""
    with suppress(ValueError):
        if error := only_in_accounts().get(str(UUID(slug))):
            raise error


def only_in_accounts() -> dict[str, Exception]:
    """Returns the error of each structure that accounts alone know, none when they do not open: `doctor` says that."""
    settings = Storage()
    with suppress(StoreError, DatabaseError, OSError):
        if store := open_accounts(settings.data, settings.database()):
            with closing(store):
                return account_checks.gone_structures(store, settings.data)
    return {}
