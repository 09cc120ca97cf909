"""The free names of former referrals that no partner has yet."""

from typing import Any

from projections.territory import partners, referrals
from web.desk.desk import Desk


def names_to_attach(desk: Desk) -> list[Any]:
    """Returns these names, the most used first."""
    found = referrals.free_names(desk.read)
    known = partners.named(desk.read, [row.sort for row in found])
    return [row for row in found if row.sort and row.sort not in known]
