"""Stops an account that reads more than anybody needs to (docs/accounts.md#who-looked)."""

from uuid import uuid4

from pixflow.actor import SITE, Actor
from pixflow.team.accounts import suspend_account
from web.accounts import memberships, sessions
from web.desk.witness import MassReading


def stop(error: MassReading) -> None:
    """Suspends the account at once, and ends its sessions everywhere. The next tick tells the direction."""
    desk = error.desk
    desk.engine.execute(
        {"staff": desk.me},
        suspend_account,
        by=Actor(SITE),
        command_id=uuid4(),
        via="web",
        reason="mass-reading",
    )
    site = desk.host.site
    known = memberships.of_member(site.store, desk.served.opened.id, desk.me) if site else None
    if site and known:
        sessions.end_all(site.store, known.account)
