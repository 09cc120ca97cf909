"""Whom an erasure covers, on the page and in the terminal: each by name and number, and nobody who was not named."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner

from pixflow.dossier import identity
from tests.web.client import words
from tests.web.filled import texts
from tests.web.pages.dossiers.test_merge import values
from tests.web.pages.privacy.test_erasure import HELENE, SOPHIE, plain, press, rights
from tests.web.pages.privacy.test_personal_data import MONDAY, full
from tests.web.paths import House, house
from tests.web.pressing import sent_by
from web.cli.app import app

THREE = ["Prénomine Nomercier, n° i-Milo 9081726", "Amel Double", "Chloé Tierce, n° i-Milo 555"]


def circle(at_work: House) -> tuple[UUID, UUID, UUID]:
    """Somebody with two duplicates of other names."""
    dossier = full(at_work)
    doubles = at_work.opened("Amel", "Double"), at_work.opened("Chloé", "Tierce", imilo_number="555")
    for one in doubles:
        assert join(at_work, one, dossier).status_code == 303
    return (dossier, *doubles)


def join(at_work: House, duplicate: UUID, into: UUID) -> Any:
    sent = {"command_id": str(uuid4()), "into": str(into)}
    return at_work.client(SOPHIE).post(f"/dossiers/{duplicate}/fusion", data=sent)


def named(page: str) -> list[str]:
    return texts(page, "#effacement .items li")


def test_the_page_names_each_before_the_request_and_before_the_confirmation(at_work: House) -> None:
    dossier, *_ = circle(at_work)
    before = at_work.client(SOPHIE).get(f"/dossiers/{dossier}/droits").text
    press(at_work, SOPHIE, dossier, "demander", reason="request")
    page = at_work.client(HELENE).get(f"/dossiers/{dossier}/droits").text
    for shown in (before, page):
        assert [said.startswith(one) for said, one in zip(named(shown), THREE, strict=True)] == [True] * 3
        assert "3 dossiers concernés" in words(shown)
    assert "Effacer ces 3 dossiers" in words(page)


def test_a_participation_under_another_name_is_named_too(at_work: House) -> None:
    dossier = full(at_work)
    (theirs,) = at_work.state(dossier).diagnostic.participations
    state = at_work.served.engine.state("participation", theirs)
    page = rights(at_work, SOPHIE, dossier)
    other = f"une participation à Pix au nom de {state.first_name} {state.last_name}"
    assert other not in page
    press_name(at_work, dossier, "Autrement")
    assert other in rights(at_work, SOPHIE, dossier)


def press_name(at_work: House, dossier: UUID, last_name: str) -> None:
    known = at_work.state(dossier)
    at_work.on(
        dossier,
        identity.correct_identity,
        SOPHIE,
        last_name=last_name,
        first_name=known.first_name,
        birth_date=known.birth_date,
        imilo_number=known.imilo_number,
        site=known.site,
    )


def test_no_dossier_is_joined_nor_parted_while_an_erasure_is_asked(at_work: House) -> None:
    dossier, double, _ = circle(at_work)
    late, client = at_work.opened("Diane", "Quatre"), at_work.client(SOPHIE)
    press(at_work, SOPHIE, dossier, "demander", reason="request")
    refused = join(at_work, late, dossier)
    assert refused.status_code == 422
    assert "Un effacement est demandé ici depuis le 16 mars" in words(refused.text)
    assert "Un effacement est demandé" in words(client.get(f"/dossiers/{late}/fusion?avec={dossier}").text)
    parting = values(client.get(f"/dossiers/{double}/fusion").text) | {"reason": "deux personnes"}
    assert client.post(f"/dossiers/{double}/fusion/defaire", data=parting).status_code == 422
    assert press(at_work, HELENE, dossier, "effacer", name="Nomercier").status_code == 303
    assert not at_work.state(late).erased


def test_the_form_of_an_earlier_request_confirms_nothing(at_work: House) -> None:
    """Asked for one and read; declined, one more merged, asked again; the old form is sent, and a forged one."""
    dossier = full(at_work)
    press(at_work, SOPHIE, dossier, "demander", reason="request")
    client = at_work.client(HELENE)
    old = sent_by(client.get(f"/dossiers/{dossier}/droits").text, 'form[action$="/effacer"]') | {"name": "Nomercier"}
    press(at_work, HELENE, dossier, "garder", note="à vérifier")
    double = at_work.opened("Amel", "Double")
    assert join(at_work, double, dossier).status_code == 303
    press(at_work, SOPHIE, dossier, "demander", reason="request")
    refused = client.post(f"/dossiers/{dossier}/droits/effacer", data=old)
    assert refused.status_code == 422
    assert "La demande a changé entre-temps" in words(refused.text)
    assert named(refused.text)[1].startswith("Amel Double"), "the page of the answer names whom the request covers"
    forged = {name: value for name, value in old.items() if name != "request"}
    assert client.post(f"/dossiers/{dossier}/droits/effacer", data=forged).status_code == 422
    assert not at_work.state(dossier).erased


def test_an_outgrown_request_is_asked_again(at_work: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store of before: the version before merged into a dossier whose erasure was asked."""
    dossier, double = full(at_work), at_work.opened("Amel", "Double")
    press(at_work, SOPHIE, dossier, "demander", reason="request")
    with monkeypatch.context() as patch:
        patch.setattr("pixflow.dossier.identity.must_keep_its_circle", lambda dossier: None)
        assert join(at_work, double, dossier).status_code == 303
    page = at_work.client(HELENE).get(f"/dossiers/{dossier}/droits").text
    assert "cette demande ne vaut plus" in words(page)
    assert "/droits/effacer" not in page
    assert press(at_work, HELENE, dossier, "effacer", name="Nomercier").status_code == 422
    assert press(at_work, SOPHIE, dossier, "demander", reason="request").status_code == 303
    assert press(at_work, HELENE, dossier, "effacer", name="Nomercier").status_code == 303
    assert at_work.state(double).erased


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def test_the_terminal_names_each_before_it_asks_for_the_name(terminal: Path) -> None:
    with house(terminal, MONDAY) as at_work:
        dossier, *doubles = circle(at_work)
        press(at_work, SOPHIE, dossier, "demander", reason="request")
        said = CliRunner().invoke(app, ["erase", "9081726"], input="rien\n")
        assert said.exit_code == 1
        assert [f"Concerne : {one}" in plain(said.output) for one in THREE] == [True] * 3
        done = CliRunner().invoke(app, ["erase", "9081726", "--yes", "Nomercier"])
        assert done.exit_code == 0, done.output
        assert all(at_work.state(one).erased for one in (dossier, *doubles))
