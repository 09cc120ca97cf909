"""The words that the documentation quotes stand on a page or in the terminal; the commands that it names exist."""

import html
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from typer.main import get_command

from tests.test_docs import PAGES as EVERY_PAGE
from tests.test_docs import ROOT, codes, prose
from web.cli.app import app

PAGES = (
    "README.md", "CHANGELOG.md", "docs/accounts.md", "docs/cli.md", "docs/domain.md", "docs/event-model.md",
    "docs/glossary.md", "docs/indicators.md", "docs/install.md", "docs/open-data.md", "docs/operations.md",
    "docs/retention.md", "docs/security.md", "docs/tour.md",
)  # fmt: skip
"""The pages that tell what pixflow does. Benchmarks, trials and decisions give names of their own."""
QUOTED = re.compile(r"(?<![*\w])(?:\*|\*{3})(?![\s*])([^*\n]+(?:\n[^*\n]+)?)(?:\*{3}|\*)(?!\w)|« ([^»]+) »")
MADE = {"pour x", "pour élise caron"}
"""Words that a template makes of parts: a number, a name, an agreement."""
NO_PAGE = {
    "mettre en œuvre pix emploi au sein de votre mission locale", "refused by the young person",
    "refused by the partner", "for the advisor only",
}  # fmt: skip
"""The title of the guide, and words that are stressed."""


def plain(text: str) -> str:
    """Returns a text in lower case, with one kind of apostrophe and of space."""
    text = html.unescape(text).replace("’", "'").replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"\s+", " ", text.replace("\N{NARROW NO-BREAK SPACE}", " ")).lower()


@cache
def written() -> str:
    """Returns all that pages, papers and the terminal may say."""
    places = [
        ("web", "*.py"),
        ("web", "*.html"),
        ("web", "*.md"),
        ("web/static", "*.js"),
        ("pixflow/presets", "*.toml"),
    ]
    texts = [path.read_text() for folder, ending in places for path in sorted((ROOT / folder).rglob(ending))]
    return plain(re.sub(r'"\s*\n\s*f?"', "", "\n".join(texts)))


def quoted(text: str) -> Iterator[str]:
    for found in QUOTED.finditer(re.sub(r"`[^`\n]+`", "`", prose(text))):
        yield plain(found[1] or found[2]).strip(" .…?,:")


@pytest.mark.parametrize("page", PAGES)
def test_every_word_that_a_page_quotes_is_said(page: str) -> None:
    found = {word for word in quoted((ROOT / page).read_text()) if word}
    assert {word for word in found - MADE - NO_PAGE if word not in written()} == set()


def test_nothing_is_excused_that_no_page_quotes() -> None:
    found = {word for page in PAGES for word in quoted((ROOT / page).read_text())}
    assert found >= MADE | NO_PAGE


def test_a_word_that_no_page_says_is_found() -> None:
    assert [word for word in quoted("Press *Défaire la fusion*, then « Rejouer ».") if word not in written()] == [
        "défaire la fusion"
    ]


# --- commands


def unknown(text: str) -> str:
    """Returns the word of a command line that the terminal does not know; "" when it knows all of them."""
    command: Any = get_command(app)
    said = text.split()[1:]
    while said and hasattr(command, "commands") and not said[0].startswith("-"):
        if said[0] not in command.list_commands(None):
            return said[0]
        command = command.get_command(None, said.pop(0))
    options = {"--help", *(option for one in command.params for option in one.opts)}
    named = (word.strip("[]").split("=")[0] for word in said if word.strip("[").startswith("--"))
    return next((word for word in named if word not in options), "")


def named_commands() -> Iterator[tuple[str, str]]:
    """Yields the place and the text of every command that a page of the documentation, or a sentence, names."""
    for path in EVERY_PAGE:
        yield from ((path.name, code) for code in codes(prose(path.read_text())) if re.match(r"pixflow [a-z]", code))
    for path in sorted((ROOT / "web").rglob("*.py")) + sorted((ROOT / "web" / "templates").rglob("*.html")):
        text = re.sub(r'"\s*\n\s*f?"', "", path.read_text())
        yield from ((path.name, f"pixflow {code}") for code in re.findall(r"« pixflow ([a-z][^»]*?)\s*»", text))


def test_every_command_that_is_named_exists_with_its_options() -> None:
    found = list(named_commands())
    assert len({code for _, code in found}) > 50
    said = {"pixflow est occupé"}
    assert [(place, code) for place, code in found if code not in said and unknown(code)] == []


@pytest.mark.parametrize(("text", "word"), [("pixflow staff ad X", "ad"), ("pixflow backup --kept 3", "--kept")])
def test_a_command_that_does_not_exist_is_found(text: str, word: str) -> None:
    assert unknown(text) == word
