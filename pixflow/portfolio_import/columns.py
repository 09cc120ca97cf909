"""Fields of the columns: French headers as structures write them, without accents, case and small words."""

from collections.abc import Sequence
from typing import Literal, get_args

from msgspec import Struct

from pixflow.identity import normalise

Field = Literal[
    "imilo_number",
    "last_name",
    "first_name",
    "birth_date",
    "phone",
    "email",
    "site",
    "programme",
    "group",
    "collective_end",
    "advisor",
    "project",
    "commune",
    "programme_end",
]
FIELDS: tuple[Field, ...] = get_args(Field)
Chosen = Sequence[tuple[int, Field | None]]
"""Fields chosen by hand: the position of a column, from 1, and its field; None when it is to be ignored."""

_LITTLE = frozenset({"a", "au", "d", "de", "des", "du", "e", "en", "ere", "l", "la", "le", "les", "un", "une"})
_SAME = {
    "n": "numero", "no": "numero", "num": "numero", "nr": "numero", "tel": "telephone", "portable": "mobile",
    "gsm": "mobile", "courriel": "email", "mail": "email", "mel": "email", "electronique": "email",
    "conseillere": "conseiller", "referente": "referent", "nee": "ne", "naiss": "naissance", "ddn": "date naissance",
    "prenoms": "prenom", "pro": "professionnel", "id": "identifiant",
}  # fmt: skip

# Headers of each field, in order of preference: of several columns, the first non-empty one counts.
_FORMS: dict[Field, tuple[str, ...]] = {
    "imilo_number": (
        "numero dossier imilo", "numero imilo", "identifiant imilo", "dossier imilo", "imilo", "numero dossier",
        "identifiant dossier", "dossier", "numero jeune", "identifiant jeune", "code jeune", "identifiant", "numero",
    ),
    "last_name": (
        "nom", "nom famille", "nom jeune", "nom beneficiaire", "nom usuel", "nom usage", "nom naissance",
    ),
    "first_name": ("prenom", "prenom jeune", "prenom beneficiaire", "prenom usuel", "premier prenom", "1er prenom"),
    "birth_date": ("date naissance", "ne", "naissance", "date naissance jeune"),
    "phone": (
        "telephone mobile", "mobile", "numero mobile", "numero telephone mobile", "telephone", "numero telephone",
        "telephone jeune", "telephone 1", "telephone fixe", "telephone 2",
    ),
    "email": ("email", "adresse email", "email jeune", "adresse email jeune", "email 1"),
    "site": (
        "site", "site rattachement", "site suivi", "site accueil", "antenne", "antenne rattachement", "lieu accueil",
        "lieu suivi", "agence", "permanence",
    ),
    "programme": (
        "programme", "dispositif", "programme cours", "dispositif cours", "dispositif accompagnement", "accompagnement",
        "type accompagnement", "contrat",
    ),
    "group": ("groupe", "groupe cej", "nom groupe", "promotion", "promo", "cohorte", "session"),
    "collective_end": (
        "fin periode collective", "date fin periode collective", "fin collectif", "date fin collectif",
        "fin phase collective", "date fin phase collective",
    ),
    "advisor": (
        "email conseiller", "adresse email conseiller", "email conseiller referent", "email referent",
        "conseiller referent", "conseiller", "nom conseiller", "nom conseiller referent", "conseiller cej",
        "conseiller principal", "conseiller suivi", "referent", "referent unique", "cip",
    ),
    "project": (
        "projet professionnel", "projet", "metier vise", "metier recherche", "metier souhaite", "emploi vise",
        "emploi recherche", "objectif professionnel",
    ),
    "commune": (
        "commune", "ville", "commune residence", "ville residence", "commune domicile", "ville domicile", "localite",
        "code postal", "cp", "code postal residence", "code insee", "code commune", "code postal ville",
        "code postal commune",
    ),
    "programme_end": (
        "fin programme", "date fin programme", "fin dispositif", "date fin dispositif", "fin cej", "date fin cej",
        "fin pacea", "date fin pacea", "fin accompagnement", "date fin accompagnement", "fin contrat",
        "date fin contrat", "date fin",
    ),
}  # fmt: skip
JOINED: frozenset[Field] = frozenset({"commune"})
"""The fields of which every column counts: a commune needs its postal code where several bear its name."""
_FIELD_OF: dict[str, Field] = {form: field for field, forms in _FORMS.items() for form in forms}
_PREFERENCE = {form: place for forms in _FORMS.values() for place, form in enumerate(forms)}


class Column(Struct, frozen=True):
    """One column of the file; `field` is None when it is ignored. `position` counts from 1."""

    position: int
    header: str
    field: Field | None


def canonical(header: str) -> str:
    """Normalises a header: `"N° de dossier i-Milo"` and `"Numéro dossier i-milo"` give `"numero dossier imilo"`."""
    words = normalise(header.replace("°", " ").replace("º", " ")).replace("i milo", "imilo").split()
    return " ".join(_SAME.get(word, word) for word in words if word not in _LITTLE)


def read_columns(headers: Sequence[str], chosen: Chosen = ()) -> tuple[Column, ...]:
    """Returns every column with its field: the one chosen for it, else the one of its header.

    Only one column gives the numbers: another one may just count the rows.
    """
    forms = [canonical(header) for header in headers]
    numbers = [form for form in forms if _FIELD_OF.get(form) == "imilo_number"]
    best = min(numbers, key=_PREFERENCE.__getitem__, default="")
    by_header = (None if form in numbers and form != best else _FIELD_OF.get(form) for form in forms)
    by_hand = dict(chosen)
    return tuple(
        Column(position, header.strip(), by_hand.get(position, field))
        for position, (header, field) in enumerate(zip(headers, by_header, strict=True), 1)
    )


def places(columns: Sequence[Column]) -> dict[Field, list[int]]:
    """Returns the indexes of the columns of each field, the preferred first: those chosen by hand, then by header."""
    indexes_by_field: dict[Field, list[int]] = {}
    for column in sorted(columns, key=_preference):
        if column.field:
            indexes_by_field.setdefault(column.field, []).append(column.position - 1)
    return indexes_by_field


def _preference(column: Column) -> int:
    form = canonical(column.header)
    return _PREFERENCE[form] if _FIELD_OF.get(form) == column.field and form in _PREFERENCE else -1
