"""Importer des lieux: choose, preview, settle, record; a table's columns; the territory; what stops an import."""

import json
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow.partners import listing
from projections import partners
from tests.open_data.samples import inclusion_json, mediation
from tests.web.client import InspectingClient, words
from tests.web.pages.partners.conftest import HELENE, SOPHIE, state_of
from tests.web.paths import House
from tests.web.pressing import sent_by
from tests.web.tags import parsed
from tests.workbooks.workbooks import workbook

TODAY = date(2026, 6, 15)
IMPORT = "/partenaires/import"
AIGLE = {"id": "1", "nom": "EPN de L'Aigle", "adresse": "5 place du Parc", "telephone": "+33233000101", "pivot": ""}
RAI = {"id": "2", "nom": "Fablab", "commune": "Rai", "code_postal": "61270", "code_insee": "61342",
            "adresse": "1 rue du Faubourg", "latitude": "", "longitude": "", "pivot": ""}  # fmt: skip
FAR = {"id": "3", "nom": "Cyber-base", "commune": "Tarbes", "code_postal": "65000", "code_insee": "65440",
       "latitude": "", "longitude": "", "pivot": ""}  # fmt: skip
TWIN = {"id": "9", "source": "Dora", "nom": "Espace public numérique de L'Aigle", "adresse": "5 place du Parc",
        "telephone": "+33233000101", "pivot": ""}  # fmt: skip
TABLE = "Structure;Ville;CP;Téléphone\nAtelier des mots;L'Aigle;61300;02 33 00 00 00\n".encode()


def upload(client: InspectingClient, data: bytes, name: str = "lieux.csv") -> Any:
    return client.post(IMPORT, files={"places": (name, data)})


def preview(client: InspectingClient, data: bytes, name: str = "lieux.csv") -> str:
    answer = upload(client, data, name)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def form_of(client: InspectingClient, where: str) -> dict[str, Any]:
    return dict(sent_by(client.get(where).text, "form.portfolio"))


def take(client: InspectingClient, data: bytes, **chosen: Any) -> str:
    """Records a file with these choices, and returns the page of what was recorded."""
    where = preview(client, data)
    answer = client.post(where, data=form_of(client, where) | chosen)
    assert answer.status_code == 303, answer.text
    return str(client.get(answer.headers["location"]).text)


def listed(at_work: House) -> dict[str, UUID]:
    with at_work.served.read().database.connect() as connection:
        return {row.name: row.stream for row in partners.listed(connection)}


def figures(html: str) -> list[str]:
    return [one.text.replace("\xa0", " ") for one in parsed(html).select(".figures li:not(.none)")]


def test_a_file_is_previewed_then_recorded_and_again_it_has_nothing_new(
    at_work: House, referent: InspectingClient
) -> None:
    file = mediation(AIGLE, RAI, FAR)
    where, head = preview(referent, file), at_work.served.engine.head()
    assert figures(referent.get(where).text) == ["2 nouveaux lieux", "1 hors du territoire"]
    assert at_work.served.engine.head() == head
    form = form_of(referent, where)
    done = referent.post(where, data=form)
    assert figures(referent.get(done.headers["location"]).text) == ["2 partenaires inscrits"]
    assert sorted(listed(at_work)) == ["EPN de L'Aigle", "Fablab"]
    assert referent.post(where, data=form).headers["location"] == done.headers["location"], "sent twice"
    assert referent.get(where).status_code == 410
    head = at_work.served.engine.head()
    assert "rien à enregistrer" in referent.get(again := preview(referent, file)).text
    assert referent.post(again, data=form_of(referent, again)).headers["location"] == f"{IMPORT}?deja=1"
    assert at_work.served.engine.head() == head


def test_what_a_source_changed_is_shown_field_by_field_and_the_correction_stays(
    at_work: House, referent: InspectingClient
) -> None:
    take(referent, mediation(AIGLE, RAI))
    epn = listed(at_work)["EPN de L'Aigle"]
    at_work.says(SOPHIE, listing.correct_partner, {"partner": epn}, field="hours", value="sur rendez-vous")
    at_work.says(SOPHIE, listing.correct_partner, {"partner": epn}, field="phone", value="+33233000111")
    later = mediation(AIGLE | {"telephone": "+33233000199", "date_maj": "2026-06-01"})
    shown = parsed(referent.get(where := preview(referent, later)).text)
    changes = " ".join(shown.select_one("#changes").text.replace("’", "'").split())
    said = "Téléphone : 02 33 00 01 01 devient→ 02 33 00 01 99 l'équipe avait corrigé : 02 33 00 01 11"
    assert said in changes
    assert "Fiche du : 12 mai 2026 devient→ 1er juin 2026" in changes
    assert "Fablab" in shown.select_one("#disparus").text
    referent.post(where, data=form_of(referent, where))
    details = state_of(at_work, epn).details
    assert (details.hours, details.phone) == ("sur rendez-vous", "+33233000199"), "the source's new word is to review"
    assert state_of(at_work, listed(at_work)["Fablab"]).sources["invented|2"].gone


def test_the_same_place_is_joined_set_apart_set_aside_or_waits(at_work: House, referent: InspectingClient) -> None:
    take(referent, mediation(AIGLE))
    epn = listed(at_work)["EPN de L'Aigle"]
    file = mediation(TWIN)
    doubts = words(parsed(referent.get(preview(referent, file)).text).select_one("#a-verifier").text)
    assert "ressemble à EPN de L'Aigle" in doubts.replace("’", "'")
    assert "5 place du Parc, 02 33 00 01 01" in doubts
    head = at_work.served.engine.head()
    take_nothing = preview(referent, file)
    nothing = referent.post(take_nothing, data=form_of(referent, take_nothing), follow_redirects=True)
    assert "Aucun lieu enregistré" in words(nothing.text)
    assert list(listed(at_work)) == ["EPN de L'Aigle"]
    assert "1 lieu réuni à une fiche" in figures(take(referent, file, doubt="2:0"))
    joined = state_of(at_work, epn)
    assert set(joined.sources) == {"invented|1", "Dora|9"}
    (other,) = joined.joined
    assert at_work.served.engine.head() > head
    assert figures(referent.get(preview(referent, file)).text) == ["1 inchangé"]
    for stream, its in ((epn, other), (other, epn)):
        at_work.says(SOPHIE, listing.undo_join, {"partner": stream}, other=its, reason="deux lieux")
    assert set(state_of(at_work, epn).sources) == {"invented|1"}
    assert state_of(at_work, other).is_proposed, "what the import listed stays"


def test_doubtful_places_are_joined_at_once_to_the_only_one_they_are_like(
    at_work: House, referent: InspectingClient
) -> None:
    take(referent, mediation(AIGLE))
    assert "1 lieu réuni à une fiche" in figures(take(referent, mediation(TWIN), rest="join"))
    (epn,) = listed(at_work).values()
    assert set(state_of(at_work, epn).sources) == {"invented|1", "Dora|9"}


def test_a_doubtful_place_like_several_waits(at_work: House, referent: InspectingClient) -> None:
    take(referent, mediation(AIGLE))
    take(referent, mediation(TWIN), doubt="2:apart")
    before = list(listed(at_work))
    take(referent, mediation({**TWIN, "id": "10"}), rest="join")
    assert list(listed(at_work)) == before


def test_a_place_that_only_looks_the_same_is_remembered(at_work: House, referent: InspectingClient) -> None:
    take(referent, mediation(AIGLE))
    take(referent, mediation(TWIN), doubt="2:apart")
    epn, twin = listed(at_work).values()
    assert epn in state_of(at_work, twin).different or twin in state_of(at_work, epn).different
    for stream in (epn, twin):
        assert "même adresse" not in referent.get(f"/partenaires/{stream}").text


def test_a_place_set_aside_is_taken_back(at_work: House, referent: InspectingClient) -> None:
    file = mediation(AIGLE, RAI)
    assert "1 lieu mis de côté" in figures(take(referent, file, left="3"))
    assert list(listed(at_work)) == ["EPN de L'Aigle"]
    assert "1 mis de côté" in figures(referent.get(preview(referent, file)).text)
    take(referent, file, back="3")
    assert sorted(listed(at_work)) == ["EPN de L'Aigle", "Fablab"]


def test_a_table_is_read_once_somebody_says_its_columns_and_they_are_remembered(
    at_work: House, referent: InspectingClient
) -> None:
    where = preview(referent, TABLE)
    form = parsed(referent.get(where).text).select_one("main form[method=get]")
    columns = sent_by(str(form))["column"]
    assert columns == ["1:nom", "2:commune", "3:code_postal", "4:telephone"]
    assert referent.get(where, params={"column": ["2:commune"]}).status_code == 422
    asked = referent.get(where, params={"column": columns})
    assert figures(asked.text) == ["1 nouveau lieu"]
    assert referent.post(where, data=dict(sent_by(asked.text, "form.portfolio"))).status_code == 303
    (stream,) = listed(at_work).values()
    assert "Un tableau de l’équipe" in referent.get(f"/partenaires/{stream}").text
    assert figures(referent.get(preview(referent, TABLE)).text) == ["1 inchangé"], "remembered"
    other = b"Nom;Commune;Tel\nMJC;L'Aigle;\n"
    columns = {"column": ["1:nom", "2:commune"]}
    assert figures(referent.get(preview(referent, other), params=columns).text) == ["1 nouveau lieu"], "none is gone"


def test_columns_chosen_anew_are_shown_before_they_are_recorded(at_work: House, referent: InspectingClient) -> None:
    where = preview(referent, TABLE)
    columns = ["1:nom", "2:commune", "3:code_postal", "4:telephone"]
    form = sent_by(referent.get(where, params={"column": columns}).text, "form.portfolio")
    answer = referent.post(where, data=form | {"column": ["1:nom", "2:commune", "3:code_postal", "4:adresse"]})
    assert (answer.status_code, "a changé entre-temps" in answer.text) == (422, True)
    assert listed(at_work) == {}
    assert referent.post(where, data=dict(sent_by(answer.text, "form.portfolio"))).status_code == 303
    (stream,) = listed(at_work).values()
    assert state_of(at_work, stream).details.address == "02 33 00 00 00"


@pytest.mark.parametrize("name", ["structures", "services"])
def test_data_inclusion_is_taken_from_its_json(at_work: House, referent: InspectingClient, name: str) -> None:
    place = {"id": "invented--s1", "source": "invented", "nom": "Cap emploi", "reseaux_porteurs": ["ccas-cias"],
             "commune": "L'Aigle", "code_postal": "61300", "date_maj": 1765238400000}  # fmt: skip
    take(referent, json.dumps([place]).encode())
    assert list(listed(at_work)) == ["Cap emploi"]
    if name == "services":
        twice = inclusion_json({}, {"id": "invented--2"})
        assert figures(take(referent, twice)) == ["1 offre inscrite"]
        assert figures(referent.get(preview(referent, twice)).text) == ["2 inchangés"]
        (stream,) = listed(at_work).values()
        at_work.says(SOPHIE, listing.delist_partner, {"partner": stream}, reason="closed")
        assert preview(referent, inclusion_json({"id": "invented--7", "nom": "Autre"})), (
            "a delisted one refuses nothing"
        )


def test_a_workbook_is_read_within_limits(at_work: House, referent: InspectingClient) -> None:
    rows = (
        ["", *TABLE.decode().split("\n")[0].split(";")],
        ["0", "Atelier des mots", "L'Aigle", "61300", "02 33 00 00 00"],
    )
    where = preview(referent, workbook(["Liste des partenaires"], *rows), "liste.xlsx")
    asked = referent.get(where, params={"column": ["1:nom", "2:commune", "3:code_postal"]})
    assert figures(asked.text) == ["1 nouveau lieu"]
    refused = upload(referent, b"PK\x03\x04" + b"\0" * 100, "abime.xlsx")
    assert (refused.status_code, "classeur" in refused.text) == (422, True)


def test_the_territory_is_stated_with_its_departments_and_the_preview_follows(
    at_work: House, referent: InspectingClient
) -> None:
    where = preview(referent, mediation(AIGLE, FAR))
    form = dict(sent_by(referent.get(f"/partenaires/territoire?fichier={where.rsplit('/', 1)[1]}").text, "main form"))
    wrong = referent.post("/partenaires/territoire", data=form | {"other": "Nulle-Part"})
    assert (wrong.status_code, "« Nulle-Part »" in wrong.text.replace("\xa0", " ")) == (422, True)
    assert referent.post("/partenaires/territoire", data=form | {"departments": "1234"}).status_code == 422
    stated = referent.post("/partenaires/territoire", data=form | {"departments": "65", "other": "Alençon 61000"})
    assert stated.headers["location"] == where
    assert figures(referent.get(where).text) == ["2 nouveaux lieux"]
    again = referent.get("/partenaires/territoire").text
    assert parsed(again).select_one("#departments").text.strip() == "65"
    assert parsed(again).select_one("#other").text.strip() == "Alençon 61000"
    assert referent.post("/partenaires/territoire", data={"command_id": str(uuid4())}).status_code == 422, "empty"


def test_two_people_import_at_once_and_none_records_what_the_other_did(
    at_work: House, referent: InspectingClient
) -> None:
    manager, file = at_work.client(HELENE), mediation(AIGLE, RAI)
    hers, his = preview(referent, file), preview(manager, file)
    forms = form_of(referent, hers), form_of(manager, his)
    assert referent.post(hers, data=forms[0]).status_code == 303
    head = at_work.served.engine.head()
    late = manager.post(his, data=forms[1])
    assert (late.status_code, "a changé entre-temps" in late.text) == (422, True)
    assert at_work.served.engine.head() == head


def test_a_place_of_an_unknown_commune_waits_for_somebody(at_work: House, referent: InspectingClient) -> None:
    unknown = {"commune": "Laigle", "code_insee": "", "id": "5", "nom": "MJC"}
    file = mediation(unknown)
    assert figures(referent.get(preview(referent, file)).text) == ["1 à vérifier"]
    take(referent, file, doubt="2:apart")
    assert list(listed(at_work)) == ["MJC"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "vide"),
        (b"<html>", "page web"),
        (b"[1, 2", "coupé"),
        (mediation(AIGLE)[:-1] + b"x", "guillemets"),
        ("nom;pivot\n" + "x" * 200_000, "guillemets"),
        (b"nom\0;pivot\n", "se lit pas"),
    ],
)
def test_a_damaged_file_is_refused_in_words_and_not_kept(
    at_work: House, referent: InspectingClient, data: Any, why: str
) -> None:
    head = at_work.served.engine.head()
    answer = upload(referent, data if isinstance(data, bytes) else data.encode())
    assert (answer.status_code, why in answer.text) == (422, True), answer.text
    assert at_work.served.engine.head() == head
    folder = at_work.served.opened.folder / "uploads"
    assert not list(folder.glob("*"))
