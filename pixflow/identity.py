"""Texts as typed: names, numbers, phones and e-mails in one canonical form, control characters, formulas."""

import re
from functools import lru_cache
from typing import Final, Protocol
from unicodedata import normalize

from anyascii import anyascii

_GAP = r"[\s./_-]{0,2}"
_NIR_GROUPS = (r"[1-478]", r"[0-9]{2}", r"[0-9]{2}", r"[0-9][0-9AB]", r"[0-9]{3}", r"[0-9]{3}")
_NIR_IN_TEXT: Final = re.compile(
    rf"(?<![0-9])(?=({_GAP.join(_NIR_GROUPS)}(?:{_GAP}[0-9]{{2}})?)(?![0-9]))", re.IGNORECASE
)
_NIR: Final = re.compile(
    r"[1-478][0-9]{2}(?P<month>[0-9]{2})(?P<department>[0-9]{2}|2[AB])[0-9]{3}(?P<order>[0-9]{3})(?:[0-9]{2})?"
)
_NIR_LENGTH: Final = 13
_NIR_MONTHS: Final = frozenset((*range(1, 13), 20, *range(30, 43), *range(50, 100)))

REPLACED: Final = "\N{REPLACEMENT CHARACTER}"
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_CONTROL_OR_LINES: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_FORMULA_STARTS: Final = frozenset("=+-@\t\r\n")
_IMILO: Final = re.compile(r"(?=.*[0-9])[0-9A-Z]+(?:-[0-9A-Z]+)*")
_EMAIL: Final = re.compile(r"[^\s@.,;:<>()\"]+(?:\.[^\s@.,;:<>()\"]+)*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_FRENCH_PHONE: Final = re.compile(r"(?:0|(?:\+|00)330?)([1-9][0-9]{8})")
_OVERSEAS_PHONE: Final = re.compile(r"(?:\+|00)((?:262|590|594|596)[0-9]{9})")
_ANY_CODE: Final = re.compile(r"^(?:(?:\+|00)(?:33|262|59[046])|(?:33|262|59[046])(?=0?[1-9][0-9]{8}$))0?")
_OVERSEAS: Final = {
    **dict.fromkeys(("262", "263", "269", "639", "692", "693"), "262"),
    **dict.fromkeys(("590", "690", "691"), "590"),
    **dict.fromkeys(("594", "694"), "594"),
    **dict.fromkeys(("596", "696", "697"), "596"),
}


@lru_cache(64)
def normalise(text: str) -> str:
    """Returns the text without accents, case and punctuation: `"  D'Ornano-Lefèvre "` gives `"d ornano lefevre"`."""
    plain = text if text.isascii() else anyascii(text)
    return " ".join(re.findall(r"[0-9a-z]+", plain.lower()))


class Named(Protocol):
    """Somebody with a name, in two fields."""

    @property
    def last_name(self) -> str: ...
    @property
    def first_name(self) -> str: ...


def list_name(person: Named) -> str:
    """Returns a name as lists write it, in the order in which they are sorted: `"Diallo Aminata"`."""
    return f"{person.last_name} {person.first_name}"


def words(last: str, first: str) -> frozenset[str]:
    """Returns the set of words of a person's names (docs/domain.md#matching)."""
    return frozenset(normalise(f"{last} {first}").split())


def looks_like_nir(text: str) -> bool:
    """Tells if the whole text is a social security number: 13 plausible digits, or 15 with its key.

    The key is not checked: a mistyped number is personal too. Corsica's 2A and 2B, spaces, dots and hyphens are
    understood. Months are those of INSEE (01-12, and 20, 30-42, 50-99 for births without a known month). Source:
    docs/domain.md#nir: the NIR is refused wherever it is typed.
    """
    match = _NIR.fullmatch(re.sub(r"[\s./_-]", "", anyascii(text)).upper())
    if not match or match["department"] == "00" or match["order"] == "000":
        return False
    return int(match["month"]) in _NIR_MONTHS


def contains_nir(text: str) -> bool:
    """Tells if a free text holds a social security number, in one piece or in its usual groups."""
    plain = text if text.isascii() else anyascii(text)
    if len(plain) < _NIR_LENGTH:
        return False
    return any(looks_like_nir(candidate[1]) for candidate in _NIR_IN_TEXT.finditer(plain))


def contains_control(text: str, *, lines: bool = True) -> bool:
    """Tells if a text holds a control character: NUL, an escape, a bell. Tabs and line ends count without `lines`.

    A surrogate counts too: the terminal gives one for each byte that is no UTF-8, and no store takes it.
    """
    return not text.isprintable() and (_CONTROL if lines else _CONTROL_OR_LINES).search(text) is not None


def without_controls(text: str) -> str:
    """Returns the text with U+FFFD, which everybody sees, in the place of each control character."""
    return _CONTROL.sub(REPLACED, text) if contains_control(text) else text


def guarded(text: str) -> str:
    """Returns a text that no spreadsheet takes for a formula: one that may be begins with an apostrophe.

    A sign of another width, such as `＝`, begins a formula too. Source: OWASP, CSV Injection.
    """
    return f"'{text}" if normalize("NFKC", text[:1]) in _FORMULA_STARTS else text


def imilo_number(text: str) -> str:
    """Returns the canonical i-Milo number: no spaces, upper case, leading zeros kept.

    Raises ValueError: "nir" for a social security number, "imilo-number" for anything but digits, letters and
    hyphens, or without a digit.
    """
    if len(text) >= _NIR_LENGTH and looks_like_nir(text):
        raise ValueError("nir")
    number = re.sub(r"\s", "", text).upper()
    if not _IMILO.fullmatch(number):
        raise ValueError("imilo-number")
    return number


def phone(text: str) -> str:
    """Returns a French number as E.164: `"06 12 34 56 78"` gives `"+33612345678"`, `"0692 …"` gives `"+262692…"`.

    Raises ValueError("phone").
    """
    typed = re.sub(r"[\s.()/_-]", "", anyascii(text))
    if overseas := _OVERSEAS_PHONE.fullmatch(typed):
        return f"+{overseas[1]}"
    if not (french := _FRENCH_PHONE.fullmatch(typed)):
        raise ValueError("phone")
    return f"+{_OVERSEAS.get(french[1][:3], '33')}{french[1]}"


def phone_digits(text: str) -> str:
    """Returns the digits of a telephone, or of a part of one, without its code: `"+33 6 12 34"` gives `"061234"`.

    Returns "" for a text with anything else in it.
    """
    typed = re.sub(r"\(0\)|[\s.()/_-]", "", anyascii(text))
    return _ANY_CODE.sub("0", typed, count=1) if re.fullmatch(r"\+?[0-9]+", typed) else ""


def email(text: str) -> str:
    """Returns an e-mail address in lower case, without the spaces around it. Raises ValueError("email")."""
    address = text.strip().lower()
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        raise ValueError("email")
    return address
