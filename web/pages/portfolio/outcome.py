"""What the import of a portfolio brought: how many, and the way to each dossier."""

from collections.abc import Mapping, Sequence
from typing import Any

from pixflow.portfolio import Outcome
from projections import directory
from projections.directory import Found
from web.desk.desk import Desk
from web.http.pagination import SIZE, Pager
from web.pages.portfolio import choices


def context(desk: Desk, outcome: Outcome, opened: int, corrected: int, where: str) -> dict[str, Any]:
    """Everything portfolio/done.html needs; `opened` and `corrected` are the pages of its lists."""
    people = directory.named(desk.read, {*outcome.opened, *outcome.corrected})
    lists = {
        name: _list(desk, [people[id] for id in ids if id in people], page, where, name, other)
        for name, ids, page, other in (
            ("o", outcome.opened, opened, {"c": str(corrected) if corrected > 1 else ""}),
            ("c", outcome.corrected, corrected, {"o": str(opened) if opened > 1 else ""}),
        )
    }
    return {
        "desk": desk,
        "figures": [
            _figure(len(outcome.opened), "dossier ouvert", "dossiers ouverts"),
            _figure(len(outcome.corrected), "dossier corrigé", "dossiers corrigés"),
            _figure(len(outcome.matched), "résultat rapproché", "résultats rapprochés"),
        ],
        "matched": len(outcome.matched),
        "unassigned": sum(people[id].advisor is None for id in outcome.opened if id in people),
        "lists": lists,
    }


def _list(
    desk: Desk, people: Sequence[Found], page: int, where: str, name: str, other: Mapping[str, str]
) -> tuple[Pager, list[tuple[Found, str]]]:
    pager = Pager.at(len(people), page, where, other, name=name, anchor=f"#{name}")
    return pager, [(one, choices.staff(desk, one.advisor)) for one in people[pager.offset : pager.offset + SIZE]]


def _figure(count: int, one: str, many: str) -> tuple[int, str]:
    return count, one if count < 2 else many
