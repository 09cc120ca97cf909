"""Words of docs/glossary.md: everybody is written to in one way, and a *fait* is a word of the auditor's pages."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pixflow import presets
from web.http.security import HERE

FRENCH = sorted(path for part in ("french", "pages", "desk") for path in (HERE / part).rglob("*.py"))
TEMPLATES = sorted((HERE / "templates").rglob("*.html"))
PRESETS = sorted(Path(presets.__file__).parent.glob("*.toml"))
OTHER_WAY = re.compile(
    r"\w\((?:e|ne|ère|rice|trice)s?\)"
    r"|\w/(?:e|ne|ère|rice|trice)\b"
    r"|\w-e-s\b|·e·s\b"
    r"|\b(?:aux |les |d’|autres sont )(?:inscrits|présents|absents|excusés)\b"
    r"|\b(?:il ou elle|elle ou il|iels?|celles et ceux|ceux et celles|toutes et tous|tous et toutes)\b"
    r"|\b(?:référente?|conseill(?:er|ère)|animat(?:eur|rice)|audit(?:eur|rice)|administrat(?:eur|rice)|médiat(?:eur|rice))s?\b(?!·)"
)
"""Parentheses, slashes, hyphens, two dots, both pronouns; and people of a workshop, or a role, in one gender alone."""
QUOTED = re.compile(r"«[^»]*»")
"""Words of the guide stand as they were written."""


def in_python(path: Path) -> Iterator[str]:
    """Yields the sentences of a module: its texts, without those that explain it."""
    tree = ast.parse(path.read_text())
    notes = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in notes:
            yield node.value


def in_template(path: Path) -> Iterator[str]:
    """Yields the words of a template, and the texts that its calls give; no comment and no name of a tag."""
    text = re.sub(r"{#.*?#}", " ", path.read_text(), flags=re.DOTALL)
    yield re.sub(r"{[{%].*?[%}]}|<[^>]*>", " ", text, flags=re.DOTALL)
    for call in re.findall(r"{[{%].*?[%}]}", text, flags=re.DOTALL):
        yield from re.findall(r'"([^"]*)"', call)


def in_preset(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from in_preset(part)


def other_ways(texts: Iterator[str]) -> list[str]:
    """Returns the words of another way. One small word alone may be a code: a part of an address, a column."""
    written = (text for text in texts if not re.fullmatch(r"[&?=a-zéè-]+", text))
    return [found[0] for text in written for found in OTHER_WAY.finditer(QUOTED.sub("", text))]


@pytest.mark.parametrize("path", [*FRENCH, *TEMPLATES, *PRESETS], ids=lambda path: "/".join(path.parts[-2:]))
def test_everybody_is_written_to_in_one_way(path: Path) -> None:
    if path.suffix == ".toml":
        texts = in_preset(tomllib.loads(path.read_text()))
    else:
        texts = in_python(path) if path.suffix == ".py" else in_template(path)
    assert other_ways(texts) == []


@pytest.mark.parametrize(
    "text",
    [
        "venu(e)",
        "conseiller/ère",
        "les inscrit-e-s",
        "inscrit·e·s",
        "s’il ou elle",
        "la référente",
        "les auditeurs",
        "les inscrits",
    ],
)
def test_another_way_is_found(text: str) -> None:
    assert other_ways(iter([text]))


@pytest.mark.parametrize(
    "text", ["référent·e Pix", "les conseiller·ères", "qui suit le jeune", "« la référente envoie »"]
)
def test_our_way_is_not(text: str) -> None:
    assert not other_ways(iter([text]))


FACT = re.compile(
    r"\b(?:un|le|ce|du|des|les|ces|aux?|dernier|autre|chaque|quel|\d+|}}) faits?\b(?! (?:à|dans|de|par)|$)"
    r"|\bfaits? (?:noté|annulé|enregistré|tardif|plus ancien)",
    re.IGNORECASE,
)
"""The noun: « c’est fait » and « le fait dans Résultats » are the verb."""
OF_AUDITOR = re.compile(
    r"templates/audit|pages/audit|french/(?:errors|health|logs|notices|register|indicators|events/sentences)"
)
"""Its pages, those of who runs pixflow, and the figures that count facts."""


@pytest.mark.parametrize("path", [*FRENCH, *TEMPLATES], ids=lambda path: "/".join(path.parts[-2:]))
def test_a_fact_is_a_word_of_the_auditor_alone(path: Path) -> None:
    texts = in_python(path) if path.suffix == ".py" else in_template(path)
    found = [text for text in texts if FACT.search(text)]
    assert OF_AUDITOR.search(str(path)) or found == []
