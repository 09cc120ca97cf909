"""Tests the lines of the access journal: who saw whom, where and why (docs/accounts.md#who-looked)."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fastapi import Request, Response

from pixflow import tasks
from pixflow.access_journal.line import Line
from pixflow.dossier import follow_up
from pixflow.store import StoreBusy
from pixflow.team.absences import declare_absence
from tests.web.access_lines import NewLines
from tests.web.paths import House, house
from web.desk.dependencies import AtDesk
from web.http.people import Unnoted

NADIA, PAUL, SOPHIE = "Nadia Benali", "Paul Rey", "Sophie Lecomte"


@pytest.fixture
def there(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        yield made


def seen(there: House, who: str, dossier: UUID) -> list[Line]:
    lines = NewLines(there.served)
    lines.take()
    assert there.client(who).get(f"/dossiers/{dossier}").status_code == 200
    return lines.take()


def test_a_line_says_why_a_dossier_was_open_to_its_reader(there: House) -> None:
    dossier, handed = there.opened(), there.presented(last="Traoré")
    assert [(line.why, line.dossier) for line in seen(there, NADIA, dossier)] == [("own", dossier)]
    assert [line.why for line in seen(there, SOPHIE, dossier)] == ["role"]
    task = tasks.of_dossier(there.state(handed), there.served.refs)[0].key
    there.on(handed, follow_up.hand_over_task, task=task, to=there.people[PAUL], until=there.today, note="")
    assert [line.why for line in seen(there, PAUL, handed)] == ["task"]
    absence = {"absence": uuid4(), "first": there.today, "last": there.today, "deputy": there.people[PAUL]}
    there.says("Hélène Morin", declare_absence, {"staff": there.people[NADIA]}, **absence)
    assert [line.why for line in seen(there, PAUL, dossier)] == ["deputy"]


def test_a_page_that_has_not_changed_is_no_line(there: House) -> None:
    there.opened()
    lines, browser = NewLines(there.served), there.client(NADIA)
    browser.get("/dossiers")
    (line,) = lines.take()
    assert (line.people, line.why, line.page) == (1, "own", "GET /dossiers")
    assert browser.get("/dossiers", headers={"HX-PTag": there.served.present().tag}).status_code == 304
    assert not lines.take()


def test_a_page_that_stays_open_is_opened_once(there: House) -> None:
    dossier = there.opened()
    lines, browser, stale = NewLines(there.served), there.client(NADIA), {"HX-PTag": "1:2026-03-16"}
    browser.get(f"/dossiers/{dossier}")
    for minute in range(8):
        there.pass_by(minutes=1)
        there.on(dossier, follow_up.take_note, text=f"{minute}")
        assert browser.get(f"/dossiers/{dossier}", headers=stale).status_code == 200
    assert [line.what for line in lines.take()] == ["shown", *["refreshed"] * 8], "the journal keeps them all"
    browser.get(f"/dossiers/{dossier}")
    assert [line.what for line in lines.take()] == ["shown"], "somebody who opens it again opens it"
    assert len(there.served.journal.of_dossier(dossier, 99)) == 2


def test_no_header_hides_a_first_reading(there: House) -> None:
    dossier, other = there.opened(), there.opened(last="Traoré")
    lines, stale = NewLines(there.served), {"HX-PTag": "1:2026-03-16", "HX-Request": "true"}
    there.client(SOPHIE).get(f"/dossiers/{dossier}", headers=stale)
    there.client(NADIA).get(f"/dossiers/{dossier}", headers=stale)
    there.client(NADIA).get(f"/dossiers/{other}", headers=stale)
    there.pass_by(hours=10)
    there.client(NADIA).get(f"/dossiers/{dossier}", headers=stale)
    assert [line.what for line in lines.take()] == ["shown"] * 4


def test_no_header_hides_a_copy_of_an_open_dossier(there: House) -> None:
    dossier = there.opened()
    lines, reader, stale = NewLines(there.served), there.client(SOPHIE), {"HX-PTag": "1:2026-03-16"}
    pages = (f"/dossiers/{dossier}", f"/dossiers/{dossier}/droits/tout.json", f"/rejouer/{dossier}")
    reader.get(pages[0])
    for page in pages:
        assert reader.get(page, headers=stale).status_code == 200
    assert [line.what for line in lines.take()] == ["shown", "refreshed", "shown", "shown"]
    reader.get(pages[1], headers=stale)
    assert [line.what for line in lines.take()] == ["shown"], "a file is taken, it does not draw itself anew"


def test_a_box_with_others_tasks_alone_is_seen_by_ones_role(there: House) -> None:
    there.opened()
    there.pass_by(days=200)
    lines = NewLines(there.served)
    for who, why in ((NADIA, "own"), (SOPHIE, "role"), ("Hélène Morin", "role")):
        lines.take()
        there.client(who).get("/boite")
        assert [(line.page, line.why, line.people) for line in lines.take()] == [("GET /boite", why, 1)]


def test_people_seen_again_in_lists_count_once(there: House) -> None:
    for n in range(3):
        there.opened(last=f"Alba{n}")
    lines, browser = NewLines(there.served), there.client(SOPHIE)
    browser.get("/dossiers")
    there.opened(last="Bonnet")
    browser.get("/dossiers")
    browser.get("/dossiers")
    there.pass_by(days=1)
    browser.get("/dossiers")
    assert [(line.people, line.fresh) for line in lines.take()] == [(3, 3), (4, 1), (4, 0), (4, 4)]


def test_without_a_line_there_is_no_page(there: House, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = there.opened()

    def full(*_: object) -> None:
        raise StoreBusy("the access journal: locked")

    monkeypatch.setattr(there.served.journal.store, "add", full)
    for address in (f"/dossiers/{dossier}", "/dossiers", f"/dossiers/{dossier}/droits/tout.json"):
        got = there.client(SOPHIE).get(address)
        assert (got.status_code, "Diallo" in got.text) == (503, False), address
    assert there.client(NADIA).get(f"/dossiers/{there.opened(advisor=PAUL)}").status_code == 503, "a refusal too"
    assert there.client(NADIA).get("/protocole").status_code == 200, "it shows nobody"


def test_a_page_cannot_forget_to_say_whom_it_shows(there: House) -> None:
    @there.app.get("/oubli")
    def forget(request: Request, desk: AtDesk) -> Response:
        return Response("Aminata Diallo")

    with pytest.raises(Unnoted, match="/oubli"):
        there.client(NADIA).get("/oubli")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Referer": "https://ailleurs.exemple/page"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-User": "?1"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({}, 200),
    ],
)
def test_a_page_of_another_site_shows_nobody_before_somebody_presses(
    there: House, headers: dict[str, str], status: int
) -> None:
    """Else it opens window after window, and uses up the limits of whoever looks at it."""
    dossier, lines = there.opened(), NewLines(there.served)
    for page in ("/dossiers", f"/dossiers/{dossier}", f"/journal?dossier={dossier}"):
        answer = there.client(SOPHIE).get(page, headers=headers)
        assert (answer.status_code, "Diallo" in answer.text) == (status, status == 200), page
    assert there.client(SOPHIE).head("/dossiers", headers=headers).status_code == status
    assert there.client(SOPHIE).get("/protocole", headers=headers).status_code == 200, "it shows nobody"
    assert {line.what for line in lines.take()} == (set() if status == 403 else {"shown"})


def test_the_entries_of_the_register_leave_a_line(there: House) -> None:
    there.opened()
    lines = NewLines(there.served)
    assert there.client("Hélène Morin").get("/registre/entrees").status_code == 200
    assert [(line.what, line.page, line.people) for line in lines.take()] == [("shown", "GET /registre/entrees", 0)]


def test_a_receipt_names_people_by_their_ids(there: House) -> None:
    """Whoever is named is known, an id that nobody has is nobody."""
    dossiers, lines = [there.opened(first=f"N{n}", advisor=None) for n in range(3)], NewLines(there.served)
    browser = there.client(SOPHIE)
    sent = {"command_id": str(uuid4()), "advisor": str(there.people[PAUL])}
    done = browser.post("/dossiers/affecter", data={**sent, "dossier": [str(one) for one in dossiers]})
    lines.take()
    assert browser.get(done.headers["Location"]).text.count("Diallo") >= len(dossiers)
    (line,) = lines.take()
    assert (set(line.ids), line.people, line.fresh) == (set(dossiers), 3, 3)
    again = {**sent, "command_id": str(uuid4()), "dossier": [str(dossiers[0]), str(uuid4())]}
    assert browser.post("/dossiers/affecter", data=again).status_code == 422
    (line,) = lines.take()
    assert line.ids == [dossiers[0]]
