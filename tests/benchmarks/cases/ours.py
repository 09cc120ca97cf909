"""Cases kept by pixflow: its commands on its own store, and its read tables brought up to date after each."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from fastapi.testclient import TestClient

from pixflow.actor import OPERATOR, Actor
from pixflow.dossier.identity import open_dossier
from pixflow.dossier.stages.orientation import plan_diagnostic, present_pix
from pixflow.dossier.stages.parcours import send_referral
from pixflow.dossier.stages.prescription import build_prescription, dispatch_result, hold_debrief
from pixflow.engine import Engine, new_id
from pixflow.events.base import Recorded
from pixflow.events.values import Moment, Part, Partner, Result
from pixflow.participation.campaign import declare_campaign
from pixflow.participation.matches import confirm_match, import_participation
from pixflow.streams import KINDS
from pixflow.team.membership import add_member
from pixflow.unit_of_work import LoadedStream, Step, UnitOfWork
from projections import advisor_queue
from tests.benchmarks.cases.work import ADVISORS, DAY, PAGE, STEPS, advisor_of, answer, opened, said
from tests.benchmarks.population import SITES, put, structure
from tests.web.client import OWN_URL
from web.app import create_app
from web.hosting.host import open_host
from web.hosting.settings import Settings

NOW = datetime(DAY.year, DAY.month, DAY.day, 9, tzinfo=UTC)
CHUNK = 5_000


class Case:
    """The streams of a case, and the version that its last page showed."""

    def __init__(self) -> None:
        self.dossier = uuid4()
        self.participation = uuid4()
        self.actions = (uuid4(), uuid4())
        self.seen = 0


class Pixflow:
    """The cases of one structure, served as the web serves it."""

    def __init__(self, data: Path) -> None:
        opened_ = structure(data, NOW, Settings().database())
        self.referent, *self.advisors = (_joined(opened_.engine, number) for number in range(ADVISORS + 1))
        self.campaign = uuid4()
        declared: dict[str, Any] = {"name": "Pix emploi", "code": "MILOPIX0", "purpose": "initial", "site": None}
        opened_.engine.execute(
            {"campaign": self.campaign}, declare_campaign, by=self.referent, command_id=uuid4(), **declared
        )
        opened_.engine.close()
        self._open = ExitStack()
        served = self._open.enter_context(open_host(data, demo=True, clock=lambda: NOW))
        self._served = served.structures[opened_.slug]
        self._engine = self._served.engine
        self._browser = self._open.enter_context(TestClient(create_app(served), OWN_URL))
        who = {"structure": opened_.slug, "person": self.advisors[0].id}
        self._browser.post("/qui", data=who).raise_for_status()

    def open(self, number: int) -> Case:
        case = Case()
        self._execute([self._opening(case, number)], self.advisors[advisor_of(number)], case)
        return case

    def complete(self, case: Case, number: int, step: int) -> None:
        role = STEPS[step][1]
        by = self.referent if role == "referent" else self.advisors[advisor_of(number)]
        self._execute(list(self._steps(case, number, step)), by, case)

    def inbox(self) -> Sequence[Any]:
        with self._served.read().database.connect() as connection:
            return advisor_queue.page(connection, [UUID(self.advisors[0].id)], DAY, limit=PAGE)

    def history(self, case: Case) -> Sequence[Any]:
        return self._engine.history(case.dossier)

    def page(self) -> str:
        return str(self._browser.get("/boite").raise_for_status().text)

    def fill(self, first: int, end: int) -> None:
        paths = chain.from_iterable(self._path(number) for number in range(first, end))
        while some := list(islice(paths, CHUNK)):
            put(self._engine, some)
        self._served.read()

    def close(self) -> None:
        self._open.close()

    def _execute(self, steps: list[Step], by: Actor, case: Case) -> None:
        """One command with its id, what was seen and what was said; then the tables show it."""
        seen = {"dossier": case.seen} if case.seen else None
        content = [(step.decision.name, step.sent) for step in steps]
        done = self._engine.execute_all(steps, content, by=by, command_id=uuid4(), via="web", seen=seen)
        case.seen += sum(recorded.originator_id == case.dossier for recorded in done.recorded)
        self._served.read()

    def _path(self, number: int) -> list[Recorded]:
        """The events of a case of which some tasks are done, decided in memory."""
        case = Case()
        refs = self._engine.references()
        work = UnitOfWork(_nothing, refs, self.referent, NOW, "web", new_id(case.dossier, "past"), {})
        done = (self._steps(case, number, step) for step in range(number % len(STEPS)))
        work.decide([self._opening(case, number), *chain.from_iterable(done)])
        return work.events()

    def _opening(self, case: Case, number: int) -> Step:
        content: dict[str, Any] = opened(number)
        birth, imilo = date.fromisoformat(content.pop("birth_date")), content.pop("number")
        advisor = UUID(self.advisors[advisor_of(number)].id)
        sent = {**content, "birth_date": birth, "imilo_number": imilo, "advisor": advisor}
        return Step({"dossier": case.dossier}, open_dossier, sent)

    def _steps(self, case: Case, number: int, step: int) -> Iterator[Step]:
        """The decisions of one human task; the référente records a result and says whose it is at once."""
        content = said(number, step)
        dossier, both = {"dossier": case.dossier}, {"participation": case.participation, "dossier": case.dossier}
        match STEPS[step][0]:
            case "present":
                yield Step(dossier, present_pix, content)
            case "plan":
                planned = date.fromisoformat(content.pop("planned_for"))
                sent = {**content, "campaign": self.campaign, "mediator": False, "planned_for": planned}
                yield Step(dossier, plan_diagnostic, sent, {"plan": uuid4()})
            case "result":
                yield Step({"participation": case.participation}, import_participation, self._row(number, content))
                sent = {"automatic": False, "score": 100, "reasons": ("same-number",), "warnings": (), "others": ()}
                yield Step(both, confirm_match, sent)
            case "dispatch":
                to = UUID(self.advisors[content["to"]].id)
                yield Step(dossier, dispatch_result, {"participation": case.participation, "advisor": to})
            case "debrief":
                yield Step(dossier, hold_debrief, {"participation": case.participation, **content})
            case "prescribe":
                grille = self._engine.references().grille(DAY)
                context = {"grille": grille.document, "number": grille.number, "action_ids": case.actions}
                kept = tuple(content.pop("kept"))
                sent = {"participation": case.participation, "kept": kept, "added": (), **content}
                yield Step(dossier, build_prescription, sent, context)
            case "refer":
                partner, ends = Partner(None, content.pop("partner")), date.fromisoformat(content.pop("ends"))
                sent = {"action": case.actions[0], "partner": partner, "starts": None, "ends": ends, **content}
                yield Step(dossier, send_referral, sent, {"referral": uuid4()})

    def _row(self, number: int, content: dict[str, Any]) -> dict[str, Any]:
        known, moment = opened(number), Moment(DAY, NOW)
        competences = tuple(Part(*one) for one in content["competences"])
        result = Result(shared=moment, mastery=Decimal(content["percent"]) / 100, competences=competences)
        return {
            "campaign": self.campaign,
            "purpose": "initial",
            "last_name": known["last_name"],
            "first_name": known["first_name"],
            "external_id": known["number"],
            "imported": (),
            "started": moment,
            "progress": Decimal(1),
            "ordinal": 0,
            "result": result,
            "exported_at": NOW,
        }


def _joined(engine: Engine, number: int) -> Actor:
    person, role = uuid4(), "advisor" if number else "referent"
    about: dict[str, Any] = {
        "name": f"Personne {number}",
        "email": f"personne{number}@exemple.fr",
        "site": SITES[0],
        "roles": (role,),
    }
    engine.execute({"staff": person}, add_member, by=Actor(OPERATOR), command_id=uuid4(), **about)
    return Actor(str(person))


def _nothing(kind: str, streams: Any) -> dict[UUID, LoadedStream]:
    return {stream: LoadedStream(kind, [], KINDS[kind].fold([])) for stream in streams}


if __name__ == "__main__":
    where = json.loads(sys.argv[1])
    os.environ["PIXFLOW_DATABASE_URL"] = where["postgres"] or ""
    answer(Pixflow(Path(where["folder"])))
