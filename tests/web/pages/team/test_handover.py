"""Confier un portefeuille: who takes what, what each would carry, done row by row, reported, undone, given back."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow.actor import CLOCK
from pixflow.dossier import assignment
from pixflow.dossier import follow_up as closing
from pixflow.events.dossier import AdvisorAssigned, DossierLent
from tests.web.client import InspectingClient, words
from tests.web.filled import fill, hire, part, said, texts
from tests.web.paths import House, house
from tests.web.tags import parsed
from web.hosting import clock_jobs
from web.http.forms import MAX_FIELDS

NADIA, PAUL, SOPHIE, HELENE, INES = "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Hélène Morin", "Inès Kowalski"
MONDAY = date(2026, 3, 16)
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture(autouse=True)
def ines(at_work: House) -> None:
    hire(at_work, INES, "advisor", of_site="L’Aigle")


def address(at_work: House, who: str = NADIA) -> str:
    return f"/equipe/{at_work.people[who]}/confier"


def preview(at_work: House, *to: str, by: str = HELENE, **more: Any) -> Any:
    """The answer to the first form: these colleagues, all dossiers for good unless `more` says otherwise."""
    sent = {"command_id": str(uuid4()), "to": [str(at_work.people[name]) for name in to]}
    return at_work.client(by).post(f"{address(at_work)}/apercu", data={**sent, **more})


def values(html: str) -> dict[str, Any]:
    """Returns the values of the preview's untouched form."""
    form = parsed(html).select_one("form[action$='/confier']")
    hidden = {tag["name"]: tag["value"] for tag in form.select("input[type=hidden]") if tag["name"] != "to"}
    pairs = [tag["value"] for tag in form.select("select[name=pair] option[selected]")]
    pairs += [tag["value"] for tag in form.select("input[name=pair]")]
    return {**hidden, "to": [tag["value"] for tag in form.select("input[name=to]")], "pair": pairs}


def hand_over(at_work: House, *to: str, by: str = HELENE, **more: Any) -> Any:
    """From the first form to the report."""
    client = at_work.client(by)
    answer = client.post(address(at_work), data=values(preview(at_work, *to, by=by, **more).text))
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["Location"])


def follows(at_work: House, dossiers: list[UUID]) -> list[str]:
    names = {id: name for name, id in at_work.people.items()}
    return [names[at_work.state(dossier).advisor] for dossier in dossiers]  # type: ignore[index]


def undo(client: InspectingClient, html: str) -> Any:
    form = parsed(html).select_one("form[action$='/annuler']")
    return client.post(form["action"], data={tag["name"]: tag["value"] for tag in form.select("input")})


# --- asking


def test_what_a_colleague_lent_is_not_handed_over_for_good(at_work: House) -> None:
    own, lent = fill(at_work, 2), fill(at_work, 1, advisor=PAUL)
    borrowed = {"advisor": at_work.people[NADIA], "until": date(2026, 3, 31)}
    at_work.on(lent[0], assignment.lend_dossier, SOPHIE, **borrowed)
    page = words(at_work.client(HELENE).get(address(at_work)).text)
    assert "1 dossier lui est confié pour un temps" in page
    hand_over(at_work, INES)
    assert follows(at_work, [*own, *lent]) == [INES, INES, NADIA]
    assert at_work.state(lent[0]).lent.back_to == at_work.people[PAUL]


def test_the_page_says_what_is_followed_and_who_may_take_it(at_work: House) -> None:
    fill(at_work, 3)
    fill(at_work, 2, advisor=PAUL)
    page = at_work.client(HELENE).get(address(at_work)).text
    assert "3 dossiers ouverts, 3 tâches à faire dans ces dossiers" in words(page)
    assert texts(page, "#to label") == ["Inès Kowalski 0 dossier, 0 tâche", "Paul Rey 2 dossiers, 2 tâches"]
    assert len(parsed(page).select("input[name=dossier]")) == 3
    link = parsed(at_work.client(HELENE).get(f"/equipe/{at_work.people[NADIA]}").text).select_one(".panel a.btn")
    assert link["href"] == address(at_work)


def test_nothing_to_hand_over_or_nobody_to_take_it(at_work: House) -> None:
    assert "Aucun dossier ouvert à confier." in words(at_work.client(HELENE).get(address(at_work)).text)
    fill(at_work, 1, advisor=PAUL)
    for name in (NADIA, INES):
        sent = {"command_id": str(uuid4()), "last_day": "2026-03-15", "anyway": "true"}
        at_work.client(HELENE).post(f"/equipe/{at_work.people[name]}/leave", data=sent)
    assert "Personne d’autre dans l’équipe ne suit de dossiers." in words(
        at_work.client(HELENE).get(address(at_work, PAUL)).text
    )


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"to": []}, "Choisissez au moins une personne."),
        ({"which": "ticked"}, "Cochez au moins un dossier, ou choisissez tous les dossiers."),
        ({"term": "until"}, "Écrivez jusqu’à quel jour, compris."),
        ({"term": "until", "until": "2026-03-15"}, "Ce jour est déjà passé : choisissez un jour à venir."),
    ],
)
def test_what_is_missing_is_asked_again_with_the_values_kept(
    at_work: House, more: dict[str, Any], sentence: str
) -> None:
    fill(at_work, 2)
    answer = preview(at_work, PAUL, **more)
    assert answer.status_code == 422
    assert texts(answer.text, ".errors li") == [sentence]
    kept = parsed(answer.text).select("input[name=to][checked]")
    assert [tag["value"] for tag in kept] == ([] if "to" in more else [str(at_work.people[PAUL])])


def test_only_advisors_of_the_team_take_dossiers(at_work: House) -> None:
    fill(at_work, 2)
    answer = preview(at_work, HELENE)
    assert "Choisissez des conseiller·ères de l’équipe." in words(answer.text)


# --- the preview


def test_the_split_evens_the_loads_and_shows_them_before_and_after(at_work: House) -> None:
    fill(at_work, 6)
    fill(at_work, 2, advisor=PAUL)
    page = preview(at_work, PAUL, INES).text
    assert [
        [said(cell) for cell in row.select("th, td")] for row in parsed(page).select("#loads ~ table tbody tr")
    ] == [["Nadia Benali", "6 → 0", "6 → 0"], ["Inès Kowalski", "0 → 4", "0 → 4"], ["Paul Rey", "2 → 4", "2 → 4"]]
    assert "6 dossiers, pour de bon · rien n’est encore enregistré" in words(page)
    assert len(parsed(page).select("select[name=pair]")) == 6


def test_a_choice_made_dossier_by_dossier_is_counted_again(at_work: House) -> None:
    dossiers = fill(at_work, 3)
    page = preview(at_work, PAUL, INES).text
    sent = values(page) | {"pair": [f"{dossiers[0]}:{at_work.people[PAUL]}", f"{dossiers[1]}:{at_work.people[PAUL]}"]}
    again = at_work.client(HELENE).post(f"{address(at_work)}/apercu", data=sent).text
    rows = [[said(cell) for cell in row.select("th, td")] for row in parsed(again).select("#loads ~ table tbody tr")]
    assert rows == [
        ["Nadia Benali", "3 → 1", "3 → 1"],
        ["Inès Kowalski", "0 → 0", "0 → 0"],
        ["Paul Rey", "0 → 2", "0 → 2"],
    ]
    assert [said(option) for option in parsed(again).select_one("select[name=pair]").select("option")] == [
        "Paul Rey",
        "Inès Kowalski",
        "reste à Nadia Benali",
    ]


def test_nothing_is_recorded_by_a_preview(at_work: House) -> None:
    fill(at_work, 3)
    before = at_work.served.engine.head()
    preview(at_work, PAUL)
    assert at_work.served.engine.head() == before


def test_the_fragment_is_the_preview_s_block(at_work: House) -> None:
    fill(at_work, 2)
    client = at_work.client(HELENE)
    sent = {"command_id": str(uuid4()), "to": str(at_work.people[PAUL])}
    fragment = client.post(f"{address(at_work)}/apercu", data=sent, headers=HTMX).text
    assert fragment.startswith('<div id="handover">')
    assert part(client, address(at_work)) != ""


# --- done


def test_all_dossiers_go_to_one_colleague_for_good(at_work: House) -> None:
    dossiers = fill(at_work, 4)
    report = hand_over(at_work, PAUL)
    assert report.status_code == 200
    assert said(parsed(report.text).h1) == "4 dossiers confiés"
    assert "Portefeuille de Nadia Benali" in words(report.text)
    assert "Hélène Morin, 16 mars 2026" in words(report.text)
    assert follows(at_work, dossiers) == [PAUL] * 4
    facts = [at_work.served.engine.history(dossier)[-1] for dossier in dossiers]
    assert {type(fact.event) for fact in facts} == {AdvisorAssigned}
    assert len({fact.command for fact in facts}) == 4
    assert len(parsed(at_work.client(PAUL).get("/boite").text).select(".item")) == 4
    assert len(parsed(at_work.client(NADIA).get("/boite").text).select(".item")) == 0


def test_ticked_dossiers_alone_go(at_work: House) -> None:
    dossiers = fill(at_work, 3)
    hand_over(at_work, PAUL, which="ticked", dossier=[str(dossiers[0]), str(dossiers[2])])
    assert follows(at_work, dossiers) == [PAUL, NADIA, PAUL]


def test_the_report_lists_who_took_which_and_prints(at_work: House) -> None:
    fill(at_work, 1, last_name="Öztürk", imilo_number="12345")
    fill(at_work, 2)
    report = hand_over(at_work, PAUL, INES)
    assert texts(report.text, ".part h2") == ["Inès Kowalski 2 dossiers", "Paul Rey 1 dossier"]
    assert "Öztürk Prénom n° 12345" in " ".join(texts(report.text, ".part li"))
    assert not parsed(report.text).select("article form:not(.noprint)")
    assert "Öztürk" not in str(report.url)


def test_sent_twice_it_is_done_once(at_work: House) -> None:
    dossiers = fill(at_work, 3)
    client = at_work.client(HELENE)
    sent = values(preview(at_work, PAUL).text)
    first = client.post(address(at_work), data=sent)
    head = at_work.served.engine.head()
    second = client.post(address(at_work), data=sent)
    assert first.headers["Location"] == second.headers["Location"]
    assert at_work.served.engine.head() == head
    assert follows(at_work, dossiers) == [PAUL] * 3


def test_each_row_has_its_result_when_some_are_refused(at_work: House) -> None:
    dossiers = fill(at_work, 3)
    sent = values(preview(at_work, PAUL).text)
    at_work.on(dossiers[0], assignment.assign_advisor, SOPHIE, advisor=at_work.people[INES])
    at_work.on(dossiers[1], closing.close_dossier, reason="moved", note="")
    answer = at_work.client(HELENE).post(address(at_work), data=sent)
    assert answer.status_code == 422
    assert "1 sur 3 confiés ; les autres, non :" in words(answer.text)
    assert texts(answer.text, ".notice.late li") == [
        "Prénom Nom0001 (pour Paul Rey) : ce dossier n’est plus suivi par Nadia Benali",
        "Prénom Nom0002 (pour Paul Rey) : ce dossier est clos depuis le 16 mars 2026 : rouvrez-le d’abord.",
    ]
    assert texts(answer.text, ".part li") == ["Nom0003 Prénom"]
    assert follows(at_work, dossiers) == [INES, NADIA, PAUL]


# --- undone


def test_all_of_it_is_taken_back(at_work: House) -> None:
    dossiers = fill(at_work, 3)
    report = hand_over(at_work, PAUL, INES)
    client = at_work.client(HELENE)
    answer = undo(client, report.text)
    assert answer.status_code == 303
    after = client.get(answer.headers["Location"]).text
    assert follows(at_work, dossiers) == [NADIA] * 3
    assert said(parsed(after).h1) == "3 dossiers repris"
    assert "plus ainsi" not in words(after)
    assert texts(after, ".part li .quiet") == ["· suivi par Nadia Benali"] * 3
    assert not parsed(after).select("form[action$='/annuler']")


def test_what_somebody_assigned_since_is_not_taken_back(at_work: House) -> None:
    dossiers = fill(at_work, 2)
    report = hand_over(at_work, PAUL)
    at_work.on(dossiers[0], assignment.assign_advisor, SOPHIE, advisor=at_work.people[INES])
    answer = undo(at_work.client(HELENE), report.text)
    assert answer.status_code == 422
    assert "1 sur 2 repris" in words(answer.text)
    assert texts(answer.text, ".notice.late li") == [
        "Prénom Nom0001 : ce dossier est passé depuis à Inès Kowalski : il n’y a plus rien à annuler."
    ]
    assert follows(at_work, dossiers) == [INES, NADIA]
    assert said(parsed(answer.text).h1) == "2 dossiers confiés"
    assert "2 ne sont plus ainsi" in words(answer.text)


def test_a_report_shows_only_what_its_own_bulk_recorded(at_work: House) -> None:
    dossiers = fill(at_work, 2)
    report = hand_over(at_work, PAUL)
    at_work.on(dossiers[0], assignment.assign_advisor, SOPHIE, advisor=at_work.people[INES])
    client = at_work.client(HELENE)
    assert client.get(f"/equipe/confies/{uuid4()}").status_code == 404
    for query in ("", "?fait=1-9999", "?fait=elsewhere"):
        again = client.get(f"{report.url.path}{query}").text
        assert said(parsed(again).h1) == "2 dossiers confiés", "an address of an earlier version shows the same"


def hand_over_many(at_work: House, count: int, said_so: str) -> None:
    """So many dossiers are paged, shared, sent in one form, and taken back."""
    dossiers = fill(at_work, count)
    client = at_work.client(HELENE)
    page = client.get(address(at_work)).text
    assert f"1 à 50 sur {said_so}" in words(page)
    assert len(parsed(page).select("input[name=dossier]")) == 50
    last = client.get(f"{address(at_work)}?p={count // 50 + 1}").text
    assert len(parsed(last).select("input[name=dossier]")) == count % 50
    shown = preview(at_work, PAUL, INES).text
    assert f"{said_so} dossiers, en un seul envoi" in words(shown)
    assert len(values(shown)["pair"]) == count
    assert not parsed(shown).select("select")
    report = client.get(client.post(address(at_work), data=values(shown)).headers["Location"])
    assert said(parsed(report.text).h1) == f"{said_so} dossiers confiés"
    of_each = [f"Inès Kowalski {count - count // 2} dossiers", f"Paul Rey {count // 2} dossiers"]
    assert texts(report.text, ".part h2") == of_each
    assert set(follows(at_work, dossiers)) == {PAUL, INES}
    after = client.get(undo(client, report.text).headers["Location"]).text
    assert said(parsed(after).h1) == f"{said_so} dossiers repris"
    assert set(follows(at_work, dossiers)) == {NADIA}


def test_more_dossiers_than_the_usual_fields_of_a_form_are_handed_over_at_once_and_taken_back(at_work: House) -> None:
    hand_over_many(at_work, 1_001, "1 001")


@pytest.mark.postgres
def test_on_postgresql_more_dossiers_than_parameters_of_a_statement_are_handed_over(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIXFLOW_DATABASE_URL", database_url)
    with house(tmp_path / "postgres", MONDAY) as at_work:
        database = at_work.served.opened.database
        assert database is not None
        hire(at_work, INES, "advisor", of_site="L’Aigle")
        hand_over_many(at_work, 513, "513")
    database.close()


def test_more_fields_than_a_structure_has_dossiers_are_refused_in_words(at_work: House) -> None:
    fill(at_work, 1)
    sent = {**values(preview(at_work, PAUL).text), "pair": [""] * (MAX_FIELDS + 1)}
    answer = at_work.client(HELENE).post(address(at_work), data=sent)
    assert answer.status_code == 400
    assert parsed(answer.text).h1 is not None


# --- until a day


def test_lent_dossiers_come_back_by_themselves_the_day_after(at_work: House) -> None:
    dossiers = fill(at_work, 3)
    report = hand_over(at_work, PAUL, term="until", until="2026-03-20")
    assert said(parsed(report.text).h1) == "3 dossiers confiés jusqu’au 20 mars 2026"
    assert isinstance(at_work.events(dossiers[0])[-1], DossierLent)
    page = words(at_work.client(SOPHIE).get(f"/dossiers/{dossiers[0]}").text)
    assert "suivi·e par Paul Rey jusqu’au 20 mars, puis rendu à Nadia Benali" in page
    at_work.day(date(2026, 3, 20), 22)
    assert clock_jobs.return_lent_dossiers(at_work.served.engine, at_work.served.read()) == 0
    at_work.day(date(2026, 3, 21))
    assert clock_jobs.return_lent_dossiers(at_work.served.engine, at_work.served.read()) == 3
    assert clock_jobs.return_lent_dossiers(at_work.served.engine, at_work.served.read()) == 0
    assert follows(at_work, dossiers) == [NADIA] * 3
    fact = at_work.served.engine.history(dossiers[0])[-1]
    assert (fact.by, fact.event) == (CLOCK, AdvisorAssigned(advisor=at_work.people[NADIA], on=date(2026, 3, 21)))


def test_a_lent_portfolio_is_taken_back_before_its_day(at_work: House) -> None:
    dossiers = fill(at_work, 2)
    report = hand_over(at_work, PAUL, term="until", until="2026-03-20")
    undo(at_work.client(HELENE), report.text)
    assert follows(at_work, dossiers) == [NADIA] * 2
    at_work.day(date(2026, 3, 21))
    assert clock_jobs.return_lent_dossiers(at_work.served.engine, at_work.served.read()) == 0


# --- found again, and given back before the day


def give_back(at_work: House, who: str, page: str) -> Any:
    client = at_work.client(who)
    form = parsed(client.get(page).text).select_one("form[action='/equipe/prets/rendre']")
    answer = client.post(form["action"], data={tag["name"]: tag["value"] for tag in form.select("input")})
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["Location"])


def loans(at_work: House, who: str, page: str) -> list[str]:
    return texts(at_work.client(who).get(page).text, ".loan > p")


def effects(at_work: House, who: str) -> list[str]:
    return texts(at_work.client(who).get("/boite").text, ".loan form > p:first-of-type")


def test_a_loan_stands_on_the_team_and_on_both_peoples_pages_and_boxes(at_work: House) -> None:
    fill(at_work, 2)
    hand_over(at_work, PAUL, term="until", until="2026-04-03")
    sentence = "2 dossiers de Nadia Benali, confiés à Paul Rey jusqu’au 3 avril"
    nadia, paul, ines = (f"/equipe/{at_work.people[name]}" for name in (NADIA, PAUL, INES))
    assert [loans(at_work, HELENE, page) for page in ("/equipe", nadia, paul, ines)] == [[sentence]] * 3 + [[]]
    assert loans(at_work, NADIA, "/boite") == ["2 dossiers à vous, confiés à Paul Rey jusqu’au 3 avril"]
    assert loans(at_work, PAUL, "/boite") == ["2 dossiers de Nadia Benali, que vous suivez jusqu’au 3 avril"]
    assert loans(at_work, INES, "/boite") == []
    assert effects(at_work, NADIA) == ["Vous suivez de nouveau 2 dossiers dès maintenant."]
    assert effects(at_work, PAUL) == ["Nadia Benali suit de nouveau 2 dossiers dès maintenant."]


@pytest.mark.parametrize(("who", "page"), [(NADIA, "/boite"), (PAUL, "/boite"), (SOPHIE, "/equipe")])
def test_a_loan_is_given_back_in_one_press_by_each_side_and_by_who_steers(at_work: House, who: str, page: str) -> None:
    dossiers = fill(at_work, 2)
    hand_over(at_work, PAUL, term="until", until="2026-04-03")
    answer = give_back(at_work, who, page)
    assert follows(at_work, dossiers) == [NADIA, NADIA]
    assert ("2 dossiers rendus à Nadia Benali" if page == "/boite" else "2 dossiers rendus") in words(answer.text)
    assert loans(at_work, who, page) == []
    assert texts(at_work.client(HELENE).get("/equipe").text, ".move > p:first-child") == [
        "Le 16 mars : 2 dossiers rendus par Paul Rey à Nadia Benali"
    ]


@pytest.mark.parametrize("who", [NADIA, PAUL])
def test_a_loan_just_given_back_is_lent_again_in_one_press(at_work: House, who: str) -> None:
    dossiers = fill(at_work, 2)
    hand_over(at_work, PAUL, term="until", until="2026-04-03")
    before = loans(at_work, who, "/boite")
    answer = give_back(at_work, who, "/boite")
    form = parsed(answer.text).select_one("form.undo-all")
    sent = {tag["name"]: tag["value"] for tag in form.select("input")}
    taken = at_work.client(who).post(form["action"], data=sent)
    assert taken.status_code == 303
    assert follows(at_work, dossiers) == [PAUL, PAUL]
    assert loans(at_work, who, "/boite") == before
    for other in {NADIA, PAUL} - {who}:
        at_work.client(other).post(form["action"], data={**sent, "command_id": str(uuid4())})
    assert follows(at_work, dossiers) == [PAUL, PAUL]


def test_nobody_else_gives_a_loan_back(at_work: House) -> None:
    dossiers = fill(at_work, 1)
    hand_over(at_work, PAUL, term="until", until="2026-04-03")
    people = {"lender": str(at_work.people[NADIA]), "borrower": str(at_work.people[PAUL]), "until": "2026-04-03"}
    for name in (INES, "Claire Vasseur", "Yann Le Goff"):
        assert "Rendre" not in words(at_work.client(name).get("/equipe").text)
        sent = {**people, "command_id": str(uuid4())}
        assert at_work.client(name).post("/equipe/prets/rendre", data=sent).status_code == 403
    assert follows(at_work, dossiers) == [PAUL]


def test_a_portfolio_handed_over_is_found_again_and_taken_back(at_work: House) -> None:
    dossiers = fill(at_work, 3)
    hand_over(at_work, PAUL)
    client = at_work.client(HELENE)
    pages = ("/equipe", f"/equipe/{at_work.people[NADIA]}", f"/equipe/{at_work.people[PAUL]}")
    moves = [parsed(client.get(page).text).select_one("[aria-labelledby=moves] li") for page in pages]
    assert [words(move.p.text) for move in moves] == ["Le 16 mars : 3 dossiers de Nadia Benali à Paul Rey"] * 3
    report = client.get(moves[0].a["href"])
    assert not parsed(at_work.client(PAUL).get("/equipe").text).select("#moves")
    answer = undo(client, report.text)
    assert answer.status_code == 303
    assert follows(at_work, dossiers) == [NADIA] * 3
    assert not parsed(client.get("/equipe").text).select("#moves")
