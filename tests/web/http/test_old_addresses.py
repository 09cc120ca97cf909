"""Links of before open the same page: in e-mails, bookmarks, and views that a browser keeps."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.params import Query

from tests.web.paths import house
from web.http.security import RENAMED, current
from web.pages import ROUTES

ID = UUID(int=7)
WORDS = {
    "etape", "etat", "groupe", "pile", "programme", "role", "site", "tache", "usage", "version", "dossier",
    "grille", "protocole", "vue", "miens", "nom", "fin", "formulaire", "faire", "sur",
    "avec", "depuis", "par", "pour", "quand", "le", "h", "du", "au",
    "close", "genre", "proposition", "public", "question",
    "fait", "recu", "relie", "serie", "sorte", "enregistre", "deja", "importe", "publie", "ecarte", "sautes",
    "clos", "repris", "gardes",
    "reste", "o", "vers", "reprise", "ajouter", "boite", "corrige", "agenda", "attente", "aupres",
    "retard", "grouper", "tri", "rapprocher", "transmettre", "compte", "numero", "perdu",
    "periode", "semaine", "mois", "coupe", "horloge", "fichier",  "label", "fraicheur", "ouvert",
    "liste", "partie", "cherche", "avant", "conseiller", "places", "lieu",
    "a", "c", "d", "e", "p", "q", "r", "s", "t",
}  # fmt: skip
"""The parameters of addresses: filters, forms, days, what was just recorded, and the pages of lists."""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/dossiers?state=unassigned", "/dossiers?etat=unassigned"),
        ("/dossiers?stage=parcours&site=Mortagne&group=mars", "/dossiers?etape=parcours&site=Mortagne&groupe=mars"),
        (f"/dossiers?group=mars&fait={ID}", f"/dossiers?groupe=mars&recu={ID}"),
        ("/journal?par=system%3Aclock&fait=staff.StaffJoined", "/journal?par=system%3Aclock&sorte=staff.StaffJoined"),
        ("/boite?kind=refer&p=2", "/boite?tache=refer&p=2"),
        ("/boite/plusieurs?do=snooze&task=a&task=b", "/boite/plusieurs?faire=snooze&tache=a&tache=b"),
        (f"/resultats?p=2&form=new&sur={ID}", f"/resultats?p=2&formulaire=new&sur={ID}"),
        (f"/dossiers/{ID}?form=chase&about=chase:{ID}", f"/dossiers/{ID}?formulaire=chase&sur=chase%3A{ID}"),
        ("/dossiers/groupe?group=a+b&name=&until=2026-06-30", "/dossiers/groupe?groupe=a+b&nom=&fin=2026-06-30"),
    ],
)  # fmt: skip
def test_an_old_name_leads_to_the_new_one(old: str, new: str) -> None:
    assert current(*old.split("?")) == new
    assert current(*new.split("?")) is None


def test_another_page_keeps_its_parameters() -> None:
    assert current("/dossiers/import/x", "state=closed&group=mars") is None
    assert current("/dossiers", "p=2") is None


def test_the_browser_is_sent_on_with_what_it_sent(tmp_path: Path) -> None:
    with house(tmp_path) as made:
        client = made.client("Nadia Benali")
        dossier = made.opened()
        old = client.get(f"/dossiers/{dossier}?form=note&about=")
        assert (old.status_code, old.headers["location"]) == (307, f"/dossiers/{dossier}?formulaire=note&sur=")
        assert 'id="form"' in client.get(old.headers["location"]).text
        answer = client.post(f"/ateliers/{ID}/inscrire?group=mars", data={})
        assert (answer.status_code, answer.headers["location"]) == (307, f"/ateliers/{ID}/inscrire?groupe=mars")


@pytest.mark.parametrize("path", RENAMED)
def test_each_new_name_is_a_parameter_of_the_address(path: str) -> None:
    new = set(RENAMED[path].values())
    assert not new & RENAMED[path].keys()
    assert any(new <= names for there, names in _parameters() if there == path.replace("{id:", "{"))


def test_parameters_are_words_of_one_language() -> None:
    assert set().union(*(names for _, names in _parameters())) == WORDS


def _parameters() -> list[tuple[str, set[str]]]:
    """Returns the parameters of each address, without the names of the parts of its path."""
    found = []
    for route in ROUTES:
        parts = (f"{{{part.rpartition(':')[2]}" if part.startswith("{") else part for part in route.path.split("/"))
        found.append(("/".join(parts), set(_names(route.dependant))))
    return found


def _names(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params if isinstance(field.field_info, Query))
    for below in dependant.dependencies:
        yield from _names(below)
