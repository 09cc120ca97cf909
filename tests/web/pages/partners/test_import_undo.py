"""Annuler of an import of places: what it added or changed goes, what something followed stays and is named."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from pixflow.partners import listing
from tests.open_data.samples import mediation
from tests.web.client import InspectingClient, words
from tests.web.pages.partners.conftest import NADIA, SOPHIE, send, state_of
from tests.web.pages.partners.test_import import AIGLE, RAI, TWIN, figures, form_of, listed, preview
from tests.web.paths import House, house
from tests.web.tags import parsed
from web.pages.partners.duplicates import PATH as DUPLICATES

TODAY = date(2026, 6, 15)


def take(client: InspectingClient, data: bytes, **chosen: Any) -> str:
    """Records a file with these choices, and returns the address of its receipt."""
    where = preview(client, data)
    answer = client.post(where, data=form_of(client, where) | chosen)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def undo(client: InspectingClient, where: str) -> str:
    """Presses Annuler on a receipt, and returns the page that follows."""
    form = parsed(client.get(where).text).select_one(".undo-all")
    data = {field["name"]: field["value"] for field in form.select("input")}
    answer = client.post(form["action"], data=data)
    assert answer.status_code == 303, answer.text
    assert client.post(form["action"], data=data).status_code == 303, "pressed twice"
    return words(client.get(answer.headers["location"]).text)


def test_new_places_go_and_the_same_file_may_come_again(at_work: House, referent: InspectingClient) -> None:
    file = mediation(AIGLE, RAI)
    where = take(referent, file)
    streams = listed(at_work)
    page = undo(referent, where)
    assert "Import annulé" in page
    assert "pour 2 lieux" in page
    assert listed(at_work) == {}
    assert not parsed(referent.get(where).text).select(".undo-all")
    assert referent.get(f"/partenaires/{streams['Fablab']}").status_code == 404
    again = take(referent, file)
    assert figures(referent.get(again).text) == ["2 partenaires inscrits"]
    assert listed(at_work) == streams
    undo(referent, again)
    assert listed(at_work) == {}


def test_changed_files_say_again_what_they_said(at_work: House, referent: InspectingClient) -> None:
    take(referent, mediation(AIGLE, RAI))
    where = take(referent, mediation(AIGLE | {"telephone": "+33233000199"}))
    stream = listed(at_work)["EPN de L'Aigle"]
    assert state_of(at_work, stream).details.phone == "+33233000199"
    assert figures(referent.get(where).text) == ["1 fiche changée", "1 disparition notée"]
    undo(referent, where)
    assert state_of(at_work, stream).details.phone == "+33233000101"
    assert not any(one.gone for one in state_of(at_work, listed(at_work)["Fablab"]).sources.values())


def test_what_something_followed_stays_and_is_named(at_work: House, referent: InspectingClient) -> None:
    where = take(referent, mediation(AIGLE, RAI))
    streams = listed(at_work)
    at_work.says(SOPHIE, listing.verify_partner, {"partner": streams["Fablab"]}, channel="call")
    assert "1 lieu restera" in words(referent.get(where).text)
    page = undo(referent, where)
    assert "Import annulé en partie" in page
    assert "Fablab, Rai" in page
    assert "par téléphone" in page, "what followed, in words"
    assert list(listed(at_work)) == ["Fablab"]
    version = state_of(at_work, streams["Fablab"]).version
    at_work.says(SOPHIE, listing.take_back, {"partner": streams["Fablab"]}, version=version, reason="erreur")
    undo(referent, where)
    assert listed(at_work) == {}, "once what followed is taken back"


def test_a_place_where_somebody_is_to_call_stays(at_work: House, referent: InspectingClient) -> None:
    where = take(referent, mediation(RAI))
    (stream,) = listed(at_work).values()
    person = {"name": "Awa Diop", "role": "accueil", "answers": "phone", "phone": "0233000102"}
    assert send(referent, f"/partenaires/{stream}/personnes/personne", **person).status_code == 303
    page = referent.get(where).text
    assert "Une personne à joindre y est notée" in words(page)
    assert "Awa Diop" not in page
    assert not parsed(page).select(".undo-all")


def test_a_place_joined_by_the_import_leaves_the_other_file(at_work: House, referent: InspectingClient) -> None:
    take(referent, mediation(AIGLE))
    where = take(referent, mediation(TWIN), doubt="2:0")
    (stream,) = listed(at_work).values()
    assert len(state_of(at_work, stream).sources) == 2
    undo(referent, where)
    assert list(listed(at_work)) == ["EPN de L'Aigle"]
    assert (len(state_of(at_work, stream).sources), state_of(at_work, stream).joined) == (1, ())


def test_a_joined_place_stays_joined_when_something_followed(at_work: House, referent: InspectingClient) -> None:
    take(referent, mediation(AIGLE))
    where = take(referent, mediation(TWIN), doubt="2:0")
    (stream,) = listed(at_work).values()
    at_work.says(SOPHIE, listing.use_partner, {"partner": stream})
    page = referent.get(where).text
    assert not parsed(page).select(".undo-all")
    assert "Une orientation vers ce partenaire" in words(page)


def test_places_set_aside_are_proposed_again(at_work: House, referent: InspectingClient) -> None:
    file = mediation(AIGLE, RAI)
    where = take(referent, file, left="3")
    assert "1 lieu mis de côté" in figures(referent.get(where).text)
    undo(referent, where)
    assert figures(referent.get(preview(referent, file)).text) == ["2 nouveaux lieux"]
    take(referent, file, left="3")
    back = take(referent, file, back="3")
    undo(referent, back)
    assert "1 mis de côté" in figures(referent.get(preview(referent, file)).text)


def test_the_last_imports_lead_to_their_receipts(at_work: House, referent: InspectingClient) -> None:
    assert "Derniers imports" not in words(referent.get("/partenaires/import").text)
    where = take(referent, mediation(AIGLE))
    assert parsed(referent.get("/partenaires/import").text).select(f"a[href='{where}']")


def test_another_command_and_another_role_are_refused(at_work: House, referent: InspectingClient) -> None:
    where = take(referent, mediation(AIGLE))
    assert send(referent, f"/partenaires/import/fait/{uuid4()}/annuler").status_code == 404
    assert send(at_work.client(NADIA), f"{where}/annuler").status_code == 403
    assert referent.post(f"{where}/annuler", data={}).status_code == 422
    assert len(listed(at_work)) == 1


@pytest.mark.postgres
def test_postgresql_takes_back_an_import_and_a_join_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setenv("PIXFLOW_DATABASE_URL", database_url)
    with house(tmp_path, TODAY) as made:
        referent = made.client(SOPHIE)
        where = take(referent, mediation(AIGLE, RAI))
        other = take(referent, mediation(TWIN), rest="apart")
        (pair,) = parsed(referent.get(DUPLICATES).text).select("[name=ticked]")
        assert send(referent, DUPLICATES, ticked=[pair["value"]], way="same").status_code == 303
        assert len(listed(made)) == 2
        page = referent.get(where).text
        assert "1 lieu restera" in words(page)
        assert "est réunie" in words(page)
        undo(referent, where)
        assert len(listed(made)) == 1
        assert not parsed(referent.get(other).text).select(".undo-all")
