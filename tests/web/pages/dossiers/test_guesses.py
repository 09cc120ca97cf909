"""Tests the answers that tell an advisor if somebody is followed here: each has its line, and ten a day are given."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.web.access_lines import NewLines
from tests.web.client import words
from tests.web.paths import House, house
from web.desk.guesses import A_DAY, SPENT
from web.hosting.served_structure import structure_in_use

NADIA, PAUL, SOPHIE, HELENE = "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Hélène Morin"
KNOWN, TAKEN = "Un dossier porte déjà ce nom et cette date de naissance", "déjà pris par un autre dossier"
MANY = 14
LETTERS = "ABCDEFGHIJKLMN"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def at_work(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house with dossiers of Nadia."""
    if request.param == "postgresql":
        monkeypatch.setenv("PIXFLOW_DATABASE_URL", request.getfixturevalue("database_url"))
    with house(tmp_path / "data", date(2026, 3, 16)) as made:
        yield made


@pytest.fixture
def dossiers(at_work: House) -> list[UUID]:
    return [at_work.opened(first=f"Aminata {one}", imilo_number=f"70{n:02}") for n, one in enumerate(LETTERS)]


def opens(at_work: House, who: str = PAUL, **typed: str) -> str:
    """Opens a dossier by hand. Returns the words of a refusal, "" once it is open."""
    about = {"last_name": "Traoré", "first_name": "Issa", "site": "Mortagne", "on": at_work.today.isoformat()}
    data = {"command_id": str(uuid4()), **about, **typed}
    answer = at_work.client(who).post("/dossiers/nouveau", data=data)
    return words(answer.text) if answer.status_code == 422 else ""


def receives(at_work: House, number: str) -> Any:
    data = {"command_id": str(uuid4()), "reason": "à l’accueil", "imilo_number": number}
    return words(at_work.client(PAUL).post("/dossiers/recevoir", data=data).text)


def by_name(n: int) -> dict[str, str]:
    return {"last_name": "Diallo", "first_name": f"Aminata {LETTERS[n]}", "birth_date": "2005-11-03"}


def spent(said: str) -> bool:
    return words(SPENT) in said


def test_a_hidden_namesake_and_a_taken_number_have_their_line(at_work: House, dossiers: list[UUID]) -> None:
    lines = NewLines(at_work.served)
    assert KNOWN in opens(at_work, **by_name(0))
    assert TAKEN in opens(at_work, imilo_number="7001")
    own = at_work.opened(first="Issa", advisor=PAUL)
    said = {"last_name": "Diallo", "first_name": "Issa", "imilo_number": "7002", "site": "Mortagne"}
    sent = {"command_id": str(uuid4()), "seen": "3", "on": at_work.today.isoformat(), **said}
    answer = at_work.client(PAUL).post(f"/dossiers/{own}/identity", data=sent)
    assert (answer.status_code, TAKEN in words(answer.text)) == (422, True)
    found = [(line.dossier, line.why) for line in lines.take() if line.what == "revealed"]
    assert found == [(one, "glass") for one in dossiers[:3]]
    page = words(at_work.client(HELENE).get("/consultations").text)
    assert "A su que la personne est suivie ici" in page
    assert page.count("Aminata C") == 1


def test_who_reads_them_leaves_no_such_line(at_work: House, dossiers: list[UUID]) -> None:
    lines = NewLines(at_work.served)
    for who in (NADIA, SOPHIE):
        for n in range(MANY):
            assert KNOWN in opens(at_work, who, **by_name(n))
            assert "est déjà pris par Aminata" in opens(at_work, who, imilo_number=f"70{n:02}")
    assert [line for line in lines.take() if line.what == "revealed"] == []


def test_ten_answers_a_day_whatever_the_form(at_work: House, dossiers: list[UUID]) -> None:
    said = [opens(at_work, **by_name(n)) for n in range(4)]
    said += [opens(at_work, imilo_number=f"70{n:02}") for n in range(4, 8)]
    said += [receives(at_work, f"999{n}") for n in range(2)]
    assert not any(map(spent, said))
    own = at_work.opened(first="Issa", advisor=PAUL)
    head = at_work.served.engine.head()
    sent = {"command_id": str(uuid4()), "on": at_work.today.isoformat(), "last_name": "Diallo", "first_name": "Issa"}
    identity = at_work.client(PAUL).post(
        f"/dossiers/{own}/identity", data=sent | {"imilo_number": "7013", "site": "Mortagne"}
    )
    after = [
        opens(at_work, **by_name(8)),
        opens(at_work, imilo_number="7009"),
        opens(at_work),
        receives(at_work, "7009"),
    ]
    assert all(map(spent, [*after, words(identity.text)]))
    assert not any(KNOWN in one or TAKEN in one for one in after)
    assert at_work.served.engine.head() == head, "what followed recorded nothing"
    at_work.day(at_work.today + timedelta(days=1))
    assert KNOWN in opens(at_work, **by_name(8))


def test_what_is_refused_anyway_asks_nothing(at_work: House, dossiers: list[UUID]) -> None:
    """A form with a wrong value gets the same answer with a dossier and without one."""
    lines, wrong = NewLines(at_work.served), {"phone": "12", "on": "2026-03-15"}
    one, other = opens(at_work, **by_name(0), **wrong), opens(at_work, **by_name(0) | wrong | {"last_name": "Dialo"})
    assert KNOWN not in one
    assert one.replace("Diallo", "Dialo") == other
    assert [line for line in lines.take() if line.what in ("revealed", "refused")] == []


def test_answers_at_once_and_after_a_restart_are_ten_together(at_work: House, dossiers: list[UUID]) -> None:
    with ThreadPoolExecutor(MANY) as pool:
        said = list(pool.map(lambda n: opens(at_work, **by_name(n)), range(MANY)))
    assert sum(KNOWN in one for one in said) <= A_DAY
    assert all(KNOWN in one or spent(one) for one in said)
    ((slug, served),) = at_work.host.structures.items()
    at_work.host.structures[slug] = again = structure_in_use(served.opened)
    assert spent(opens(at_work, **by_name(0)))
    at_work.host.structures[slug] = served
    again.journal.close()
    again.reads.close()
