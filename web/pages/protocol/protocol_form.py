"""A protocol as one types it: its choices, its numbers, its texts; what stands wrong in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, get_args, get_type_hints

from pixflow.protocol.document import (
    Delays,
    Escalation,
    Modality,
    ProtocolDocument,
    Retention,
    Stage,
    StageText,
    Workshops,
    out_of_range,
)
from web.french import vocabulary

LONGEST = 2_000
PARTS: dict[str, type] = {
    "delays": Delays,
    "escalation": Escalation,
    "workshops": Workshops,
    "retention": Retention,
}
STAGES: tuple[Stage, ...] = get_args(Stage)
TEXTS = ("who", "when", "how")
_CHOICES = ("concerned", "result_route")
_HINTS = get_type_hints(ProtocolDocument)


@dataclass(frozen=True, slots=True)
class ProtocolSheet:
    """The form's values by field: texts, "true" for what is ticked, a tuple for `modalities`."""

    values: Mapping[str, Any]

    def get(self, name: str) -> Any:
        return self.values.get(name, "")

    @property
    def note(self) -> str:
        return str(self.get("note"))


@dataclass(frozen=True, slots=True)
class Read:
    """What a sheet says: the protocol, if it holds, and what is wrong by field."""

    document: ProtocolDocument | None
    errors: Mapping[str, str] = field(default_factory=dict)


def of(document: ProtocolDocument, note: str = "") -> ProtocolSheet:
    """The form that shows this protocol."""
    values: dict[str, Any] = {"name": document.name, "note": note, "tries": str(document.tries)}
    values |= {name: getattr(document, name) for name in (*_CHOICES, "modalities")}
    values |= {"cej_mandatory": "true"} if document.cej_mandatory else {}
    for part, cls in PARTS.items():
        for one in fields(cls):
            value = getattr(getattr(document, part), one.name)
            if value is not False:
                values[f"{part}-{one.name}"] = "true" if value is True else str(value)
    for text in document.stages:
        values |= {f"{text.stage}-{name}": getattr(text, name) for name in TEXTS}
    return ProtocolSheet(values)


def typed(data: Mapping[str, Any]) -> ProtocolSheet:
    """The form as it was sent, every value kept."""
    chosen = data.get("modalities", ())
    texts = {name: _text(value) for name, value in data.items() if isinstance(value, str)}
    return ProtocolSheet({**texts, "modalities": (chosen,) if isinstance(chosen, str) else tuple(chosen)})


def read(sheet: ProtocolSheet) -> Read:
    """The protocol that was typed, or what is wrong, by field."""
    errors = dict(_wrong(sheet))
    if errors:
        return Read(None, errors)
    document = ProtocolDocument(
        name=sheet.get("name"),
        concerned=sheet.get("concerned"),
        cej_mandatory=bool(sheet.get("cej_mandatory")),
        modalities=tuple(one for one in get_args(Modality) if one in sheet.get("modalities")),
        result_route=sheet.get("result_route"),
        tries=int(sheet.get("tries")),
        stages=tuple(_stages(sheet)),
        **{part: cls(**_part(sheet, part)) for part, cls in PARTS.items()},
    )
    for key, found, low, high in out_of_range(document):
        bound = ("greater_than_equal", {"ge": low}) if found < low else ("less_than_equal", {"le": high})
        errors[key.replace(".", "-")] = vocabulary.invalid(*bound)
    return Read(None if errors else document, errors)


def numbers(part: str) -> list[str]:
    """The names of a part's whole numbers."""
    return [one.name for one in fields(PARTS[part]) if one.type is not bool]


def _part(sheet: ProtocolSheet, part: str) -> dict[str, int | bool]:
    ticks = {one.name: bool(sheet.get(f"{part}-{one.name}")) for one in fields(PARTS[part]) if one.type is bool}
    return ticks | {name: int(sheet.get(f"{part}-{name}")) for name in numbers(part)}


def _stages(sheet: ProtocolSheet) -> Iterator[StageText]:
    """The stages of which something is said."""
    for stage in STAGES:
        texts = {name: sheet.get(f"{stage}-{name}") for name in TEXTS}
        if any(texts.values()):
            yield StageText(stage, **texts)


def _wrong(sheet: ProtocolSheet) -> Iterator[tuple[str, str]]:
    missing, off = vocabulary.invalid("missing", {}), vocabulary.invalid("literal_error", {})
    if not sheet.get("name"):
        yield "name", missing
    for name in _CHOICES:
        if sheet.get(name) not in get_args(_HINTS[name]):
            yield name, off
    chosen = sheet.get("modalities")
    if not chosen or set(chosen) - set(get_args(Modality)):
        yield "modalities", vocabulary.invalid("too_short", {"min_length": 1}) if not chosen else off
    for key in ("tries", *(f"{part}-{name}" for part in PARTS for name in numbers(part))):
        if not _whole(sheet.get(key)):
            yield key, vocabulary.invalid("int_parsing", {})
    for key, value in sheet.values.items():
        if len(value) > LONGEST:
            yield key, vocabulary.invalid("string_too_long", {"max_length": LONGEST})


def _whole(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 6


def _text(value: str) -> str:
    return value.replace("\r\n", "\n").strip()
