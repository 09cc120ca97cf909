"""A protocol in a form: its choices, its numbers, its texts, and one error by field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, get_args, get_type_hints

from pixflow.documents.protocol import (
    Delays,
    Escalation,
    Modality,
    ProtocolDocument,
    ReadingLimits,
    Retention,
    Stage,
    StageText,
    Workshops,
    out_of_range,
)
from web.french import privacy, typography, validation
from web.french.events import details
from web.french.protocol import drafts as french
from web.http.forms import every

LONGEST = 2_000
PARTS: dict[str, type] = {
    "escalation": Escalation,
    "workshops": Workshops,
    "retention": Retention,
    "reading": ReadingLimits,
    "delays": Delays,
}
STAGES: tuple[Stage, ...] = get_args(Stage)
_CHOICES = ("concerned", "result_route", "erasure")
_NUMBERS = ("tries", "partner_link")
_HINTS = get_type_hints(ProtocolDocument)


@dataclass(frozen=True, slots=True)
class ProtocolSheet:
    """The values of the form by field: texts, "true" for a ticked box, a tuple for `modalities`."""

    values: Mapping[str, Any]

    def get(self, name: str) -> Any:
        return self.values.get(name, "")

    @property
    def name(self) -> str:
        return str(self.get("name"))

    @property
    def note(self) -> str:
        return str(self.get("note"))


def protocol_sheet(document: ProtocolDocument, note: str = "") -> ProtocolSheet:
    """Returns the form of a protocol."""
    values: dict[str, Any] = {"name": document.name, "note": note}
    values |= {name: str(getattr(document, name)) for name in _NUMBERS}
    values |= {name: getattr(document, name) for name in (*_CHOICES, "modalities")}
    values |= {"cej_mandatory": "true"} if document.cej_mandatory else {}
    for part, cls in PARTS.items():
        for field in fields(cls):
            value = getattr(getattr(document, part), field.name)
            if value is not False:
                values[f"{part}-{field.name}"] = "true" if value is True else str(value)
    for text in document.stages:
        values |= {f"{text.stage}-{name}": getattr(text, name) for name in french.TEXTS}
    return ProtocolSheet(values)


def sheet_from(data: Mapping[str, Any]) -> ProtocolSheet:
    """Returns the form that was sent, with every value."""
    sent = {name: value for name, value in data.items() if isinstance(value, str)}
    texts = {name: value.replace("\r\n", "\n").strip() for name, value in sent.items()}
    return ProtocolSheet({**texts, "modalities": tuple(every(data, "modalities"))})


def parse(sheet: ProtocolSheet) -> tuple[ProtocolDocument | None, Mapping[str, str]]:
    """Returns the protocol, or None, and the errors by field."""
    errors = dict(_wrong(sheet))
    if errors:
        return None, errors
    texts = {stage: {name: sheet.get(f"{stage}-{name}") for name in french.TEXTS} for stage in STAGES}
    document = ProtocolDocument(
        name=sheet.get("name"),
        concerned=sheet.get("concerned"),
        cej_mandatory=bool(sheet.get("cej_mandatory")),
        modalities=tuple(one for one in get_args(Modality) if one in sheet.get("modalities")),
        result_route=sheet.get("result_route"),
        tries=int(sheet.get("tries")),
        partner_link=int(sheet.get("partner_link")),
        erasure=sheet.get("erasure"),
        stages=tuple(StageText(stage, **said) for stage, said in texts.items() if any(said.values())),
        **{part: cls(**_part(sheet, part)) for part, cls in PARTS.items()},
    )
    for key, found, low, high in out_of_range(document):
        bound = ("greater_than_equal", {"ge": low}) if found < low else ("less_than_equal", {"le": high})
        errors[key.replace(".", "-")] = validation.invalid(*bound)
    return (None if errors else document), errors


def numbers(part: str) -> list[str]:
    """Returns the names of the whole numbers of a part."""
    return [one.name for one in fields(PARTS[part]) if one.type is not bool]


FIELDS: dict[str, Any] = {
    "concerned": french.CONCERNED,
    "routes": french.ROUTES,
    "escalation": [(name, french.ESCALATION[name]) for name in numbers("escalation")],
    "workshops": [(name, details.WORKSHOPS[name]) for name in numbers("workshops")],
    "alone": details.WORKSHOPS["alone"],
    "retention": [(name, typography.upper_first(privacy.RULES[name])) for name in numbers("retention")],
    "erasure": list(details.ERASURE_DELAYS.items()),
    "erasure_label": details.ERASURE_DELAY,
    "reading": [(name, details.READING[name]) for name in numbers("reading")],
    "delays": french.delay_rows(),
    "turns": french.TURNS,
    "stages": STAGES,
    "texts": french.TEXTS,
}
"""The labels and the options of the form, in order.

`delays` are the verb of a task and the field of each turn, `turns` their labels.
"""


def _part(sheet: ProtocolSheet, part: str) -> dict[str, int | bool]:
    ticks = {one.name: bool(sheet.get(f"{part}-{one.name}")) for one in fields(PARTS[part]) if one.type is bool}
    return ticks | {name: int(sheet.get(f"{part}-{name}")) for name in numbers(part)}


def _wrong(sheet: ProtocolSheet) -> Iterator[tuple[str, str]]:
    """Yields each field in error, in the order of the page."""
    missing, off = validation.invalid("missing", {}), validation.invalid("literal_error", {})
    if not sheet.get("name"):
        yield "name", missing
    if sheet.get("concerned") not in get_args(_HINTS["concerned"]):
        yield "concerned", off
    chosen = sheet.get("modalities")
    if not chosen or set(chosen) - set(get_args(Modality)):
        yield "modalities", validation.invalid("too_short", {"min_length": 1}) if not chosen else off
    if sheet.get("result_route") not in get_args(_HINTS["result_route"]):
        yield "result_route", off
    for part, keys in {
        "": _NUMBERS,
        **{part: [f"{part}-{name}" for name in _list_fields(part)] for part in PARTS},
    }.items():
        for key in keys:
            text = sheet.get(key)
            if not (text.isascii() and text.isdecimal() and len(text) < 6):
                yield key, validation.invalid("int_parsing", {})
        if part == "retention" and sheet.get("erasure") not in get_args(_HINTS["erasure"]):
            yield "erasure", off
    for key, value in sheet.values.items():
        if len(value) > LONGEST:
            yield key, validation.invalid("string_too_long", {"max_length": LONGEST})


def _list_fields(part: str) -> list[str]:
    """Returns the fields of a part as the page shows them: delays by task, then by turn."""
    if part != "delays":
        return numbers(part)
    return [names[turn] for _, names in french.delay_rows() for turn in french.TURNS if turn in names]
