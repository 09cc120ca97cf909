"""Visits to the pages of partners: at most 30 an hour for a link and 100 for an address, over all processes.

A link that is asked for waits here, known or not: the page answers everybody at the same speed.
"""

from hashlib import sha256
from uuid import UUID

from sqlalchemy import Uuid, bindparam, delete, select, text

from pixflow.refused import Refused
from web import security_events
from web.accounts.store import AccountStore
from web.accounts.tables import link_requests, link_visits

A_LINK, A_PLACE = 30, 100
_HOUR = 3600

_COUNT = text("""
    INSERT INTO link_visits (what, who, hour, count) VALUES (:what, :who, :hour, 1)
    ON CONFLICT (what, who) DO UPDATE SET
        count = CASE WHEN link_visits.hour = :hour THEN link_visits.count + 1 ELSE 1 END,
        hour = :hour
    RETURNING count
""")
_ASK = text("INSERT INTO link_requests (link, asked) VALUES (:link, :asked) ON CONFLICT (link) DO NOTHING").bindparams(
    bindparam("link", type_=Uuid())
)


def count(store: AccountStore, token: str, place: str | None) -> None:
    """Counts a visit. Raises Refused("too-many-visits") above a limit; one that is refused counts too."""
    hour = store.read_clock() // _HOUR
    limits = [("link", token, A_LINK), ("place", place or "", A_PLACE)]
    over = []
    with store.write() as connection:
        for what, who, most in limits:
            values = {"what": what, "who": sha256(who.encode()).digest(), "hour": hour}
            if connection.execute(_COUNT, values).scalar_one() > most:
                over.append(what)
    if over:
        security_events.note("excess_rate_limit_exceeded", over[0])
        raise Refused("too-many-visits")


def ask(store: AccountStore, link: UUID) -> None:
    """Keeps the request for a new link until the clock answers it."""
    store.execute(_ASK, link=link, asked=store.read_clock())


def list_requests(store: AccountStore) -> list[UUID]:
    """Returns the links from which a new one was asked for."""
    return list(store.scalars(select(link_requests.c.link)))


def delete_request(store: AccountStore, link: UUID) -> None:
    store.execute(delete(link_requests).where(link_requests.c.link == link))


def sweep(store: AccountStore) -> None:
    """Deletes the counts of past hours."""
    store.execute(delete(link_visits).where(link_visits.c.hour < store.read_clock() // _HOUR))
