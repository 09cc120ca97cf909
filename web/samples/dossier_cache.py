"""Cache of dossiers."""

from collections import OrderedDict
from collections.abc import Iterable
from uuid import UUID

from pixflow.dossier.evolve import evolve
from pixflow.dossier.state import Dossier
from pixflow.engine import Engine
from pixflow.events.base import Recorded
from pixflow.events.dossier import DossierOpened
from pixflow.folding import RETRACTIONS

KEPT = 20_000
"""Most dossiers in the cache; the others are read again from the store."""


class Dossiers:
    """Cache of the dossiers that changed last (LRU), kept current by recorded events."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: OrderedDict[UUID, Dossier] = OrderedDict()

    def of(self, id: UUID) -> Dossier:
        return self.many([id])[id]

    def many(self, ids: Iterable[UUID]) -> dict[UUID, Dossier]:
        wanted = list(ids)
        lost = [id for id in wanted if id not in self._known]
        if lost:
            self._known.update(self._engine.states("dossier", lost))
        for id in wanted:
            self._known.move_to_end(id)
        found = {id: self._known[id] for id in wanted}
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return found

    def hear(self, recorded: Recorded) -> None:
        id = recorded.originator_id
        if isinstance(recorded.event, RETRACTIONS):
            self._known.pop(id, None)
        elif id in self._known or isinstance(recorded.event, DossierOpened):
            self._known[id] = evolve(self._known.get(id, Dossier()), recorded)
