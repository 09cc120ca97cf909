"""Folders of a data folder: the structures that it should hold, those that are gone, and what this user cannot read.

pixflow reads and writes all of a data folder, as one user of the machine.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from errno import EACCES
from pathlib import Path
from pwd import getpwuid

from pixflow.identity import normalise
from pixflow.refused import Refused
from pixflow.store import RecordsLost
from pixflow.store.replacement import IDENTITY, ORDER

MANIFEST = "manifest.json"
MOUNTS = Path("/proc/self/mountinfo")
SHARED = frozenset(
    {
        *("afs", "beegfs", "ceph", "cifs", "fuse.ceph-fuse", "fuse.glusterfs", "fuse.s3fs", "fuse.sshfs", "gfs2"),
        *("glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "smb3", "smbfs"),
    }
)
"""Kinds of disks that several machines write to (proc(5), the type of a mount)."""


def slug_of(name: str) -> str:
    """Returns the folder name of a structure."""
    return normalise(name).replace(" ", "-")


def slugs(data: Path) -> list[str]:
    """Returns the structures of a data folder, by folder name: all that a folder, a key or a backup knows.

    One of them may be gone, or closed to this user: `check_there` says it. `backups`, or a folder of it, counts as one
    when it cannot be read, because it may know more. Raises Refused, as `access_in_words`, when the data folder or
    `keys` cannot be read.
    """
    with access_in_words():
        names = {name for name in _names(data) if any(os.path.exists(data / name / one) for one in (IDENTITY, ORDER))}
        names |= {name.removesuffix(".key") for name in _names(data / "keys") if name.endswith(".key")}
    folder = data / "backups"
    try:
        for name in _names(folder):
            held = True  # a folder that cannot be read may hold some
            with suppress(Refused):
                held = bool(backups(folder / name))
            names |= {name} if held else set()
    except PermissionError:
        names.add(folder.name)
    return sorted(name for name in names if slug_of(name) == name)


def check_there(data: Path, slug: str) -> None:
    """Raises Refused: "unknown-structure", "structure-gone" with its last backup here, "structure-gone-unsaved".

    Raises PermissionError when this user may not look.
    """
    folder = data / slug
    names = _names(folder) if slug and slug_of(slug) == slug else ()
    if any(_exists(folder / name) for name in (IDENTITY, ORDER) if name in names):
        return
    if slug not in (known := slugs(data)):
        raise Refused("unknown-structure", slug=slug, known=", ".join(known))
    path = str(folder / IDENTITY if folder.is_dir() else folder)
    if last := last_backup(data, slug):
        raise Refused("structure-gone", slug=slug, path=path, backup=last)
    raise Refused("structure-gone-unsaved", slug=slug, path=path)


def last_backup(data: Path, slug: str) -> str:
    """Returns the path of the backup to restore: the last one, a whole one if there is any. "" when there is none.

    Raises Refused, as `holding`.
    """
    found = backups(data / "backups" / slug)
    return str(max(found, key=lambda one: (not one.name.endswith("-damaged"), one.name), default=""))


def backups(folder: Path) -> list[Path]:
    """Returns the backups in a folder, those that are whole or not. Raises Refused, as `holding`."""
    return [one for one in holding(folder, MANIFEST) if not one.name.startswith(".")]


def holding(folder: Path, file: str) -> list[Path]:
    """Returns the folders in a folder that hold a file. Raises Refused, as `access_in_words`, for one it cannot read.

    A backup that is not seen would keep what an erasure destroys.
    """
    with access_in_words():
        return [folder / name for name in _names(folder) if _exists(folder / name / file)]


def check_access(path: Path) -> None:
    """Raises PermissionError when this user may not read and write a file or a folder that is there."""
    if not os.access(path, os.R_OK | os.W_OK, effective_ids=True) and path.exists():
        raise PermissionError(EACCES, os.strerror(EACCES), str(path))


def check_databases(folder: Path) -> None:
    """Raises PermissionError for a file of SQLite that this user may not read and write: SQLite would not name it."""
    for path in folder.glob("*.db*"):
        check_access(path)


def check_local(folder: Path) -> None:
    """Raises Refused("tables-shared") for a folder, made or not yet, of a disk that several machines write to.

    SQLite shares memory between the processes of one machine, and no lock of it reaches another machine.
    """
    if (kind := _kind_of_disk(folder)) in SHARED:
        raise Refused("tables-shared", path=str(folder), kind=kind)


def databases(folder: Path) -> dict[str, tuple[int, int]]:
    """Returns which files the databases of SQLite are. One that is put in the place of another is a different one."""
    found = {path.name: path.stat() for path in (folder / "events.db", folder / "keys.db") if path.exists()}
    return {name: (file.st_dev, file.st_ino) for name, file in found.items()}


def check_in_place(folder: Path, opened: Mapping[str, tuple[int, int]]) -> None:
    """Raises the refusals of `check_there`, and RecordsLost when the databases are not the files that were opened."""
    with access_in_words():
        check_there(folder.parent, folder.name)
        check_databases(folder)
        if databases(folder) != opened:
            raise RecordsLost("events", f"a database in {folder} is gone, or another file")


@contextmanager
def access_in_words() -> Iterator[None]:
    """Turns PermissionError into Refused: "not-owned", or "other-user" when the folder around is not this user's."""
    try:
        yield
    except PermissionError as error:
        if error.filename is None:
            raise
        raise _not_ours(Path(os.fsdecode(error.filename))) from error


def _kind_of_disk(folder: Path) -> str:
    """Returns the type of the mount of a path, or of the first folder above it that is there; "" when unknown."""
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    device = there.stat().st_dev
    number = f"{os.major(device)}:{os.minor(device)}"
    with suppress(OSError):
        for line in MOUNTS.read_text(errors="replace").splitlines():
            where, _, what = line.partition(" - ")
            if where.split()[2] == number:
                return what.split()[0]
    return ""


def _names(folder: Path) -> list[str]:
    """Returns the names in a folder, none when there is no such folder."""
    try:
        return os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _exists(path: Path) -> bool:
    """Tells if a path leads somewhere. Raises PermissionError when this user may not look."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _not_ours(path: Path) -> Refused:
    """Returns the refusal of the path, or of the first folder above it that this user sees."""
    closed, owner = next((one, id) for one in (path, *path.absolute().parents) if (id := _owner(one)) is not None)
    me = os.geteuid()
    if owner in (0, me) or _owner(closed.absolute().parent) == me:
        return Refused("not-owned", path=str(closed), owner=_name(owner), user=_name(me))
    return Refused("other-user", path=str(closed), owner=_name(owner), user=_name(me))


def _owner(path: Path) -> int | None:
    with suppress(OSError):
        return path.stat().st_uid
    return None


def _name(user: int) -> str:
    with suppress(KeyError):
        return getpwuid(user).pw_name
    return str(user)
