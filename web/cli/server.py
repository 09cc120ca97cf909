"""`pixflow serve`: the HTTP server and the thread of periodic jobs."""

import logging
import socket
import threading
import time
from pathlib import Path
from typing import Annotated

import typer

from pixflow import structure_folder
from pixflow.structure_folder import utc_now
from web.accounts import memberships
from web.accounts.site import Site
from web.app import create_app
from web.cli.terminal import (
    checked_settings,
    console,
    errors,
    explained,
    fail,
    in_words,
    marked,
    shown,
)
from web.hosting.clock_watch import ClockWatch
from web.hosting.host import Host, open_host, serving
from web.hosting.http_server import http_server
from web.hosting.mail import outbox_for
from web.hosting.settings import PORT, Settings
from web.hosting.site import open_site

app = typer.Typer()

TICK_SECONDS = 60


def run(data: Path, *, port: int, demo: bool) -> None:
    """Serves every structure of a folder on 127.0.0.1 until stopped. Catches the read stores up first.

    A demonstration lets everybody choose who to be. Otherwise people sign in, at the address of PIXFLOW_URL.
    """
    settings = checked_settings()
    if not structure_folder.slugs(data):
        fail(
            f"Aucune démonstration dans {data} : commencez par « pixflow demo », ou par « pixflow init --demo »."
            if demo
            else f"Aucune structure dans {data} : commencez par « pixflow init »."
        )
    url = settings.url or f"http://localhost:{port}"
    site = None if demo else open_site(settings, data, url)
    if site is None and not demo:
        fail(
            "Personne ne peut encore se connecter : commencez par « pixflow account invite COURRIEL ». "
            "« pixflow serve --demo » ne sert que des démonstrations, où chacun choisit qui être."
        )
    progress = shown("Mise à jour des tables")
    with open_host(data, demo=demo, site=site, progress=progress) as host, serving(host):
        _say_what_is_wrong(host)
        listener = _listen(port)
        port = listener.getsockname()[1]
        url = f"http://127.0.0.1:{port}" if demo else url
        console.print(marked("pixflow est sur [bold]{url}[/]  (Ctrl+C pour arrêter)", url=url))
        stop = threading.Event()
        ticking = threading.Thread(target=_tick, args=(host, stop, port), daemon=True)
        ticking.start()
        try:
            http_server(create_app(host, settings.url)).run(sockets=[listener])
        finally:
            stop.set()
            ticking.join(timeout=4)
            if site:
                site.store.close()


def _say_what_is_wrong(host: Host) -> None:
    for slug, error in host.closed.items():
        errors.print(f"La structure {slug} ne s'ouvre pas, les autres sont servies. {explained(error)}")
    for one in host.structures.values():
        for warning in one.engine.recorder.warnings:
            logging.getLogger("pixflow").warning(warning)


def _listen(port: int) -> socket.socket:
    """Returns a socket that listens: clients wait for the application to start instead of being refused."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen()
    except OSError:
        fail(f"Le port {port} est pris par un autre programme : choisissez-en un avec --port.")
    return listener


def _tick(host: Host, stop: threading.Event, port: int) -> None:
    settings, watch = Settings(), ClockWatch(utc_now(), time.monotonic())
    while not stop.wait(TICK_SECONDS):
        if jumped := watch.step(utc_now(), time.monotonic()):
            logging.getLogger("pixflow").warning("the clock of this machine jumped by %s", jumped)
            host.clock_jumps += 1
        tick_all(host, settings, port)


def tick_all(host: Host, settings: Settings, port: int) -> None:
    """Opens new structures, then runs the periodic jobs of every structure. Logs errors, raises none."""
    known = host.closed
    host.open_structures()
    for slug in host.closed.keys() - known.keys():
        logging.getLogger("pixflow").warning("%s does not open: %r", slug, host.closed[slug])
    for one in host.structures.values():
        try:
            one.tick(
                outbox_for(settings, one.opened.folder, demo=one.refs.structure.demonstration), settings.pages(port)
            )
        except Exception:
            logging.getLogger("pixflow").exception("tick")
    if host.site:
        tick_site(host, host.site)


def tick_site(host: Host, site: Site) -> None:
    """Deletes sessions and tickets that are over, and ends the memberships of those who left."""
    try:
        site.sweep()
        for one in host.structures.values():
            gone = [id for id, member in one.refs.team.items() if not member.works(one.today())]
            memberships.end(site.store, one.opened.id, gone)
    except Exception:
        logging.getLogger("pixflow").exception("tick of the accounts")


@app.command()
def serve(
    demo: Annotated[
        bool, typer.Option("--demo", help="Une démonstration : chacun y choisit qui être, sur cette machine seulement.")
    ] = False,
    port: Annotated[int, typer.Option(help="Le port, sur 127.0.0.1.")] = PORT,
    data: Annotated[Path | None, typer.Option(help="Le dossier des données (sinon PIXFLOW_DATA).")] = None,
) -> None:
    """Servir les pages : chacun s'y connecte, sauf dans une démonstration."""
    with in_words():
        run(data or (Settings().demonstrations() if demo else Settings().data), port=port, demo=demo)
