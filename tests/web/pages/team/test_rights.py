"""The attacks of an administrator's account through the pages: forged posts, accounts of their own making."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.web.client import words
from tests.web.filled import fill, hire, texts
from tests.web.paths import House
from tests.web.tags import parsed
from web.french.dates import day

NADIA, PAUL, SOPHIE, HELENE, YANN, CLAIRE = (
    "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Hélène Morin", "Yann Le Goff", "Claire Vasseur",
)  # fmt: skip
MONDAY, FRIDAY = date(2026, 3, 16), date(2026, 3, 20)
DAYS = {"first": MONDAY.isoformat(), "last": FRIDAY.isoformat()}


@pytest.fixture(autouse=True)
def dossiers(at_work: House) -> None:
    fill(at_work, 3)


def post(at_work: House, who: str, path: str, **said: Any) -> Any:
    return at_work.client(who).post(path, data={"command_id": str(uuid4()), **said})


def refused(answer: Any) -> str:
    """Returns the sentence of a refused form."""
    assert answer.status_code == 422
    return " ".join(texts(answer.text, ".errors li, .notice p"))


def reads_nothing(at_work: House, name: str) -> None:
    client = at_work.client(name)
    for page in ("/dossiers", "/rejouer", "/journal", "/resultats"):
        answer = client.get(page)
        assert answer.status_code == 403 or "Nom000" not in answer.text, page


def test_an_administrator_chooses_nobody_s_deputy(at_work: House) -> None:
    for absent in (NADIA, SOPHIE, HELENE, CLAIRE):
        path = f"/equipe/{at_work.people[absent]}/absence"
        for deputy in (YANN, PAUL):
            said = refused(post(at_work, YANN, path, **DAYS, deputy=str(at_work.people[deputy])))
            assert "La suppléance se choisit par cette personne" in said
        reads_nothing(at_work, YANN)
        assert post(at_work, YANN, path, **DAYS).status_code == 303


@pytest.mark.parametrize("name", [YANN, HELENE])
def test_nobody_changes_their_own_roles(at_work: House, name: str) -> None:
    me = at_work.people[name]
    for form, sent in (("roles", {"roles": ["manager", "auditor"]}), ("designate", {"site": ""})):
        assert "On ne change pas ses propres rôles" in refused(post(at_work, name, f"/equipe/{me}/{form}", **sent))
    page = at_work.client(name).get(f"/equipe/{me}").text
    assert "Changer les rôles" not in words(page)
    assert "Désigner" not in words(page)
    reads_nothing(at_work, YANN)


def test_an_account_made_by_a_stolen_administrator_reads_nothing(at_work: House) -> None:
    """The attack of December 2025: two accounts made with one that keeps accounts."""
    made = []
    for n, role in enumerate(("manager", "administrator")):
        sent = {"name": f"Faux {n}", "email": f"faux{n}@exemple.fr", "roles": role}
        made.append(
            UUID(post(at_work, YANN, "/equipe/nouveau", **sent).headers["Location"].split("/")[2].split("?")[0])
        )
        at_work.people[f"Faux {n}"] = made[n]
    for name in (YANN, "Faux 0", "Faux 1"):
        for person, role in zip(made, ("manager", "administrator"), strict=True):
            assert post(at_work, name, f"/equipe/{person}/confirm", role=role).status_code in (403, 422)
        reads_nothing(at_work, name)


def test_two_administrators_make_no_manager(at_work: House) -> None:
    hire(at_work, "Omar Sy", "administrator")
    person = at_work.people[PAUL]
    assert post(at_work, YANN, f"/equipe/{person}/roles", roles=["advisor", "manager"]).status_code == 303
    said = refused(post(at_work, "Omar Sy", f"/equipe/{person}/confirm", role="manager"))
    assert "Une administration a donné ce rôle" in said
    assert "Confirmer" not in words(at_work.client("Omar Sy").get(f"/equipe/{person}").text)


def test_the_last_manager_is_not_shut_out(at_work: House) -> None:
    person = at_work.people[HELENE]
    for form, sent in (("roles", {"roles": ["advisor"]}), ("leave", {"last_day": MONDAY.isoformat()})):
        for anyway in ("", "true"):
            answer = post(at_work, YANN, f"/equipe/{person}/{form}", **sent, **({"anyway": anyway} if anyway else {}))
            assert "Plus personne ne serait de la direction" in refused(answer)


def test_an_auditor_writes_nothing(at_work: House) -> None:
    me = at_work.people[CLAIRE]
    for form in ("absence", "cancel", "contact", "pix", "training", "briefing", "take-back"):
        assert post(at_work, CLAIRE, f"/equipe/{me}/{form}", **DAYS, on=MONDAY.isoformat()).status_code == 403
    page = at_work.client(CLAIRE).get(f"/equipe/{me}").text
    assert texts(page, "#person .btn") == []


@pytest.mark.parametrize("name", ["Nadia Benali", "Sophie Lecomte", "Claire Vasseur", "Hélène Morin", "Yann Le Goff"])
def test_the_board_offers_an_absence_of_one_s_own_where_its_form_opens(at_work: House, name: str) -> None:
    client, own = at_work.client(name), f"/equipe/{at_work.people[name]}?formulaire=absence"
    opens = parsed(client.get(own).text).select_one("#form") is not None
    assert [opens, f'href="{own}#form"' in client.get("/equipe").text] == [name != "Claire Vasseur"] * 2


def test_the_end_of_an_auditor_is_set_on_the_page_when_the_role_is_given(at_work: House) -> None:
    """By whoever keeps the roles: for somebody new, or a colleague; a day that is over is refused."""
    end = MONDAY + timedelta(days=30)
    last, over = {"until": end.isoformat()}, {"until": (MONDAY - timedelta(days=1)).isoformat()}
    new = {"name": "Rita Contrôle", "email": "rita@exemple.fr", "roles": "auditor"}
    assert "déjà passé" in refused(post(at_work, HELENE, "/equipe/nouveau", **new, **over))
    made = post(at_work, HELENE, "/equipe/nouveau", **new, **last)
    rita = UUID(made.headers["Location"].split("/")[2].split("?")[0])
    paul, both = at_work.people[PAUL], {"roles": ["advisor", "auditor"]}
    assert "déjà passé" in refused(post(at_work, HELENE, f"/equipe/{paul}/roles", **both, **over))
    for name in (CLAIRE, SOPHIE, PAUL):
        assert post(at_work, name, f"/equipe/{paul}/roles", **both, **last).status_code in (403, 422)
    assert post(at_work, HELENE, f"/equipe/{paul}/roles", **both, **last).status_code == 303
    team = at_work.served.refs.team
    assert [dict(team[one].ends) for one in (rita, paul)] == [{"auditor": end}] * 2
    assert f"jusqu’au {words(day(end, year=True))}" in words(at_work.client(HELENE).get(f"/equipe/{rita}").text)
    for one in (rita, paul):
        assert post(at_work, YANN, f"/equipe/{one}/confirm", role="auditor").status_code == 303
    at_work.people["Rita Contrôle"] = rita
    at_work.day(end)
    assert at_work.client("Rita Contrôle").get(f"/indicateurs?au={MONDAY}").status_code == 200
    at_work.day(end + timedelta(days=1))
    assert at_work.client("Rita Contrôle").get("/indicateurs").status_code == 403
