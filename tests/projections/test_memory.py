"""The memory of pages ends with its sources: the team, the documents, a name, an erased person."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow import presets, structure_folder
from pixflow.actor import OPERATOR, Actor
from pixflow.dossier import identity
from pixflow.events.values import PartnerDetails
from pixflow.partners.listing import list_partner
from pixflow.protocol.publishing import publish_grille, publish_protocol
from pixflow.structure_folder import OpenStructure
from pixflow.team.membership import add_member
from projections.store.catch_up import Kept, ReadSide
from tests import erasures
from tests.projections.conftest import Tables

PRESET = presets.load("laigle-mortagne")
REFERENT = uuid4()


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[OpenStructure]:
    made = structure_folder.create(tmp_path, name="Ici", preset=PRESET, sites=("Ici",))
    yield made
    made.engine.close()


def record(opened: OpenStructure, kind: str, stream: UUID, decision: Any, by: str = OPERATOR, **sent: Any) -> None:
    opened.engine.execute({kind: stream}, decision, by=Actor(by), command_id=uuid4(), via="cli", **sent)


def open_dossier(opened: OpenStructure) -> UUID:
    dossier = uuid4()
    name: dict[str, Any] = {"last_name": "Diallo", "first_name": "Aminata", "birth_date": None}
    record(opened, "dossier", dossier, identity.open_dossier, **name, imilo_number=None, site="Ici")
    return dossier


def reach(opened: OpenStructure, dossier: UUID) -> None:
    record(opened, "dossier", dossier, identity.correct_contact, phone="0612345678", email=None)


def open_another(opened: OpenStructure, dossier: UUID) -> None:
    open_dossier(opened)


def rename(opened: OpenStructure, dossier: UUID) -> None:
    sent: dict[str, Any] = {
        "last_name": "Diallo",
        "first_name": "Awa",
        "birth_date": None,
        "imilo_number": None,
        "site": "Ici",
    }
    record(opened, "dossier", dossier, identity.correct_identity, **sent)


def change_rights(opened: OpenStructure, dossier: UUID) -> None:
    join(opened, uuid4(), "advisor")


def join(opened: OpenStructure, member: UUID, role: str) -> None:
    sent: dict[str, Any] = {"name": role, "email": f"{role}@exemple.fr", "site": None, "roles": (role,)}
    record(opened, "staff", member, add_member, **sent)


def publish(opened: OpenStructure, dossier: UUID, kind: str) -> None:
    today = opened.engine.today()
    if kind == "grille":
        bands = PRESET.grille.bands
        document: Any = replace(PRESET.grille, bands=(replace(bands[0], short="Autre"), *bands[1:]))
        record(opened, "grille", opened.stream("grille"), publish_grille, document=document, from_day=today)
    else:
        delays = replace(PRESET.protocol.delays, present_pix=30)
        document = replace(PRESET.protocol, delays=delays)
        record(opened, "protocol", opened.stream("protocol"), publish_protocol, document=document, from_day=today)


def list_another(opened: OpenStructure, dossier: UUID) -> None:
    record(opened, "partner", uuid4(), list_partner, str(REFERENT), details=PartnerDetails(name="Médiathèque"))


TEXTS, SEARCHES, PARTNERS = "texts", "searches", "partners"
CASES: dict[str, tuple[Callable[[OpenStructure, UUID], None], set[str]]] = {
    "a phone number": (reach, {TEXTS, PARTNERS}),
    "a name": (rename, {TEXTS, PARTNERS}),
    "another dossier": (open_another, {TEXTS}),
    "a partner": (list_another, {TEXTS, SEARCHES}),
    "rights": (change_rights, set()),
    "a grid": (partial(publish, kind="grille"), set()),
    "a protocol": (partial(publish, kind="protocol"), set()),
    "an erased person": (erasures.erase, set()),
}


@pytest.mark.parametrize(("happens", "stays"), CASES.values(), ids=CASES)
def test_memory_ends_with_what_it_was_made_of(
    opened: OpenStructure, tables: Tables, happens: Any, stays: set[str]
) -> None:
    dossier = open_dossier(opened)
    join(opened, REFERENT, "referent")
    side, other = ReadSide(opened.engine, tables("one")), ReadSide(opened.engine, tables("one"))
    side.catch_up(), other.catch_up()
    before, there = side.memory.take_snapshot(), other.memory.take_snapshot()
    happens(opened, dossier)
    side.catch_up()
    now = side.memory.take_snapshot()
    assert {part for part in (TEXTS, SEARCHES, PARTNERS) if vars(now)[part] is vars(before)[part]} == stays
    assert (now.dossiers is before.dossiers) == (TEXTS in stays)
    assert now.counts is not before.counts
    before.renew(now)
    assert vars(before) == vars(now)
    other.catch_up()  # the tables are there already: another process wrote them
    assert other.memory.texts is not there.texts


def test_the_oldest_goes_when_there_are_too_many() -> None:
    kept = Kept(most=3)
    assert [kept.put(n, f"{n}") for n in range(5)] == ["0", "1", "2", "3", "4"]
    assert [kept.get(n) for n in range(5)] == [None, None, "2", "3", "4"]
