"""`pixflow serve`: the HTTP server and the thread of periodic jobs."""

import logging
import socket
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from pixflow import structure_folder
from pixflow.decision import ACCOUNTS
from pixflow.structure_folder import utc_now
from web.accounts import link_visits, memberships, sign_in
from web.accounts.site import Site
from web.cli.common.terminal import console, errors, explained, in_words, marked, show_progress
from web.french.errors import serving as serving_texts
from web.french.health import sentence as finding_text
from web.hosting import health, partner_mails
from web.hosting.clock_jobs import Round
from web.hosting.clock_watch import ClockWatch
from web.hosting.host import Host, open_host, open_site, serving
from web.hosting.http_server import http_server
from web.hosting.machine import process, requests
from web.hosting.machine.metrics import metrics_of
from web.hosting.machine.process import CannotServe, listen_at, listen_on, trusted_proxies
from web.hosting.mail import Late, Outbox, outbox_for
from web.hosting.served_structure import ServedStructure
from web.hosting.settings import PORT, Settings

app = typer.Typer()
_log = logging.getLogger("pixflow")

TICK_SECONDS, ALARM_SECONDS = 60, 20
END_SECONDS = 4
"""Seconds that the periodic jobs may take to end."""
PortOption = Annotated[int, typer.Option(min=0, max=65_535, help="Le port, sur 127.0.0.1 ; 0 : un port libre.")]


@in_words()
def run(data: Path, *, port: int = PORT, where: str = "", demo: bool) -> None:
    """Serves every structure of a folder until stopped, on a port of 127.0.0.1 or on a socket.

    Catches the read stores up first. A demonstration lets everybody choose who to be. Otherwise people sign in, at the
    address of PIXFLOW_URL.
    """
    process.share_heap()
    settings = Settings()
    if not structure_folder.slugs(data):
        raise CannotServe("no-demonstration" if demo else "no-structure", data=data)
    if demo and where:
        raise CannotServe("demonstration-on-a-socket")
    if not demo:
        requests.write_json()
    site = None if demo else _site(settings, data, port, where)
    progress = show_progress("Mise à jour des tables")
    from web.app import create_app  # all the pages: a refusal does not wait for them

    with open_host(data, demo=demo, site=site, progress=progress) as host, serving(host):
        _say_what_is_wrong(host)
        if host.site:
            with log_error("tick of the accounts"):
                tick_site(host, host.site, by_age=host.seen_time.reaches_now())
        listener = listen_at(where) if where else listen_on(port)
        port = listener.getsockname()[1] if listener.family == socket.AF_INET else 0
        if host.site and not settings.url:
            host.site = replace(host.site, url=f"http://localhost:{port}")
        url = host.site.url if host.site else f"http://127.0.0.1:{port}"
        console.print(marked("pixflow est sur [bold]{url}[/]  (Ctrl+C pour arrêter)", url=url))
        if demo:
            console.print(serving_texts.DIFFERENT)
        stop = threading.Event()
        jobs = [
            threading.Thread(target=repeat, args=(partial(job, host, settings, port), seconds, stop), daemon=True)
            for job, seconds in jobs_of()
        ]
        for job in jobs:
            job.start()
        try:
            trusted = trusted_proxies(listener, proxy=settings.proxy)
            process.notify("READY=1")
            app = create_app(host, settings.url or url, metrics=metrics_of(host), logged=not demo)
            process.freeze_heap()
            http_server(app, trusted=trusted).run(sockets=[listener])
        finally:
            process.notify("STOPPING=1")
            stop.set()
            end = time.monotonic() + END_SECONDS
            for job in jobs:
                job.join(max(0, end - time.monotonic()))
            if site:
                site.store.close()


def _site(settings: Settings, data: Path, port: int, where: str) -> Site:
    """Returns the accounts. Raises CannotServe where secrets would travel in clear, or where others can read them."""
    if where and not settings.url:
        raise CannotServe("no-address")
    for slug in structure_folder.slugs(data):
        if files := health.modes(data, slug).details["files"]:
            raise CannotServe("keys-open-to-others", slug=slug, files=", ".join(files))
    site = open_site(settings, data, settings.url or f"http://localhost:{port}")
    if site is None:
        raise CannotServe("nobody-invited")
    return site


def _say_what_is_wrong(host: Host) -> None:
    for slug, error in host.closed.items():
        errors.print(f"{slug} ne s’ouvre pas, les autres structures sont servies. {explained(error)}")
    found = [health.version(one.engine) for one in host.structures.values()]
    for said in dict.fromkeys(finding_text(one.check, one.level, one.details) for one in found if one.level == "note"):
        _log.warning("a note of doctor: %s", said)


def repeat(job: Callable[[], None], seconds: float, stop: threading.Event) -> None:
    """Runs a periodic job until stopped. No error ends it: a round that fails is told, and the next one runs."""
    while not stop.wait(seconds):
        with log_error("a round of periodic jobs"):
            job()


@contextmanager
def log_error(job: str) -> Iterator[None]:
    """Logs the error of a job. The jobs that follow it run."""
    try:
        yield
    except Exception:
        _log.exception(job)


def tick_minute(watch: ClockWatch, host: Host, settings: Settings, port: int) -> None:
    """Runs the jobs of a minute, and tells systemd that they do not hang."""
    if jumped := watch.step(utc_now(), time.monotonic()):
        _log.warning("the clock of this machine jumped by %s", jumped)
        host.clock_jumps += 1
    tick_all(host, settings, port)
    process.trim_heap()
    process.notify("WATCHDOG=1")


def alarm_all(host: Host, settings: Settings, port: int) -> None:
    """Sends what waits as an alarm, three times a minute: it waits for no other job (docs/accounts.md#two-people).

    A store that does not answer is told then too.
    """
    late: Late = []
    with closing(Round()) as shared:
        for served in host.structures.values():
            with log_error("alarms"):
                if not shared.answers(served.opened):
                    host.look(served, shared)
                elif outbox := outbox_of(served, settings, late):
                    served.alarm(outbox, address_of(host, settings, port), shared)


def jobs_of() -> list[tuple[Callable[[Host, Settings, int], None], float]]:
    """Returns each periodic job of `serve`, and the seconds between two rounds."""
    watch = ClockWatch(utc_now(), time.monotonic())
    return [(partial(tick_minute, watch), TICK_SECONDS), (alarm_all, ALARM_SECONDS)]


def tick_all(host: Host, settings: Settings, port: int) -> None:
    """Opens new structures, then runs the periodic jobs of every structure and looks at it. Logs errors, raises none.

    systemd learns after each one that they do not hang: a round may be long.
    """
    known = host.closed
    host.open_structures()
    for slug in host.closed.keys() - known.keys():
        _log.warning("%s does not open: %r", slug, host.closed[slug])
    if host.site:
        with log_error("tick of the links"):
            renew_links(host, host.site)
    late: Late = []
    by_age, resting = host.seen_time.reaches_now(), set[str]()
    with closing(Round()) as shared:
        for slug, served in host.structures.items():
            with log_error("tick"):
                if shared.answers(served.opened):
                    outbox, url = outbox_of(served, settings, late), address_of(host, settings, port)
                    if served.tick(outbox, url, by_age=by_age, shared=shared).rested:
                        resting.add(slug)
                else:
                    _log.error("tick: the store of %s does not answer", slug)
            with log_error("checks"):
                host.look(served, shared, rested=slug in resting)
            host.ticked = time.monotonic()
            process.notify("WATCHDOG=1")
    if host.site:
        with log_error("tick of the accounts"):
            tick_site(host, host.site, by_age=by_age, resting=resting)
    host.ticked = time.monotonic()


def outbox_of(one: ServedStructure, settings: Settings, late: Late) -> Outbox | None:
    """Returns the outbox of a structure; all of one round wait once for a mail server that does not answer."""
    return outbox_for(settings, one.opened.folder, demo=one.opened.demonstration, late=late)


def address_of(host: Host, settings: Settings, port: int) -> str:
    """Returns the address of the pages, for links in e-mails."""
    return host.site.url if host.site else settings.pages(port)


def renew_links(host: Host, site: Site) -> None:
    """Issues the links that partners asked for; an unknown one is forgotten."""
    for link in link_visits.list_requests(site.store):
        with log_error("tick of the links"):
            any(partner_mails.renew(one.engine, one.read(), link) for one in host.structures.values())
            link_visits.delete_request(site.store, link)


def tick_site(host: Host, site: Site, *, by_age: bool = True, resting: Collection[str] = ()) -> None:
    """Deletes what is over, closes the memberships of who left or never comes, and follows their accounts' events.

    Whoever keeps accounts does not sleep: they wake the others. Without `by_age`, only events are followed. A structure
    at rest is left out where its memberships stand as they stood the last time.
    """
    if by_age:
        site.sweep()
    standing = memberships.read_standing(site.store)
    for slug, served in host.structures.items():
        id = served.opened.id
        if slug in resting and host.followed.get(id) == standing.get(id):
            continue
        with log_error("tick of the accounts"):
            present = served.present()
            team, today = present.refs.team.items(), present.today
            if by_age:
                memberships.end(site.store, id, [who for who, member in team if not member.works(today)])
            sign_in.follow(site.store, id, {who: member.access for who, member in team})
            if by_age:
                others = [who for who, member in team if not member.roles_on(today) & ACCOUNTS.reach.keys()]
                memberships.sleep_unused(site.store, id, others)
            host.followed[id] = standing.get(id)


@app.command()
def serve(
    demo: Annotated[
        bool, typer.Option("--demo", help="Une démonstration : chacun y choisit qui être, sur cette machine seulement.")
    ] = False,
    port: PortOption = PORT,
    where: Annotated[
        str,
        typer.Option("--socket", metavar="CHEMIN", help="Une prise UNIX au lieu du port, ou « systemd » : la sienne."),
    ] = "",
    data: Annotated[Path | None, typer.Option(help="Le dossier des données (sinon PIXFLOW_DATA).")] = None,
) -> None:
    """Servir les pages : chacun s’y connecte, sauf dans une démonstration."""
    with in_words():
        run(data or (Settings().demonstrations() if demo else Settings().data), port=port, where=where, demo=demo)
