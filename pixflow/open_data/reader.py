"""Reads a file of places, row by row: each is kept, warned of, or refused with its line."""

from collections.abc import Mapping
from datetime import date
from functools import cache, partial
from typing import Any

from pixflow.identity import normalise
from pixflow.open_data import words
from pixflow.open_data.locations import FAR, kilometres, read_commune, read_point
from pixflow.open_data.opening_hours import passes_midnight, week
from pixflow.open_data.place import FileRefused, Kind, Place, PlaceFile, PlaceProblems, Point, RowRefused, Texts, Warned
from pixflow.open_data.rows import ReadWorkbook, Row, rows_of
from pixflow.websites import website

OF_1_0 = frozenset({"dispositif_programmes_nationaux", "courriels", "frais_a_charge", "modalites_acces", "itinerance"})
OF_0_1 = frozenset({"labels_nationaux", "courriel", "conditions_acces", "publics_accueillis"})
OF_ALL = frozenset({"id", "nom", "commune", "code_postal", "code_insee", "adresse", "latitude", "longitude", "source"})
_SIRET_LENGTH = 14
LONGEST, LONGEST_NAME = 5_000, 300
"""Characters of a text and of a name: the others are left out, and told."""


def read(
    data: bytes,
    today: date,
    *,
    mapping: Mapping[str, str] | None = None,
    middles: Mapping[str, Point] | None = None,
    workbook: ReadWorkbook | None = None,
) -> PlaceFile:
    """Reads "lieux de médiation numérique" (1.0, 0.1), data·inclusion v1, or another table through a mapping.

    Never raises on bad content. `mapping` gives headers of the table the names of 1.0.2, which win over a column of the
    same name. `middles` are the middles of
    communes by code, where outlines are known: they tell which points are far away. `workbook` reads XLSX.

    Accepts 32 MB and 50,000 rows.
    """
    problems = PlaceProblems()
    kind: Kind | None = None
    columns: Texts = ()
    try:
        rows = rows_of(data, OF_ALL | OF_1_0 | OF_0_1 | set(mapping or ()), problems, workbook)
        columns = tuple(dict.fromkeys(name for row in rows for name in row.values if name))
        kind = kind_of(frozenset(columns), mapping)
    except FileRefused as refusal:
        return PlaceFile(kind=kind, problems=(refusal.problem, *problems.listed()), columns=columns)
    places, seen = [], set[tuple[str, str]]()
    for row in rows:
        named = {(mapping or {})[name]: value for name, value in row.values.items() if name in (mapping or {})}
        try:
            place = _Reading(Row(row.line, {**row.values, **named}), problems, today, middles or {}).place(kind)
            if place.id and (place.source, place.id) in seen:
                raise RowRefused("id-twice", id=place.id)
        except RowRefused as refused:
            problems.refuse(row.line, refused)
        else:
            seen.add((place.source, place.id))
            places.append(place)
    return PlaceFile(kind=kind, places=tuple(places), problems=problems.listed(), columns=columns)


def kind_of(columns: frozenset[str], mapping: Mapping[str, str] | None = None) -> Kind:
    """Tells the standard by its columns. Raises FileRefused for a table without mapping."""
    if "structure_id" in columns:
        return "data-inclusion-services"
    if "reseaux_porteurs" in columns:
        return "data-inclusion-structures"
    if "pivot" in columns and "nom" in columns:
        return "mednum-0.1" if columns & OF_0_1 and not columns & OF_1_0 else "mednum-1.0"
    if mapping and "nom" in mapping.values():
        return "table"
    raise FileRefused("unknown-columns", columns=", ".join(sorted(columns)))


class _Reading:
    """One row, read."""

    def __init__(self, row: Row, problems: PlaceProblems, today: date, middles: Mapping[str, Point]) -> None:
        self._row, self._problems, self._today, self._middles = row, problems, today, middles
        self._warn = partial(problems.warn, line=row.line)

    def place(self, kind: Kind) -> Place:
        row = self._row
        name = self._text("nom", longest=LONGEST_NAME)
        if not name:
            raise RowRefused("name-missing")
        commune, insee, postal_code = read_commune(row, lambda code, text: self._warn(code, value=text))
        if not row.text("id"):
            self._warn("id-missing")
        siret = row.text("pivot", "siret")
        return Place(
            line=row.line,
            source=row.text("source"),
            id=row.text("id"),
            structure=row.text("structure_id"),
            name=name,
            commune=commune,
            insee=insee,
            postal_code=postal_code,
            address=self._text("adresse"),
            complement=self._text("complement_adresse"),
            point=self._point(insee),
            siret=siret if len(siret) == _SIRET_LENGTH and siret.isdecimal() and int(siret) else None,
            phone=self._text("telephone"),
            website=self._website("site_web", "lien_source"),
            hours=self._hours(),
            summary=self._text("presentation_resume", "description", "presentation_detail"),
            updated=self._updated(),
            email=(*self._items("courriels", "courriel"), "")[0][:LONGEST_NAME],
            **(self._inclusion() if kind.startswith("data-inclusion") else self._mediation()),
        )

    def _mediation(self) -> dict[str, Any]:
        return {
            "kinds": self._items("typologie"),
            **{field: self._words(standard, *columns) for field, (standard, columns) in words.LISTS.items()},
            "itinerant": normalise("|".join(self._items("itinerance"))) == "itinerant",
            "booking": self._website("prise_rdv"),
        }

    def _inclusion(self) -> dict[str, Any]:
        return {
            "kinds": self._words(words.TYPES, "type"),
            "thematics": self._words(words.THEMATICS, "thematiques"),
            "audiences": self._words(words.PUBLICS, "publics"),
            "fees": self._words(words.FEES, "frais"),
            "networks": self._words(words.NETWORKS, "reseaux_porteurs"),
            "access": self._words(words.MOBILISATION, "modes_mobilisation"),
            "support": self._words(words.RECEPTION, "modes_accueil"),
            "booking": self._website("lien_mobilisation"),
        }

    def _text(self, *columns: str, longest: int = LONGEST) -> str:
        text = self._row.text(*columns)
        if len(text) > longest:
            self._warn("text-cut", column=columns[0], limit=longest)
        return text[:longest]

    def _items(self, *columns: str) -> tuple[str, ...]:
        try:
            return tuple(dict.fromkeys(self._row.items(*columns)))
        except ValueError:
            self._warn("list-unreadable", column=columns[0])
            return ()

    def _words(self, standard: tuple[str, ...], *columns: str) -> tuple[str, ...]:
        """Returns the standard's words of a list; a word that is in none is kept as it is, and counted."""
        terms: dict[str, None] = {}
        for item in self._items(*columns):
            standard_words = _index_words(standard).get(normalise(item))
            if not standard_words:
                self._problems.count_unknown(columns[0], item)
            terms |= dict.fromkeys(standard_words or (item,))
        return tuple(terms)

    def _point(self, insee: str | None) -> Point | None:
        point = read_point(self._row.text("latitude"), self._row.text("longitude"))
        if isinstance(point, str):
            self._warn(point)
            return None
        middle = self._middles.get(insee or "")
        if point and middle and kilometres(point, middle) > FAR:
            self._warn("coordinates-far", kilometres=round(kilometres(point, middle)))
            return None
        return point

    def _website(self, *columns: str) -> str:
        url = self._row.text(*columns)
        if url and not _is_website(url):
            self._warn("website-unreadable", column=columns[0])
            return ""
        return url

    def _hours(self) -> str:
        text = self._text("horaires", "horaires_accueil")
        if code := _fault_of_hours(text):
            self._warn(code, value=text)
        return text

    def _updated(self) -> date | None:
        try:
            day = self._row.day("date_maj")
        except ValueError:
            self._warn("date-unreadable", value=self._row.text("date_maj"))
            return None
        if day and day > self._today:
            self._warn("date-future", value=day)
        return day


@cache
def _index_words(standard: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Returns the words of a list and the older ones that stand for some of them, without case and accents."""
    older = {word: new for word, new in words.OLDER.items() if set(new) <= set(standard)}
    return {normalise(word): new for word, new in ({word: (word,) for word in standard} | older).items()}


@cache
def _fault_of_hours(text: str) -> Warned | None:
    """Returns the code of a problem; the same hours stand in many rows."""
    if not text:
        return None
    try:
        spans = week(text)
    except ValueError:
        return "hours-unreadable"
    return "hours-past-midnight" if any(map(passes_midnight, spans)) else None


def _is_website(text: str) -> bool:
    """Tells if a text is a whole address, with its scheme."""
    try:
        return website(text) == text
    except ValueError:
        return False
