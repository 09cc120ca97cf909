from datetime import UTC, date, datetime

import pytest

from web.french import dates, typography, validation

MONDAY = date(2026, 3, 16)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("Pourquoi ?", "Pourquoi\u202f?"),
        ("fini ; bon !", "fini\u202f; bon\u202f!"),
        ("cause : une", "cause\u00a0: une"),
        (" : une", "\u00a0: une"),
        (" %", "\u202f%"),
        ("« oui »", "«\u00a0oui\u00a0»"),
        ("l'atelier d'Aminata", "l’atelier d’Aminata"),
        ('{"a":1} x ?y :z', '{"a":1} x ?y :z'),
    ],
)
def test_typeset_puts_the_spaces_and_apostrophes_of_french(typed: str, set_: str) -> None:
    assert typography.typeset(typed) == set_
    assert typography.typeset(set_) == set_


def test_french_counts_from_two() -> None:
    said = [plain(typography.plural(count, "dossier")) for count in (0, 1, 2, 2500)]
    assert said == ["0 dossier", "1 dossier", "2 dossiers", "2 500 dossiers"]
    assert (
        plain(typography.plural(2, "résultat à transmettre", "résultats à transmettre")) == "2 résultats à transmettre"
    )


def test_a_percent_has_its_space() -> None:
    assert typography.percent(40) == "40\u202f%"


def test_an_unknown_reason_is_still_a_sentence() -> None:
    assert validation.invalid("something_new", {}) == "Cette réponse n’est pas valable."
    assert validation.invalid("greater_than_equal", {"ge": 1}) == "Écrivez un nombre d’au moins 1."


@pytest.mark.parametrize(
    ("due", "late", "said"),
    [
        (date(2026, 3, 12), 2, "2 j de retard"),
        (date(2026, 3, 14), 0, "en retard"),
        (MONDAY, 0, "aujourd’hui"),
        (date(2026, 3, 17), 0, "demain"),
        (date(2026, 3, 20), 0, "vendredi"),
        (date(2026, 3, 23), 0, "23 mars"),
        (date(2026, 4, 1), 0, "1er avril"),
        (date(2027, 1, 4), 0, "4 janvier 2027"),
        (datetime(2026, 3, 16, 9, 30), 0, "aujourd’hui, 09:30"),
        (datetime(2026, 3, 19, 14), 0, "jeu. 19, 14:00"),
        (datetime(2026, 4, 1, 14), 0, "1er avr., 14:00"),
    ],
)
def test_due_in_words(due: date, late: int, said: str) -> None:
    assert plain(dates.due_words(due, MONDAY, late)) == said


def test_days_and_instants() -> None:
    assert plain(dates.day(MONDAY)) == "16 mars"
    assert plain(dates.day(date(2026, 4, 1), year=True)) == "1er avril 2026"
    assert plain(dates.day(date(2026, 2, 20), year=True, short=True)) == "20 févr. 2026"
    assert plain(dates.weekday_day(MONDAY)) == "lundi 16 mars"
    at = datetime(2026, 3, 5, 8, 12, tzinfo=UTC)
    assert plain(dates.instant(at, "Europe/Paris")) == "5 mars 2026, 09:12"
    assert dates.clock(at, "Indian/Reunion") == "12:12"
