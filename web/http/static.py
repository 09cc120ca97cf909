"""The addresses of static files."""

import hashlib
from functools import cache
from pathlib import Path

HERE = Path(__file__).parents[1]

STATIC = HERE / "static"


@cache
def static_url(path: str) -> str:
    """Returns the address of a static file. It changes with the content, so a browser may cache it for ever."""
    digest = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()
    return f"/static/{path}?v={digest[:12]}"
