"""First protocols and grids for new structures, in TOML, and the resources that come with pixflow."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import inspect

from pixflow.documents.grille import KINDS, Band, Grille, GrilleProblem, problems
from pixflow.documents.protocol import ProtocolDocument, Stage, out_of_range
from pixflow.documents.resource import ResourceDocument

_HERE = Path(__file__).parent
_COMPLAINT = re.compile(r"(?P<said>.*?)(?: - at `\$\.?(?P<path>.*)`)?", re.DOTALL)
_TO_CORRECT = {"end": "high", "empty": "proposals", "duplicate-proposal": "proposals"}
_MISSING = re.compile(r"Object missing required field `(.*)`")


@dataclass(frozen=True, slots=True)
class Preset:
    """A structure's first protocol and grid (docs/domain.md#presets)."""

    protocol: ProtocolDocument
    grille: Grille


class PresetError(ValueError):
    """A refused preset. `path` is a key like `grille.bands[1].low`, empty for the whole file; `line` if known.

    Codes: unknown-preset, not-utf8, syntax, unknown-key, missing-key, wrong-type, unknown-value, out-of-range,
    stages, and grille-… for each code of `protocol.grille.problems`. `details` has the values that fail.
    """

    def __init__(self, path: str, line: int | None, code: str, **details: Any) -> None:
        super().__init__(path, line, code, details)
        self.path, self.line, self.code, self.details = path, line, code, details

    def __str__(self) -> str:
        place = ", ".join(part for part in (self.path, f"line {self.line}" if self.line else "") if part)
        said = ", ".join(f"{name} {value}" for name, value in self.details.items())
        return ": ".join(part for part in (place, self.code, said) if part)


def names() -> tuple[str, ...]:
    """Returns the names of the shipped presets, in order."""
    return tuple(sorted(file.stem for file in _HERE.glob("*.toml")))


def load(name_or_path: str | Path) -> Preset:
    """Returns the preset of that name, or of that TOML file. Raises PresetError."""
    name = str(name_or_path)
    path = _HERE / f"{name}.toml" if name in names() else Path(name_or_path)
    try:
        source = path.read_bytes()
    except OSError as error:
        raise PresetError("", None, "unknown-preset", found=name, **_nearest(name, names())) from error
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PresetError("", source[: error.start].count(b"\n") + 1, "not-utf8") from error
    return read(text.replace("\r\n", "\n"))


def read(text: str) -> Preset:
    """Returns the preset of a TOML text. Raises PresetError at the first error."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else len(text.splitlines())
        raise PresetError("", line, "syntax", said=re.sub(r" \(at .*\)$", "", str(error))) from error
    for path, code, details in _faults(raw):
        raise PresetError(path, line_of(text, path), code, **details)
    return msgspec.convert(raw, Preset)


_Fault = tuple[str, str, dict[str, Any]]
"""The path of a key, the code of what is wrong, and its details."""


def _nearest(name: str, choices: Iterable[str]) -> dict[str, str]:
    from rapidfuzz import process  # a preset without a fault does not need it

    best = process.extractOne(name, list(choices), score_cutoff=50)
    return {"nearest": best[0]} if best else {}


def _faults(raw: dict[str, Any]) -> Iterator[_Fault]:
    yield from _find_unknown(raw, inspect.type_info(Preset), "")
    try:
        preset = msgspec.convert(raw, Preset)
    except msgspec.ValidationError as error:
        yield _parse_complaint(str(error))
    else:
        for key, found, low, high in out_of_range(preset.protocol):
            yield f"protocol.{key}", "out-of-range", {"found": found, "low": low, "high": high}
        stages = tuple(text.stage for text in preset.protocol.stages)
        if stages != get_args(Stage):
            yield "protocol.stages", "stages", {"found": stages, "expected": get_args(Stage)}
        yield from _of_grille(preset.grille)


def _find_unknown(raw: object, kind: inspect.Type, path: str) -> Iterator[_Fault]:
    if isinstance(kind, inspect.DataclassType) and isinstance(raw, dict):
        types_by_key = {field.encode_name: field.type for field in kind.fields}
        for key, value in raw.items():
            place = f"{path}.{key}".removeprefix(".")
            if key in types_by_key:
                yield from _find_unknown(value, types_by_key[key], place)
            else:
                yield place, "unknown-key", _nearest(key, types_by_key)
    elif isinstance(kind, inspect.VarTupleType) and isinstance(raw, list):
        for index, value in enumerate(raw):
            yield from _find_unknown(value, kind.item_type, f"{path}[{index}]")
    elif isinstance(kind, inspect.LiteralType) and raw not in kind.values:
        yield path, "unknown-value", {"found": raw, "expected": kind.values}


def _parse_complaint(complaint: str) -> _Fault:
    found = _COMPLAINT.fullmatch(complaint)
    said, path = (found["said"], found["path"] or "") if found else (complaint, "")
    if missing := _MISSING.fullmatch(said):
        return f"{path}.{missing[1]}".removeprefix("."), "missing-key", {}
    return path, "wrong-type", {"said": said}


def _of_grille(grille: Grille) -> Iterator[_Fault]:
    for problem in problems(grille):
        details = {"numbers": problem.numbers, **({"detail": problem.detail} if problem.detail else {})}
        yield _place(grille.bands, problem), f"grille-{problem.code}", details
    for at, band in enumerate(grille.bands):
        for number, proposal in enumerate(band.proposals):
            if proposal.kind not in KINDS:
                path = f"grille.bands[{at}].proposals[{number}].kind"
                yield path, "unknown-value", {"found": proposal.kind, "expected": KINDS}


def _place(bands: tuple[Band, ...], problem: GrilleProblem) -> str:
    """Returns the key to correct: the last band with the numbers of the problem."""
    if not problem.numbers:
        return "grille.bands"
    at = max((index for index, band in enumerate(bands) if _shows(band, problem)), default=0)
    return f"grille.bands[{at}].{_TO_CORRECT.get(problem.code, 'low')}"


def _shows(band: Band, problem: GrilleProblem) -> bool:
    first, last = problem.numbers[0], problem.numbers[-1]
    match problem.code:
        case "end":
            return band.high == first
        case "gap":
            return band.low == last + 1
        case "order":
            return (band.low, band.high) == problem.numbers or band.low == last
        case _:
            return band.low == first


# --- the line of a key in a TOML text, which tomllib does not give

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
    lines_by_path: dict[str, int] = {}
    counts: dict[str, int] = {}
    table, in_string = "", False
    for number, line in enumerate(text.splitlines(), 1):
        if not in_string and (header := _HEADER.fullmatch(line)):
            table = _table(header["name"].split("."), counts, repeated=header["open"] == "[[")
            lines_by_path.setdefault(table, number)
        elif not in_string and (key := _KEY.match(line)):
            lines_by_path.setdefault(f"{table}.{key['name']}".removeprefix("."), number)
        in_string ^= (line.count('"""') + line.count("'''")) % 2 == 1
    return lines_by_path


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


# --- the resources that come with pixflow: short texts in French, drawn from the guide (docs/mission.md)

_RESOURCES = Path(__file__).parent / "resources"
_FENCE = "+++\n"


def examples() -> tuple[ResourceDocument, ...]:
    """Returns the texts, in their order. Each says that it is an example.

    A file has its fields in TOML between two fences, then its body.
    """
    resources = []
    for path in sorted(_RESOURCES.glob("*.md")):
        _, fields, body = path.read_text(encoding="utf-8").split(_FENCE, 2)
        told = {**tomllib.loads(fields), "body": body.strip(), "example": True}
        resources.append(msgspec.convert(told, ResourceDocument))
    return tuple(resources)
