"""Texts that a spreadsheet takes for formulas."""

from unicodedata import normalize

_STARTS = frozenset("=+-@\t\r\n")


def guarded(text: str) -> str:
    """Returns a text that no spreadsheet takes for a formula: one that may be begins with an apostrophe.

    A sign of another width, such as `＝`, begins a formula too. Source: OWASP, CSV Injection.
    """
    return f"'{text}" if normalize("NFKC", text[:1]) in _STARTS else text
