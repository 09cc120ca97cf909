"""A real structure in a temporary folder, its read side, and small exports of its campaign."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest

from pixflow import presets, structure_folder
from pixflow.actor import OPERATOR, Actor
from pixflow.decision import Decision
from pixflow.dossier.identity import open_dossier
from pixflow.dossier.state import Dossier
from pixflow.events.base import Recorded
from pixflow.participation.state import Participation
from pixflow.pix_orga import AssessmentRow, ExportCampaign, PartResult
from pixflow.pix_orga.export import utc_moment
from pixflow.pix_orga.samples import file_name, write_export
from pixflow.result_import import Answers, ImportCounts, Importer, ImportPreview, ImportResult, PreparedExport
from pixflow.store.postgres.database import Database
from pixflow.team.membership import add_member
from projections import match_proposals, result_routing
from projections.result_routing import KnownParticipation
from projections.store.catch_up import ReadSide
from projections.store.sqlite import database

CAMPAIGN = ExportCampaign(481516, "KMRTWX482", "Diagnostic initial")
SAMPLES = Path(__file__).parent.parent / "pix_orga" / "data"
SAMPLE = "resultats-diagnostic_initial_-_cej_printemps_2026-481516-2026-05-12-0910.csv"
NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
FIRST = datetime(2026, 5, 12, 7, 10, tzinfo=UTC)
STARTED = datetime(2026, 5, 11, 13, 0, tzinfo=UTC)


class House:
    """One structure with a référent and an advisor; its clock stands at 1 June 2026, 11:00 in Paris."""

    manager: Actor
    """Hired by the tests that need one."""

    def __init__(self, folder: Path, base: Database | None = None) -> None:
        self.now = NOW
        self.opened = structure_folder.create(
            folder,
            name="Mission locale d’essai",
            preset=presets.load("laigle-mortagne"),
            sites=("L’Aigle", "Mortagne"),
            on=date(2026, 1, 5),
            clock=lambda: self.now,
            database=base,
        )
        self.engine = self.opened.engine
        self.referent = self.hire("Inès Ferrand", "ines@example.org", "referent")
        self.advisor = self.hire("Paul Morel", "paul@example.org", "advisor")
        self.side = ReadSide(self.engine, database(None))
        self.importer = Importer(self.engine, self.opened.stream("structure"), self.known)

    def hire(self, name: str, email: str, *roles: str, site: str | None = None) -> Actor:
        member = uuid5(self.opened.id, email)
        said: dict[str, Any] = {"name": name, "email": email, "site": site, "roles": roles}
        self.engine.execute({"staff": member}, add_member, by=Actor(OPERATOR), command_id=uuid4(), **said)
        return Actor(str(member))

    def known(self, campaign: UUID) -> Sequence[KnownParticipation]:
        self.side.catch_up()
        with self.side.database.connect() as connection:
            return result_routing.list_participations(connection, campaign)

    def waiting(self, number: str) -> list[UUID]:
        self.side.catch_up()
        with self.side.database.connect() as connection:
            return match_proposals.waiting_with_numbers(connection, [number]).get(number, [])

    def open(self, last_name: str, first_name: str, number: str | None = None, **said: Any) -> UUID:
        dossier = uuid4()
        identity = {"last_name": last_name, "first_name": first_name, "birth_date": None, "imilo_number": number}
        self.do(open_dossier, {"dossier": dossier}, **{**identity, "site": "L’Aigle", **said})
        return dossier

    def do(self, decide: Decision[..., Any], streams: dict[str, UUID], **said: Any) -> UUID:
        """The référent takes a decision; returns the id of its command."""
        command_id = uuid4()
        self.engine.execute(streams, decide, by=self.referent, command_id=command_id, **said)
        return command_id

    def declare(self, campaign: UUID | None = None, **said: Any) -> None:
        self.importer.declare(
            campaign,
            by=self.referent,
            command_id=uuid4(),
            **{"name": CAMPAIGN.name, "code": CAMPAIGN.code, "purpose": "initial", "site": None, **said},
        )

    def prepare(
        self, rows: Sequence[AssessmentRow], at: datetime = FIRST, answers: Answers = Answers(), **form: Any
    ) -> PreparedExport:
        return self.importer.prepare(write_export(CAMPAIGN, rows, **form), file_name(CAMPAIGN, at), answers)

    def see(self, rows: Sequence[AssessmentRow], *asked: Any, **form: Any) -> ImportPreview:
        return seen(self.prepare(rows, *asked, **form))

    def receive(
        self, rows: Sequence[AssessmentRow], at: datetime = FIRST, answers: Answers = Answers(), **form: Any
    ) -> ImportCounts:
        return self.record(self.prepare(rows, at, answers, **form)).counts

    def record(self, prepared: PreparedExport, command_id: UUID | None = None) -> ImportResult:
        return self.importer.record(prepared, by=self.referent, command_id=command_id or uuid4())

    # --- what became of it

    @property
    def campaign(self) -> UUID:
        return self.engine.claim_holders("campaign", [str(CAMPAIGN.id)])[str(CAMPAIGN.id)]

    def participations(self) -> list[Participation]:
        return [self.participation(one.stream) for one in self.known(self.campaign)]

    def participation(self, stream: UUID) -> Participation:
        state: Participation = self.engine.state("participation", stream)
        return state

    def dossier(self, stream: UUID) -> Dossier:
        state: Dossier = self.engine.state("dossier", stream)
        return state

    def told(self, after: int) -> list[str]:
        """The names of the events recorded after a position."""
        return [type(recorded.event).__name__ for recorded in self.events(after)]

    def events(self, after: int) -> list[Recorded]:
        return self.engine.read(after, 100_000)


def row(last_name: str, first_name: str, external_id: str | None = None, **said: Any) -> AssessmentRow:
    """Someone who has begun on 11 May 2026 at 15:00 in Paris and is half-way, unless said otherwise."""
    begun = AssessmentRow(
        line=0,
        last_name=last_name,
        first_name=first_name,
        external_id=external_id,
        imported=(),
        progress=Decimal("0.5"),
        started=utc_moment(STARTED),
        shared=False,
        shared_at=None,
        paliers=4,
    )
    return replace(begun, **_moments(said))


def shared(of: AssessmentRow, mastery: str = "0.5", **said: Any) -> AssessmentRow:
    """Returns the row shared, 40 minutes after its start."""
    rate = Decimal(mastery)
    at = utc_moment(of.started.at + timedelta(minutes=40)) if of.started and of.started.at else of.started
    result = {
        "progress": Decimal(1),
        "shared": True,
        "shared_at": at,
        "mastery": rate,
        "palier": 2,
        "competences": (PartResult("Interagir", rate, 100, int(rate * 100)),),
        "domains": (PartResult("Communication", rate, 100, int(rate * 100)),),
    }
    return replace(of, **{**result, **_moments(said)})


def _moments(said: dict[str, Any]) -> dict[str, Any]:
    return {name: utc_moment(value) if isinstance(value, datetime) else value for name, value in said.items()}


def seen(prepared: PreparedExport) -> ImportPreview:
    """Returns the preview of a file that is not refused."""
    assert prepared.preview
    return prepared.preview


BOTH_STORES = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))
"""The parameters of `on_store`."""


@contextmanager
def on_store(request: pytest.FixtureRequest, folder: Path) -> Iterator[House]:
    """Yields a house on the store that the parameter of a fixture names."""
    base = Database(request.getfixturevalue("database_url")) if request.param == "postgres" else None
    with closing(base) if base else nullcontext():
        made = House(folder, base)
        yield made
        made.side.database.dispose()
        made.engine.close()
