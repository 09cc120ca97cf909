"""Values of cells. An unreadable cell is a BadCell with a code, never a guess (docs/pix-orga.md#import-rules)."""

import re
from decimal import Decimal
from functools import lru_cache

from pixflow.pix_orga.problems import Refusal

NOT_SHARED = "NA"
NOT_A_NUMBER = "NaN"
ABSENT = frozenset({"", NOT_SHARED})

_GUARDED = ("'-", "'@", "'=", "'+")
_NUMBER = re.compile(r"-?[0-9]{1,9}(?:[.,][0-9]{1,12})?")
_INTEGER = re.compile(r"-?[0-9]{1,10}")
_LARGEST = 2**31 - 1
_YES_NO = {"Oui": True, "Non": False}
_SKILLS = {"OK": "ok", "KO": "ko", "Non testé": "untested"}


class BadCell(ValueError):
    """The cell does not hold a value of its column."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(code)
        self.code = code


def unguard(text: str) -> str:
    """Removes the apostrophe that Pix Orga puts before `- @ = +`, and no other one."""
    return text[1:] if text.startswith(_GUARDED) else text


@lru_cache(maxsize=1024)
def rate(text: str) -> Decimal:
    """Reads a fraction 0..1, decimal comma or point. Raises BadCell "rate-range" (73, 73 %) or "rate" (no number)."""
    digits = text.removesuffix("%").rstrip()
    if not _NUMBER.fullmatch(digits):
        raise BadCell("rate")
    value = Decimal(digits.replace(",", "."))
    if digits != text or not 0 <= value <= 1:
        raise BadCell("rate-range")
    return value


def integer(text: str) -> int:
    """Reads digits with an optional minus. Raises BadCell "integer", beyond what tables hold too."""
    if not _INTEGER.fullmatch(text) or abs(value := int(text)) > _LARGEST:
        raise BadCell("integer")
    return value


def count(text: str) -> int:
    """Reads an integer of zero or more. Raises BadCell "integer"."""
    value = integer(text)
    if value < 0:
        raise BadCell("integer")
    return value


def yes_no(text: str) -> bool:
    """Reads Oui or Non. Raises BadCell "yes-no"."""
    if text not in _YES_NO:
        raise BadCell("yes-no")
    return _YES_NO[text]


def skill(text: str) -> str:
    """Reads a skill as "ok", "ko" or "untested". Raises BadCell "skill"."""
    if text not in _SKILLS:
        raise BadCell("skill")
    return _SKILLS[text]
