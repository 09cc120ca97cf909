"""Tests of the documentation: names, links, citations, excerpts, transcripts, and the picture of the house."""

import ast
import dataclasses
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Set
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import typer
from eventsourcing.persistence import StoredEvent
from typer.testing import CliRunner

from pixflow import streams
from pixflow.documents.protocol import Delays
from pixflow.events.base import Recorded
from pixflow.events.catalogue import catalogue
from pixflow.store.sealing import TypedMapper
from pixflow.streams import KINDS
from pixflow.tasks import TASK_KINDS
from tests import event_list, house
from tests.emitted import NEVER, emitted
from tests.test_tasks import ROWS
from web.cli.app import app
from web.french import health
from web.hosting.settings import Settings

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")])
EVENT_MODEL = (DOCS / "event-model.md").read_text()
BENCHMARKS = (DOCS / "benchmarks.md").read_text()
CLI = (DOCS / "cli.md").read_text()
OPERATIONS = (DOCS / "operations.md").read_text()
NO_WORD = "…"

Row = list[str]


def each_page() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("written", PAGES, ids=lambda path: str(path.relative_to(ROOT)))


def prose(text: str) -> str:
    """Returns the page without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def codes(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", text)


def rows(text: str) -> Iterator[Row]:
    """Yields the cells of every table row, headers included."""
    for line in prose(text).splitlines():
        if line.startswith("|"):
            yield [cell.strip() for cell in line.strip().strip("|").split("|")]


def by_code(text: str) -> dict[str, Row]:
    """Returns table rows by the code in their first cell."""
    return {named[0]: row for row in rows(text) if (named := codes(row[0]))}


def section(text: str, title: str) -> str:
    """Returns the section whose heading starts with `title`."""
    found = re.search(rf"^(#+) {re.escape(title)}", text, re.MULTILINE)
    assert found, f"no heading {title}"
    after = text[found.end() :]
    end = re.search(rf"^#{{1,{len(found.group(1))}}} ", after, re.MULTILINE)
    return after[: end.start()] if end else after


def blocks(text: str, language: str) -> Iterator[tuple[str, str]]:
    """Yields the blocks of code of a language: the text beside its name, and the code."""
    for said, code in re.findall(rf"^```{language}\b(.*?)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        yield said.strip(), code


# --- decisions


def test_each_decision_has_a_number_of_its_own_and_bears_it() -> None:
    """Numbers of decisions that were merged into others stay free."""
    pages = sorted((DOCS / "decisions").glob("*.md"))
    assert len({page.name[:4] for page in pages}) == len(pages)
    for page in pages:
        assert page.read_text().startswith(f"# {page.name[:4]} "), page.name


# --- events, tasks, claims


def test_the_list_of_events_has_every_event_once() -> None:
    listed = [codes(line)[0] for line in event_list.lines() if line.startswith("| `")]
    assert sorted(listed) == sorted(event.__name__ for event in catalogue())


def test_no_decision_is_excused_from_an_event_that_it_never_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    excused = set(NEVER)
    monkeypatch.setattr("tests.emitted.NEVER", {})
    reached = {(name, event.__name__) for event, deciding in emitted().items() for name in deciding}
    assert excused <= reached


def test_every_stamp_and_every_stream_stands_in_the_model() -> None:
    stamps = [name for row in rows(section(EVENT_MODEL, "The stamps")) for name in codes(row[0])]
    assert sorted(stamps) == sorted(Recorded.__struct_fields__)
    kinds = [name for row in rows(section(EVENT_MODEL, "A stream")) for name in codes(row[0])]
    assert sorted(kinds) == sorted(KINDS)


OWED_BY = {"referent": "référent"}
"""The words of a role, where its code is none."""


def tasks_table() -> str:
    """Returns the table of the tasks, as `python -m tests.test_docs` writes it."""
    lines = ["|task|owed by|opened by|days|closed by|stops when|", "|---|---|---|---|---|---|"]
    for row in ROWS:
        role = TASK_KINDS[row.kind].role
        delays = _of(row.kind)
        days = ", ".join(str(delays[end]) for end in ("opens", "") if end in delays) + row.days
        closed = dict.fromkeys(f"`{type(events[-1]).__name__}`" for events in row.closed_by.values())
        stops = [f"{what}: `{type(events[-1]).__name__}`" for what, events in row.stops.items() if what != "closed"]
        lapses = [f"it lapses after {delays['lapses']}"] if "lapses" in delays else []
        ends = "; ".join([*stops, *lapses, *filter(None, [row.until])])
        cells = (f"`{row.kind}`", OWED_BY.get(role, role), row.opened, days, ", ".join(closed) or "–", ends or "–")
        lines.append(f"|{'|'.join(cells)}|")
    return "\n".join(lines)


def _of(kind: str) -> dict[str, int]:
    """Returns the delays of a kind: "" until it is due, "opens" and "lapses"."""
    named = {f"{kind.replace('-', '_')}{end}": end.strip("_") for end in ("", "_opens", "_lapses")}
    return {named[name]: days for name, days in dataclasses.asdict(Delays()).items() if name in named}


def write_tasks() -> None:
    known = re.search(r"^\|task\|.*?(?=\n\n)", EVENT_MODEL, re.DOTALL | re.MULTILINE)
    assert known
    (DOCS / "event-model.md").write_text(EVENT_MODEL.replace(known[0], tasks_table()))


def test_the_table_of_tasks_is_what_their_rows_and_delays_say() -> None:
    """After a change: `python -m tests.test_docs`."""
    assert tasks_table() in EVENT_MODEL
    assert EVENT_MODEL.count("|task|") == 1
    assert sum(len(_of(kind)) for kind in TASK_KINDS) == len(dataclasses.fields(Delays))


def test_what_is_said_to_open_a_task_names_the_event_that_does() -> None:
    events = {event.__name__ for event in catalogue()}
    for row in ROWS:
        assert {*codes(row.opened), *codes(row.until)} <= events, row.kind
        assert type(row.history[-1]).__name__ in codes(row.opened), row.kind


def test_every_claim_stands_in_the_model() -> None:
    made = ast.walk(ast.parse(Path(streams.__file__).read_text()))
    kinds = {
        node.elts[0].value
        for node in made
        if isinstance(node, ast.Tuple) and len(node.elts) == 2 and isinstance(node.elts[0], ast.Constant)
    }
    assert by_code(section(EVENT_MODEL, "The claims")).keys() == kinds


# --- one command


@pytest.mark.parametrize(
    ("path", "code"),
    [pair for page in PAGES for pair in blocks(page.read_text(), "python")],
    ids=lambda text: text[:50],
)
def test_an_excerpt_stands_in_its_file(path: str, code: str) -> None:
    lines = [line.strip() for line in (ROOT / path).read_text().splitlines() if line.strip()]
    for part in re.split(rf"^\s*{NO_WORD}\n", code, flags=re.MULTILINE):
        wanted = [line.strip() for line in part.splitlines() if line.strip()]
        starts = [i for i in range(len(lines)) if lines[i : i + len(wanted)] == wanted]
        assert starts, f"{path} has no longer:\n{part}"
        lines = lines[starts[0] + len(wanted) :]


def test_one_command_enters_no_more_files_than_its_page_says() -> None:
    """Counts in a process of its own: in this one a browser may have left its event loop to the main thread."""
    (told,) = re.findall(r"at most (\d+) files", (DOCS / "following-one-command.md").read_text())
    counted = subprocess.run([sys.executable, "-m", "tests.trip"], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    (files,) = re.findall(rb"^(\d+) files", counted.stdout, re.MULTILINE)
    assert int(told) - 5 < int(files) <= int(told)


@pytest.mark.parametrize(
    ("topic", "document"),
    list(blocks((DOCS / "following-one-command.md").read_text(), "json")),
    ids=lambda text: text[:20],
)
def test_a_stored_event_that_is_shown_can_be_read(topic: str, document: str) -> None:
    stored = StoredEvent(UUID(int=1), 1, topic, document.encode())
    assert topic == TypedMapper(catalogue()).to_domain_event(stored).event.TOPIC


# --- names: files, links, citations, routes, commands, settings


@cache
def anchors(page: Path) -> set[str]:
    """Returns the anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.*)$", prose(page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def sources() -> Iterator[Path]:
    """Yields every file of code, tests and documentation but this one, which cites wrongly on purpose."""
    kinds = {".py", ".html", ".typ", ".css", ".js", ".toml", ".md"}
    for room in ("pixflow", "projections", "web", "tests"):
        yield from (path for path in (ROOT / room).rglob("*") if path.suffix in kinds and path != Path(__file__))
    yield from (*PAGES, ROOT / "Makefile", ROOT / "pyproject.toml")


def uncited(text: str) -> Iterator[str]:
    """Yields the citations of a text that have no target: a page, a heading of a page, or a document of elsewhere.

    A citation is `docs/page.md`, `docs/page.md#heading` or `docs/page.md#heading, #other`.
    """
    for page, parts in re.findall(r"\bdocs/([\w./-]+\.md)(#[\w-]+(?:, #[\w-]+)*)?", text):
        if not (DOCS / page).exists():
            yield f"docs/{page}"
        else:
            yield from (
                f"docs/{page}#{part}" for part in re.findall(r"#([\w-]+)", parts) if part not in anchors(DOCS / page)
            )
    yield from (name for name in re.findall(r"(?<![\w/.])[A-Z]+\.md\b", text) if not (ROOT / name).exists())
    yield from re.findall(r"RELIABILITY F\d+|(?<!\w)\(F\d+\)|§ ?[\d.]+", text)


def test_every_citation_has_a_target() -> None:
    assert not [f"{path.relative_to(ROOT)}: {lost}" for path in sources() for lost in uncited(path.read_text())]


@pytest.mark.parametrize(
    "citation",
    [
        "DOMAIN.md",
        "PIX.md",
        "RELIABILITY F5",
        "(F5)",
        "§ 8",
        "docs/none.md",
        "docs/faults.md#f99",
        "docs/faults.md#f1, #f99",
    ],
)
def test_a_citation_without_a_target_is_found(citation: str) -> None:
    assert list(uncited(f"Source: {citation}."))


def defined(path: Path) -> set[str]:
    """Returns the names of a module's classes, functions and constants, and its methods as `Class.method`."""
    names: set[str] = set()

    def walk(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                names.add(prefix + node.name)
                if isinstance(node, ast.ClassDef):
                    walk(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, (ast.Assign, ast.AnnAssign)):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names.update(prefix + target.id for target in targets if isinstance(target, ast.Name))

    walk(ast.parse(path.read_text()).body, "")
    return names


@each_page()
def test_every_link_leads_somewhere_and_the_name_it_bears_is_there(written: Path) -> None:
    for label, target in re.findall(r"\[([^\]]*)\]\(([^)\s]+)\)", prose(written.read_text())):
        if target.startswith("http://127.0.0.1"):
            continue
        file, _, anchor = target.partition("#")
        path = (written.parent / file).resolve() if file else written
        assert path.exists(), f"{written.name}: {target}"
        assert not anchor or anchor in anchors(path), f"{written.name}: {target}"
        name = codes(label)
        if path.suffix == ".py" and name and "/" not in name[0] and not name[0].endswith(".py"):
            assert name[0] in defined(path), f"{written.name}: {target} has no {name[0]}"


@each_page()
def test_a_line_of_prose_has_at_most_120_columns(written: Path) -> None:
    assert [line for line in prose(written.read_text()).splitlines() if len(line) > 120 and line[0] != "|"] == []


@each_page()
def test_every_path_that_is_named_exists(written: Path) -> None:
    rooms = r"(?:pixflow|projections|web|tests|docs|\.ci)/"
    for path in re.findall(rf"`({rooms}[^`\s<>:]*)", prose(written.read_text())):
        assert list(ROOT.glob(path.rstrip("/"))), f"{written.name}: {path}"


@cache
def every_test() -> set[str]:
    return {
        name for path in (ROOT / "tests").rglob("test_*.py") for name in re.findall(r"def (test_\w+)", path.read_text())
    }


@each_page()
def test_every_test_that_is_named_exists(written: Path) -> None:
    assert set(re.findall(r"`(test_\w+)`", prose(written.read_text()))) <= every_test()


# --- figures


FIGURE = re.compile(r"\d ?(?:×|ms\b)|\d\.\d times")
TIME_OR_SIZE = re.compile(r"\d (?:s|MB)\b")
"""Other pages than that of the benchmarks give limits in these units."""


@cache
def benches() -> dict[str, set[str]]:
    """Returns the numbers of its module for each bench."""
    return {
        node.name: {repr(one.value) for one in ast.walk(module) if isinstance(one, ast.Constant)}
        for path in (ROOT / "tests/benchmarks").glob("test_*.py")
        for module in [ast.parse(path.read_text())]
        for node in module.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def unmeasured(text: str, measures: Set[str], figure: re.Pattern[str] = FIGURE) -> Iterator[str]:
    """Yields the rows, items and paragraphs that have a figure and name none of the tests that measure."""
    for block in re.split(r"\n\n|\n(?=[|-] ?)", prose(text)):
        if figure.search(block) and not measures & set(codes(block)):
            yield block


def unaimed(text: str) -> Iterator[str]:
    """Yields the numbers of the aims of a row that the benches beside them do not have."""
    for work, *_, aims, named in rows(section(text, "The aims")):
        known = set().union(*(benches().get(name, set()) for name in codes(named)))
        numbers = re.findall(r"\d+(?:\.\d+)?", aims)
        yield from (f"{work}: {number}" for number in numbers if not {number, f"{number}.0"} & known)


def test_every_figure_stands_beside_the_test_that_measures_it() -> None:
    for page in PAGES:
        if page.name != "CHANGELOG.md":
            assert list(unmeasured(page.read_text(), every_test())) == [], page
    both = re.compile(f"{FIGURE.pattern}|{TIME_OR_SIZE.pattern}")
    assert len(list(unmeasured(BENCHMARKS, set(), both))) >= 20
    assert list(unmeasured(BENCHMARKS, benches().keys(), both)) == []
    assert list(unaimed(BENCHMARKS)) == []


@pytest.mark.parametrize("bench", ["", "`test_gone`", "`test_every_threat_and_every_promise_names_a_test`"])
def test_a_figure_that_no_bench_measures_is_found(bench: str) -> None:
    text = f"## The aims\n\n| a case | 0.57× | 0.64× | 0.65×; 0.75× | {bench} |\n\nReplay is at 3.5×, {bench}.\n"
    assert len(list(unmeasured(text, benches().keys()))) == 2
    assert list(unaimed(text)) == ["a case: 0.65", "a case: 0.75"]


def test_an_aim_that_its_bench_has_no_longer_is_found() -> None:
    assert list(unaimed("## The aims\n\n| a case | 0.57× | 0.64× | 0.9×; 0.75× | `test_cases` |\n")) == ["a case: 0.9"]


def test_every_threat_and_every_promise_names_a_test() -> None:
    promises = [row for row in rows((DOCS / "security.md").read_text()) if "`test_" in row[-1]]
    assert len(promises) >= 35
    tables = re.findall(r"\| tests \|\n.*?\n\n", (DOCS / "security.md").read_text(), re.DOTALL)
    assert sum(table.count("\n|") - 1 for table in tables) == len(promises)


def commands(command: Any, said: str = "pixflow") -> list[str]:
    """Returns every command of the terminal, as typed."""
    inside = command.list_commands(None) if hasattr(command, "commands") else ()
    return [deeper for name in inside for deeper in commands(command.get_command(None, name), f"{said} {name}")] or [
        said
    ]


def test_every_command_stands_in_its_page() -> None:
    there, named = commands(typer.main.get_command(app)), codes(CLI)
    assert "pixflow staff add" in there
    assert not [command for command in there if not any(f"{code} ".startswith(f"{command} ") for code in named)]


def test_every_setting_is_explained() -> None:
    prefix = str(Settings.model_config["env_prefix"])
    for setting in Settings.model_fields:
        assert f"`{prefix}{setting.upper()}`" in OPERATIONS


def test_every_check_of_doctor_is_explained() -> None:
    explained = {row[0] for row in rows(section(OPERATIONS, "Monitoring"))}
    assert set(health.TITLES.values()) <= explained


def test_every_verb_of_make_is_explained() -> None:
    verbs = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    page = section((ROOT / "CONTRIBUTING.md").read_text(), "The verbs")
    assert {code.removeprefix("make ") for row in rows(page) for code in codes(row[0])} == verbs


# --- the house


def test_the_picture_of_the_house_is_that_of_its_imports() -> None:
    """After a move of a package: `make map`."""
    assert house.PICTURE.read_text() == house.picture()


def test_the_picture_leaves_out_what_a_longer_way_implies_and_puts_importers_above() -> None:
    top, middle, low, alone = ("top",), ("middle",), ("low", "lower"), ("alone",)
    drawn = house.House([top, middle, low, alone], {(top, middle), (middle, low), (top, low)})
    assert drawn.needed() == {(top, middle), (middle, low)}
    assert drawn.layers() == [[top], [middle], [alone, low]]


# --- transcripts and pictures


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of somebody who played two demonstrations, and the files that docs/cli.md shows."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PIXFLOW_DATA", raising=False)
    for name in ("Alençon", "Sées"):
        made = CliRunner().invoke(app, ["init", "--demo", "--preset", "laigle-mortagne", "--structure", name])
        assert made.exit_code == 0, made.output
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    for name, content in blocks(CLI, "csv"):
        (tmp_path / name).write_text(content)
    return tmp_path


def test_the_terminal_answers_as_its_page_says(elsewhere: Path) -> None:
    """`…` in a transcript stands for variable text: dates, file names, long output."""
    told = {page.name for page in PAGES if list(blocks(page.read_text(), "console"))}
    assert told == {"cli.md", "auditing.md"}, "tests/web/pages/audit/test_auditing.py plays those of auditors"
    for _, block in blocks(CLI, "console"):
        for turn in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, wanted = turn.partition("\n")
            arguments = [
                one for word in shlex.split(line)[1:] for one in (sorted(map(str, Path().glob(word))) or [word])
            ]
            said = CliRunner().invoke(app, arguments, env={"COLUMNS": "80"})
            pattern = ".*?".join(re.escape("".join(part.split())) for part in wanted.split(NO_WORD))
            assert re.fullmatch(pattern, "".join(said.output.split())), f"$ {line}\n{said.output}"


def test_pictures_are_light_and_shown() -> None:
    pictures = sorted((DOCS / "pictures").glob("*"))
    assert pictures
    shown = "".join(page.read_text() for page in PAGES)
    for picture in pictures:
        assert picture.stat().st_size < 200_000
        assert f"pictures/{picture.name}" in shown


if __name__ == "__main__":
    write_tasks()
