"""An environment apart, for what the project itself does not use: made once, kept outside of the tree."""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path
from shutil import rmtree

import pytest

CACHE = "PIXFLOW_BENCH_CACHE"
"""The environment variable that names the folder to keep them in."""


def python_with(requirements: Path) -> Path:
    """The Python of an environment that has these pinned packages; the test is skipped where none can be made."""
    pinned = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:16]
    folder = _cache() / pinned
    python = folder / "bin" / "python"
    if not (folder / "made").exists():
        rmtree(folder, ignore_errors=True)
        pip: list[str | Path] = [
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
        ]
        try:
            venv.create(folder, with_pip=True)
            subprocess.run([*pip, "-r", requirements], check=True)
        except subprocess.CalledProcessError as error:
            pytest.skip(f"no environment with {requirements.name} can be made here: {error}")
        (folder / "made").touch()
    return python


def _cache() -> Path:
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get(CACHE) or home / "pixflow-bench")
