"""Finds the columns of an export by position, because headers repeat and labels are free (docs/pix-orga.md)."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pixflow.events.values import CampaignKind
from pixflow.identity import contains_control
from pixflow.pix_orga.cells import unguard
from pixflow.pix_orga.export import ExportColumn, Problems

ORGANISATION = "Nom de l'organisation"
CAMPAIGN_ID = "ID Campagne"
CODE = "Code"
CAMPAIGN_NAME = "Nom de la campagne"
COURSES = frozenset({"Parcours", "Nom du Profil Cible"})
LAST_NAME = "Nom du Participant"
FIRST_NAME = "Prénom du Participant"
STUDENT_LABELS = frozenset({"Classe", "Groupe", "Numéro Étudiant"})
PROGRESS = "% de progression"
STARTED = ("Date de début", "Date et heure de début")
SHARED = "Partage (O/N)"
SHARED_AT = ("Date du partage", "Date et heure du partage")
PALIER = re.compile(r"Palier obtenu \(/([0-9]{1,3})\)")
BADGE_END = " obtenu (O/N)"
MASTERY = "% maitrise de l'ensemble des acquis du profil"
COMPETENCE = (
    "% de maitrise des acquis de la compétence ",
    "Nombre d'acquis du profil cible dans la compétence ",
    "Acquis maitrisés dans la compétence ",
)
DOMAIN = (
    "% de maitrise des acquis du domaine ",
    "Nombre d'acquis du profil cible du domaine ",
    "Acquis maitrisés du domaine ",
)
SKILL_START = "@"
SENT = "Envoi (O/N)"
SENT_AT = ("Date de l'envoi", "Date et heure de l'envoi")
PIX_TOTAL = "Nombre de pix total"
CERTIFIABLE = "Certifiable (O/N)"
CERTIFIABLE_COMPETENCES = "Nombre de compétences certifiables"
LEVEL = ("Niveau pour la compétence ", "Nombre de pix pour la compétence ")
ENGLISH = frozenset({"Organisation's name", "Campaign ID", "Participant's last name", "Participant's first name"})


class BadHeader(ValueError):
    """The column at `position` (from 0) is missing or is not the `expected` one ("" when several are possible)."""

    def __init__(self, position: int, expected: str) -> None:
        super().__init__(position)
        self.position = position
        self.expected = expected


_LIKE = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "\u00a0": " ", "\u202f": " "})


def tidy(header: str) -> str:
    """Returns the header without its formula guard, composed (NFC)."""
    return unguard(unicodedata.normalize("NFC", header))


def plain(header: str) -> str:
    """Returns the header to compare: tidy, with ASCII apostrophes and spaces, and of the same length."""
    return tidy(header).translate(_LIKE)


def zone_of(header: str, labels: tuple[str, ...]) -> str | None:
    """Returns the zone in parentheses after a date label, "" when absent, None for another header."""
    for label in labels:
        if header == label:
            return ""
        if header.startswith(f"{label} (") and header.endswith(")"):
            return header[len(label) + 2 : -1]
    return None


# --- free columns between names and dates: imported ones, then the external id (docs/pix-orga.md#assessments)


def find_column(headers: tuple[str, ...], header: str) -> int | None:
    """Returns the index of the last free column with a header, None when no column has it."""
    places = [place for place, one in enumerate(headers) if plain(one) == plain(header)]
    return places[-1] if places else None


def guess_external_id(headers: tuple[str, ...], position: int) -> tuple[int | None, tuple[ExportColumn, ...]]:
    """Finds the external id among the free columns: the last one, unless it is a student label.

    Returns its index, None for none. Two or more unknown columns in a row at the end are ambiguous: they are returned
    too. `position` is the first free column's, from 1.
    """
    start, seen = 0, set[str]()
    for place, label in enumerate(map(plain, headers)):
        if label in STUDENT_LABELS and label not in seen:
            seen.add(label)
            start = place + 1
    *others, last = range(start, len(headers)) or (None,)
    if last is None:
        return None, ()
    columns = [ExportColumn(position + place, headers[place], "imported") for place in others if place is not None]
    columns += [ExportColumn(position + last, headers[last], "external-id-candidate")] if columns else []
    return last, tuple(columns)


# --- finds columns by position, because headers repeat and labels are free (docs/pix-orga.md#import-rules)

_KINDS: dict[str, CampaignKind] = {
    MASTERY: "assessment",
    PIX_TOTAL: "profile",
    CERTIFIABLE: "profile",
    CERTIFIABLE_COMPETENCES: "profile",
}


@dataclass(slots=True)
class Ending:
    """Indexes of the columns after the free ones, from `start` on, that both kinds of exports have."""

    start: int
    shared: int
    shared_at: int
    shared_zone: str


T = TypeVar("T", bound=Ending)

_HEAD: tuple[tuple[frozenset[str], bool], ...] = (
    (frozenset({ORGANISATION}), True),
    (frozenset({CAMPAIGN_ID}), True),
    (frozenset({CODE}), False),
    (frozenset({CAMPAIGN_NAME}), True),
    (COURSES, False),
    (frozenset({LAST_NAME}), True),
    (frozenset({FIRST_NAME}), True),
)


@dataclass(frozen=True, slots=True)
class Head:
    """Indexes of the fixed first columns; `end` is the first index after them."""

    campaign_id: int
    code: int | None
    campaign_name: int
    course: int | None
    last_name: int
    first_name: int
    end: int


@dataclass(frozen=True, slots=True)
class Layout(Generic[T]):
    """Every column of an export; `headers` are tidy."""

    headers: tuple[str, ...]
    head: Head
    tail: T

    @property
    def free(self) -> range:
        """The indexes of the free columns."""
        return range(self.head.end, self.tail.start)


def kind_of(header: list[str]) -> CampaignKind | None:
    """Returns the kind of the file, by the last column that only one kind has: an external id may have such a label."""
    return next((_KINDS[cell] for cell in map(plain, reversed(header)) if cell in _KINDS), None)


def read_layout(
    header: list[str], problems: Problems, read_tail: Callable[[tuple[str, ...], tuple[str, ...], int], T]
) -> Layout[T] | None:
    """Finds the columns of an export; `read_tail` reads the last ones. None when a header problem refuses the file."""
    headers = tuple(map(tidy, header))
    flat = tuple(map(plain, header))
    try:
        head = _read_head(flat)
        tail = read_tail(headers, flat, head.end)
    except BadHeader as bad:
        if bad.position < len(headers):
            unknown = headers[bad.position]
            problems.refuse("header-unknown", 1, position=bad.position + 1, header=unknown, expected=bad.expected)
        else:
            problems.refuse("header-missing", 1, header=bad.expected)
        return None
    for column in filter(contains_control, headers):
        problems.refuse("control-character", 1, column=column)
    return Layout(headers, head, tail)


def _read_head(plain: tuple[str, ...]) -> Head:
    positions: list[int | None] = []
    position = 0
    for accepted, required in _HEAD:
        if position < len(plain) and plain[position] in accepted:
            positions.append(position)
            position += 1
        elif required:
            raise BadHeader(position, min(accepted))
        else:
            positions.append(None)
    code, course = positions[2], positions[4]
    name = position - 3 - (course is not None)
    return Head(1, code, name, course, position - 2, position - 1, position)


# --- columns of progress, dates and results, whose number differs by campaign (docs/pix-orga.md#assessments)

Named = tuple[int, str]


@dataclass(slots=True)
class Tail(Ending):
    """Indexes of the last columns. A competence or domain has its name and the first of its three columns."""

    progress: int | None
    started: int
    started_zone: str
    palier: int | None = None
    paliers: int | None = None
    badges: list[Named] = field(default_factory=list)
    mastery: int = 0
    competences: list[Named] = field(default_factory=list)
    domains: list[Named] = field(default_factory=list)
    skills: list[Named] = field(default_factory=list)


def read_tail(tidy: tuple[str, ...], plain: tuple[str, ...], first: int) -> Tail:
    """Reads the last columns of a header whose fixed columns end before `first`. Raises BadHeader."""
    tail = _find_dates(plain, first)
    place = tail.shared_at + 1
    if place < len(plain) and (match := PALIER.fullmatch(plain[place])):
        tail.palier, tail.paliers = place, int(match[1])
        place += 1
    while place < len(plain) and plain[place].endswith(BADGE_END):
        tail.badges.append((place, tidy[place].removesuffix(BADGE_END)))
        place += 1
    if place >= len(plain) or plain[place] != MASTERY:
        raise BadHeader(place, MASTERY)
    tail.mastery = place
    _read_parts(tail, tidy, plain, place + 1)
    return tail


def _find_dates(plain: tuple[str, ...], first: int) -> Tail:
    # The last match: an external id may have any of these labels, and stands before them.
    for place in range(len(plain) - 3, first - 1, -1):
        started = zone_of(plain[place], STARTED)
        shared = zone_of(plain[place + 2], SHARED_AT)
        if started is not None and shared is not None and plain[place + 1] == SHARED:
            progress = place - 1 if place > first and plain[place - 1] == PROGRESS else None
            start = place if progress is None else progress
            return Tail(start, place + 1, place + 2, shared, progress, place, started)
    raise BadHeader(len(plain), SHARED)


def _read_parts(tail: Tail, tidy: tuple[str, ...], plain: tuple[str, ...], place: int) -> None:
    while place < len(plain):
        if _is_block(plain, place, COMPETENCE):
            tail.competences.append((place, tidy[place][len(COMPETENCE[0]) :]))
            place += 3
        elif _is_block(plain, place, DOMAIN):
            tail.domains.append((place, tidy[place][len(DOMAIN[0]) :]))
            place += 3
        elif plain[place].startswith(SKILL_START):
            tail.skills.append((place, tidy[place]))
            place += 1
        else:
            raise BadHeader(place, "")


def _is_block(plain: tuple[str, ...], place: int, starts: tuple[str, str, str]) -> bool:
    cells = plain[place : place + 3]
    if len(cells) < 3 or not all(map(str.startswith, cells, starts)):
        return False
    return len({cell[len(start) :] for cell, start in zip(cells, starts, strict=True)}) == 1


# --- last columns of a profile collection: sending, totals, competences (docs/pix-orga.md#profiles)


@dataclass(slots=True)
class ProfileTail(Ending):
    """Indexes of the last columns. A competence has its name and the first of its two columns."""

    pix: int
    certifiable: int
    certifiable_competences: int
    levels: list[Named] = field(default_factory=list)


def read_profile_tail(tidy: tuple[str, ...], plain: tuple[str, ...], first: int) -> ProfileTail:
    """Reads the last columns of a header whose fixed columns end before `first`. Raises BadHeader."""
    for place in range(len(plain) - 2, first - 1, -1):
        # The last match: an external id may have any of these labels, and stands before them.
        zone = zone_of(plain[place + 1], SENT_AT)
        if plain[place] == SENT and zone is not None:
            break
    else:
        raise BadHeader(len(plain), SENT)
    tail = ProfileTail(place, place, place + 1, zone, place + 2, place + 3, place + 4)
    fixed = (PIX_TOTAL, CERTIFIABLE, CERTIFIABLE_COMPETENCES)
    for position, expected in enumerate(fixed, tail.pix):
        if position >= len(plain) or plain[position] != expected:
            raise BadHeader(position, expected)
    for position in range(tail.certifiable_competences + 1, len(plain), len(LEVEL)):
        level, pix = LEVEL
        name = plain[position].removeprefix(level)
        if name == plain[position]:
            raise BadHeader(position, "")
        if position + 1 >= len(plain) or plain[position + 1] != pix + name:
            raise BadHeader(position + 1, pix + name)
        tail.levels.append((position, tidy[position][len(level) :]))
    return tail
