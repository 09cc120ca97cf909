import re
from dataclasses import fields
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixflow import presets
from pixflow.documents.grille import KINDS, explain, problems
from pixflow.documents.protocol import Delays, Escalation
from pixflow.presets import PresetError, line_of

HERE = Path(presets.__file__).parent
LAIGLE = (HERE / "laigle-mortagne.toml").read_text(encoding="utf-8")


def refused(old: str, new: str) -> PresetError:
    assert old in LAIGLE
    with pytest.raises(PresetError) as caught:
        presets.read(LAIGLE.replace(old, new, 1))
    return caught.value


def line_number(fragment: str, nth: int = 0) -> int:
    return [number for number, line in enumerate(LAIGLE.splitlines(), 1) if line.startswith(fragment)][nth]


def test_three_presets_are_shipped() -> None:
    assert presets.names() == ("hautes-pyrenees", "laigle-mortagne", "parcours-type")


@pytest.mark.parametrize("name", presets.names())
def test_a_shipped_preset_is_whole(name: str) -> None:
    preset = presets.load(name)
    assert problems(preset.grille) == ()
    assert [(band.low, band.high) for band in preset.grille.bands] == [(0, 40), (41, 70), (71, 100)]
    assert [text.stage for text in preset.protocol.stages] == ["orientation", "diagnostic", "prescription", "parcours"]
    assert all(text.who and text.when and text.how for text in preset.protocol.stages)
    assert {proposal.kind for band in preset.grille.bands for proposal in band.proposals} <= set(KINDS)
    assert (preset.protocol.delays, preset.protocol.escalation, preset.protocol.tries) == (Delays(), Escalation(), 3)


@pytest.mark.parametrize(
    ("name", "concerned", "route", "modalities"),
    [
        ("laigle-mortagne", "all", "referent", ("workshop", "office", "home", "cafe")),
        ("hautes-pyrenees", "assessed", "advisor", ("workshop", "office", "home")),
        ("parcours-type", "all", "referent", ("workshop", "office", "home")),
    ],
)
def test_what_each_preset_decides(name: str, concerned: str, route: str, modalities: tuple[str, ...]) -> None:
    protocol = presets.load(name).protocol
    assert (protocol.concerned, protocol.result_route, protocol.modalities) == (concerned, route, modalities)
    assert protocol.cej_mandatory


def test_the_grid_of_laigle_proposes_what_its_page_prints() -> None:
    bands = presets.load("laigle-mortagne").grille.bands
    assert [[proposal.id for proposal in band.proposals] for band in bands] == [
        ["illettrisme", "cap-lec", "cap-digital", "plongee-numerique", "epn-fablab", "cafe-numerique"],
        ["cafe-numerique", "clea-numerique", "epn-fablab"],
        ["diagnostic-complet", "cv", "certification", "metiers-numeriques"],
    ]
    secret = [proposal.id for band in bands for proposal in band.proposals if proposal.advisor_only]
    assert secret == ["illettrisme"]
    assert "LTBJUP656" in bands[2].proposals[0].note
    assert [proposal.id for proposal in bands[2].proposals if proposal.needs_project] == ["certification"]


def test_forty_percent_is_still_in_the_first_band() -> None:
    told = explain(presets.load("laigle-mortagne").grille, 1, Decimal("0.40"))
    assert (told.percent, told.band.low, told.band.high) == (40, 0, 40)


@pytest.mark.parametrize(
    ("old", "new", "path", "code", "details"),
    [
        ("tries = 3", "tris = 3", "protocol.tris", "unknown-key", {"nearest": "tries"}),
        ("[protocol.escalation]", "[protocol.escalations]", "protocol.escalations", "unknown-key",
         {"nearest": "escalation"}),
        ('short = "Développer"', 'xyzzy = "Développer"', "grille.bands[1].xyzzy", "unknown-key", {}),
        ("refer = 5", 'refer = "5"', "protocol.delays.refer", "wrong-type", {"said": "Expected `int`, got `str`"}),
        ("refer = 5", "refer = true", "protocol.delays.refer", "wrong-type", {"said": "Expected `int`, got `bool`"}),
        ("refer = 5", "refer = 366", "protocol.delays.refer", "out-of-range", {"found": 366, "low": 0, "high": 365}),
        ("refer = 5", "refer = -1", "protocol.delays.refer", "out-of-range", {"found": -1, "low": 0, "high": 365}),
        ("manager = 10", "manager = 999", "protocol.escalation.manager", "out-of-range",
         {"found": 999, "low": 0, "high": 365}),
        ("tries = 3", "tries = 0", "protocol.tries", "out-of-range", {"found": 0, "low": 1, "high": 20}),
        ('"all"', '"al"', "protocol.concerned", "unknown-value", {"found": "al", "expected": ("all", "assessed")}),
        ('"office"', '"desk"', "protocol.modalities[1]", "unknown-value",
         {"found": "desk", "expected": ("cafe", "home", "office", "workshop")}),
        ('kind = "cv"', 'kind = "vc"', "grille.bands[2].proposals[1].kind", "unknown-value",
         {"found": "vc", "expected": KINDS}),
        ('"half-up"', '"down"', "grille.rounding", "unknown-value", {"found": "down", "expected": ("half-up",)}),
        ("low = 41", "low = 43", "grille.bands[1].low", "grille-gap", {"numbers": (41, 42)}),
        ("low = 41", "low = 39", "grille.bands[1].low", "grille-overlap", {"numbers": (39, 40)}),
        ("low = 0", "low = 1", "grille.bands[0].low", "grille-start", {"numbers": (1,)}),
        ("high = 100", "high = 99", "grille.bands[2].high", "grille-end", {"numbers": (99,)}),
        ("low = 41", "low = 71", "grille.bands[1].low", "grille-order", {"numbers": (71, 70)}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_where(old: str, new: str, path: str, code: str, details: dict[str, object]) -> None:
    error = refused(old, new)
    found = dict(error.details)
    if "expected" in found:
        assert sorted(found.pop("expected")) == sorted(details["expected"])  # type: ignore[call-overload]
        details = {key: value for key, value in details.items() if key != "expected"}
    assert (error.path, error.code, found) == (path, code, details)
    changed = next(number for number, line in enumerate(LAIGLE.splitlines(), 1) if old in line)
    assert error.line == changed


def test_a_missing_key_is_placed_at_its_table() -> None:
    error = refused('label = "CAP LEC"\n', "")
    assert (error.path, error.code) == ("grille.bands[0].proposals[1].label", "missing-key")
    assert error.line == line_number("[[grille.bands.proposals]]", 1)


def test_a_duplicate_proposal_and_a_wrong_list_of_stages_are_placed_at_their_lists() -> None:
    twice = refused('id = "cap-lec"', 'id = "illettrisme"')
    assert (twice.path, twice.code) == ("grille.bands[0].proposals", "grille-duplicate-proposal")
    assert (twice.details, twice.line) == (
        {"numbers": (0, 40), "detail": "illettrisme"},
        line_number("[[grille.bands.proposals]]"),
    )
    stages = refused('stage = "parcours"', 'stage = "diagnostic"')
    assert (stages.path, stages.code, stages.line) == ("protocol.stages", "stages", line_number("[[protocol.stages]]"))


def test_a_grid_without_bands_is_placed_at_its_table() -> None:
    with pytest.raises(PresetError) as caught:
        presets.read(LAIGLE[: LAIGLE.index("[[grille.bands]]")] + "bands = []\n")
    assert (caught.value.path, caught.value.code) == ("grille.bands", "grille-empty")
    assert caught.value.line == line_number("[[grille.bands]]")


def test_a_missing_table_has_no_line() -> None:
    with pytest.raises(PresetError) as caught:
        presets.read(LAIGLE[: LAIGLE.index("[grille]")])
    assert (caught.value.path, caught.value.line, caught.value.code) == ("grille", None, "missing-key")


def test_a_syntax_error_has_its_line() -> None:
    error = refused("[grille]", "[grille")
    assert (error.code, error.line) == ("syntax", line_number("[grille]"))
    assert str(error) == f"line {error.line}: syntax: said Expected ']' at the end of a table declaration"


def test_the_error_reads_as_a_sentence() -> None:
    assert str(refused("tries = 3", "tris = 3")) == (
        f"protocol.tris, line {line_number('tries = 3')}: unknown-key: nearest tries"
    )


def test_a_file_is_read_by_its_path(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_bytes(b"\xef\xbb\xbf" + LAIGLE.replace("\n", "\r\n").encode())
    assert presets.load(file) == presets.load(str(file)) == presets.load("laigle-mortagne")
    file.write_bytes(b"[protocol]\nname = '\xe9'\n")
    with pytest.raises(PresetError) as caught:
        presets.load(file)
    assert (caught.value.code, caught.value.line) == ("not-utf8", 2)


def test_an_unknown_preset_is_refused_with_the_nearest() -> None:
    with pytest.raises(PresetError) as caught:
        presets.load("l-aigle-mortagne")
    assert (caught.value.code, caught.value.details["nearest"]) == ("unknown-preset", "laigle-mortagne")


def test_headers_inside_long_texts_are_no_keys() -> None:
    text = 'a = """\n[b]\nc = 1\n"""\n[[d]]\n[[d.e]]\n[[d.e]]\nf = 1\n[[d]]\n[[d.e]]\nf = 2\n'
    assert [line_of(text, path) for path in ("a", "b.c", "d[0].e[1].f", "d[1].e[0].f", "d[1].e", "d[1].g")] == [
        1,
        None,
        8,
        11,
        10,
        9,
    ]


@given(st.text())
def test_any_text_is_refused_with_a_preset_error(text: str) -> None:
    with pytest.raises(PresetError):
        presets.read(text)


def test_every_delay_is_read() -> None:
    for name in (field.name for field in fields(Delays)):
        others = re.sub(rf"^{name} = \d+\n", "", LAIGLE, flags=re.MULTILINE)
        said = others.replace("[protocol.delays]\n", f"[protocol.delays]\n{name} = 77\n")
        assert getattr(presets.read(said).protocol.delays, name) == 77, name
