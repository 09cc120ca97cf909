"""Memory beside the read tables: texts and searches of pages, shown again while their rows are the same."""

from collections.abc import Callable, Hashable, Sequence
from copy import copy
from threading import Lock
from typing import Any, TypeVar

from pixflow.reference_data import References
from projections import directory
from projections.contract import Change
from projections.store.row_writer import concerns
from projections.territory import contacts, partners, referrals

T = TypeVar("T")
OF_PARTNERS = partners.KINDS | contacts.KINDS | {"catalogue"}


class Kept:
    """Things by all that they were made of. Beyond `most`, the oldest is made again."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: dict[Hashable, Any] = {}
        self._lock = Lock()

    def get(self, key: Hashable) -> Any:
        """Returns what has this key, None when it is to be made. The key names its kind, and all that it shows."""
        return self._made.get(key)

    def put(self, key: Hashable, made: T) -> T:
        with self._lock:
            if len(self._made) >= self._most:
                del self._made[next(iter(self._made))]
            self._made[key] = made
        return made

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Returns what has this key; makes it, unless it is there."""
        known: T | None = self.get(key)
        return self.put(key, make()) if known is None else known


class Memory:
    """The memory of one process beside the tables of one structure.

    `texts` are short, `dossiers` the events of a dossier and its history: both may name people of the team and young
    people, and begin anew when the references change, or somebody is erased. `searches` are found among all young
    people, and begin anew also when one of them changes. `partners` are the offers of partners, who works there, and
    what they answered: they begin anew also when a partner, the catalogue or a referral changes. `counts` depend on all
    rows, and begin anew with each event.
    Whoever read the tables before may still write in the former ones: nobody reads them any more.
    """

    def __init__(self) -> None:
        self.restart(References())

    def restart(self, refs: References) -> None:
        """Begins anew: another process may have written the tables."""
        self.texts, self.dossiers, self.searches, self.counts = Kept(4_000), Kept(150), Kept(2_000), Kept(500)
        self.partners = Kept(300)
        self._refs = refs

    def now(self) -> "Memory":
        """Returns what a page may use that reads the tables from now on."""
        return copy(self)

    def renew(self, now: "Memory") -> None:
        """Goes on with the parts of another one: the page reads the tables again."""
        vars(self).update(vars(now))

    def follow(self, changes: Sequence[Change], refs: References) -> None:
        """Drops what these changes make stale, once the tables show them."""
        self.counts = Kept(500)
        if refs is not self._refs or any(change.forgets for change in changes):
            self.restart(refs)
            return
        if any(change.kind in directory.KINDS and concerns(directory, change) for change in changes):  # type: ignore[arg-type]
            self.searches = Kept(2_000)
        if any(change.kind in OF_PARTNERS or _refers(change) for change in changes):
            self.partners = Kept(300)


def _refers(change: Change) -> bool:
    return change.kind in referrals.KINDS and concerns(referrals, change)  # type: ignore[arg-type]
