import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pytest

import web
from web.french import dates, typography, validation
from web.http.templates import environment

MONDAY = date(2026, 3, 16)
PACKAGE = Path(web.__file__).parent
STRAIGHT = re.compile(r"(?<=\w)'(?=\w)")
ENGLISH = "must begin with https://"
"""The one English string of web/ with an apostrophe: a setting is wrong."""


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
        ("demain à 10 h", "demain à 10\u00a0h"),
        ("de 1 h 30 à 2 h, en 60 jours", "de 1\u00a0h\u00a030 à 2\u00a0h, en 60\u00a0jours"),
        ("le n° 3, 40 points et 2 habits", "le n°\u00a03, 40\u00a0points et 2 habits"),
        ("l'atelier d'Aminata", "l’atelier d’Aminata"),
        ('{"a":1} x ?y :z', '{"a":1} x ?y :z'),
    ],
)
def test_typeset_puts_the_spaces_and_apostrophes_of_french(typed: str, set_: str) -> None:
    assert typography.typeset(typed) == set_
    assert typography.typeset(set_) == set_


@pytest.mark.parametrize(
    ("name", "of", "that"),
    [
        ("Nadia Benali", "de Nadia Benali", "que Nadia Benali"),
        ("Élise Caron", "d’Élise Caron", "qu’Élise Caron"),
        ("Œuvres du Perche", "d’Œuvres du Perche", "qu’Œuvres du Perche"),
        ("Hélène Morin", "d’Hélène Morin", "qu’Hélène Morin"),
        ("Hortense", "d’Hortense", "qu’Hortense"),
        ("Hugo", "d’Hugo", "qu’Hugo"),
        ("Hyères", "d’Hyères", "qu’Hyères"),
        ("Hassan", "de Hassan", "que Hassan"),
        ("Hicham", "de Hicham", "que Hicham"),
        ("Houssem", "de Houssem", "que Houssem"),
        ("Hautes-Pyrénées", "de Hautes-Pyrénées", "que Hautes-Pyrénées"),
        ("Yann Castéra", "de Yann Castéra", "que Yann Castéra"),
        ("Yves", "d’Yves", "qu’Yves"),
        ("Ylan", "d’Ylan", "qu’Ylan"),
        ("Le Havre", "du Havre", "que Le Havre"),
        ("le CFA de Tours", "du CFA de Tours", "que le CFA de Tours"),
        ("Les Ulis", "des Ulis", "que Les Ulis"),
        ("la médiathèque", "de la médiathèque", "que la médiathèque"),
        ("", "de ", "que "),
    ],
)
def test_de_and_que_elide_before_a_vowel_and_a_mute_h(name: str, of: str, that: str) -> None:
    assert (typography.de(name), typography.que(name)) == (of, that)
    assert typography.say("{name} : départ de {name}", name=name) == f"{name}\u00a0: départ {of}"
    assert typography.say("Que {name} vienne", name=name) == f"Q{that[1:]} vienne"


def test_a_template_elides_too() -> None:
    template = environment().from_string("<p>Présence de {{ name }}, rôle d'{{ name }}</p>")
    assert template.render(name="Élise <b>") == "<p>Présence d’Élise &lt;b&gt;, rôle d'Élise &lt;b&gt;</p>"
    number = environment().from_string("De {{ low }} à {{ high }}, de {% if high %}{{ high }}{% endif %}")
    assert number.render(low=6, high=10) == "De 6 à 10, de 10"


def test_the_strings_of_a_template_are_typeset_as_its_text_is() -> None:
    template = environment().from_string("""{{ ui.field("x", "À quoi sert-elle ?", hint="Vide : trois mois.") }}""")
    text = template.render()
    assert "À quoi sert-elle\u202f?" in text
    assert "Vide\u00a0: trois mois." in text
    code = environment().from_string("""{{ "/x?a=b:c" }} {{ "%.1f"|format(1) }} {{ "a b" }} {{ "c:d ?e" }}""")
    assert code.render() == "/x?a=b:c 1.0 a b c:d ?e"


def documentation(tree: ast.AST) -> set[int]:
    """Returns the lines where strings for developers start: all that stand alone, but the help of a command."""
    helps = {
        node.body[0].lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and any("command" in ast.unparse(one) for one in node.decorator_list)
    }
    alone = {node.value.lineno for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return alone - helps


def strings() -> Iterator[tuple[str, str]]:
    """Yields the strings of web/ that somebody may read, each with where it stands."""
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text())
        skipped = documentation(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.lineno not in skipped:
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", node.value
    for path in sorted(PACKAGE.glob("templates/**/*.html")):
        for line, kind, value in environment().lex(path.read_text()):
            if kind == "string":
                yield f"{path.relative_to(PACKAGE)}:{line}", value
    for path in sorted((*PACKAGE.glob("static/*.js"), *PACKAGE.glob("templates/**/*.typ"))):
        for line, text in enumerate(path.read_text().splitlines(), 1):
            if not text.lstrip().startswith("//"):
                yield f"{path.relative_to(PACKAGE)}:{line}", text


def test_every_apostrophe_is_curly() -> None:
    straight = [(where, text) for where, text in strings() if STRAIGHT.search(text) and ENGLISH not in text]
    assert not straight, straight


def test_no_sentence_of_a_script_breaks_before_a_colon() -> None:
    """Templates and `typeset` put the space that does not break; a script writes it."""
    breaks = [
        (f"{path.name}:{line}", said)
        for path in sorted(PACKAGE.glob("static/*.js"))
        for line, text in enumerate(path.read_text().splitlines(), 1)
        for said in re.findall(r'"[^"]*"|`[^`]*`', re.sub(r"\$\{[^{}]*\}", "one", text))
        if not text.lstrip().startswith("//") and re.search(r"\w [:;!»]( |.$)|\w \?.$|« ", said)
    ]
    assert not breaks, breaks


def test_no_text_puts_de_or_que_before_a_name_by_itself() -> None:
    """`say` and templates elide; an f-string does not, so only days, hours and numbers stand there after "de"."""
    found = []
    for path in sorted(set(PACKAGE.rglob("*.py")) - {Path(typography.__file__)}):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.JoinedStr):
                continue
            for before, value in pairwise(node.values):
                if isinstance(before, ast.Constant) and re.search(r"\b[DdQq]u?e $", str(before.value)):
                    found.append((f"{path.relative_to(PACKAGE)}:{node.lineno}", ast.unparse(value)))
    named = [
        (where, value)
        for where, value in found
        if not re.search(r"\{(dates\.|typography\.|hours|least|self\.arrives:)", value)
    ]
    assert not named, named


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
