import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixflow import identity

NIRS = [
    "1 85 05 78 006 084 91",
    "185057800608491",
    "1850578006084",
    "2.69.05.49.588.157.80",
    "1 85 05 2A 006 084",
    "1-85-05-78-006-084",
    "1850578006084 7",
    "185057800608492",  # wrong key: a mistyped number is no less personal
    "１８５０５７８００６０８４",
]


@st.composite
def nir_bodies(draw: st.DrawFn) -> str:
    sex, year, month = draw(st.tuples(st.integers(1, 2), st.integers(0, 99), st.integers(1, 12)))
    department = draw(st.sampled_from(["01", "61", "65", "95", "2A", "2B", "97", "99"]))
    commune, order = draw(st.tuples(st.integers(0, 999), st.integers(1, 999)))
    return f"{sex}{year:02d}{month:02d}{department}{commune:03d}{order:03d}"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("  D'Ornano-Lefèvre ", "d ornano lefevre"),
        ("D’ORNANO   lefe\u0300vre", "d ornano lefevre"),
        ("D'Ornano; dit ", "d ornano dit"),
        ("Le\nGrand", "le grand"),
        ("Benaïssa Ñ", "benaissa n"),
        ("Œuvré", "oeuvre"),
        ("Nguyễn\u00a0Văn", "nguyen van"),
        ("'=Bono", "bono"),
        ("--", ""),
    ],
)
def test_normalise(typed: str, expected: str) -> None:
    assert identity.normalise(typed) == expected


@given(st.text())
def test_normalise_is_idempotent_and_plain(text: str) -> None:
    once = identity.normalise(text)
    assert identity.normalise(once) == once
    assert not set(once) - set("abcdefghijklmnopqrstuvwxyz0123456789 ")


def test_words_have_no_order() -> None:
    assert identity.words("Diallo", "Aminata Fatou") == identity.words("FATOU", "diallo Aminata")
    assert identity.words("Diallo", "Aminata") == {"aminata", "diallo"}


@pytest.mark.parametrize("typed", NIRS)
def test_a_nir_is_seen_alone_and_in_a_free_text(typed: str) -> None:
    assert identity.contains_nir(typed)
    assert identity.contains_nir(f"Sécu : {typed}, à vérifier le 12/05.")


@pytest.mark.parametrize(
    "typed",
    [
        "5850578006084",  # no such sex
        "1851378006084",  # no such month
        "1850500006084",  # no such department
        "1850578006000",  # no such order
        "185057800608",
        "18505780060841",
        "12345",
        "",
    ],
)
def test_what_is_no_nir(typed: str) -> None:
    assert not identity.looks_like_nir(typed)


@pytest.mark.parametrize(
    "text",
    [
        "Rappeler au 06 12 34 56 78 ou au +33 7 81 12 34 56 06 12 34 56 78",
        "Rendez-vous le 12/05/2026 61300 L'Aigle",
        "481516-2026-05-12-0910",
        "SIRET 18505780060841",
        "campagne LTBJUP656, 40 %",
        "commande 1234567890123",
        "+33612345678",
        "0033612345678",
        "Jean-Baptiste Dupont",
        "",
    ],
)
def test_a_text_without_nir(text: str) -> None:
    assert not identity.contains_nir(text)


@given(nir_bodies(), st.integers(0, 99))
def test_every_plausible_nir_is_refused_in_a_text_and_as_a_number_whatever_its_key(body: str, key: int) -> None:
    keyed = f"{body}{key:02d}"
    assert identity.looks_like_nir(body)
    assert identity.contains_nir(f"n° {keyed[:1]} {keyed[1:3]} {keyed[3:5]} {keyed[5:7]} {keyed[7:10]} {keyed[10:]}")
    assert identity.contains_nir(f"({keyed})")
    assert not identity.contains_nir(f"{keyed}0")
    for nir in (body, keyed):
        with pytest.raises(ValueError, match="nir"):
            identity.imilo_number(nir)


@pytest.mark.parametrize(
    ("typed", "expected"), [(" 0012345 ", "0012345"), ("12 345", "12345"), ("ml61-0042", "ML61-0042")]
)
def test_imilo_number(typed: str, expected: str) -> None:
    assert identity.imilo_number(typed) == expected


@pytest.mark.parametrize(
    "typed", ["", "  ", "-12", "12_3", "+33612345678", "12/3", "a@b.fr", "é12", "DUPONT", "A-B", "-", "２００"]
)
def test_no_imilo_number(typed: str) -> None:
    with pytest.raises(ValueError, match=r"^imilo-number$"):
        identity.imilo_number(typed)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("+33 6.12.34.56.78", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "+33612345678"),
        ("0033612345678", "+33612345678"),
        ("0692 12 34 56", "+262692123456"),
        ("+262 692 12 34 56", "+262692123456"),
        ("0696 12 34 56", "+596696123456"),
    ],
)
def test_phone(typed: str, expected: str) -> None:
    assert identity.phone(typed) == expected
    assert identity.phone(expected) == expected


@pytest.mark.parametrize("typed", ["", "612345678", "06 12 34 56 7", "06 12 34 56 78 9", "00 12 34 56 78", "abc"])
def test_no_phone(typed: str) -> None:
    with pytest.raises(ValueError, match=r"^phone$"):
        identity.phone(typed)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("06 12 34 56 78", "0612345678"),
        ("06.12.34.56.78", "0612345678"),
        ("+33612345678", "0612345678"),
        ("+33 (0)6 12 34 56 78", "0612345678"),
        ("0033 6 12 34", "061234"),
        ("33612345678", "0612345678"),
        ("612345678", "612345678"),
        ("345678", "345678"),
        ("+262 692 12 34 56", "0692123456"),
        ("06 12 34 56 78 Diallo", ""),
        ("Diallo", ""),
        ("", ""),
    ],
)
def test_the_digits_of_a_telephone_are_the_same_however_it_is_typed(typed: str, expected: str) -> None:
    assert identity.phone_digits(typed) == expected


def test_email() -> None:
    assert identity.email(" Aminata.Diallo+pix@ML-61.Example.FR ") == "aminata.diallo+pix@ml-61.example.fr"


@pytest.mark.parametrize(
    "typed", ["", "a", "a@b", "a b@c.fr", "a@@c.fr", ".a@c.fr", "a..b@c.fr", "a@-c.fr", "a@c..fr", "x" * 250 + "@c.fr"]
)
def test_no_email(typed: str) -> None:
    with pytest.raises(ValueError, match=r"^email$"):
        identity.email(typed)


# --- cells of files: no text is a formula, and no other text is changed


STARTS = (*"=+-@\t\r\n", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\ufe66", "\ufe62", "\ufe63", "\ufe6b")


@pytest.mark.parametrize("start", STARTS, ids=ascii)
def test_no_text_is_taken_for_a_formula(start: str) -> None:
    assert identity.guarded(f"{start}1+1") == f"'{start}1+1"
    assert identity.guarded(start) == f"'{start}"


@pytest.mark.parametrize("text", ["", "Mission locale", "1 = 1", "« 5 »", "’Ndiaye", "Été", "＜ 5"])
def test_another_text_stays_as_it_is(text: str) -> None:
    assert identity.guarded(text) == text
