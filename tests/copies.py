"""Folders and databases that are made once a process, and copied for each test."""

import atexit
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, TypeVar
from unittest.mock import patch
from urllib.parse import urlsplit

from tests.postgres import become, is_empty
from web.hosting.settings import Settings

T = TypeVar("T")
_MADE: dict[tuple[str, str], tuple[Path, Any]] = {}
"""Folders and what `make` returned, by their name and the URL of their database."""


def is_new(folder: Path) -> bool:
    """Tells if neither a folder nor the database of the settings holds a structure."""
    url = Settings().database_url
    return not (folder.exists() and any(folder.iterdir())) and not (url and not is_empty(url))


def copy_of(name: str, folder: Path, make: Callable[[Path], T]) -> T:
    """Copies what `make` makes into a new folder, and into the new database that the settings name if they do.

    Returns what `make` returned: it is called once for each server of PostgreSQL, and once without.
    """
    url = Settings().database_url
    model = url and urlsplit(url)._replace(path=f"/{name}").geturl()
    if (name, model) not in _MADE:
        _MADE[name, model] = _made(model, make)
    source, told = _MADE[name, model]
    shutil.copytree(source, folder, symlinks=True, dirs_exist_ok=True)
    if url:
        become(url, name)
    return told  # type: ignore[no-any-return]


def _made(url: str, make: Callable[[Path], T]) -> tuple[Path, T]:
    folder = Path(mkdtemp(prefix="pixflow-house-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if url:
        become(url)
    with patch.dict(os.environ, PIXFLOW_DATABASE_URL=url):
        told = make(folder)
        if database := Settings().database():
            database.close()
    return folder, told
