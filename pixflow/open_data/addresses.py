"""Finds the commune of a row, and corrects what INSEE's COG is sure of."""

import re
from collections.abc import Callable

from pixflow.open_data.communes import Commune, by_postal_code, communes, find, moved, named
from pixflow.open_data.problems import RowRefused, Warned
from pixflow.open_data.rows import Row

_POSTAL_CODE = re.compile(r"\d{5}")
_ZERO_LOST = re.compile(r"\d{4}")
LONGEST_COMMUNE = 100
"""Characters of the name of a commune."""
Warn = Callable[[Warned, str], None]
"""Takes a code and the text in question."""


def read_commune(row: Row, warn: Warn) -> tuple[str, str | None, str | None]:
    """Returns the commune's name, its code and the postal code. Raises RowRefused without name and postal code."""
    name = row.text("commune")[:LONGEST_COMMUNE]
    postal_code = _postal_code(row.text("code_postal"), warn)
    commune = _of_code(row.text("code_insee"), name, postal_code, warn)
    if not commune and name and postal_code:
        commune = find(name, postal_code)
    if not commune and not name and postal_code:
        commune = by_postal_code(postal_code)
    if not commune and name and not postal_code:
        commune = named(name)
    if not name and not postal_code and not commune:
        raise RowRefused("commune-missing")
    if not commune:
        return name, None, postal_code
    return commune.name, commune.code, _post(commune, postal_code, row.text("code_insee"), warn)


def _postal_code(text: str, warn: Warn) -> str | None:
    if not text or _POSTAL_CODE.fullmatch(text):
        return text or None
    if _ZERO_LOST.fullmatch(text):
        warn("postal-code-zero-lost", text)
        return f"0{text}"
    warn("postal-code-unreadable", text)
    return None


def _of_code(code: str, name: str, postal_code: str | None, warn: Warn) -> Commune | None:
    if not code:
        return None
    code = code.zfill(5)
    if found := communes().get(code):
        return found
    if new := moved().get(code):
        warn("commune-merged", name or code)
        return communes()[new]
    warn("insee-unknown", code)
    return None


def _post(commune: Commune, postal_code: str | None, code: str, warn: Warn) -> str | None:
    """Returns the postal code, but the commune's own where the file has the INSEE code in its place."""
    if postal_code in commune.postal_codes or not commune.postal_codes:
        return postal_code
    if postal_code and postal_code in (commune.code, code):
        warn("postal-code-is-insee", postal_code)
        return commune.postal_codes[0]
    return postal_code or (commune.postal_codes[0] if len(commune.postal_codes) == 1 else None)
