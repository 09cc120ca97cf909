"""Copies and papers about young people leave an event first, or are not handed out (docs/retention.md)."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from io import BytesIO
from itertools import product
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from psycopg.sql import SQL, Identifier
from pypdf import PdfReader
from typer.testing import CliRunner

from pixflow import tasks
from pixflow.actor import OPERATOR, Actor
from pixflow.dossier import follow_up, privacy, retraction
from pixflow.events import dossier as e
from pixflow.events import workshop as w
from pixflow.events.base import Event
from pixflow.events.structure import ReadingsIssued
from pixflow.refused import Refused
from pixflow.store import StoreFull
from pixflow.store.locks import FileLock
from tests.web.arranged import MONDAY, scheduled, seat
from tests.web.client import words
from tests.web.paths import House, house
from tests.web.pressing import undo_form
from tests.web.tags import parsed
from web.cli.app import app

NADIA, PAUL, SOPHIE, CLAIRE, HELENE = "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Claire Vasseur", "Hélène Morin"
TUESDAY = MONDAY + timedelta(days=1)
ISSUED = (e.CopyIssued, e.PaperIssued, w.PaperIssued, ReadingsIssued)


ON_SQLITE = pytest.mark.parametrize("at_work", ["sqlite"], indirect=True)
"""Of what the store has no part in."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def at_work(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    if request.param == "postgresql":
        monkeypatch.setenv("PIXFLOW_DATABASE_URL", request.getfixturevalue("database_url"))
    with house(tmp_path / "data", MONDAY) as made:
        yield made


def issued(at_work: House, stream: UUID) -> list[tuple[Event, str]]:
    """Returns what left a stream, each with its taker."""
    names = {str(id): name for name, id in at_work.people.items()}
    history = at_work.served.engine.history(stream)
    return [(r.event, names.get(r.by, r.by)) for r in history if isinstance(r.event, ISSUED)]


def with_papers(at_work: House) -> tuple[UUID, dict[str, str]]:
    """Returns a dossier that has every paper, and the address of each."""
    dossier, _ = at_work.prescribed()
    seat(at_work, scheduled(at_work), dossier)
    current = at_work.state(dossier).diagnostic.current("initial")
    assert current
    base = f"/dossiers/{dossier}"
    paths = {"fiche": "fiche", "convocation": "convocation", "prescription": f"prescription/{current[0]}"}
    return dossier, {name: f"{base}/{path}" for name, path in paths.items()}


def at_a_workshop(at_work: House) -> tuple[UUID, list[UUID]]:
    """Returns a workshop with two registrants, the first followed by Nadia, the second by Paul."""
    made, people = scheduled(at_work), [at_work.opened(), at_work.opened(first="Léo", advisor=PAUL)]
    for dossier in people:
        seat(at_work, made, dossier)
    return made, people


def test_each_paper_of_a_dossier_leaves_one_event_a_person_and_a_day(at_work: House) -> None:
    dossier, addresses = with_papers(at_work)
    client, expected = at_work.client(NADIA), []
    for name, address in addresses.items():
        for path in (address, f"{address}.pdf", address):
            assert client.get(path).status_code == 200
        expected.append((e.PaperIssued(paper=name, on=MONDAY), NADIA))  # type: ignore[arg-type]
        assert issued(at_work, dossier) == expected
    assert at_work.client(CLAIRE).get(addresses["fiche"]).status_code == 200
    at_work.day(TUESDAY)
    assert client.get(addresses["fiche"]).status_code == 200
    assert issued(at_work, dossier)[3:] == [
        (e.PaperIssued(paper="fiche", on=MONDAY), CLAIRE),
        (e.PaperIssued(paper="fiche", on=TUESDAY), NADIA),
    ]
    history = words(client.get(f"/dossiers/{dossier}").text)
    assert "Papier sorti : la convocation" in history


def test_a_copy_of_a_person_leaves_one_event_and_says_so_itself(at_work: House) -> None:
    dossier = at_work.planned()
    client, before = at_work.client(SOPHIE), at_work.served.engine.history(dossier)
    known = client.get(f"/dossiers/{dossier}/droits/tout.json").json()
    assert known["dossiers"][0]["facts"][-1]["topic"] == "dossier.CopyIssued"
    assert known["dossiers"][0]["facts"][-1]["by"] == SOPHIE
    written = sum(recorded.by == str(at_work.people[SOPHIE]) for recorded in before)
    assert {"name": SOPHIE, "facts": written} in known["writers"], "to take a copy is not to write"
    printed = client.get(f"/dossiers/{dossier}/droits/tout.pdf").content
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(printed)).pages)
    assert "sortie de pixflow" in " ".join(text.split())
    assert issued(at_work, dossier) == [(e.CopyIssued(on=MONDAY), SOPHIE)]
    assert "Copie de toutes les données sortie de pixflow" in words(at_work.client(HELENE).get("/journal").text)


def test_in_the_terminal_a_copy_leaves_its_event(
    at_work: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = at_work.planned()
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path / "data"))
    result = CliRunner().invoke(app, ["export-person", str(dossier), "--to", str(tmp_path)])
    assert result.exit_code == 0, result.output
    ((event, by),) = issued(at_work, dossier)
    assert isinstance(event, e.CopyIssued)
    assert by == OPERATOR
    assert "dossier.CopyIssued" in (tmp_path / f"personne-{dossier}.json").read_text()


def test_the_papers_of_a_workshop_leave_the_number_of_their_names(at_work: House) -> None:
    made, (mine, _) = at_a_workshop(at_work)
    client = at_work.client(NADIA)
    for path in ("emargement", "emargement.pdf", "avis", f"avis?pour={mine}", "avis"):
        assert client.get(f"/ateliers/{made}/{path}").status_code == 200
    paul = at_work.client(PAUL)
    assert paul.get(f"/ateliers/{made}/avis").text.count("<article") == 1
    assert issued(at_work, made) == [
        (w.PaperIssued(paper="sheet", people=2, on=MONDAY), NADIA),
        (w.PaperIssued(paper="letters", people=2, on=MONDAY), NADIA),
        (w.PaperIssued(paper="letters", people=1, on=MONDAY), NADIA),
        (w.PaperIssued(paper="letters", people=1, on=MONDAY), PAUL),
    ]
    seat(at_work, made, at_work.opened(first="Inès"))
    client.get(f"/ateliers/{made}/emargement")
    assert issued(at_work, made)[-1] == (w.PaperIssued(paper="sheet", people=3, on=MONDAY), NADIA)


def test_the_file_of_who_looked_leaves_the_number_of_its_names(at_work: House) -> None:
    for dossier in (at_work.opened(), at_work.opened(first="Léo", advisor=PAUL)):
        at_work.client(SOPHIE).get(f"/dossiers/{dossier}")
    helene, structure = at_work.client(HELENE), at_work.served.opened.stream("structure")
    assert helene.head("/consultations.csv").status_code == 200
    assert helene.get(f"/consultations.csv?par={at_work.people[NADIA]}").status_code == 200, "nobody is named"
    assert issued(at_work, structure) == []
    for client in (helene, helene, at_work.client(CLAIRE)):
        assert client.get("/consultations.csv").status_code == 200
    file = ReadingsIssued(first=MONDAY - timedelta(days=6), last=MONDAY, people=2, on=MONDAY)
    assert issued(at_work, structure) == [(file, HELENE), (file, CLAIRE)]


@ON_SQLITE
def test_what_hands_nothing_out_leaves_nothing(at_work: House) -> None:
    dossier, addresses = with_papers(at_work)
    made, bare = scheduled(at_work), at_work.opened()
    head, client = at_work.served.engine.head(), at_work.client(NADIA)
    tag = {"HX-PTag": at_work.served.present().tag}
    pages = [*addresses.values(), *(f"{one}.pdf" for one in addresses.values())]
    for path in pages:
        assert client.head(path).status_code == 200
        assert at_work.client(PAUL).get(path).status_code == 404, "a colleague's"
        assert client.get(path, headers=tag).status_code == 304
        assert client.get(path.replace(str(dossier), str(bare))).status_code == 404, "there is none"
    rights, nobody_there = f"/dossiers/{dossier}/droits/tout", f"/ateliers/{made}"
    for kind in ("pdf", "json"):
        assert client.get(f"{rights}.{kind}").status_code == 403
        assert at_work.client(SOPHIE).head(f"{rights}.{kind}").status_code == 200
    assert at_work.client(PAUL).get(f"/ateliers/{made}/emargement").status_code == 403
    for path in (f"/dossiers/{dossier}", f"/ateliers/{made}", f"/ateliers/{made}.ics", f"{nobody_there}/avis"):
        assert client.get(path).status_code == 200
    assert at_work.client(SOPHIE).get(f"/dossiers/{dossier}/droits").status_code == 200
    assert at_work.served.engine.head() == head


@ON_SQLITE
def test_a_paper_is_no_activity_of_the_young_person(at_work: House) -> None:
    dossier = at_work.planned()
    before, refs = at_work.state(dossier), at_work.served.refs
    at_work.day(TUESDAY)
    at_work.client(NADIA).get(f"/dossiers/{dossier}/fiche")
    at_work.client(SOPHIE).get(f"/dossiers/{dossier}/droits/tout.json")
    after = at_work.state(dossier)
    assert after.version == before.version + 2
    assert after.last == before.last
    assert tasks.of_dossier(after, refs) == tasks.of_dossier(before, refs)
    nadia, seen = Actor(str(at_work.people[NADIA])), {"dossier": before.version}
    engine, streams = at_work.served.engine, {"dossier": dossier}
    engine.execute(streams, follow_up.take_note, by=nadia, command_id=uuid4(), seen=seen, text="vue")
    assert isinstance(at_work.events(dossier)[-1], e.NoteTaken), "a form is not out of date because of a paper"


@ON_SQLITE
def test_a_closed_dossier_has_its_papers_too(at_work: House) -> None:
    dossier = at_work.planned()
    at_work.on(dossier, follow_up.close_dossier, reason="moved", note="")
    assert at_work.client(SOPHIE).get(f"/dossiers/{dossier}/fiche.pdf").status_code == 200
    assert at_work.state(dossier).late is None
    assert issued(at_work, dossier) == [(e.PaperIssued(paper="fiche", on=MONDAY), SOPHIE)]


@ON_SQLITE
def test_it_cannot_be_retracted(at_work: House) -> None:
    dossier = at_work.planned()
    at_work.client(NADIA).get(f"/dossiers/{dossier}/fiche")
    with pytest.raises(Refused, match="not-retractable"):
        at_work.on(dossier, retraction.retract, version=at_work.state(dossier).version, reason="erreur")


@ON_SQLITE
def test_the_history_offers_to_undo_what_was_done_before_the_paper_and_not_the_paper(at_work: House) -> None:
    dossier, client = at_work.planned(), at_work.client(NADIA)
    planned = at_work.version(dossier, e.DiagnosticPlanned)
    assert undo_form(client.get(f"/dossiers/{dossier}").text)["version"] == str(planned)
    client.get(f"/dossiers/{dossier}/fiche")
    page = client.get(f"/dossiers/{dossier}").text
    assert "Papier sorti" in page
    assert undo_form(page)["version"] == str(planned)
    entries = {one["id"]: one.text for one in parsed(page).select(".timeline > li")}
    undone = {id for id, text in entries.items() if "Annuler" in text}
    hers = (e.ContactCorrected, e.PixPresented, e.DiagnosticPlanned)
    wanted = {f"fait-{at_work.version(dossier, event)}" for event in hers}
    assert undone == wanted, "neither the opening, nor the assignment, nor the paper"


@contextmanager
def busy(at_work: House) -> Iterator[None]:
    """Keeps everybody else from writing meanwhile. They wait for less than the ten seconds of a server."""
    opened = at_work.served.opened
    if opened.database is None:
        at_work.served.engine.recorder.datastore.lock.limit = 0.1
        with FileLock(opened.folder / "write.lock"):
            yield
        return
    opened.database.limit = 0.1
    with opened.database.owner() as other, other.transaction():
        other.execute(SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(Identifier(str(opened.schema), "commands")))
        yield


def fill(at_work: House) -> None:
    """Fills the store of SQLite: not one more page, nor room in one for the fact of a paper."""
    recorder, other = at_work.served.engine.recorder, at_work.opened(first="Zoé")
    recorder.datastore._writer.execute("PRAGMA max_page_count = 1")
    for text in ("mot " * 400, "mot"):
        with suppress(StoreFull):
            while True:
                at_work.on(other, follow_up.take_note, text=text)
    with pytest.raises(StoreFull):
        issue_papers(at_work, other)


def issue_papers(at_work: House, dossier: UUID) -> None:
    for who, paper in product((SOPHIE, HELENE, CLAIRE), ("fiche", "convocation", "prescription")):
        at_work.on(dossier, privacy.issue_paper, who, paper=paper)


def refused(at_work: House, addresses: list[str]) -> None:
    """Asks for papers that the store cannot record."""
    head, client = at_work.served.engine.head(), at_work.client(SOPHIE)
    for path in addresses:
        answer = client.get(path)
        assert answer.status_code == 503, path
        assert "Diallo" not in answer.text
    assert at_work.served.engine.head() == head


def test_while_the_store_is_busy_there_is_no_paper(at_work: House) -> None:
    dossier = at_work.planned()
    with busy(at_work):
        refused(at_work, [f"/dossiers/{dossier}/fiche"])


def test_when_the_disk_is_full_there_is_no_paper(tmp_path: Path) -> None:
    with house(tmp_path / "data", MONDAY) as at_work:
        dossier, addresses = with_papers(at_work)
        made, _ = at_a_workshop(at_work)
        fill(at_work)
        sheet, copy = f"/ateliers/{made}/emargement", f"/dossiers/{dossier}/droits/tout.pdf"
        refused(at_work, [*addresses.values(), sheet, f"/ateliers/{made}/avis", copy])
