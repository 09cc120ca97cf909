"""The wheel: what it says of itself, what is in it, and the names that it takes in an environment."""

import subprocess
import sys
import zipfile
from email.parser import Parser
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = {"pixflow", "projections", "web"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    line = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(line, cwd=ROOT, check=True, capture_output=True)
    (made,) = folder.glob("pixflow-*.whl")
    return zipfile.ZipFile(made)


def test_the_wheel_holds_the_three_packages_with_their_pages_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == ROOMS
    for part in ("web/templates/base.html", "web/static/pixflow.css", "pixflow/presets/parcours-type.toml"):
        assert part in names
    assert not [name for name in names if "__pycache__" in name or "/tests/" in name]


def test_the_wheel_says_who_made_it_and_what_one_may_do(wheel: zipfile.ZipFile) -> None:
    (place,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    said = Parser().parsestr(wheel.read(place).decode())
    assert said["Author"] == "The maintainers of pixflow"
    assert (said["License-Expression"], said["License-File"]) == ("LicenseRef-Private", "LICENSE")
    assert "Private :: Do Not Upload" in said.get_all("Classifier", [])
    assert (said["Home-page"], said.get_all("Project-URL")) == (None, None), "a private program has no public page"
    licence = wheel.read(place.replace("METADATA", "licenses/LICENSE")).decode()
    assert "All rights reserved" in licence


def test_no_package_of_the_environment_takes_the_names_of_ours() -> None:
    """pixflow has an environment of its own (docs/decisions/0040-an-application-in-an-environment-of-its-own.md)."""
    taken = packages_distributions()
    assert {owner for name in ROOMS for owner in taken.get(name, ())} <= {"pixflow"}
