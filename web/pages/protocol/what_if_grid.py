"""*Et si*: the results of a period by the draft of the grid, with a control, and with what cannot be computed."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, ClassVar

from fastapi import APIRouter
from sqlalchemy import Connection

from pixflow.authorization import Scope
from pixflow.documents.grille import Grille
from pixflow.events.dossier import ResultReceived
from pixflow.identity import list_name, normalise
from pixflow.protocol.publishing import Draft
from pixflow.protocol.what_if import LEADS_OVER, TOPICS, SecondReading, proposal_counts, read_again, scored_results
from pixflow.reference_data import References
from projections import directory
from projections.contract import Source
from projections.directory import YoungPerson
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import dates, typography
from web.french.protocol import what_if as french
from web.pages.protocol.documents import GRID
from web.pages.protocol.what_if import Columns, Keeps, WhatIf, WhatIfAnswer, WhatIfQuestion, serve, whole_histories

router = APIRouter()


def grid_answer(
    connection: Connection, source: Source, refs: References, document: Grille, question: WhatIfQuestion, scope: Scope
) -> WhatIfAnswer[SecondReading]:
    """Returns the results of a period by a grid, those that somebody may read."""
    histories = whole_histories(connection, source, (ResultReceived.TOPIC,), TOPICS)
    period_results = list(scored_results(histories.values(), question.first, question.last))
    named = directory.find_people(connection, {result.dossier for result in period_results})
    people = {stream: one for stream, one in named.items() if question.reads(one, scope)}
    results = (result for result in period_results if result.dossier in people)
    rows = [(people[one.result.dossier], one) for one in read_again(results, refs.grilles.published, document)]
    return WhatIfAnswer(sorted(rows, key=lambda row: (normalise(list_name(row[0])), row[1].result.on)))


def _code(reading: SecondReading) -> str:
    return f"{reading.move.first}-{reading.move.last}" if reading.move else ""


class WhatIfGrid(WhatIf[SecondReading]):
    """The results of a period by the draft of the grid."""

    path = "/protocole/projet/grille/et-si"
    document = GRID
    part = "grid"
    words = french.OF_GRID
    keeps: ClassVar[Keeps] = {
        "ailleurs": lambda person, one, value: one.elsewhere,
        "lus": lambda person, one, value: True,
        "memes": lambda person, one, value: one.move is not None and not one.elsewhere,
        "ouverts": lambda person, one, value: one.is_open,
        "ecarts": lambda person, one, value: one.differs,
        "tranche": lambda person, one, value: one.elsewhere and value == _code(one),
        "suivi": lambda person, one, value: one.elsewhere and value == str(person.advisor or ""),
        "action": lambda person, one, value: value in one.lost | one.gained,
    }
    columns: ClassVar[Columns] = {
        "Programme": lambda row: row[1].result.programme,
        "Reçu le": lambda row: row[1].result.on,
        "Score": lambda row: row[1].before.percent,
        "Tranche de sa grille": lambda row: french.band(row[1].before.band),
        "Tranche du projet": lambda row: french.band(row[1].after.band),
        "Actions en moins": lambda row: french.labels(row[1].before.proposals, row[1].lost),
        "Actions en plus": lambda row: french.labels(row[1].after.proposals, row[1].gained),
    }

    def answer(self, desk: Desk, draft: Draft[Any], question: WhatIfQuestion) -> WhatIfAnswer[SecondReading]:
        """Returns the answer, kept until the next event: each list of the page has the same readings."""
        return desk.memory.counts.get_or_make(
            ("what-if", draft.number, replace(question, shown=""), desk.scope),
            lambda: grid_answer(desk.read, desk.engine, desk.refs, draft.document, question, desk.scope),
        )

    def list_title(self, desk: Desk, draft: Draft[Any], shown: str) -> str:
        sort, _, value = shown.partition(":")
        match sort:
            case "tranche":
                return french.of_percents(value)
            case "suivi":
                team = {str(id): one.name for id, one in desk.refs.team.items()}
                return french.followed_by(team.get(value, ""))
            case "action":
                grids = (draft.document, *(one.document for _, one in desk.refs.grilles.published))
                known = [one for grid in grids for band in grid.bands for one in band.proposals if one.id == value]
                marked = any(one.advisor_only for one in known)
                return french.of_proposal("" if marked else known[-1].label if known else value)
        return super().list_title(desk, draft, shown)

    def tell(self, question: WhatIfQuestion, answer: WhatIfAnswer[SecondReading]) -> dict[str, Any]:
        readings = [one for _, one in answer.rows]
        elsewhere, still_open = self.of(answer, "ailleurs"), len(self.of(answer, "ouverts"))
        checked, differing = sum(one.is_recorded for one in readings), len(self.of(answer, "ecarts"))
        moved = Counter((_code(one), french.move(one.move)) for _, one in elsewhere if one.move)
        advisors = Counter(person.advisor for person, _ in elsewhere)
        bands = [(side, Counter(french.band(getattr(one, side).band) for one in readings)) for side in french.SIDES]
        return {
            "total": len(readings),
            "headline": french.headline(len(elsewhere), len({person.stream for person, _ in elsewhere}), len(readings)),
            "open": (french.not_computed(still_open), self.at(question, "ouverts")) if still_open else None,
            "leads": still_open > LEADS_OVER * len(readings),
            "control": (french.control(checked, differing), self.at(question, "ecarts") if differing else ""),
            "bands": [(french.SIDES[side], sorted(counts.items(), key=french.in_order)) for side, counts in bands],
            "moves": [(words, n, self.at(question, f"tranche:{code}")) for (code, words), n in sorted(moved.items())],
            "proposals": [
                (one, french.change(one.before, one.after), self.at(question, f"action:{one.proposal.id}"))
                for one in proposal_counts(readings)
            ],
            "advisors": [(id, n, self.at(question, f"suivi:{id or ''}")) for id, n in advisors.most_common()],
            "others": len(self.of(answer, "memes")),
            "others_at": self.at(question, "memes"),
            "all_at": self.at(question, "lus"),
        }

    def table(
        self, desk: Desk, shown: str, rows: Iterable[tuple[YoungPerson, SecondReading]]
    ) -> Iterator[tuple[YoungPerson, dict[str, str]]]:
        staff = names_for(desk).staff
        for person, reading in rows:
            yield (
                person,
                {
                    "Reçu le": dates.day(reading.result.on, year=True),
                    "Score": typography.percent(reading.before.percent),
                    "Actions proposées": french.moved_proposals(reading),
                    "Suivi par": staff(person.advisor) if person.advisor else "personne",
                },
            )


PAGE = WhatIfGrid()
serve(router, PAGE)
