"""Definitions of the indicators: proposed, endorsed, published; a new number counts the past again."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from pixflow.dossier.stages import orientation
from tests.web.client import InspectingClient, words
from tests.web.paths import House, house
from tests.web.pressing import values_of
from tests.web.tags import parsed, tree

MONDAY = date(2026, 3, 16)
NADIA, SOPHIE, HELENE = "Nadia Benali", "Sophie Lecomte", "Hélène Morin"
HERE = "/indicateurs/definitions"


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    """A young person to whom Pix was presented eight days ago."""
    with house(tmp_path, MONDAY) as made:
        dossier = made.opened(programme="CEJ")
        made.on(dossier, orientation.present_pix, occasion="welcome")
        made.day(MONDAY + timedelta(8))
        yield made


def proposed(client: InspectingClient, **said: Any) -> Any:
    sent = {"command_id": str(uuid4()), "name": "Trimestre 2", "note": "", "replaces": "0", "silent": "60", **said}
    return client.post(f"{HERE}/proposer", data=sent)


def states(client: InspectingClient) -> list[str]:
    return [number.text for number in parsed(client.get("/indicateurs/I3").text).select("#numbers ~ .keys .number")]


def test_a_new_number_counts_the_past_again(at_work: House) -> None:
    sophie, nadia, helene = (at_work.client(name) for name in (SOPHIE, NADIA, HELENE))
    assert states(helene) == ["0", "1", "0", "0"]
    assert proposed(sophie, target_I3="2", without_R9="la formation commence en mai").status_code == 303
    page = parsed(helene.get(HERE).text)
    assert "Passation du diagnostic" in page.select_one("#draft ~ .table-wide").text, "old and new side by side"
    assert states(helene) == ["0", "1", "0", "0"], "a draft is not in force"
    opinion = {"command_id": str(uuid4()), "draft": "1", "endorsed": "on", "comment": "d’accord"}
    assert nadia.post(f"{HERE}/avis", data=opinion).status_code == 303
    assert "Nadia Benali" in helene.get(HERE).text
    said = {"command_id": str(uuid4()), "draft": "1", "from_day": at_work.today.isoformat()}
    assert helene.post(f"{HERE}/publier", data=said).status_code == 303
    assert states(helene) == ["0", "0", "1", "0"]
    assert "Définitions n°" in helene.get(HERE).text
    assert helene.post(f"{HERE}/publier", data={**said, "command_id": str(uuid4())}).status_code == 303, "again"


def test_published_for_a_later_day_they_wait(at_work: House) -> None:
    sophie, helene = at_work.client(SOPHIE), at_work.client(HELENE)
    proposed(sophie, target_I3="2")
    later = at_work.today + timedelta(3)
    said = {"command_id": str(uuid4()), "draft": "1", "from_day": later.isoformat()}
    assert helene.post(f"{HERE}/publier", data=said).status_code == 422, "nobody has endorsed"
    assert helene.post(f"{HERE}/publier", data={**said, "alone": "on"}).status_code == 303
    assert states(helene) == ["0", "1", "0", "0"]
    at_work.day(later)
    assert states(helene) == ["0", "0", "1", "0"]


@pytest.mark.parametrize(
    "said", [{"name": ""}, {"silent": "0"}, {"target_I3": "400"}, {"target_I3": "deux"}, {"days": "lunar"}]
)
def test_what_is_no_definition_is_refused_on_its_field(at_work: House, said: dict[str, str]) -> None:
    answer = proposed(at_work.client(SOPHIE), **said)
    assert answer.status_code == 422
    assert parsed(answer.text).select_one(".errors a, .errors li")


def fields(html: str, action: str) -> dict[str, Any]:
    form = tree(html).css_first(f'form[action="{HERE}/{action}"]')
    assert form is not None
    return values_of(form)


def test_who_proposes_beside_a_colleague_is_told_and_their_second_press_records(at_work: House) -> None:
    sophie, helene = at_work.client(SOPHIE), at_work.client(HELENE)
    mine = fields(helene.get(HERE).text, "proposer") | {"name": "Trimestre 3", "target_I3": "3"}
    assert proposed(sophie, target_I3="2").status_code == 303
    told = helene.post(f"{HERE}/proposer", data=mine)
    assert (told.status_code, "un autre projet (n° 1)" in words(told.text)) == (422, True)
    again = fields(told.text, "proposer")
    assert (again["name"], again["target_I3"]) == ("Trimestre 3", "3")
    assert helene.post(f"{HERE}/proposer", data=again).status_code == 303
    assert "Trimestre 3" in sophie.get(HERE).text


def test_an_opinion_on_a_draft_that_is_gone_is_refused_in_words(at_work: House) -> None:
    sophie, helene, nadia = (at_work.client(name) for name in (SOPHIE, HELENE, NADIA))
    assert proposed(sophie, target_I3="2").status_code == 303
    opinion = fields(nadia.get(HERE).text, "avis") | {"endorsed": "on", "comment": "d’accord"}
    assert proposed(helene, target_I3="3", replaces="1").status_code == 303
    told = nadia.post(f"{HERE}/avis", data=opinion)
    assert (told.status_code, "Entre-temps, un autre projet" in words(told.text)) == (422, True)
    assert fields(told.text, "avis")["comment"] == "d’accord"
    drop = {"command_id": str(uuid4()), "draft": "2", "reason": "pas maintenant"}
    assert sophie.post(f"{HERE}/ecarter", data=drop).status_code == 303
    assert "Projet n°" not in sophie.get(HERE).text
    gone = nadia.post(f"{HERE}/avis", data={**opinion, "draft": "2"})
    assert (gone.status_code, "n’est plus en discussion" in words(gone.text)) == (422, True)


def test_a_refused_publication_leaves_the_form_of_the_draft_as_it_is(at_work: House) -> None:
    sophie = at_work.client(SOPHIE)
    proposed(sophie, target_I3="2")
    said = {"command_id": str(uuid4()), "draft": "1", "from_day": "2026-01-05", "alone": "on"}
    told = sophie.post(f"{HERE}/publier", data=said)
    assert told.status_code == 422
    assert fields(told.text, "publier")["from_day"] == "2026-01-05"
    draft = fields(told.text, "proposer")
    assert (draft["name"], draft["replaces"], draft["target_I3"]) == ("Trimestre 2", "1", "2")
