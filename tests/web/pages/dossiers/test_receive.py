"""Je reçois ce jeune: one dossier, exactly meant, for the day; whatever else is typed tells nothing of any dossier."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow.actor import OPERATOR, Actor
from pixflow.dossier import follow_up as closing
from pixflow.dossier import identity as merging
from pixflow.events.dossier import GlassBroken
from tests.erasures import request as request_erasure
from tests.web.access_lines import NewLines
from tests.web.client import words
from tests.web.paths import House, house
from tests.web.tags import parsed
from web.pages.privacy.erasure import erase

NADIA, PAUL, SOPHIE, CLAIRE, HELENE, YANN = (
    "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Claire Vasseur", "Hélène Morin", "Yann Le Goff",
)  # fmt: skip
MONDAY = date(2026, 3, 16)
WHY = "Nadia est en formation"
NOT_ONE = "Aucun dossier ne s’ouvre avec ces indications"


ON_SQLITE = pytest.mark.parametrize("at_work", ["sqlite"], indirect=True)
"""Of what the store has no part in."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def at_work(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    if request.param == "postgresql":
        monkeypatch.setenv("PIXFLOW_DATABASE_URL", request.getfixturevalue("database_url"))
    with house(tmp_path / "data", MONDAY) as made:
        yield made


def receive(at_work: House, who: str = PAUL, **sent: str) -> Any:
    data = {"command_id": str(uuid4()), "reason": WHY, **sent}
    return at_work.client(who).post("/dossiers/recevoir", data=data)


def by_name(last: str = "Diallo", first: str = "Aminata", birth: str = "2005-11-03") -> dict[str, str]:
    return {"last_name": last, "first_name": first, "birth_date": birth}


def broken(at_work: House, dossier: UUID) -> list[GlassBroken]:
    return [event for event in at_work.events(dossier) if isinstance(event, GlassBroken)]


def test_the_dossier_opens_for_the_day_and_no_longer(at_work: House) -> None:
    dossier, other = at_work.opened(imilo_number="0012350"), at_work.opened(first="Hugo")
    lines = NewLines(at_work.served)
    paul = at_work.client(PAUL)
    assert paul.get(f"/dossiers/{dossier}").status_code == 404
    lines.take()
    answer = receive(at_work, imilo_number="00 12350")
    assert answer.headers["Location"] == f"/dossiers/{dossier}?fait={at_work.version(dossier, GlassBroken)}"
    assert lines.take() == []
    page = paul.get(answer.headers["Location"])
    assert "Vous recevez ce jeune aujourd’hui" in words(page.text)
    assert f"dossier ouvert pour la journée : {WHY}" in words(page.text)
    (line,) = lines.take()
    assert (line.what, line.dossier, line.why) == ("shown", dossier, "glass")
    note = {"command_id": str(uuid4()), "seen": "4", "on": MONDAY.isoformat(), "text": "venue à l’accueil"}
    assert paul.post(f"/dossiers/{dossier}/note", data=note).status_code == 303
    assert paul.get(f"/dossiers/{dossier}?formulaire=present").text.count('name="occasion"') == 0
    assert "Diallo" not in paul.get("/dossiers").text
    assert paul.get(f"/dossiers/{other}").status_code == 404
    at_work.day(MONDAY + timedelta(days=1))
    assert paul.get(f"/dossiers/{dossier}").status_code == 404
    assert [event.nth for event in broken(at_work, dossier)] == [1]


@ON_SQLITE
@pytest.mark.parametrize(
    "typed",
    [
        {"imilo_number": "0012351"},
        {"imilo_number": "12350"},
        by_name(birth="2005-11-04"),
        by_name(last="Diall"),
        by_name(first="Jumelle"),
        by_name(last="Fusionnée"),
        by_name(last="Effacée"),
        {"imilo_number": "0012350", **by_name(first="Jumelle")},
        {"imilo_number": "0012350", **by_name(birth="2005-11-04")},
    ],
)
def test_whatever_is_not_one_dossier_tells_nothing_of_any(at_work: House, typed: dict[str, str]) -> None:
    dossier = at_work.opened(imilo_number="0012350")
    for _ in range(2):
        at_work.opened(first="Jumelle")
    merged, erased = at_work.opened(last="Fusionnée"), at_work.opened(last="Effacée")
    seen = len(at_work.events(merged))
    at_work.on(merged, merging.merge_dossier, SOPHIE, into=dossier, gives_number=False, version=seen)
    version = request_erasure(at_work.served.opened, erased)
    erase(at_work.served, erased, version, by=Actor(OPERATOR), command_id=uuid4(), via="cli")
    unknown = receive(at_work, **by_name(last="Personne"))
    head, lines = at_work.served.engine.head(), NewLines(at_work.served)
    lines.take()
    answer = receive(at_work, **typed)
    assert (answer.status_code, NOT_ONE in words(answer.text)) == (422, True)
    assert words(answer.text) == words(unknown.text)
    assert at_work.served.engine.head() == head
    (line,) = lines.take()
    assert (line.what, line.dossier, line.people, line.why) == ("refused", None, 0, "glass")


@ON_SQLITE
@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"reason": " "}, "motif"),
        ({"reason": "son numéro est 2 05 11 61 123 456 78"}, "Un numéro de sécurité sociale"),
        ({"imilo_number": "12 / 3"}, "Ce numéro i-Milo ne se lit pas"),
        ({"imilo_number": ""}, "Écrivez le n° i-Milo"),
        ({"imilo_number": "", "last_name": "Diallo", "first_name": "Aminata"}, "Écrivez le n° i-Milo"),
    ],
)
def test_what_can_be_refused_is_refused_the_same_with_and_without_a_dossier(
    at_work: House, sent: dict[str, str], said: str
) -> None:
    answers = []
    for there in (False, True):
        if there:
            at_work.opened(imilo_number="0012350")
        answer = receive(at_work, **{"imilo_number": "0012350", **sent})
        assert (answer.status_code, said in words(answer.text)) == (422, True), words(answer.text)
        answers.append(words(answer.text))
    assert answers[0] == answers[1]


def test_five_a_day_and_the_sixth_is_answered_as_for_nobody(at_work: House) -> None:
    dossiers = [at_work.opened(imilo_number=f"100{n}") for n in range(6)]
    for n in range(5):
        assert receive(at_work, imilo_number=f"100{n}").status_code == 303
    answers = [receive(at_work, imilo_number=number) for number in ("1005", "9999")]
    assert {(one.status_code, "Vous avez déjà ouvert 5 dossiers" in words(one.text)) for one in answers} == {
        (422, True)
    }
    assert words(answers[0].text) == words(answers[1].text)
    assert not broken(at_work, dossiers[5])
    at_work.day(MONDAY + timedelta(days=1))
    assert receive(at_work, imilo_number="1005").status_code == 303


def test_eight_at_once_open_five(at_work: House) -> None:
    dossiers = [at_work.opened(imilo_number=f"100{n}") for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: receive(at_work, imilo_number=f"100{n}").status_code, range(8)))
    numbers = sorted(event.nth for dossier in dossiers for event in broken(at_work, dossier))
    assert (sorted(answers), numbers) == ([303] * 5 + [422] * 3, [1, 2, 3, 4, 5])


@ON_SQLITE
def test_one_s_own_and_one_open_already_need_no_glass(at_work: House) -> None:
    dossier = at_work.opened(imilo_number="0012350")
    assert receive(at_work, NADIA, imilo_number="0012350").headers["Location"] == f"/dossiers/{dossier}"
    assert not broken(at_work, dossier)
    receive(at_work, imilo_number="0012350")
    assert receive(at_work, imilo_number="0012350").headers["Location"] == f"/dossiers/{dossier}"
    assert len(broken(at_work, dossier)) == 1


@ON_SQLITE
def test_a_closed_dossier_is_read_too(at_work: House) -> None:
    dossier = at_work.opened()
    at_work.on(dossier, closing.close_dossier, reason="moved", note="")
    assert receive(at_work, **by_name()).status_code == 303
    assert at_work.client(PAUL).get(f"/dossiers/{dossier}").status_code == 200


@ON_SQLITE
def test_the_advisor_and_the_referents_see_it_in_their_box_until_the_next_working_day(at_work: House) -> None:
    dossier = at_work.opened(imilo_number="0012350")
    at_work.day(date(2026, 3, 20))
    receive(at_work, imilo_number="0012350")
    said = f"Aminata Diallo : reçu·e par Paul Rey le 20 mars. {WHY}"
    for day, seen in ((date(2026, 3, 20), True), (date(2026, 3, 23), True), (date(2026, 3, 24), False)):
        at_work.day(day)
        for who in (NADIA, SOPHIE):
            page = at_work.client(who).get("/boite").text
            notices = [str(one) for one in parsed(page).select("[id^=received]")]
            assert [(words(one), f'href="/dossiers/{dossier}"' in one) for one in notices] == [(said, True)] * seen
        for who in (PAUL, HELENE):
            assert "reçu·e par" not in words(at_work.client(who).get("/boite").text)


@ON_SQLITE
def test_the_page_is_offered_to_whom_it_serves(at_work: House) -> None:
    at_work.opened()
    for who, offered in ((PAUL, True), (SOPHIE, False)):
        client = at_work.client(who)
        pages = [client.get("/dossiers").text, client.post("/chercher", data={"q": "zzz"}).text]
        assert [("/dossiers/recevoir" in page) for page in pages] == [offered] * 2
