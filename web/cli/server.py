"""Serve a data folder on this machine."""

import logging
import socket
import threading
import time
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.markup import escape

from pixflow import structure_folder
from pixflow.structure_folder import utc_now
from web.app import create_app
from web.cli.terminal import (
    console,
    errors,
    explained,
    fail,
    in_words,
    shown,
)
from web.hosting.clock_watch import ClockWatch
from web.hosting.mail import chosen
from web.hosting.settings import PORT, Settings
from web.hosting.site import Site, serving, site

app = typer.Typer()

TICK_SECONDS = 60


def run(data: Path, *, port: int) -> None:
    """Serve every structure of a folder on 127.0.0.1 until stopped; the read stores reach the head before that."""
    if not structure_folder.slugs(data):
        fail(f"Aucune structure dans {data} : commencez par « pixflow init ».")
    with site(data, demo=True, progress=shown("Mise à jour des tables")) as served, serving(served):
        for slug, error in served.closed.items():
            errors.print(escape(f"La structure {slug} ne s'ouvre pas, les autres sont servies. {explained(error)}"))
        for one in served.structures.values():
            for warning in one.engine.recorder.warnings:
                logging.getLogger("pixflow").warning(warning)
        listener = _listen(port)
        port = listener.getsockname()[1]
        console.print(f"pixflow est sur [bold]http://127.0.0.1:{port}[/]  (Ctrl+C pour arrêter)")
        stop = threading.Event()
        ticking = threading.Thread(target=_tick, args=(served, stop, port), daemon=True)
        ticking.start()
        try:
            config = uvicorn.Config(create_app(served), log_level="warning", access_log=False, server_header=False)
            uvicorn.Server(config).run(sockets=[listener])
        finally:
            stop.set()
            ticking.join(timeout=5)


def _listen(port: int) -> socket.socket:
    """From now on whoever asks is kept waiting, not turned away, until the first answer is ready."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen()
    except OSError:
        fail(f"Le port {port} est pris par un autre programme : choisissez-en un avec --port.")
    return listener


def _tick(served: Site, stop: threading.Event, port: int) -> None:
    settings, watch = Settings(), ClockWatch(utc_now(), time.monotonic())
    while not stop.wait(TICK_SECONDS):
        if jumped := watch.step(utc_now(), time.monotonic()):
            logging.getLogger("pixflow").warning("the clock of this machine jumped by %s", jumped)
            served.jumps += 1
        turn(served, settings, port)


def turn(served: Site, settings: Settings, port: int) -> None:
    """Open what came meanwhile, then what time does in every structure; notices lead to the port that is served,
    unless an address is set."""
    known = served.closed
    served.look()
    for slug in served.closed.keys() - known.keys():
        logging.getLogger("pixflow").warning("%s does not open: %r", slug, served.closed[slug])
    for one in served.structures.values():
        try:
            one.tick(chosen(settings, one.opened.folder, demo=served.demo), settings.pages(port))
        except Exception:
            logging.getLogger("pixflow").exception("tick")


@app.command()
def serve(
    demo: Annotated[
        bool, typer.Option("--demo", help="Chacun choisit qui être ; sur cette machine seulement.")
    ] = False,
    port: Annotated[int, typer.Option(help="Le port, sur 127.0.0.1.")] = PORT,
    data: Annotated[Path | None, typer.Option(help="Le dossier des données (sinon PIXFLOW_DATA).")] = None,
) -> None:
    """Servir les pages."""
    from web.cli.server import run

    if not demo:
        fail(
            "Les comptes et les mots de passe ne sont pas encore là : sans eux, n'importe qui lirait les dossiers. "
            "« pixflow serve --demo » sert sur cette machine seulement, et chacun y choisit qui être."
        )
    with in_words():
        run(data or Settings().data, port=port)
