"""Checks of e-mail, its settings and what waits: `pixflow doctor` runs them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pixflow.engine import Engine
from projections.store.stores import Live
from projections.territory import partner_links
from web.hosting import mail
from web.hosting.health import Finding, Level, run
from web.hosting.settings import Settings

LEVELS: dict[mail.Way, Level] = {"plain": "note", "plain-login": "alarm"}
"""Ways to the mail server on which somebody may listen."""
LETTER = timedelta(hours=1)
"""Longest wait of an e-mail to a partner: `serve` and `tick` try each minute."""


def findings(engine: Engine, reads: Live, settings: Settings, *, demo: bool) -> list[Finding]:
    """Runs the checks of this module; nobody is written to by a demonstration."""
    return [
        run(mail_server, settings, demo=demo),
        run(letters, engine, reads, settings, demo=demo),
        run(address, settings),
    ]


def mail_server(settings: Settings, *, demo: bool) -> Finding:
    """Signs in to the mail server, asks if it takes a message of the sender to themselves, and sends none."""
    if demo or not settings.smtp:
        return Finding("mail_server", "good", {"why": "demo" if demo else "none"})
    way, told = mail.way(settings), {"host": mail.server_of(settings).hostname, "to": settings.sender}
    try:
        mail.try_to_send(settings)
    except OSError as error:
        return refused(error, told)
    return Finding("mail_server", LEVELS.get(way, "good"), {"why": way, **told})


def refused(error: OSError, told: dict[str, Any]) -> Finding:
    """Returns why the mail server takes no message: an alarm; a note where only the recipient is unknown to it."""
    why = mail.fault(error)
    return Finding(
        "mail_server", "note" if why == "unknown" else "alarm", {"why": why, "answer": mail.answer(error), **told}
    )


def letters(engine: Engine, reads: Live, settings: Settings, *, demo: bool) -> Finding:
    """Checks the e-mails to partners that have not left: how many, and for how long the first one waits."""
    if demo or not reads.opens():
        return Finding("letters", "good")
    with reads.side.database.connect() as connection:
        waiting = [(row.stream, row.link) for row in partner_links.to_mail(connection, engine.today())]
    if not waiting:
        return Finding("letters", "good")
    oldest = engine.clock() - min(issued(engine, stream, link) for stream, link in waiting)
    told = {"waiting": len(waiting), "span": round(oldest.total_seconds())}
    if not settings.smtp:
        return Finding("letters", "note", {**told, "why": "none"})
    return Finding("letters", "alarm" if oldest > LETTER else "good", told)


def issued(engine: Engine, stream: UUID, link: UUID) -> datetime:
    """Returns the instant at which a link was issued; now for a link that its dossier does not know."""
    found = (one.at for one in engine.history(stream) if getattr(one.event, "link", None) == link)
    return next(found, engine.clock())


def address(settings: Settings) -> Finding:
    """Checks that there is a public address, which stands in e-mails. They are read on other machines."""
    if settings.smtp and not settings.url:
        return Finding("address", "note", {"url": settings.pages()})
    return Finding("address", "good", {"url": settings.pages()})
