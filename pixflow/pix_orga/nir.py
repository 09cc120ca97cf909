"""The French social security number, which no file may carry (RELIABILITY.md, Access; Pix Orga forbids it too)."""

import re

_SEPARATORS = str.maketrans("", "", " .-/_\u00a0\u202f")
_NIR = re.compile(
    r"(?<![0-9])[1-478][0-9]{2}(?:0[1-9]|1[0-2]|[2-9][0-9])(?:[0-9]{2}|2[ABab])[0-9]{6}(?:[0-9]{2})?(?![0-9])"
)


def looks_like_nir(text: str) -> bool:
    """True when 13 or 15 characters of `text`, separators aside, have the shape of a NIR; its key is not checked."""
    return len(text) >= 13 and _NIR.search(text.translate(_SEPARATORS)) is not None
