"""Serve a data folder on this machine."""

import logging
import socket
import threading
import time
from pathlib import Path

import uvicorn
from rich.markup import escape

from pixflow import structures
from pixflow.clock import ClockWatch
from pixflow.structures import utc_now
from web.app import create_app
from web.mailing import chosen
from web.settings import Settings
from web.site import Site, serving, site
from web.terminal import console, errors, explained, fail, shown

TICK_SECONDS = 60


def run(data: Path, *, port: int) -> None:
    """Serve every structure of a folder on 127.0.0.1 until stopped; the read stores reach the head before that."""
    if not structures.slugs(data):
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
