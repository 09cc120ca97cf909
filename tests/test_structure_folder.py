from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from stat import S_IMODE
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from pixflow import presets, structure_folder
from pixflow.actor import OPERATOR, Actor
from pixflow.documents.grille import Grille
from pixflow.presets import Preset
from pixflow.refused import Refused
from pixflow.store import DatabaseRefused, FormatRefused, StoreRefused
from pixflow.store.postgres.database import Database
from pixflow.structure_folder import OpenStructure
from pixflow.team.membership import add_member
from tests.postgres import Cluster

PRESET = presets.load("laigle-mortagne")
CAMILLE: dict[str, Any] = {"name": "Camille", "email": "c@ml.fr", "site": None, "roles": ("advisor",)}
NOW = datetime(2026, 9, 15, 9, tzinfo=UTC)


def create(data: Path, name: str = "L'Aigle – Mortagne", **changes: object) -> OpenStructure:
    said: dict[str, object] = {"preset": PRESET, "sites": ("L'Aigle", "Mortagne"), "clock": lambda: NOW}
    return structure_folder.create(data, name=name, **{**said, **changes})  # type: ignore[arg-type]


def everything(data: Path) -> set[str]:
    return {str(path.relative_to(data)) for path in data.rglob("*")}


def test_a_structure_is_made_with_its_documents_published(tmp_path: Path) -> None:
    opened = create(tmp_path)
    assert (opened.slug, opened.folder) == ("l-aigle-mortagne", tmp_path / "l-aigle-mortagne")
    refs = opened.engine.references()
    assert (refs.structure.name, refs.structure.sites) == ("L'Aigle – Mortagne", ("L'Aigle", "Mortagne"))
    assert (refs.structure.zone, refs.structure.calendar) == ("Europe/Paris", "FR")
    assert refs.protocol(date(2026, 9, 15)) == PRESET.protocol
    assert refs.grille(date(2026, 9, 15)).document == PRESET.grille
    recorded = opened.engine.read(0, 10)
    assert [r.event.TOPIC for r in recorded] == [
        "structure.StructureOpened",
        "protocol.ProtocolPublished",
        "grille.GrillePublished",
    ]
    assert {(r.by, r.via, r.at) for r in recorded} == {(OPERATOR, "cli", NOW)}
    assert [r.originator_id for r in recorded] == [opened.stream(n) for n in ("structure", "protocol", "grille")]
    opened.engine.close()


def test_it_may_have_opened_on_an_earlier_day(tmp_path: Path) -> None:
    opened = create(tmp_path, on=date(2026, 5, 4))
    refs = opened.engine.references()
    assert refs.protocols.published[0][0] == refs.grilles.published[0][0] == date(2026, 5, 4)
    opened.engine.close()


def test_its_keys_are_for_the_owner_alone_and_the_structure_s_own_is_outside_its_folder(tmp_path: Path) -> None:
    opened = create(tmp_path)
    keys = [
        tmp_path / "keys" / f"{opened.slug}.key",
        tmp_path / "keys" / f"{opened.slug}.ring",
        opened.folder / "keys.db",
    ]
    assert {S_IMODE(key.stat().st_mode) for key in keys} == {0o600}
    folders = [tmp_path / "keys", opened.folder, opened.folder / "uploads"]
    assert {S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}
    assert keys[0].read_bytes() not in keys[1].read_bytes()
    opened.engine.close()


def test_opened_again_it_is_the_same_and_its_claims_hold(tmp_path: Path) -> None:
    first = create(tmp_path)
    person = uuid4()
    first.engine.execute({"staff": person}, add_member, by=Actor(OPERATOR), command_id=uuid4(), **CAMILLE)
    first.engine.close()
    again = structure_folder.open_one(tmp_path, first.slug, clock=lambda: NOW)
    assert (again.id, again.engine.head()) == (first.id, 5)
    assert again.engine.claim_holders("email", ["c@ml.fr"]) == {"c@ml.fr": person}
    with pytest.raises(Refused, match="taken"):
        again.engine.execute({"staff": uuid4()}, add_member, by=Actor(OPERATOR), command_id=uuid4(), **CAMILLE)
    again.engine.close()


def test_structures_are_strangers_to_each_other(tmp_path: Path) -> None:
    one, other = create(tmp_path, "Alençon"), create(tmp_path, "Flers")
    assert structure_folder.slugs(tmp_path) == ["alencon", "flers"]
    assert one.id != other.id
    for opened in (one, other):
        opened.engine.execute({"staff": uuid4()}, add_member, by=Actor(OPERATOR), command_id=uuid4(), **CAMILLE)
        assert len(opened.engine.references().team) == 1
        opened.engine.close()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"calendar": "FR-00"}, "unknown-calendar"),
        ({"zone": "Europe/Mortagne"}, "unknown-zone"),
        ({"sites": ()}, "required"),
        ({"preset": Preset(PRESET.protocol, Grille("vide"))}, "bad-grille"),
        ({"preset": Preset(PRESET.protocol, replace(PRESET.grille, bands=PRESET.grille.bands[1:]))}, "bad-grille"),
    ],
)
def test_a_structure_refused_leaves_nothing_behind(tmp_path: Path, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused, match=code):
        create(tmp_path, **changes)
    assert everything(tmp_path) == {"keys"}
    create(tmp_path).engine.close()


def test_a_failure_of_another_kind_leaves_nothing_behind_either(tmp_path: Path) -> None:
    with pytest.raises(AttributeError):
        create(tmp_path, preset=None)
    assert everything(tmp_path) == {"keys"}


def test_a_first_opening_that_fails_leaves_nothing_behind_either(tmp_path: Path, postgres: Cluster) -> None:
    user = f"u{uuid4().hex[:8]}"
    postgres.run(f"CREATE ROLE {user} LOGIN")
    with closing(Database(postgres.url(user=user))) as database, pytest.raises(DatabaseRefused):
        create(tmp_path, database=database)
    assert everything(tmp_path) == {"keys"}


def test_a_damaged_document_is_told(tmp_path: Path) -> None:
    create(tmp_path, "Flers").engine.close()
    (tmp_path / "flers" / "structure.json").write_bytes(b"{garbage")
    with pytest.raises(StoreRefused, match=r"flers/structure\.json is damaged"):
        structure_folder.open_one(tmp_path, "flers")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Iterator[Database | None]:
    if request.param == "sqlite":
        yield None
        return
    with closing(Database(request.getfixturevalue("postgres").url())) as database:
        yield database


@pytest.mark.parametrize(("written", "found"), [(None, 1), (1, 1), (3, 3)], ids=["none", "older", "newer"])
def test_data_of_another_format_are_refused_and_stay_as_they_are(
    tmp_path: Path, database: Database | None, written: int | None, found: int
) -> None:
    name = f"Flers {uuid4().hex[:8]}"
    opened = create(tmp_path, name, database=database)
    opened.engine.close()
    document = msgspec.json.decode((opened.folder / "structure.json").read_bytes())
    assert document.pop("format") == 2
    new = document if written is None else {**document, "format": written}
    (opened.folder / "structure.json").write_bytes(msgspec.json.encode(new))
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(FormatRefused) as refused:
        structure_folder.open_one(tmp_path, opened.slug, database=database)
    assert (refused.value.found, refused.value.known) == (found, 2)
    after = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.rglob("*") if path.is_file()}
    assert after == before


def test_a_name_is_needed_and_taken_once(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="required"):
        create(tmp_path, " – ")
    with pytest.raises(Refused, match="long-name"):
        create(tmp_path, "Mission " * 40)
    create(tmp_path, "Flers").engine.close()
    before = everything(tmp_path)
    with pytest.raises(Refused, match="structure-exists") as refused:
        create(tmp_path, "FLERS")
    assert refused.value.details == {"slug": "flers"}
    assert everything(tmp_path) == before


def test_nothing_that_stands_in_the_folder_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "flers").mkdir()
    (tmp_path / "flers" / "notes.txt").write_text("à garder")
    with pytest.raises(Refused, match="structure-exists"):
        create(tmp_path, "Flers")
    assert everything(tmp_path) == {"flers", "flers/notes.txt"}
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "alencon.key").write_bytes(b"an old key")
    with pytest.raises(Refused, match="structure-exists"):
        create(tmp_path, "Alençon")
    assert (tmp_path / "keys" / "alencon.key").read_bytes() == b"an old key"


def test_an_unknown_structure_is_refused_with_those_known(tmp_path: Path) -> None:
    create(tmp_path, "Flers").engine.close()
    with pytest.raises(Refused, match="unknown-structure") as refused:
        structure_folder.open_one(tmp_path, "fleurs")
    assert refused.value.details == {"slug": "fleurs", "known": "flers"}
