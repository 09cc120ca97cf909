"""Sources of a restore: a backup, or the records that an earlier restore set aside."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from msgspec import MsgspecError

from pixflow import __version__, structure_folder
from pixflow.backups import STAMP, BackupError, manifest
from pixflow.backups.manifest import EVENTS, Manifest
from pixflow.store import StoreError, replacement
from pixflow.store.durable_files import write_new
from pixflow.store.postgres import copy as postgres_copy
from pixflow.store.postgres.database import Database
from pixflow.store.replacement import ASIDE
from pixflow.store.sqlite import copy as sqlite_copy
from pixflow.structure_folder import Document, OpenStructure

_SCHEMA_STAMP = "%Y%m%dt%H%M%Sz"


def set_aside(opened: OpenStructure) -> list[str]:
    """Returns the folders or schemas that earlier restores moved aside and that still exist.

    An erasure does not reach people who are only there. Deleting the folder or the schema does.
    """
    if opened.database and opened.schema:
        return postgres_copy.asides(opened.database, f"{opened.schema}{ASIDE}")
    return sorted({str(path.parent) for path in (opened.folder / "replaced").glob("*/*.db")})


@contextmanager
def folder_of(data: Path, backup: Path, database: Database | None) -> Iterator[Path]:
    """Yields the folder of a backup. Records of a schema set aside are written to files first."""
    slugs = (slug for slug in structure_folder.slugs(data) if _is_aside(backup.name, slug))
    slug = None if backup.is_dir() or database is None else next(slugs, None)
    if database is None or slug is None:
        yield backup
        return
    with TemporaryDirectory(dir=data / slug, prefix=".aside") as made:
        (Path(made) / EVENTS).touch(mode=0o600)
        postgres_copy.copy_to(database, backup.name, Path(made) / EVENTS)
        at = datetime.strptime(backup.name.rpartition("_")[2], _SCHEMA_STAMP).replace(tzinfo=UTC)
        describe(Path(made) / EVENTS, Path(made) / manifest.FILE, _document(data / slug), slug, at)
        yield Path(made)


def describe(events: Path, path: Path, document: Document, slug: str, at: datetime) -> None:
    """Writes a manifest for records that are set aside, if they can be read: `restore` accepts them then."""
    with suppress(StoreError):
        described = Manifest(
            structure=document.id,
            slug=slug,
            made=at,
            pixflow=__version__,
            store="postgresql" if document.schema else "sqlite",
            holding=sqlite_copy.content_of(events),
            sha256={EVENTS: manifest.digest(events)},
            keys_apart=True,
            demonstration=document.demonstration,
        )
        write_new(path, msgspec.json.format(msgspec.json.encode(described)))


def stamp_of(at: datetime) -> str:
    return f"{at.astimezone(UTC):{STAMP}}"


def _is_aside(name: str, slug: str) -> bool:
    return name.startswith(f"{structure_folder.schema_of(slug)}{ASIDE}")


def _document(folder: Path) -> Document:
    with suppress(OSError, MsgspecError):
        return msgspec.json.decode((folder / replacement.IDENTITY).read_bytes(), type=Document)
    raise BackupError("not-a-backup", path=str(folder))
