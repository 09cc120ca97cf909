"""Names spelt nearly so, and numbers: in the order of likeness, within one's scope, and without growing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, func, select

from pixflow import presets, structure_folder
from pixflow.actor import OPERATOR, Actor
from pixflow.authorization import Scope
from pixflow.decision import Decision
from pixflow.dossier import identity
from pixflow.team import membership
from projections import directory, name_search
from projections.name_search import ALIKE, likeness, near, trigrams, trigrams_of
from projections.store.catch_up import ReadSide
from tests.projections.conftest import Tables

ALL = Scope("all")


class Register:
    """Dossiers of a structure, opened and corrected; `read` asks the tables, up to date."""

    def __init__(self, folder: Path, tables: Engine) -> None:
        preset = presets.load("laigle-mortagne")
        self.opened = structure_folder.create(folder, name="Ici", preset=preset, sites=("Ici",))
        self.side = ReadSide(self.opened.engine, tables)
        self.sophie = Actor(str(uuid4()))
        known = {"name": "Sophie", "email": "sophie@exemple.fr", "site": None, "roles": ("referent",)}
        self.says("staff", UUID(self.sophie.id), membership.add_member, Actor(OPERATOR), **known)

    def says(self, kind: str, stream: UUID, decide: Decision[..., Any], by: Actor, **sent: Any) -> None:
        self.opened.engine.execute({kind: stream}, decide, by=by, command_id=uuid4(), **sent)

    def add(self, first: str, last: str, number: str | None = None) -> UUID:
        dossier = uuid4()
        names = {"last_name": last, "first_name": first, "birth_date": None, "imilo_number": number, "site": "Ici"}
        self.says("dossier", dossier, identity.open_dossier, self.sophie, **names)
        return dossier

    @property
    def read(self) -> Connection:
        self.side.catch_up()
        return self.side.database.connect()

    def near(self, text: str, scope: Scope = ALL) -> list[str]:
        with self.read as connection:
            return [one.name for one in near(connection, text, scope)]

    def find(self, text: str, scope: Scope = ALL) -> list[str]:
        with self.read as connection:
            return [one.name for one in directory.find(connection, text, scope)]


@pytest.fixture
def register(tmp_path: Path, tables: Tables) -> Iterator[Register]:
    made = Register(tmp_path / "data", tables())
    yield made
    made.side.database.dispose()
    made.opened.engine.close()


def test_those_spelt_nearly_so_come_the_nearest_first(register: Register) -> None:
    for first, last in (("Emmanuel", "Kowalski"), ("Anna", "Kowalska"), ("Paul", "Kovacs"), ("Nadia", "Benali")):
        register.add(first, last)
    assert register.near("jowalski") == ["Emmanuel Kowalski", "Anna Kowalska"]
    assert register.near("ana kovalska") == ["Anna Kowalska"]
    assert register.near("zzz") == register.near("") == register.near("’") == []


def test_an_advisor_finds_their_own(register: Register) -> None:
    register.add("Emmanuel", "Kowalski")
    assert register.near("kowalsky", Scope("own", uuid4())) == []
    assert register.near("kowalsky", Scope("none")) == []


def test_a_corrected_name_is_found_as_it_is_now(register: Register) -> None:
    dossier = register.add("Emmanuel", "Kowalski")
    assert register.near("kowalsky") == ["Emmanuel Kowalski"]
    names = {"last_name": "Benali", "first_name": "Emmanuel", "birth_date": None, "imilo_number": None, "site": "Ici"}
    register.says("dossier", dossier, identity.correct_identity, register.sophie, **names)
    assert register.near("kowalsky") == []
    assert register.near("bennali") == ["Emmanuel Benali"]


def test_a_frequent_name_costs_no_more_rows_than_a_rare_one(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rarest trigrams lead to those sought, however many bear the frequent ones."""
    for _ in range(30):
        register.add("Marie", "Martin")
    register.add("Zoé", "Martinez")
    monkeypatch.setattr(name_search, "ROWS", 40)
    with register.read as connection:
        counted = connection.execute(select(func.count()).select_from(trigrams)).scalar_one()
        runs = trigrams_of("zoe martines")
        asked = name_search._rarest(name_search._counts(connection, runs), runs)
    assert counted > 250
    assert {" zo", "zoe", "oe ", "ine"} <= set(asked)
    assert "mar" not in asked
    assert register.near("zoe martines") == ["Zoé Martinez"]


def test_a_number_is_found_by_its_beginning_and_whatever_zeros_it_lost(register: Register) -> None:
    register.add("Awa", "Un", "0012347")
    register.add("Bob", "Deux", "12347-B")
    register.add("Cléa", "Trois", "9")
    for text in ("0012347", "12347", "012 347"):
        assert register.find(text) == ["Awa Un"]
    assert register.find("1234") == ["Bob Deux", "Awa Un"]
    assert register.find("12347-b") == ["Bob Deux"]
    assert register.find("00") == register.find("8") == []
    assert register.find("12347", Scope("own", uuid4())) == []


# --- trigrams and likeness: accents, order, beginnings and one mistake anywhere are forgiven

WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=12)


def test_trigrams_are_of_words_with_their_ends_marked() -> None:
    assert trigrams_of("Léa  BA") == {" le", "lea", "ea ", " ba", "ba "}
    assert trigrams_of("d'Ornano") == {" d ", " or", "orn", "rna", "nan", "ano", "no "}
    assert trigrams_of("—") == frozenset()


@given(WORDS, st.data())
def test_whatever_one_mistake_does_a_word_keeps_some_of_its_trigrams(word: str, data: st.DataObject) -> None:
    at, letter = data.draw(st.integers(0, len(word) - 1)), data.draw(st.sampled_from("abcxyz"))
    before, after = word[:at], word[at + 1 :]
    for wrong in (before + letter + after, before + after, before + letter + word[at:]):
        assert trigrams_of(wrong) & trigrams_of(word), wrong


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Kowalsky", "Kowalski Emmanuel"),
        ("jowalski", "Kowalski Emmanuel"),
        ("emanuel kowlaski", "Kowalski Emmanuel"),
        ("kovalsk", "Kowalski Emmanuel"),
        ("amniata", "Diallo Aminata"),
        ("N’DIAYE awa", "Ndiaye Awa"),
        ("jeanbatiste", "Moreau Jean-Baptiste"),
        ("legoff yan", "Le Goff Yann"),
        ("oune", "Aoune Inès"),
        ("lia martin", "Martin Léa"),
    ],
)
def test_a_mistake_is_forgiven_wherever_it_is(typed: str, name: str) -> None:
    assert likeness(typed, name) >= ALIKE


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("paul martin", "Martin Lucas"),
        ("kowalski", "Benali Nadia"),
        ("diallo fatou", "Diallo Aminata"),
        ("", "Diallo Aminata"),
        ("diallo", ""),
        ("12347", "Diallo Aminata"),
    ],
)
def test_somebody_else_s_name_is_not_near(typed: str, name: str) -> None:
    assert likeness(typed, name) < ALIKE


@given(WORDS, WORDS)
def test_a_name_is_wholly_like_itself_in_any_order_and_by_its_beginnings(last: str, first: str) -> None:
    assert likeness(f"{first} {last}", f"{last} {first}") == 100
    assert likeness(f"{last[:3]} {first[:2]}", f"{last.upper()} {first.title()}") == 100
