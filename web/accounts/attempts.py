"""Attempts to prove a factor: counted before they are checked, over all processes (docs/accounts.md#attempts).

From the fifth failure one waits 1, 2, 4 … 64 minutes; at most 25 attempts a day. Source: CNIL, deliberation 2022-100.
"""

from hashlib import sha256
from ipaddress import ip_address, ip_network
from sys import maxsize

from sqlalchemy import Connection, text

from pixflow.refused import Refused
from web import security_events
from web.accounts.store import AccountStore

FREE, LONGEST, A_DAY = 4, 64 * 60, 25
PLACE_FREE = 49
"""A house shares one address: a place may fail more often, and its waits alone bound a day."""
_DAY, _ALL = 24 * 3600, maxsize
_LATEST = LONGEST + _DAY
"""Seconds that a wait may still last. One that ends later began while the clock was ahead, and binds nobody."""

_COUNT = text("""
    INSERT INTO attempts (what, who, failures, until, day, today) VALUES (:what, :who, 1, 0, :day, 1)
    ON CONFLICT (what, who) DO UPDATE SET
        failures = attempts.failures + 1,
        today = CASE WHEN attempts.day = :day THEN attempts.today + 1 ELSE 1 END,
        day = :day,
        until = CASE
            WHEN attempts.failures + 1 <= :free THEN 0
            WHEN attempts.failures - :free >= 6 THEN :now + :longest
            ELSE :now + 60 * (1 << CAST(attempts.failures - :free AS INTEGER))
        END
    WHERE attempts.until NOT BETWEEN :now + 1 AND :latest AND (attempts.day <> :day OR attempts.today < :a_day)
    RETURNING failures
""")
_WHEN = text("SELECT until, day FROM attempts WHERE what = :what AND who = :who")
_FORGIVE = text("""
    UPDATE attempts SET
        failures = CASE WHEN failures > :right THEN failures - :right ELSE 0 END,
        until = CASE WHEN failures - :right <= :free THEN 0 ELSE until END,
        today = CASE WHEN today > 0 THEN today - 1 ELSE 0 END
    WHERE what = :what AND who = :who
""")


def count(store: AccountStore, what: str, who: bytes, place: str | None = None) -> None:
    """Counts an attempt before its check. Raises Refused("too-many-attempts", seconds=…) when one must wait.

    `what` is the factor, `who` the account or the digest of an unknown e-mail, `place` the address it comes from. Both
    are counted or neither: a place that must wait fills no account, and an account that must wait fills no place.
    """
    with store.write() as connection:
        if place:
            _count(store, connection, f"{what} place", place_key(place), PLACE_FREE, _ALL)
        _count(store, connection, what, who, FREE, A_DAY)


def forgive(store: AccountStore, what: str, who: bytes, place: str | None = None) -> None:
    """Takes the count back: the attempt was right. The failures of others at this place stay."""
    counted = [{"what": what, "who": who, "right": _ALL, "free": FREE}]
    if place:
        counted.append({"what": f"{what} place", "who": place_key(place), "right": 1, "free": PLACE_FREE})
    with store.write() as connection:
        connection.execute(_FORGIVE, counted)


def place_key(place: str) -> bytes:
    """Returns the key of an IP address: that of its network of 256 addresses, /48 for IPv6."""
    try:
        address = ip_address(place)
    except ValueError:
        return sha256(place.encode()).digest()
    network = ip_network((address, 24 if address.version == 4 else 48), strict=False)
    return sha256(str(network).encode()).digest()


def locked(store: AccountStore) -> int:
    """Counts the accounts and browsers that must wait, networks aside."""
    asked = text("SELECT count(*) FROM attempts WHERE until BETWEEN :now + 1 AND :latest AND what NOT LIKE '% place'")
    return int(store.scalars(asked, now=(now := store.read_clock()), latest=now + _LATEST)[0])


def sweep(store: AccountStore) -> None:
    """Deletes the counts that are older than a day and bind nobody."""
    now = store.read_clock()
    store.execute(text("DELETE FROM attempts WHERE until <= :now AND day < :day"), now=now, day=now // _DAY)


def _count(store: AccountStore, connection: Connection, what: str, who: bytes, free: int, a_day: int) -> None:
    now = store.read_clock()
    day = now // _DAY
    values = {"what": what, "who": who, "now": now, "day": day, "free": free, "longest": LONGEST, "a_day": a_day}
    values["latest"] = now + _LATEST
    if connection.execute(_COUNT, values).first() is None:
        security_events.note("authn_login_lock", what)
        until, _ = connection.execute(_WHEN, {"what": what, "who": who}).one()
        raise Refused("too-many-attempts", seconds=until - now if until > now else (day + 1) * _DAY - now)
