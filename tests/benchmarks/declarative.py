"""The library's declarative Aggregate doing the work of a dossier, as its documentation shows it.

Values travel through the library's JSON transcoder, with one transcoding for each type that the events carry.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import InfrastructureFactory, JSONTranscoder, Transcoding
from eventsourcing.postgres import PostgresFactory
from eventsourcing.sqlite import SQLiteConnection, SQLiteConnectionPool, SQLiteFactory
from eventsourcing.utils import Environment
from psycopg.conninfo import conninfo_to_dict

from pixflow.events.base import Event
from pixflow.events.values import Action, Channel, Modality, Moment, Part, Partner, Purpose, Result
from pixflow.refused import Refused
from pixflow.store.postgres.database import Database


@dataclass
class Going:
    """An action of the prescription and what became of it."""

    action: Action
    referral: UUID | None = None
    partner: Partner | None = None
    starts: date | None = None
    ends: date | None = None
    answer: str | None = None
    started: date | None = None
    outcome: str | None = None


class Dossier(Aggregate):
    """The dossier's path up to its referrals."""

    @event("DossierOpened")
    def __init__(
        self, last_name: str, first_name: str, birth_date: date | None, imilo_number: str | None, site: str, on: date
    ) -> None:
        self.last_name, self.first_name, self.birth_date = last_name, first_name, birth_date
        self.imilo_number, self.site, self.opened = imilo_number, site, on
        self.advisor: UUID | None = None
        self.participations: dict[UUID, Result | None] = {}
        self.progress: dict[UUID, Decimal | None] = {}
        self.dispatched: dict[UUID, UUID] = {}
        self.debriefs: dict[UUID, date] = {}
        self.appointments: dict[str, tuple[datetime, date, str]] = {}
        self.chases: dict[str, list[date]] = {}
        self.actions: dict[UUID, Going] = {}
        self.closed: date | None = None

    @event("ContactCorrected")
    def contact_corrected(self, phone: str | None, email: str | None, on: date) -> None:
        self.phone, self.email = phone, email

    @event("ProgrammeJoined")
    def programme_joined(self, programme: str, group: str | None, collective_end: date | None, on: date) -> None:
        self.programme, self.group, self.collective_end = programme, group, collective_end

    @event("AdvisorAssigned")
    def advisor_assigned(self, advisor: UUID, on: date) -> None:
        self.advisor = advisor

    @event("PixPresented")
    def pix_presented(self, occasion: str, on: date) -> None:
        self.presented = on

    @event("DiagnosticPlanned")
    def diagnostic_planned(
        self, plan: UUID, campaign: UUID, modality: Modality, mediator: bool, place: str, planned_for: date, on: date
    ) -> None:
        self.plan, self.campaign, self.modality, self.planned_for = plan, campaign, modality, planned_for

    @event("YoungPersonChased")
    def young_person_chased(self, about: str, channel: Channel, reached: bool, note: str, on: date) -> None:
        self.chases.setdefault(about, []).append(on)

    @event("ParticipationLinked")
    def participation_linked(
        self,
        participation: UUID,
        campaign: UUID,
        purpose: Purpose,
        started: Moment | None,
        progress: Decimal | None,
        on: date,
    ) -> None:
        self.participations[participation] = None
        self.progress[participation] = progress

    @event("ParticipationAdvanced")
    def participation_advanced(self, participation: UUID, progress: Decimal | None, on: date) -> None:
        self.progress[participation] = progress

    @event("ResultReceived")
    def result_received(self, participation: UUID, purpose: Purpose, result: Result, on: date) -> None:
        self.participations[participation] = result

    @event("ResultDispatched")
    def result_dispatched(self, participation: UUID, advisor: UUID, on: date) -> None:
        self.dispatched[participation] = advisor

    @event("AppointmentSet")
    def appointment_set(self, task: str, at: datetime, day: date, place: str, on: date) -> None:
        self.appointments[task] = (at, day, place)

    @event("AppointmentMissed")
    def appointment_missed(self, task: str, note: str, on: date) -> None:
        self.appointments.pop(task)

    @event("DebriefHeld")
    def debrief_held(self, participation: UUID, channel: Channel, note: str, on: date) -> None:
        self.debriefs[participation] = on

    @event("ProjectStated")
    def project_stated(self, project: str, on: date) -> None:
        self.project = project

    @event("PrescriptionBuilt")
    def prescription_built(
        self,
        participation: UUID,
        grille: int,
        percent: int,
        low: int,
        high: int,
        proposed: Sequence[str],
        actions: Sequence[Action],
        wish: str,
        project: str,
        reason: str,
        on: date,
    ) -> None:
        self.actions |= {action.id: Going(action) for action in actions}

    @event("ReferralAnswered")
    def referral_answered(self, referral: UUID, answer: str, reason: str, on: date) -> None:
        going = next(one for one in self.actions.values() if one.referral == referral)
        going.answer = answer

    @event("ActionStarted")
    def action_started(self, action: UUID, ends: date, on: date) -> None:
        self.actions[action].started, self.actions[action].ends = on, ends

    @event("ActionEnded")
    def action_ended(self, action: UUID, outcome: Literal["done", "abandoned"], note: str, on: date) -> None:
        self.actions[action].outcome = outcome

    @event("NoteTaken")
    def note_taken(self, text: str, on: date) -> None:
        pass

    @event("ReferralSent")
    def referral_sent(
        self,
        referral: UUID,
        action: UUID,
        partner: Partner,
        starts: date | None,
        ends: date | None,
        note: str,
        on: date,
    ) -> None:
        going = self.actions[action]
        going.referral, going.partner, going.starts, going.ends, going.answer = referral, partner, starts, ends, None

    def send_referral(
        self,
        *,
        referral: UUID,
        action: UUID,
        partner: Partner,
        starts: date | None,
        ends: date | None,
        note: str,
        on: date,
    ) -> None:
        """The rules of pixflow.dossier.parcours.send_referral, then its event."""
        going = self.actions.get(action)
        if self.closed:
            raise Refused("closed")
        if going is None:
            raise Refused("unknown-action")
        if going.outcome:
            raise Refused("action-over")
        if not partner.name.strip():
            raise Refused("required", field="partner")
        if going.referral and going.answer != "refused":
            raise Refused("already-referred")
        if starts and ends and ends < starts:
            raise Refused("ends-before-start")
        self.referral_sent(referral, action, partner, starts, ends, note.strip(), on)


class Dossiers(Application[UUID]):
    """The library's application on one of the library's stores."""

    def __init__(self, store: InfrastructureFactory[Any]) -> None:
        self._store = store
        super().__init__()

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        return self._store

    def register_transcodings(self, transcoder: JSONTranscoder) -> None:
        super().register_transcodings(transcoder)
        transcoder.register(DateAsISO())
        for value in (Action, Moment, Part, Partner, Result):
            transcoder.register(AsFields(value))

    def send_referral(self, dossier: UUID, **said: Any) -> None:
        """Load, decide, save."""
        loaded: Dossier = self.repository.get(dossier)
        loaded.send_referral(**said)
        self.save(loaded)


def on_sqlite(path: Path, synchronous: str = "FULL") -> SQLiteFactory:
    """The library's store on SQLite; `synchronous` is SQLite's pragma."""
    factory = SQLiteFactory(Environment("library", {SQLiteFactory.SQLITE_DBNAME: str(path)}))
    factory.datastore.pool = Pool(factory.datastore.pool.db_name, synchronous)
    return factory


def on_postgres(database: Database) -> PostgresFactory:
    """The library's store on PostgreSQL, as it comes."""
    return PostgresFactory(Environment("library", postgres_settings(database)))


def postgres_settings(database: Database) -> dict[str, str]:
    """Returns the environment variables of the library's factory."""
    at = conninfo_to_dict(database.url)
    named = {"DBNAME": at["dbname"], "HOST": at["host"], "USER": at["user"], "PORT": "5432", "PASSWORD": ""}
    return {f"POSTGRES_{name}": str(value) for name, value in named.items()}


class Pool(SQLiteConnectionPool):
    """The library's pool, with a `synchronous` of its own."""

    def __init__(self, path: str, synchronous: str) -> None:
        super().__init__(db_name=path)
        self._synchronous = synchronous

    def _create_connection(self) -> SQLiteConnection:
        made = super()._create_connection()
        made.cursor().execute(f"PRAGMA synchronous = {self._synchronous}")
        return made


class DateAsISO(Transcoding):
    type = date
    name = "date_iso"

    def encode(self, obj: date) -> str:
        return obj.isoformat()

    def decode(self, data: str) -> date:
        return date.fromisoformat(data)


class AsFields(Transcoding):
    """One of pixflow's values as the list of its fields."""

    def __init__(self, value: type[Any]) -> None:
        self.type = value
        self.name = value.__name__
        self._fields = [field.name for field in fields(value)]

    def encode(self, obj: Any) -> list[Any]:
        return [getattr(obj, name) for name in self._fields]

    def decode(self, data: list[Any]) -> Any:
        return self.type(**dict(zip(self._fields, data, strict=True)))


def replayed(events: Sequence[Event]) -> Dossier:
    """A new aggregate to which these events of one dossier have happened."""
    first, *others = events
    dossier = Dossier(**_said(first))
    for one in others:
        method = re.sub("(?<!^)(?=[A-Z])", "_", type(one).__name__).lower()
        getattr(dossier, method)(**_said(one))
    return dossier


def _said(event: Event) -> dict[str, Any]:
    """Returns the fields of an event, without those at their default: later versions of the event added them."""
    values = ((field, getattr(event, field.name)) for field in fields(event))  # type: ignore[arg-type]
    return {field.name: value for field, value in values if value != field.default}
