"""Open one structure: its folder, its keys, its engine.

PIXFLOW_DATA/keys/<slug>.key       the structure's key, outside its folder
PIXFLOW_DATA/<slug>/structure.json its id
PIXFLOW_DATA/<slug>/digest.key     the key of digests, wrapped by the structure's key, never rotated
PIXFLOW_DATA/<slug>/events.db      the event store
PIXFLOW_DATA/<slug>/read/          the read stores, made from the events, never backed up
PIXFLOW_DATA/<slug>/uploads/       exports being previewed
"""

import os
import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4, uuid5

import msgspec
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap

from pixflow.engine import Engine, new_id
from pixflow.identity import normalise
from pixflow.people import OPERATOR, Actor
from pixflow.presets import Preset
from pixflow.publishing import publish_grille, publish_protocol
from pixflow.refused import Refused
from pixflow.structure import open_structure
from pixflow.work import Step

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Opened(msgspec.Struct, frozen=True):
    """A structure in use: its folder, its id, its engine."""

    slug: str
    folder: Path
    id: UUID
    engine: Engine

    def stream(self, name: str) -> UUID:
        """The id of one of the structure's own streams: structure, protocol, grille."""
        return uuid5(self.id, name)


def slug_of(name: str) -> str:
    """The name of a structure's folder."""
    return normalise(name).replace(" ", "-")


def slugs(data: Path) -> list[str]:
    """The structures of a data folder, by name of folder."""
    return sorted(found.parent.name for found in data.glob("*/structure.json"))


def create(
    data: Path,
    *,
    name: str,
    preset: Preset,
    sites: tuple[str, ...],
    zone: str = "Europe/Paris",
    calendar: str = "FR",
    on: date | None = None,
    clock: Clock = utc_now,
) -> Opened:
    """Make the folder and the keys, and record the structure, its protocol and its grid.

    Raises Refused("structure-exists") when the folder holds anything, or a key is left of that name: nothing is
    overwritten.
    """
    slug = slug_of(name)
    if not slug:
        raise Refused("required", field="name")
    folder = data / slug
    if (data / "keys" / f"{slug}.key").exists() or (folder.exists() and any(folder.iterdir())):
        raise Refused("structure-exists", slug=slug)
    for made in (data / "keys", folder, folder / "uploads", folder / "read"):
        made.mkdir(parents=True, exist_ok=True, mode=0o700)
    structure_key = secrets.token_bytes(32)
    _write(data / "keys" / f"{slug}.key", structure_key)
    _write(folder / "digest.key", aes_key_wrap(structure_key, secrets.token_bytes(32)))
    _write(folder / "structure.json", msgspec.json.encode({"id": uuid4()}))
    opened = open_one(data, slug, clock=clock)
    try:
        _publish(opened, name, preset, sites, zone, calendar, on)
    except BaseException:
        opened.engine.close()
        _forget(data, slug)
        raise
    return opened


def open_one(data: Path, slug: str, *, clock: Clock = utc_now) -> Opened:
    """Open a structure of a data folder. Raises Refused("unknown-structure")."""
    folder = data / slug
    if not (folder / "structure.json").exists():
        raise Refused("unknown-structure", slug=slug, known=", ".join(slugs(data)))
    structure_key = (data / "keys" / f"{slug}.key").read_bytes()
    digest_key = aes_key_unwrap(structure_key, (folder / "digest.key").read_bytes())
    document = msgspec.json.decode((folder / "structure.json").read_bytes(), type=dict[str, UUID])
    return Opened(slug, folder, document["id"], Engine(folder, digest_key, clock))


def _publish(
    opened: Opened, name: str, preset: Preset, sites: tuple[str, ...], zone: str, calendar: str, on: date | None
) -> None:
    day = {"on": on} if on else {}
    first = on or opened.engine.today()
    steps = [
        Step(
            {"structure": opened.stream("structure")},
            open_structure,
            {"name": name, "sites": sites, "zone": zone, "calendar": calendar, **day},
        ),
        Step(
            {"protocol": opened.stream("protocol")}, publish_protocol, {"document": preset.protocol, "from_day": first}
        ),
        Step({"grille": opened.stream("grille")}, publish_grille, {"document": preset.grille, "from_day": first}),
    ]
    command_id = new_id(opened.id, "open")
    opened.engine.execute_all(steps, "open", by=Actor(OPERATOR), command_id=command_id, via="cli")


def _write(path: Path, content: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _forget(data: Path, slug: str) -> None:
    """Take back a structure that could not be opened: nothing half-done stays."""
    folder = data / slug
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()
    (data / "keys" / f"{slug}.key").unlink()
