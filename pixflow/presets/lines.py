"""Finds the line of a key in a TOML text, which tomllib does not give."""

import re

_HEADER = re.compile(r"\s*(?P<open>\[\[?)\s*(?P<name>[\w.-]+)\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"\s*(?P<name>[\w.-]+)\s*=")
_LAST_STEP = re.compile(r"(?:\.?[^.\[\]]+|\[\d+\])$")


def line_of(text: str, path: str) -> int | None:
    """Returns the line, from 1, of a key such as `grille.bands[1].low`, else of its table, else None.

    The line of a list of tables is that of its first table.
    """
    lines = _lines(text)
    while path and not lines.keys() & {path, f"{path}[0]"}:
        path = _LAST_STEP.sub("", path)
    return lines.get(path, lines.get(f"{path}[0]"))


def _lines(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    table, in_string = "", False
    for number, line in enumerate(text.splitlines(), 1):
        if not in_string and (header := _HEADER.fullmatch(line)):
            table = _table(header["name"].split("."), counts, repeated=header["open"] == "[[")
            found.setdefault(table, number)
        elif not in_string and (key := _KEY.match(line)):
            found.setdefault(f"{table}.{key['name']}".removeprefix("."), number)
        in_string ^= (line.count('"""') + line.count("'''")) % 2 == 1
    return found


def _table(parts: list[str], counts: dict[str, int], *, repeated: bool) -> str:
    """Returns the path of a header. A repeated table in it means the latest of that name."""
    path = ""
    for depth, part in enumerate(parts, 1):
        path = f"{path}.{part}".removeprefix(".")
        if repeated and depth == len(parts):
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            path = f"{path}[{counts[path] - 1}]"
    return path
