"""The lock files: what runs is a part of what is tested, with the same versions and nothing of the tests."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
PIN = re.compile(
    r"^([\w.-]+)==(\S+)(?: ; ([^\\]+?))? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)


def pins(name: str) -> dict[tuple[str, str], str]:
    """Returns the hashes of each package and version of a lock file."""
    text = (ROOT / name).read_text()
    found = PIN.findall(text)
    assert len(found) == len(re.findall(r"^[\w.-]+==", text, re.MULTILINE)), "a package without a hash"
    return {(package, version): hashes.replace(" \\", "") for package, version, _, hashes in found}


def test_what_runs_has_the_versions_and_the_hashes_that_are_tested() -> None:
    tested = pins("requirements.lock")
    run = pins("requirements-run.lock")
    assert {pin: hashes for pin, hashes in tested.items() if pin in run} == run
    assert len(run) < len(tested)


def test_what_runs_holds_no_package_of_the_tests() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    needed = {re.split(r"[\[><=~ ]", one)[0].lower() for one in groups["dev"] if isinstance(one, str)}
    assert needed.isdisjoint(package for package, _ in pins("requirements-run.lock"))


def test_what_runs_holds_each_library_that_the_code_imports() -> None:
    from importlib.metadata import packages_distributions

    known, run = packages_distributions(), {package for package, _ in pins("requirements-run.lock")}
    said = re.compile(r"^\s*(?:from|import) (\w+)", re.MULTILINE)
    sources = [path for folder in ("pixflow", "projections", "web") for path in (ROOT / folder).rglob("*.py")]
    imported = {name for path in sources for name in said.findall(path.read_text()) if name in known}
    missing = {
        name
        for name in imported - sys.stdlib_module_names - {"pixflow", "projections", "web"}
        if not run.intersection(one.lower().replace("_", "-") for one in known[name])
    }
    assert not missing


def test_a_demonstration_installs_what_runs_and_development_adds_the_rest(tmp_path: Path) -> None:
    run, rest = "requirements-run.lock", "requirements.lock"
    for name in ("Makefile", "pyproject.toml", run, rest):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv").mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}

    def installed_by(verb: str) -> list[str]:
        said = subprocess.check_output(["make", "--dry-run", verb], cwd=tmp_path, env=environment, text=True)
        return re.findall(r"-r (\S+)", said)

    def stamp(name: str, hour: int) -> None:
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (hour * 3600, hour * 3600))

    for name in ("pyproject.toml", run, rest):
        stamp(name, 1)
    assert (installed_by("demo"), installed_by("install"), installed_by("check")) == ([run], [run, rest], [run, rest])
    stamp(".venv/.runs", 2)
    assert (installed_by("demo"), installed_by("test")) == ([], [rest])
    stamp(".venv/.installed", 3)
    assert (installed_by("demo"), installed_by("test")) == ([], [])
    stamp(rest, 4)
    assert (installed_by("demo"), installed_by("test")) == ([], [rest])
    stamp(run, 4)
    assert (installed_by("demo"), installed_by("test")) == ([run], [run, rest])
