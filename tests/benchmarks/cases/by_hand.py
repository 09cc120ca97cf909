"""Cases kept as a team would by hand: a status column, who owes what is next, and an audit table. SQLAlchemy's ORM."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import jinja2
import psycopg
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from fastapi.testclient import TestClient
from sqlalchemy import JSON, ForeignKey, Index, create_engine, event, insert, select
from sqlalchemy.engine import URL, Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from tests.benchmarks.cases.work import ADVISORS, DAY, PAGE, STEPS, advisor_of, answer, opened, said

REFERENT = ADVISORS
DELAY = timedelta(days=5)
LIST = jinja2.Template(
    """<!doctype html><html lang="fr"><head><title>Ma boîte</title></head><body><table>{% for case in cases %}
<tr><td><a href="/dossiers/{{ case.id }}">{{ case.first_name|e }} {{ case.last_name|e }}</a></td>
<td>{{ case.status }}</td><td>{{ case.due }}</td><td>{{ case.programme|e }}</td><td>{{ case.site|e }}</td></tr>
{%- endfor %}</table></body></html>"""
)


class Base(DeclarativeBase):
    type_annotation_map: ClassVar[dict[Any, Any]] = {dict[str, Any]: JSON, list[Any]: JSON}


class Case(Base):
    """A case: `status` is the open task, "done" at the end; `version` detects concurrent changes."""

    __tablename__ = "cases"
    __table_args__ = (Index("cases_of_owner", "owner", "due"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(nullable=False)
    status: Mapped[str]
    owner: Mapped[int | None]
    due: Mapped[date | None]
    advisor: Mapped[int]
    last_name: Mapped[str]
    first_name: Mapped[str]
    birth_date: Mapped[str]
    number: Mapped[str] = mapped_column(unique=True)
    site: Mapped[str]
    programme: Mapped[str]
    planned_for: Mapped[str | None]
    percent: Mapped[int | None]
    competences: Mapped[list[Any] | None]
    kept: Mapped[list[Any] | None]
    project: Mapped[str | None]
    partner: Mapped[str | None]
    ends: Mapped[str | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  the base class declares its type


class Audit(Base):
    """One audit row: action, author, time, content."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    case: Mapped[int] = mapped_column(ForeignKey(Case.id), index=True)
    at: Mapped[datetime]
    by: Mapped[int]
    what: Mapped[str]
    content: Mapped[dict[str, Any]]


class ByHand:
    """The cases of one database, which is made empty."""

    def __init__(self, database: Engine) -> None:
        self._database = database
        Base.metadata.create_all(database)
        app = FastAPI()
        app.add_api_route("/", self._list, response_class=HTMLResponse)
        self._browser = TestClient(app)

    def open(self, number: int) -> int:
        """The id of the case."""
        advisor = advisor_of(number)
        with Session(self._database) as session, session.begin():
            case = Case(**opened(number), advisor=advisor, **_owed(0, advisor))
            session.add(case)
            session.flush()
            session.add(Audit(case=case.id, at=_now(), by=advisor, what="open", content=opened(number)))
            return case.id

    def complete(self, case: int, number: int, step: int) -> None:
        content = said(number, step)
        with Session(self._database) as session, session.begin():
            found = session.get_one(Case, case)
            assert found.status == STEPS[step][0]
            session.add(Audit(case=case, at=_now(), by=found.owner, what=found.status, content=content))
            for name, value in {**_kept(content), **_owed(step + 1, found.advisor)}.items():
                setattr(found, name, value)

    def inbox(self) -> Sequence[Any]:
        with Session(self._database) as session:
            return session.scalars(select(Case).where(Case.owner == 0).order_by(Case.due, Case.id).limit(PAGE)).all()

    def history(self, case: int) -> Sequence[Any]:
        with Session(self._database) as session:
            return session.scalars(select(Audit).where(Audit.case == case).order_by(Audit.id)).all()

    def page(self) -> str:
        answered = self._browser.get("/")
        return str(answered.raise_for_status().text)

    def fill(self, first: int, end: int) -> None:
        cases, paths = zip(*(_as_left(number) for number in range(first, end)), strict=True)
        made = insert(Case).returning(Case.id, sort_by_parameter_order=True)
        with self._database.begin() as connection:
            ids = connection.scalars(made, cases)
            audits = [{**row, "case": case} for case, path in zip(ids, paths, strict=True) for row in path]
            connection.execute(insert(Audit), audits)

    def close(self) -> None:
        self._database.dispose()

    def _list(self) -> str:
        return str(LIST.render(cases=self.inbox()))


def database(folder: Path, postgres: str | None) -> Engine:
    """SQLite in WAL, synchronous=FULL, transactions that begin IMMEDIATE; or PostgreSQL at this URL."""
    if postgres:
        return create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(postgres))
    made = create_engine(URL.create("sqlite", database=str(folder / "by_hand.db")))

    @event.listens_for(made, "connect")
    def _settings(raw: Any, _record: Any) -> None:
        raw.isolation_level = None
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("PRAGMA synchronous = FULL")

    @event.listens_for(made, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return made


def _owed(step: int, advisor: int) -> dict[str, Any]:
    """The task of this place in STEPS is owed; after the last, none."""
    if step == len(STEPS):
        return {"status": "done", "owner": None, "due": None}
    name, role = STEPS[step]
    return {"status": name, "owner": REFERENT if role == "referent" else advisor, "due": DAY + DELAY}


def _kept(content: dict[str, Any]) -> dict[str, Any]:
    """Returns the part of a task's content that has a column."""
    return {name: value for name, value in content.items() if name in Case.__table__.columns}


def _as_left(number: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The rows of a case of which some tasks are done."""
    advisor, at = advisor_of(number), _now()
    done = number % len(STEPS)
    steps = [("open", "advisor", opened(number)), *((*STEPS[step], said(number, step)) for step in range(done))]
    audits = [
        {"at": at, "by": REFERENT if role == "referent" else advisor, "what": what, "content": content}
        for what, role, content in steps
    ]
    nothing = {column.name: None for column in Case.__table__.columns if column.nullable}
    content = {name: value for *_, one in steps for name, value in _kept(one).items()}
    return {**nothing, **content, "version": done + 1, "advisor": advisor, **_owed(done, advisor)}, audits


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


if __name__ == "__main__":
    where = json.loads(sys.argv[1])
    answer(ByHand(database(Path(where["folder"]), where["postgres"])))
