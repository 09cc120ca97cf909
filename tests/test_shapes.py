"""The shapes of stored events, and what a change of one may not do (CONTRIBUTING.md#add-a-field).

A shape is the JSON schema of a class. Every event stored by the shape before must be read by the next one, and erased.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from msgspec.json import schema_components

from pixflow.events.base import Event, personal_fields
from pixflow.events.catalogue import catalogue

GOLDEN = Path(__file__).parent / "golden"
CATALOGUE = GOLDEN / "catalogue.json"

Shape = dict[str, Any]
Shapes = dict[str, Any]

RULES = {
    "class": "its stored events remain: keep the class",
    "seal": "a class is sealed or clear for ever, else a seal could be stripped: record this in an event beside it",
    "clear": "its stored values stay in clear after an erasure: leave it plain, add a personal field",
    "gone": "its stored values are lost: keep the field, with a default",
    "missing": "the events before lack it: give it a default",
    "default": "the events before would say something else: keep the default",
    "code": "events say it: keep the code; decisions may do without",
    "type": "its stored values have another type: leave the field, add another one",
}
"""The rules that a change may break, each with what to do instead."""


def test_the_shapes_of_today_read_what_those_before_stored() -> None:
    """Nothing else may change the list: CONTRIBUTING.md#add-a-field says what to do instead."""
    found = broken(frozen(), shapes(catalogue()))
    assert not found, "\n".join(found)


def test_the_list_of_shapes_is_frozen() -> None:
    """Changed on purpose: run `python -m tests.test_catalogue`."""
    assert frozen() == shapes(catalogue())


def frozen() -> Shapes:
    return json.loads(CATALOGUE.read_text())  # type: ignore[no-any-return]


def shapes(events: Iterable[type[Event]]) -> Shapes:
    """Returns the shape of each event by its stored name, then those of the values that events carry."""
    listed = list(events)
    references, values = schema_components(listed, ref_template="{name}")
    own = {
        cls.TOPIC: {
            "stage": cls.STAGE,
            "personal": sorted(personal_fields(cls)),
            **_bare(values.pop(reference["$ref"])),
        }
        for cls, reference in zip(listed, references, strict=True)
    }
    return {"events": own, "values": {name: _bare(shape) for name, shape in sorted(values.items())}}


def broken(before: Shapes, after: Shapes) -> list[str]:
    """Returns each place that the events before no longer agree with, the rule that it breaks, and what to do."""
    return [
        f"{place}: {rule}: {RULES[rule]}"
        for topic, shape in before["events"].items()
        for place, rule in _of_event(topic, shape, after["events"].get(topic), (before["values"], after["values"]))
    ]


Broken = Iterator[tuple[str, str]]
Values = tuple[Shapes, Shapes]


def _of_event(topic: str, before: Shape, after: Shape | None, values: Values) -> Broken:
    if after is None:
        yield topic, "class"
        return
    was, personal = set(before["personal"]), set(after["personal"])
    if bool(was) != bool(personal):
        yield topic, "seal"
    else:
        yield from ((f"{topic}.{name}", "clear") for name in sorted((personal - was) & before["properties"].keys()))
    yield from _of_object(topic, before, after, values)


def _of_object(place: str, before: Shape, after: Shape, values: Values) -> Broken:
    there, fields = before["properties"], after["properties"]
    yield from ((f"{place}.{name}", "missing") for name in set(after["required"]) - set(before["required"]))
    for name, one in there.items():
        if name not in fields:
            yield f"{place}.{name}", "gone"
            continue
        if "default" in one and not holds(fields[name].get("default"), one["default"]):
            yield f"{place}.{name}", "default"
        yield from _of_value(f"{place}.{name}", one, fields[name], values)


def _of_value(place: str, before: Shape, after: Shape, values: Values) -> Broken:
    """Compares each alternative of a union with the one that reads it best."""
    found = [_resolved(one, values[1]) for one in after.get("anyOf", [after])]
    for one in before.get("anyOf", [before]):
        old = _resolved(one, values[0])
        yield from min((list(_of_one(place, old, new, values)) for new in found), key=_distance)


def _distance(found: list[tuple[str, str]]) -> tuple[bool, int]:
    return any(rule == "type" for _, rule in found), len(found)


def _of_one(place: str, before: Shape, after: Shape, values: Values) -> Broken:
    if "enum" in before:
        if "enum" in after:
            yield from ((f"{place} {code!r}", "code") for code in before["enum"] if code not in after["enum"])
        elif after != {"type": "string"}:
            yield place, "type"
    elif "properties" in before and "properties" in after:
        yield from _of_object(place, before, after, values)
    elif before.get("type") == after.get("type") == "array":
        pairs = [
            *zip(before.get("prefixItems", ()), after.get("prefixItems", ()), strict=False),
            *([(before["items"], after["items"])] if before.get("items") and after.get("items") else ()),
        ]
        if any(before.get(name) != after.get(name) for name in ("minItems", "maxItems")):
            yield place, "type"
        for one, other in pairs:
            yield from _of_value(f"{place}[]", one, other, values)
    elif before != after:
        yield place, "type"


def _resolved(shape: Shape, values: Shapes) -> Shape:
    found = values[shape["$ref"]] if "$ref" in shape else shape
    return {name: value for name, value in found.items() if name != "default"}


def _bare(shape: Any) -> Any:
    """The shape without titles and docstrings. A field may have one of these names."""
    if isinstance(shape, list | tuple):
        return [_bare(one) for one in shape]
    if not isinstance(shape, dict):
        return shape
    bare = {name: _bare(value) for name, value in shape.items() if name not in ("title", "description", "properties")}
    if "properties" in shape:
        bare["properties"] = {name: _bare(value) for name, value in shape["properties"].items()}
    return bare


def holds(written: Any, example: Any) -> bool:
    """Returns true if the written JSON has every field of the example, with its value."""
    if isinstance(example, dict) and isinstance(written, dict):
        return all(name in written and holds(written[name], value) for name, value in example.items())
    if isinstance(example, list) and isinstance(written, list):
        return len(written) == len(example) and all(map(holds, written, example))
    return bool(written == example)
