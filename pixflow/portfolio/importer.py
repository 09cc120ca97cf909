"""Portfolio files, from bytes to events: prepare, accept, record."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from msgspec import Struct

from pixflow.dossier.state import Dossier
from pixflow.engine import Done, Engine, Step, new_id
from pixflow.events import Recorded
from pixflow.events.dossier import DossierOpened, IdentityCorrected
from pixflow.identity import words
from pixflow.importing.matching import match_all
from pixflow.people import Actor
from pixflow.portfolio.corrections import corrections, opening
from pixflow.portfolio.plan import KnownPerson, Line, Planner, Preview, by_words
from pixflow.portfolio.reader import Portfolio, read
from pixflow.refused import Refused

AGAIN = frozenset({"closed", "taken"})
CHUNK = 1_000


class Prepared(Struct, frozen=True):
    """A portfolio read and compared to the dossiers; no preview when the file is refused."""

    digest: str
    site: str | None
    portfolio: Portfolio
    preview: Preview | None


class Taken(Struct, frozen=True):
    """What was recorded: dossiers opened, dossiers corrected, participations matched to them at once."""

    opened: int = 0
    corrected: int = 0
    matched: int = 0
    repeated: bool = False


class PortfolioImporter:
    """Imports into one structure.

    `people` gives every dossier, `waiting` the participations that wait under an i-Milo number, both up to date.
    """

    def __init__(
        self,
        engine: Engine,
        people: Callable[[], Sequence[KnownPerson]],
        waiting: Callable[[str], Sequence[UUID]],
    ) -> None:
        self.engine = engine
        self.people = people
        self.waiting = waiting

    def prepare(self, data: bytes, name: str, site: str | None = None) -> Prepared:
        """Read a file and say what it would change; records nothing.

        `site` is for new dossiers whose row tells none. Raises Refused("unknown-site").
        """
        if site and site not in self.engine.references().structure.sites:
            raise Refused("unknown-site", field="site")
        portfolio = read(data, name)
        digest = hashlib.sha256(data).hexdigest()
        return Prepared(digest, site, portfolio, None if portfolio.refused else self._preview(portfolio, site))

    def record(
        self, prepared: Prepared, *, by: Actor, command_id: UUID, accept_changes: bool = False, via: str = "web"
    ) -> Taken:
        """Open what is new and, when accepted, correct what changed: one transaction per 1,000 lines of the file.

        Then match what waited for these dossiers. Raises Refused: "portfolio-refused", "not-allowed"; "taken" and
        "closed" when others opened or closed the same dossiers twice meanwhile.
        """
        if prepared.preview is None:
            raise Refused("portfolio-refused")
        preview, done = prepared.preview, []
        last = max((line.said.line for line in preview.lines), default=0)
        for start in range(0, last + 1, CHUNK):
            said = (prepared.digest, prepared.site, accept_changes, start)
            try:
                done.append(self._record(preview, said, by, command_id, via))
            except Refused as refused:
                if refused.code not in AGAIN:
                    raise
                preview = self._preview(prepared.portfolio, prepared.site)
                done.append(self._record(preview, said, by, command_id, via))
        return self._taken(done, command_id)

    def _record(
        self, preview: Preview, said: tuple[str, str | None, bool, int], by: Actor, command_id: UUID, via: str
    ) -> Done:
        *_, accept_changes, start = said
        lines = [line for line in preview.lines if start <= line.said.line < start + CHUNK]
        steps = [step for line in lines for step in _steps(line, command_id, accept_changes)]
        return self.engine.execute_all(steps, said, by=by, command_id=new_id(command_id, f"lines {start}"), via=via)

    def _preview(self, portfolio: Portfolio, site: str | None) -> Preview:
        holders = self.engine.claimed("imilo", [row.imilo_number for row in portfolio.rows if row.imilo_number])
        others = [row for row in portfolio.rows if row.imilo_number not in holders]
        people = by_words(self.people()) if others else {}
        near = {one.stream for row in others for one in people.get(words(row.last_name, row.first_name), ())}
        states: dict[UUID, Dossier] = self.engine.states("dossier", {*holders.values(), *near})
        refs = self.engine.references()
        planner = Planner(
            refs,
            today=refs.calendar.local_day(self.engine.clock()),
            site=site,
            holders=holders,
            states=states,
            people=people,
        )
        return planner.preview(portfolio)

    def _taken(self, done: Sequence[Done], command_id: UUID) -> Taken:
        recorded = [one for each in done for one in each.recorded]
        opened = {one.originator_id for one in recorded if isinstance(one.event, DossierOpened)}
        matched = match_all(
            self.engine,
            {dossier: found for dossier, number in _numbers(recorded) if (found := self.waiting(number))},
            command_id=command_id,
        )
        return Taken(
            opened=len(opened),
            corrected=len({one.originator_id for one in recorded} - opened),
            matched=len(
                {one.originator_id for one in matched.recorded if one.event.TOPIC.startswith("participation.")}
            ),
            repeated=any(each.repeated for each in done),
        )


def _steps(line: Line, command_id: UUID, accept_changes: bool) -> Iterator[Step]:
    said = line.said
    if line.status == "new":
        decide, arguments = opening(said, said.site or "")
        yield Step({"dossier": new_id(command_id, f"line {said.line}")}, decide, context=arguments)
    elif line.status == "changed" and line.dossier and accept_changes:
        for decide, arguments in corrections(said, line.differs):
            yield Step({"dossier": line.dossier}, decide, context=arguments)


def _numbers(recorded: Sequence[Recorded]) -> Iterator[tuple[UUID, str]]:
    """The dossiers opened or whose identity was corrected, with their numbers."""
    for one in recorded:
        if isinstance(one.event, DossierOpened | IdentityCorrected) and one.event.imilo_number:
            yield one.originator_id, one.event.imilo_number
