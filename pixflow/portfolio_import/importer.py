"""Imports portfolio files in three steps: prepare, accept, record."""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from pixflow.actor import Actor
from pixflow.dossier.follow_up import open_again
from pixflow.dossier.state import Dossier
from pixflow.engine import CommandResult, Engine, Step, new_id
from pixflow.events.base import Recorded
from pixflow.events.dossier import DossierOpened, DossierReopened, IdentityCorrected
from pixflow.garbage import without_garbage_collection
from pixflow.identity import words
from pixflow.portfolio_import.columns import FIELDS, Chosen, Field
from pixflow.portfolio_import.corrections import corrections, opening
from pixflow.portfolio_import.plan import (
    KnownPerson,
    Planner,
    PortfolioPreview,
    PortfolioRow,
    Way,
    bare_number,
    by_bare_number,
    by_words,
)
from pixflow.portfolio_import.problems import PortfolioProblem
from pixflow.portfolio_import.reader import Portfolio, may_be_chosen, read
from pixflow.reading_process import NotRead, read_apart
from pixflow.refused import Refused
from pixflow.result_import.steps import match_all
from pixflow.structure import map_portfolio
from pixflow.uploads import Uploads
from pixflow.workbooks.records import MAX_BYTES, MAX_ROWS

Accepted = bool | Collection[int]
"""The accepted changes: all, none, or those of these lines."""

AGAIN = frozenset({"closed", "person-erased", "taken"})
CHUNK = 1_000
Reader = Callable[[bytes, int | None, Chosen], Portfolio]
Columns = tuple[tuple[int, Field | None], ...]


def read_in_turn(data: bytes, sheet: int | None = None, chosen: Chosen = ()) -> Portfolio:
    """Reads a portfolio file as `read` does, after the files before it. Never raises on bad content."""
    if len(data) > MAX_BYTES:
        return read(data)  # it looks at its size alone
    try:
        return read_apart(Portfolio, read, data, sheet, chosen)
    except NotRead as refused:
        return Portfolio(problems=(PortfolioProblem("refused", refused.code),))


class Asked(Struct, frozen=True):
    """Choices for a file.

    `site` applies to new dossiers whose row has none, `sheet` is the position of a workbook's sheet, `columns` are the
    fields of columns, `doubts` say what becomes of doubtful rows, by line. `remembered`: the columns are those of an
    earlier file with these titles.
    """

    site: str | None = None
    sheet: int | None = None
    columns: Columns = ()
    doubts: Mapping[int, Way] = {}
    remembered: bool = False


class PreparedPortfolio(Struct, frozen=True):
    """A portfolio compared with the dossiers, as it was `asked`. No preview when the file is refused."""

    digest: str
    asked: Asked
    portfolio: Portfolio
    preview: PortfolioPreview | None


class RecordedCounts(Struct, frozen=True):
    """Numbers of dossiers opened, dossiers corrected and participations matched to them."""

    opened: int = 0
    corrected: int = 0
    matched: int = 0
    repeated: bool = False


class PortfolioOutcome(Struct, frozen=True):
    """The dossiers opened and corrected, in the order of the file, and the participations matched."""

    opened: tuple[UUID, ...] = ()
    corrected: tuple[UUID, ...] = ()
    matched: tuple[UUID, ...] = ()


class KeptReadings:
    """Reads an upload once for each sheet and choice of columns: its next previews find what was read.

    Stores no reading of a refused file, unless its sheet or its columns may be chosen.
    """

    def __init__(self, uploads: Uploads, token: str) -> None:
        self._uploads, self._token = uploads, token

    def has_reading(self) -> bool:
        """Tells if the file was uploaded as a portfolio."""
        return self._uploads.reading(self._token, _part(None, ())) is not None

    def __call__(self, data: bytes, sheet: int | None, chosen: Chosen) -> Portfolio:
        return self._read_once(sheet, chosen, lambda: read_in_turn(data, sheet, chosen))

    def keep(self, portfolio: Portfolio) -> None:
        """Stores the first reading of the file."""
        self._read_once(None, (), lambda: portfolio)

    def _read_once(self, sheet: int | None, chosen: Chosen, read: Callable[[], Portfolio]) -> Portfolio:
        return self._uploads.read_once(
            self._token, _part(sheet, chosen), Portfolio, read, lambda one: not one.refused or may_be_chosen(one)
        )


def _part(sheet: int | None, chosen: Chosen) -> str:
    columns = "".join(f" {position}:{field or ''}" for position, field in chosen)
    return f"sheet {sheet or 0}{columns}"


class PortfolioImporter:
    """Imports into one structure.

    `structure` is its stream. `people` returns every dossier, `waiting` the participations that wait for these i-Milo
    numbers, both up to date.
    """

    def __init__(
        self,
        engine: Engine,
        structure: UUID,
        people: Callable[[], Sequence[KnownPerson]],
        waiting: Callable[[Sequence[str]], Mapping[str, Sequence[UUID]]],
    ) -> None:
        self.engine = engine
        self.structure = structure
        self.people = people
        self.waiting = waiting

    @without_garbage_collection()
    def prepare(
        self,
        data: bytes,
        site: str | None = None,
        sheet: int | None = None,
        reader: Reader = read_in_turn,
        columns: Chosen | None = None,
        doubts: Mapping[int, Way] = {},
    ) -> PreparedPortfolio:
        """Reads a file and returns the changes it would make. Records nothing. The others are those of Asked.

        Without `columns`, those of the last file with the same titles count. Raises Refused("unknown-site").
        """
        if site and site not in self.engine.references().structure.sites:
            raise Refused("unknown-site", field="site")
        portfolio = reader(data, sheet, tuple(columns or ()))
        earlier_columns = self._remembered(portfolio) if columns is None else ()
        if earlier_columns:
            portfolio = reader(data, sheet, earlier_columns)
        asked = Asked(site, sheet, earlier_columns or tuple(columns or ()), dict(doubts), bool(earlier_columns))
        preview = None if portfolio.refused else self._preview(portfolio, asked)
        return PreparedPortfolio(hashlib.sha256(data).hexdigest(), asked, portfolio, preview)

    @without_garbage_collection()
    def record(
        self,
        prepared: PreparedPortfolio,
        *,
        by: Actor,
        command_id: UUID,
        accept_changes: Accepted = False,
        via: str = "web",
    ) -> RecordedCounts:
        """Opens new dossiers and corrects accepted changes, in one transaction per 1,000 rows.

        Then matches the participations that waited for them. Raises Refused: "portfolio-refused", "not-allowed";
        "taken", "closed" and "person-erased" when others opened, closed or erased the same dossiers twice meanwhile.
        """
        if prepared.preview is None:
            raise Refused("portfolio-refused")
        preview, done = prepared.preview, []
        for start in range(0, len(preview.lines), CHUNK):
            try:
                done.append(self._record(prepared, preview, start, accept_changes, by, command_id, via))
            except Refused as refused:
                if refused.code not in AGAIN:
                    raise
                preview = self._preview(prepared.portfolio, prepared.asked)
                done.append(self._record(prepared, preview, start, accept_changes, by, command_id, via))
        recorded = [one for each in done for one in each.recorded]
        matched = match_all(self.engine, self._find_waiting(recorded), command_id=command_id)
        outcome = _outcome(recorded, matched.recorded)
        repeated = any(each.repeated for each in done)
        return RecordedCounts(len(outcome.opened), len(outcome.corrected), len(outcome.matched), repeated)

    def outcome(self, command_id: UUID) -> PortfolioOutcome:
        """Returns the outcome of an import, whoever sent it; nothing for an unknown command."""
        return _outcome(self.list_events(command_id), self.engine.events_of_command(new_id(command_id, "match")))

    def list_events(self, command_id: UUID) -> list[Recorded]:
        """Returns the events of an import, but for the matches that followed."""
        chunks = (new_id(command_id, _chunk(start)) for start in range(0, MAX_ROWS, CHUNK))
        return [one for chunk in chunks for one in self.engine.events_of_command(chunk)]

    def _remembered(self, portfolio: Portfolio) -> Columns:
        """Returns the fields chosen for the columns of the last file with the titles of this one."""
        columns = self.engine.references().structure.portfolios.get(header_of(portfolio), ())
        known: dict[str, Field] = {field: field for field in FIELDS}
        return tuple((position, known.get(field)) for position, field in columns)

    def _find_waiting(self, recorded: Sequence[Recorded]) -> dict[UUID, Sequence[UUID]]:
        """Returns the participations that wait for dossiers opened or with a corrected identity."""
        numbers = {
            one.originator_id: one.event.imilo_number
            for one in recorded
            if isinstance(one.event, DossierOpened | IdentityCorrected) and one.event.imilo_number
        }
        found = self.waiting(list(numbers.values())) if numbers else {}
        return {dossier: found[number] for dossier, number in numbers.items() if number in found}

    def _record(
        self,
        prepared: PreparedPortfolio,
        preview: PortfolioPreview,
        start: int,
        accepted: Accepted,
        by: Actor,
        command_id: UUID,
        via: str,
    ) -> CommandResult:
        acceptance = accepted if isinstance(accepted, bool) else sorted(accepted)
        choices = prepared.asked
        by_hand = (choices.columns, sorted(choices.doubts.items())) if choices.columns or choices.doubts else ()
        content = (prepared.digest, choices.site, choices.sheet, acceptance, start, *by_hand)
        lines = preview.lines[start : start + CHUNK]
        steps = [step for line in lines for step in _steps(line, command_id, accepted)]
        if not start and not choices.remembered:
            steps += self._mapping(prepared)
        return self.engine.execute_all(steps, content, by=by, command_id=new_id(command_id, _chunk(start)), via=via)

    def _mapping(self, prepared: PreparedPortfolio) -> Iterator[Step]:
        """Returns the step that remembers the columns chosen, or forgets those that are chosen no more."""
        header = header_of(prepared.portfolio)
        columns = tuple((position, field or "") for position, field in prepared.asked.columns)
        if columns or header in self.engine.references().structure.portfolios:
            yield Step({"structure": self.structure}, map_portfolio, {"header": header, "columns": columns})

    def _preview(self, portfolio: Portfolio, choices: Asked) -> PortfolioPreview:
        holders = self.engine.claim_holders("imilo", [row.imilo_number for row in portfolio.rows if row.imilo_number])
        others = [row for row in portfolio.rows if row.imilo_number not in holders]
        everyone = self.people() if others else ()
        people, bare = by_words(everyone), by_bare_number(everyone)
        near = {one.stream for row in others for one in people.get(words(row.last_name, row.first_name), ())}
        zeros = {bare[number] for row in others if (number := bare_number(row.imilo_number or "")) in bare}
        states: dict[UUID, Dossier] = self.engine.states("dossier", {*holders.values(), *near, *zeros})
        refs = self.engine.references()
        planner = Planner(
            refs,
            today=refs.calendar.local_day(self.engine.clock()),
            site=choices.site,
            doubts=choices.doubts,
            holders=holders,
            states=states,
            people=people,
            bare=bare,
        )
        return planner.preview(portfolio)


def header_of(portfolio: Portfolio) -> str:
    """Returns a digest of the titles of a file: the choice of its columns is remembered by it."""
    return hashlib.sha256("\x1f".join(one.header for one in portfolio.columns).encode()).hexdigest()[:32]


def _chunk(start: int) -> str:
    return f"lines {start}"


def _steps(line: PortfolioRow, command_id: UUID, accepted: Accepted) -> Iterator[Step]:
    row = line.row
    if line.status == "new" and line.dossier:
        yield Step({"dossier": line.dossier}, open_again)
        for decision, arguments in corrections(row, line.differs):
            yield Step({"dossier": line.dossier}, decision, context=arguments)
    elif line.way == "open":
        decision, arguments = opening(row, row.site or "")
        yield Step({"dossier": new_id(command_id, f"line {row.line}")}, decision, context=arguments)
    elif line.dossier and _is_accepted(line, accepted):
        for decision, arguments in corrections(row, line.differs):
            yield Step({"dossier": line.dossier}, decision, context=arguments)


def _is_accepted(line: PortfolioRow, accepted: Accepted) -> bool:
    if line.status != "changed":
        return line.way == "correct"
    return accepted if isinstance(accepted, bool) else line.row.line in accepted


def _outcome(recorded: Sequence[Recorded], matched: Sequence[Recorded]) -> PortfolioOutcome:
    openings = (DossierOpened, DossierReopened)
    opened = dict.fromkeys(one.originator_id for one in recorded if isinstance(one.event, openings))
    touched = dict.fromkeys(one.originator_id for one in recorded if one.originator_id not in opened)
    found = dict.fromkeys(one.originator_id for one in matched if one.event.TOPIC.startswith("participation."))
    return PortfolioOutcome(tuple(opened), tuple(touched), tuple(found))
