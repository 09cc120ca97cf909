from uuid import UUID, uuid4

import pytest

from pixflow.dossier import follow_up as closing
from pixflow.dossier.stages import parcours
from pixflow.participation import matches as imports
from tests.web.client import InspectingClient, words
from tests.web.filled import HTMX, fill, part, said, texts
from tests.web.paths import House
from tests.web.tags import parsed

NADIA, PAUL, SOPHIE, CLAIRE, HELENE = (
    "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Claire Vasseur", "Hélène Morin",
)  # fmt: skip


def dossiers(at_work: House, name: str = NADIA, query: str = "") -> str:
    answer = at_work.client(name).get(f"/dossiers{query}")
    assert answer.status_code == 200
    return str(answer.text)


# --- the list: 0, 1 and many


def test_one_dossier_is_one_row(at_work: House) -> None:
    dossier, _ = at_work.scored(programme="CEJ", imilo_number="12347")
    row = parsed(dossiers(at_work, SOPHIE)).select_one(".items .item")
    assert said(row.select_one(".item-who")) == "Diallo Aminata"
    assert row.a["href"] == f"/dossiers/{dossier}"
    assert said(row.select_one(".item-do")) == "Mortagne n° 12347"
    assert said(row.select_one(".item-stage")) == "3 Prescription"
    assert said(row.select_one(".item-why")) == "Nadia Benali"
    assert said(row.select_one(".item-due")) == "Transmettre le résultat mercredi Pourquoi cette ligne ?"
    assert said(row.select_one(".at-opened")) == "ouvert le 16 mars"
    assert said(row.select_one(".at-last")) == "dernière activité le 16 mars"
    assert said(row.select_one(".item-act")) == "résultat : 40 %"


def test_many_dossiers_are_pages_of_fifty_and_the_count_is_exact(at_work: House) -> None:
    fill(at_work, 120)
    page = dossiers(at_work)
    assert "120 dossiers que vous suivez" in words(page)
    assert len(parsed(page).select(".items .item")) == 50
    assert "1 à 50 sur 120" in words(page)
    second = dossiers(at_work, query="?p=2")
    assert texts(second, ".items .item-who")[0] == "Nom0051 Prénom"
    assert "101 à 120 sur 120" in words(dossiers(at_work, query="?p=9999"))


def test_each_chip_gives_as_many_rows_as_it_says(at_work: House) -> None:
    fill(at_work, 3, programme="CEJ", site="L’Aigle")
    fill(at_work, 2, advisor=None, programme="PACEA")
    at_work.scored(first="Zoé")
    at_work.on(at_work.opened(first="Noé"), closing.close_dossier, reason="moved", note="")
    page = dossiers(at_work, SOPHIE)
    assert texts(page, ".chips > li:not(.grouped)") == [
        "Ouverts 6",
        "Sans conseiller·ère 2",
        "Clos 1",
        "Tous 7",
        "Étape 1 Orientation 5 3 Prescription 1",
        "Programme CEJ 3 PACEA 2 Pas encore connu 1",
        "Site L’Aigle 3 Mortagne 3",
    ]
    for chip in parsed(page).select(".chips > li:not(.grouped) a"):
        found = parsed(dossiers(at_work, SOPHIE, chip["href"].removeprefix("/dossiers")))
        assert len(found.select(".items .item")) == int(said(chip.select_one(".number"))), chip["href"]


def test_filters_add_up(at_work: House) -> None:
    fill(at_work, 3, programme="CEJ", site="L’Aigle")
    fill(at_work, 2, programme="CEJ")
    page = parsed(dossiers(at_work, query="?programme=CEJ&site=Mortagne"))
    assert len(page.select(".items .item")) == 2
    on = [link["href"] for link in page.select(".chips a[aria-current]")]
    assert on == ["/dossiers?programme=CEJ&site=Mortagne", "/dossiers?site=Mortagne", "/dossiers?programme=CEJ"]
    none = dossiers(at_work, query="?etape=parcours")
    assert "Aucun dossier avec ces filtres." in words(none)


def test_an_advisor_reads_their_own_and_the_others_all(at_work: House) -> None:
    at_work.opened(first="Mien")
    at_work.opened(first="Sien", advisor=PAUL)
    assert texts(dossiers(at_work), ".items .item-who") == ["Diallo Mien"]
    assert "Paul Rey" not in words(dossiers(at_work))
    for name in (SOPHIE, HELENE, CLAIRE):
        assert len(parsed(dossiers(at_work, name)).select(".items .item")) == 2


def test_only_who_may_open_a_dossier_is_offered_to(at_work: House) -> None:
    assert "Ouvrir un dossier" in words(dossiers(at_work))
    assert "Ouvrir un dossier" not in words(dossiers(at_work, CLAIRE))


def test_the_fragment_is_the_same_as_the_page(at_work: House) -> None:
    fill(at_work, 60)
    client = at_work.client(NADIA)
    assert part(client, "/dossiers?p=2") in client.get("/dossiers?p=2").text


# --- a dossier by hand


def form_of(client: InspectingClient) -> dict[str, str]:
    form = parsed(client.get("/dossiers/nouveau").text).select_one("form.sheet-form")
    values = {field["name"]: str(field.get("value", "")) for field in form.select("input[name]")}
    for select in form.select("select"):
        chosen = select.select_one("[selected]")
        values[select["name"]] = str(chosen["value"]) if chosen else ""
    return values


def test_a_dossier_is_opened_with_all_that_is_known(at_work: House) -> None:
    client = at_work.client(NADIA)
    sent = form_of(client) | {
        "last_name": "Nkom",
        "first_name": "Emmanuel",
        "birth_date": "2006-05-04",
        "imilo_number": "12 350",
        "site": "L’Aigle",
        "phone": "06 12 34 56 78",
        "email": "e.nkom@exemple.fr",
        "programme": "CEJ",
        "group": "février",
        "collective_end": "2026-05-30",
        "project": "Vente",
    }
    assert sent["advisor"] == str(at_work.people[NADIA])
    answer = client.post("/dossiers/nouveau", data=sent)
    assert answer.status_code == 303
    dossier = UUID(answer.headers["Location"].split("/")[2].split("?")[0])
    state = at_work.state(dossier)
    assert (state.last_name, state.imilo_number, state.site) == ("Nkom", "12350", "L’Aigle")
    assert (state.phone, state.email) == ("+33612345678", "e.nkom@exemple.fr")
    assert (state.programme, state.group, state.project) == ("CEJ", "février", "Vente")
    assert state.advisor == at_work.people[NADIA]
    assert client.get(answer.headers["Location"]).status_code == 200
    again = client.post("/dossiers/nouveau", data=sent)
    assert again.headers["Location"] == answer.headers["Location"]
    assert len(parsed(dossiers(at_work)).select(".items .item")) == 1


@pytest.mark.parametrize(
    ("changed", "said_"),
    [
        ({"last_name": ""}, "Écrivez le nom."),
        ({"birth_date": "31/02/2006"}, "Écrivez une date qui existe, comme 16/03/2026."),
        ({"site": "Ailleurs"}, "Choisissez l’une des réponses proposées."),
        ({"advisor": str(uuid4())}, "Choisissez l’une des réponses proposées."),
        ({"phone": "12"}, "Ce téléphone ne se lit pas"),
        ({"on": "2026-03-17"}, "Le 17 mars 2026 n’est pas encore arrivé"),
        ({"project": "1 86 02 61 001 001 57"}, "Un numéro de sécurité sociale ne s’écrit nulle part"),
    ],
)
def test_a_refused_opening_keeps_every_value_and_says_why(at_work: House, changed: dict[str, str], said_: str) -> None:
    client = at_work.client(NADIA)
    plain = {"last_name": "Nkom", "first_name": "Emmanuel", "site": "Mortagne", "group": "mars"}
    sent = form_of(client) | plain | changed
    answer = client.post("/dossiers/nouveau", data=sent, headers=HTMX)
    assert answer.status_code == 422
    assert said_ in words(answer.text)
    form = parsed(answer.text).select_one("form")
    for name in ("first_name", "group", *changed):
        field = form.select_one(f"input[name={name}]")
        if field is not None:
            assert field["value"] == sent[name]
    assert "0 dossier" in words(dossiers(at_work))
    whole = parsed(client.post("/dossiers/nouveau", data=sent).text)
    assert said(whole.select_one(".errors")) == said(parsed(answer.text).select_one(".errors"))


def test_a_number_already_taken_leads_to_who_has_it(at_work: House) -> None:
    mine = at_work.opened(imilo_number="12350")
    theirs = at_work.opened(imilo_number="99999", advisor=PAUL)
    client = at_work.client(NADIA)
    sent = form_of(client) | {"last_name": "Nkom", "first_name": "Emmanuel", "site": "Mortagne"}
    page = client.post("/dossiers/nouveau", data=sent | {"imilo_number": "12350"}).text
    assert "Ce numéro i-Milo est déjà pris par Aminata Diallo" in words(page)
    assert parsed(page).select(f"a[href='/dossiers/{mine}']")
    other = client.post("/dossiers/nouveau", data=sent | {"imilo_number": "99999"}).text
    assert "déjà pris par un autre dossier" in words(other)
    assert str(theirs) not in other


def test_a_name_and_birth_date_known_already_are_told_before_a_second_dossier_opens(at_work: House) -> None:
    mine = at_work.opened(imilo_number="12350")
    client = at_work.client(NADIA)
    sent = form_of(client) | {"last_name": "AMINATA", "first_name": "diallo", "site": "Mortagne", "group": "mars"}
    sent["birth_date"] = "2005-11-03"
    answer = client.post("/dossiers/nouveau", data=sent)
    assert answer.status_code == 422
    page = parsed(answer.text)
    assert "Un dossier porte déjà ce nom et cette date de naissance." in said(page.select_one(".errors"))
    assert said(page.select_one(f"a[href='/dossiers/{mine}']")) == "Diallo Aminata"
    assert page.select_one("input[name=group]")["value"] == "mars"
    assert texts(answer.text, "form .actions button") == ["Ouvrir le dossier", "Ouvrir quand même"]
    assert client.post("/dossiers/nouveau", data=sent).status_code == 422
    opened = client.post("/dossiers/nouveau", data=sent | {"anyway": "true"})
    assert opened.status_code == 303
    assert client.post("/dossiers/nouveau", data=sent | {"anyway": "true"}).headers == opened.headers
    assert len(parsed(dossiers(at_work)).select(".items .item")) == 2
    third = client.post("/dossiers/nouveau", data=sent | {"command_id": str(uuid4())}).text
    assert "2 dossiers portent déjà ce nom et cette date de naissance." in words(third)


def test_a_namesake_followed_by_somebody_else_is_told_without_a_name_or_a_link(at_work: House) -> None:
    theirs = at_work.opened(imilo_number="99999999", advisor=PAUL)
    client = at_work.client(NADIA)
    sent = form_of(client) | {"last_name": "Diallo", "first_name": "Aminata", "site": "L’Aigle"}
    page = client.post("/dossiers/nouveau", data=sent | {"birth_date": "2005-11-03"}).text
    assert "Un dossier porte déjà ce nom et cette date de naissance." in words(page)
    assert "1 dossier que vous ne suivez pas" in words(page)
    assert str(theirs) not in page
    assert "99999999" not in page
    for day in ("2005-11-04", ""):
        another = {"birth_date": day, "command_id": str(uuid4())}
        assert client.post("/dossiers/nouveau", data=sent | another).status_code == 303


def test_who_opens_it_for_another_goes_back_to_the_list(at_work: House) -> None:
    client = at_work.client(NADIA)
    sent = form_of(client) | {"last_name": "Nkom", "first_name": "Emmanuel", "site": "Mortagne"}
    answer = client.post("/dossiers/nouveau", data=sent | {"advisor": str(at_work.people[PAUL])})
    assert answer.headers["Location"] == "/dossiers"
    assert texts(dossiers(at_work, PAUL), ".items .item-who") == ["Nkom Emmanuel"]


def test_what_waits_under_its_number_is_matched_when_a_dossier_opens(at_work: House) -> None:
    waiting = uuid4()
    at_work.says(
        SOPHIE,
        imports.import_participation,
        {"participation": waiting},
        campaign=at_work.campaign,
        purpose="initial",
        last_name="NKOM",
        first_name="Emmanuel",
        external_id="12350",
        imported=(),
        started=None,
        progress=None,
        ordinal=0,
        result=None,
        exported_at=at_work.served.engine.clock(),
    )
    client = at_work.client(NADIA)
    sent = form_of(client) | {"last_name": "Nkom", "first_name": "Emmanuel", "site": "Mortagne"}
    answer = client.post("/dossiers/nouveau", data=sent | {"imilo_number": "12350"})
    dossier = UUID(answer.headers["Location"].split("/")[2].split("?")[0])
    assert waiting in at_work.state(dossier).diagnostic.participations
    matched = at_work.served.engine.state("participation", waiting)
    assert (matched.dossier, matched.automatic) == (dossier, True)
    before = at_work.served.engine.head()
    client.post("/dossiers/nouveau", data=sent | {"imilo_number": "12350"})
    assert at_work.served.engine.head() == before


def test_the_counts_of_a_menu_make_the_whole_list(at_work: House) -> None:
    """Those whose path is over, or whose programme is unknown, have a filter too."""
    done, _ = at_work.prescribed("0.30", first="Ana")
    for action in at_work.state(done).parcours.actions.values():
        at_work.on(done, parcours.drop_action, action=action.action.id, reason="déménage")
    at_work.opened(first="Bea", programme="CEJ")
    page = parsed(at_work.client(NADIA).get("/dossiers").text)
    menus = {
        said(menu.summary): texts(str(menu), ".menu-list a") for menu in page.select("li:not(.grouped) > details.facet")
    }
    assert {name: sum(int(one.split()[-1]) for one in values) for name, values in menus.items()} == {
        "Étape": 2,
        "Programme": 2,
    }
    assert "Parcours terminé 1" in menus["Étape"]
    href = next(a["href"] for a in page.select("li:not(.grouped) > details.facet a") if said(a) == "Parcours terminé 1")
    assert texts(at_work.client(NADIA).get(href).text, ".items .item-who") == ["Diallo Ana"]


def test_several_are_assigned_at_once_and_taken_back_in_one_press(at_work: House) -> None:
    ids = fill(at_work, 3, advisor=None)
    assert not parsed(dossiers(at_work, SOPHIE)).select("#picks"), "only where they wait for somebody"
    client = at_work.client(HELENE)
    page = parsed(dossiers(at_work, HELENE, "?etat=unassigned"))
    assert said(page.select_one(".pick-all")) == "toute la page (3)"
    sent = {"command_id": str(uuid4()), "advisor": str(at_work.people[PAUL]), "dossier": [str(id) for id in ids[:2]]}
    answer = client.post("/dossiers/affecter", data=sent)
    assert answer.status_code == client.post("/dossiers/affecter", data=sent).status_code == 303
    after = client.get(answer.headers["location"]).text
    assert "Prénom Nom0001 : dossier affecté à Paul Rey" in words(after)
    assert texts(after, ".items .item-who > a") == ["Nom0003 Prénom"]
    assert [at_work.state(id).advisor for id in ids] == [at_work.people[PAUL], at_work.people[PAUL], None]
    undo = {field["name"]: field["value"] for field in parsed(after).select(".undo-all input")}
    undone = client.post("/dossiers/affecter/annuler", data=undo)
    assert undone.status_code == 303
    assert [at_work.state(id).advisor for id in ids] == [None, None, None]


def test_nothing_ticked_or_nobody_chosen_is_said(at_work: House) -> None:
    (id,) = fill(at_work, 1, advisor=None)
    for typed in ({"advisor": str(at_work.people[PAUL])}, {"dossier": str(id), "advisor": str(at_work.people[SOPHIE])}):
        answer = at_work.client(SOPHIE).post("/dossiers/affecter", data={"command_id": str(uuid4()), **typed})
        assert answer.status_code == 422
        assert "Cochez des dossiers, et choisissez à qui les affecter." in words(answer.text)
