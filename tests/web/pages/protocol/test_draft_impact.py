"""A protocol of shorter retention or fewer seats: the dossiers and the workshops that it concerns, by name."""

from dataclasses import replace
from datetime import date
from typing import Any

from pixflow.documents.protocol import Retention, Workshops
from tests.web.client import words
from tests.web.filled import texts
from tests.web.pages.protocol.test_drafts import LAIGLE, NADIA, PROTOCOL, YANN, checked, drafted, editor, names, read
from tests.web.pages.workshops.test_workshops import held
from tests.web.paths import House
from tests.web.tags import parsed

MONDAY = date(2026, 3, 16)
SUMMER = date(2026, 8, 3)


def protocol(**changes: Any) -> Any:
    return replace(LAIGLE.protocol, **changes)


def shorter(months: int) -> Any:
    return protocol(retention=Retention(cej=months, pacea=24, other=24))


def test_a_shorter_retention_names_the_dossiers_that_fall_due(at_work: House) -> None:
    for first, programme in (("Aminata", "CEJ"), ("Bilal", "PACEA"), ("Chloé", "CEJ")):
        at_work.opened(first=first, last="Diallo", programme=programme)
    at_work.day(SUMMER)
    at_work.opened(first="David", last="Diallo", programme="CEJ")
    drafted(at_work, shorter(3))
    page = read(at_work, PROTOCOL)
    assert "2 dossiers de plus passeraient leur délai de conservation le 10 août 2026" in words(page)
    assert names(page) == ["Diallo Aminata", "Diallo Chloé"]
    assert "en CEJ : 3 mois, passés le 16 juin 2026" in texts(page, ".touched .item-why")[0]
    own = read(at_work, PROTOCOL, by=NADIA)
    assert "Parmi les dossiers que vous suivez, 2 dossiers de plus passeraient" in words(own)
    assert names(own) == ["Diallo Aminata", "Diallo Chloé"]
    hidden = read(at_work, PROTOCOL, by=YANN)
    assert "Diallo" not in hidden
    assert "les noms ne sont pas montrés" in words(hidden)


def test_a_longer_retention_says_nothing_of_dossiers(at_work: House) -> None:
    drafted(at_work, shorter(36))
    assert not parsed(read(at_work, PROTOCOL)).select("#conservation")


def test_fewer_seats_name_the_workshops_above(at_work: House) -> None:
    for day, capacity in ((18, 10), (20, 8), (25, 10)):
        held(at_work, date(2026, 3, day), runners=(NADIA,), capacity=capacity)
    drafted(at_work, protocol(workshops=Workshops(largest=8)))
    page = read(at_work, PROTOCOL)
    assert "2 ateliers à venir ont plus de 8 places ; ce projet n’y change rien." in words(page)
    assert names(page) == ["Mercredi 18 mars 2026", "Mercredi 25 mars 2026"]
    assert texts(page, ".touched .item-why") == ["Mortagne · 10 places, 0 inscrit·e"] * 2
    assert names(read(at_work, PROTOCOL, query="?le=2026-03-19")) == ["Mercredi 25 mars 2026"]


def test_both_are_counted_while_one_types(at_work: House) -> None:
    at_work.opened(first="Aminata", programme="CEJ")
    at_work.day(SUMMER)
    held(at_work, date(2026, 8, 18), runners=(NADIA,), capacity=10)
    said = editor(at_work, PROTOCOL) | {"retention-cej": "3", "workshops-largest": "8"}
    told = checked(at_work, said, PROTOCOL)
    assert "1 dossier de plus passerait son délai de conservation le 3 août 2026" in words(told)
    assert "1 atelier à venir a plus de 8 places" in words(told)
    assert "Aminata" not in told
