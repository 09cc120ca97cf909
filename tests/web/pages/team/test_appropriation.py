"""The board of eight lines, by site: who is counted on a day, what is missing, and who closes it."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

from pixflow.documents.resource import ResourceDocument
from pixflow.resources.sharing import share_resource
from pixflow.team import membership
from tests.web.filled import hire, said
from tests.web.paths import House
from tests.web.tags import parsed
from web.pages.team.appropriation import NAMED

SOPHIE, NADIA, PAUL, HELENE = "Sophie Lecomte", "Nadia Benali", "Paul Rey", "Hélène Morin"
MONDAY = date(2026, 3, 16)
LINES = [
    "Référent·e Pix désigné·e", "Direction impliquée", "Pix passé par tous", "Informés depuis leur arrivée",
    "Formés à Pix Orga", "Élaboré ensemble", "Kit et questions fréquentes", "Aide technique",
]  # fmt: skip


def board(at_work: House, label: str, site: int = 0) -> list[str]:
    """The cells of one line: where the team stands, what is missing, who closes it."""
    page = parsed(at_work.client(SOPHIE).get("/equipe").text)
    rows = page.select(".appropriation")[site].select("tbody tr")
    row = next(one for one in rows if said(one.select_one("th")).removeprefix("fait : ") == label)
    return [said(cell) for cell in row.select("td")]


def test_each_site_has_the_eight_lines(at_work: House) -> None:
    page = parsed(at_work.client(NADIA).get("/equipe").text)
    titles = [said(one.select_one("h2")) for one in page.select(".appropriation")]
    assert all(sum(site in title for title in titles) == 1 for site in at_work.served.refs.structure.sites)
    for one in page.select(".appropriation"):
        assert [said(th).removeprefix("fait : ") for th in one.select("tbody th")] == LINES


def test_two_sites_share_a_board_until_theirs_say_different_things(at_work: House) -> None:
    def titles() -> list[str]:
        page = parsed(at_work.client(NADIA).get("/equipe").text)
        return [said(one.select_one("h2")).partition(" : ")[2] for one in page.select(".appropriation")]

    assert titles() == ["L’Aigle et Mortagne 4 personnes"]
    hire(at_work, "Omar Diop", "advisor", of_site="Mortagne")
    assert titles() == ["L’Aigle 4 personnes", "Mortagne 5 personnes"]


def test_the_share_counts_those_present_and_who_leaves_until_the_last_day(at_work: House) -> None:
    at_work.says(NADIA, membership.take_pix, {"staff": at_work.people[NADIA]}, on=MONDAY)
    assert board(at_work, "Pix passé par tous")[0].startswith("25")
    leaving = {"staff": at_work.people[PAUL]}
    at_work.says(HELENE, membership.record_departure, leaving, last_day=MONDAY)
    assert board(at_work, "Pix passé par tous")[0].startswith("25")
    at_work.day(MONDAY + timedelta(days=1))
    share, missing, _ = board(at_work, "Pix passé par tous")
    assert share.startswith("33")
    assert PAUL not in missing


def test_a_line_names_some_of_those_who_are_missing_and_counts_the_others(at_work: House) -> None:
    before = len(board(at_work, "Formés à Pix Orga")[1].split(", "))
    for number in range(NAMED):
        hire(at_work, f"Ami {number:02}", "advisor", of_site=at_work.served.refs.structure.sites[0])
    named = board(at_work, "Formés à Pix Orga")[1].split(", ")
    assert (len(named), named[0], named[-1]) == (NAMED + 1, "Ami 00", f"{before} autres")


def test_a_line_leads_to_where_the_person_at_the_desk_closes_it(at_work: House) -> None:
    def where(who: str) -> str:
        page = parsed(at_work.client(who).get("/equipe").text)
        row = next(one for one in page.select(".appropriation tbody tr") if "Formés" in one.text)
        link = row.select_one("a")
        return link["href"] if link else ""

    assert where(SOPHIE) == "/equipe#person"
    assert where(NADIA) == f"/equipe/{at_work.people[NADIA]}#pix"
    at_work.says(NADIA, membership.attend_training, {"staff": at_work.people[NADIA]}, title="Pix Orga", on=MONDAY)
    assert where(NADIA) == ""


def test_a_kit_and_a_question_of_the_team_close_their_line(at_work: House) -> None:
    assert board(at_work, "Kit et questions fréquentes")[1] == "un kit explicatif, une question fréquente"
    kit = ResourceDocument("Kit", "kit", "Texte", example=True)
    for text in (kit, replace(kit, kind="faq")):
        at_work.says(SOPHIE, share_resource, {"resource": uuid4()}, document=text, note="")
    assert board(at_work, "Kit et questions fréquentes")[1] == "les exemples livrés ne sont pas encore adaptés"
    own = replace(kit, title="Le nôtre", example=False)
    at_work.says(SOPHIE, share_resource, {"resource": uuid4()}, document=own, note="")
    assert board(at_work, "Kit et questions fréquentes")[1:] == ["", ""]


def test_a_newcomer_owes_the_test_and_the_referent_tells_them(at_work: House) -> None:
    at_work.day(MONDAY + timedelta(days=1))
    hire(at_work, "Inès Faure", "advisor")
    page = said(parsed(at_work.client("Inès Faure").get("/boite").text).select_one(".item-do"))
    assert page == "Passer Pix"
    assert "1 collègue à informer" in said(parsed(at_work.client(SOPHIE).get("/boite").text))
