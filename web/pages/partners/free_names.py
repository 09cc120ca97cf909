"""The free names that no partner has yet: those of former referrals, and those of the grid."""

from types import SimpleNamespace
from typing import Any

from pixflow.identity import normalise
from projections.territory import partners, referrals
from web.desk.desk import Desk


def names_to_attach(desk: Desk) -> list[Any]:
    """Returns the names of former referrals, the most used first."""
    found = referrals.free_names(desk.read)
    known = partners.named(desk.read, [row.sort for row in found])
    return [row for row in found if row.sort and row.sort not in known]


def names_of_grid(desk: Desk) -> list[Any]:
    """Returns the names of the grid in force, as rows of names that nobody was referred to."""
    bands = desk.refs.grille(desk.today).document.bands
    names = {normalise(one.partner): one.partner for band in bands for one in band.proposals if one.partner}
    known = partners.named(desk.read, sorted(names))
    return [
        SimpleNamespace(sort=sort, name=name, count=0, last=None)
        for sort, name in names.items()
        if sort and sort not in known
    ]
