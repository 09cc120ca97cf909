"""A resource of the shared knowledge: a text, its links and files, and the steps where it is shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from pixflow.documents.protocol import Stage

ResourceKind = Literal["kit", "faq", "tuto", "fiche", "model", "link"]
Audience = Literal["team", "young"]

LONGEST_TITLE = 120
LONGEST_BODY = 20_000
LONGEST_LINK = 500
MOST_LINKS = 5
MOST_FILES = 3
LARGEST_FILE = 5 * 1024 * 1024
"""Bytes of one file."""


@dataclass(frozen=True, slots=True)
class FileNote:
    """A file of a resource: its SHA-256 in hexadecimal, its name, its media type, its bytes."""

    digest: str
    name: str
    media: str
    size: int


@dataclass(frozen=True, slots=True)
class ResourceDocument:
    """One whole resource. `body` is Markdown; `links` are addresses that begin with https://.

    It is shown beside the form of the tasks and stages named. Empty `bands`, ranks from 1, and empty `programmes` mean
    all. `young`: the young person may take it away. `example`: it came with pixflow, and no one of the team wrote it.
    """

    title: str
    kind: ResourceKind
    body: str
    links: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    tasks: tuple[str, ...] = ()
    bands: tuple[int, ...] = ()
    programmes: tuple[str, ...] = ()
    audience: Audience = "team"
    files: tuple[FileNote, ...] = ()
    example: bool = False


def too_much(document: ResourceDocument) -> Iterator[tuple[str, int]]:
    """Yields each field that holds too much, and the most that it may hold."""
    links, files = document.links, document.files
    held = (
        ("title", len(document.title), LONGEST_TITLE), ("body", len(document.body), LONGEST_BODY),
        ("links", len(links), MOST_LINKS), ("links", max(map(len, links), default=0), LONGEST_LINK),
        ("files", len(files), MOST_FILES), ("files", max((one.size for one in files), default=0), LARGEST_FILE),
    )  # fmt: skip
    return ((field, most) for field, found, most in held if found > most)


def is_link(text: str) -> bool:
    """Tells if a text is an address that a page may link to: https, a host, and nothing hidden."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    plain = text.isprintable() and " " not in text and parts.username is None
    return plain and parts.scheme == "https" and bool(parts.hostname)
