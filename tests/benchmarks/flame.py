"""Draws a flame graph of one click, again and again, or of tables made anew: `python -m tests.benchmarks.flame`."""

import re
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

from fastapi.testclient import TestClient

from pixflow import structure_folder
from projections.store.stores import rebuild
from tests.benchmarks.population import House, fill, population, structure
from tests.clock import today
from tests.web.client import OWN_URL
from web.app import create_app
from web.hosting.host import open_host
from web.hosting.read_tables import reads_of

EVENTS = 45_000
CLICKS = 300
"""Forms sent; each is followed to the page that it leads to."""
LEAST = 0.5


def click(data: Path) -> None:
    """The référente writes a note on a dossier, and sees the dossier again."""
    with open_host(data, demo=True) as host, TestClient(create_app(host), OWN_URL) as browser:
        (slug,) = host.structures
        browser.post("/qui", data={"structure": slug, "person": str(House().referent)}).raise_for_status()
        dossiers = some_dossiers(data, slug)
        begin()
        for dossier in dossiers:
            said = {"text": "Vu en entretien.", "command_id": str(uuid4()), "on": str(today())}
            browser.post(f"/dossiers/{dossier}/note", data=said).raise_for_status()


def some_dossiers(data: Path, slug: str) -> list[UUID]:
    opened = structure_folder.open_one(data, slug)
    found = sorted(opened.engine.recorder.streams(["dossier.DossierOpened"]))
    opened.engine.close()
    return found[:CLICKS]


def build(data: Path) -> None:
    """All read tables, as `pixflow rebuild` makes them."""
    opened = structure_folder.open_one(data, next(data.glob("*/events.db")).parent.name)
    begin()
    rebuild(reads_of(opened).stores, opened.engine)
    opened.engine.close()


def begin() -> None:
    """Waits until py-spy watches this process."""
    print("ready", flush=True)
    input()


def prepare(data: Path) -> None:
    opened = structure(data)
    fill(opened.engine, population(House(), EVENTS))
    rebuild(reads_of(opened).stores, opened.engine)
    opened.engine.close()


WORKS = {"click": click, "rebuild": build}


def draw(work: str, picture: Path) -> None:
    """Writes the graph of a work that another process does. py-spy must be on the PATH, and may watch processes."""
    with TemporaryDirectory() as folder:
        prepare(Path(folder))
        here = [sys.executable, "-m", "tests.benchmarks.flame", work, "--in", folder]
        with subprocess.Popen(here, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin
            assert process.stdout
            process.stdout.readline()
            spy = ["py-spy", "record", "--function", "--rate", "100", "--output", str(picture), "--pid"]
            with subprocess.Popen([*spy, str(process.pid)]):
                time.sleep(2)
                process.stdin.write("\n")
                process.stdin.flush()
    picture.write_text(thinned(picture.read_text(), work))


def thinned(graph: str, title: str) -> str:
    """Returns a graph without the calls that take less than LEAST per cent of the time."""
    call = re.compile(r"<g><title>[^<]*samples, ([0-9.]+)%\)</title>.*?</g>", re.DOTALL)
    graph = call.sub(lambda found: found[0] if float(found[1]) >= LEAST else "", graph)
    return re.sub(r'(<text id="title"[^>]*>)[^<]*', rf"\g<1>{title}", graph)


if __name__ == "__main__":
    if sys.argv[2] == "--in":
        WORKS[sys.argv[1]](Path(sys.argv[3]))
    else:
        draw(sys.argv[1], Path(sys.argv[2]))
