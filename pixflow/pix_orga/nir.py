"""The French social security number, which no file may carry (RELIABILITY.md, Access; Pix Orga forbids it too)."""

import re

from anyascii import anyascii

SHORTEST = 13
_GAP = r"[\s./_-]{0,2}"
_DIGITS = r"[0-9]"
_MONTH = rf"(?:0{_GAP}[1-9]|1{_GAP}[0-2]|[235-9]{_GAP}{_DIGITS}|4{_GAP}[0-2])"
_BODY = _GAP.join((r"[1-478]", _DIGITS, _DIGITS, _MONTH, _DIGITS, r"[0-9AB]", *[_DIGITS] * 6))
_NIR = re.compile(rf"(?<![0-9]){_BODY}(?:{_GAP}{_DIGITS}{_GAP}{_DIGITS})?(?![0-9])", re.IGNORECASE)


def looks_like_nir(text: str) -> bool:
    """True when 13 or 15 characters of `text`, in one piece or in groups, have the shape of a NIR.

    Its key is not checked: a mistyped number is no less personal. Broader than what the engine refuses, so that
    a file that is read can be recorded.
    """
    plain = text if text.isascii() else anyascii(text)
    return len(plain) >= SHORTEST and _NIR.search(plain) is not None
