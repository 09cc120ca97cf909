"""The links of partners: which dossier each opens, which wait for their e-mail, and the referrals to write about."""

from collections.abc import Iterator
from datetime import date
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, Index, Select, Table, Uuid, or_, select

from pixflow.dossier.state import Dossier
from pixflow.partner_links.validity import every_link, is_awaited, is_open, outcome_day, reminder_day
from pixflow.reference_data import References
from projections.contract import Change, Row, keys, metadata, optional, required
from projections.statements import list_rows, question, row_of, take_first

NAME = "territory.partner_links"
KINDS = frozenset({"dossier"})
READS = {"dossier": attrgetter("parcours", "closed", "merged")}
RULED = True

links = Table(
    "partner_links",
    metadata,
    *keys(link=Uuid),
    *required(stream=Uuid, until=Date, opens=Boolean, to_mail=Boolean),
    Index("partner_links_of", "stream"),
    Index("partner_links_to_mail", "to_mail", "until"),
)
letters = Table(
    "partner_letters",
    metadata,
    *keys(referral=Uuid),
    *required(stream=Uuid),
    *optional(remind_on=Date, ask_on=Date),
    Index("partner_letters_of", "stream"),
    Index("partner_letters_remind", "remind_on"),
    Index("partner_letters_ask", "ask_on"),
)
TABLES = (links, letters)


def rows(change: Change) -> dict[Table, list[Row]]:
    """Returns a row for each link, and for each referral that the clock may write about."""
    if not any(action.referrals for action in change.after.parcours.actions.values()):
        return {}
    return {
        links: list(_links(change.stream, change.after)),
        letters: list(_letters(change.stream, change.after, change.refs)),
    }


def _links(stream: UUID, dossier: Dossier) -> Iterator[Row]:
    for one in every_link(dossier):
        link, opens = one.link, is_open(dossier, one, one.link.until)
        waits = opens and link.channel == "email" and not (link.mailed or link.returned)
        yield row_of(links, link, stream=stream, link=link.id, opens=opens, to_mail=waits)


def _letters(stream: UUID, dossier: Dossier, refs: References) -> Iterator[Row]:
    for action in dossier.parcours.actions.values():
        for referral in action.referrals:
            ended = referral.link is not None and (referral.link.revoked or referral.link.returned)
            if ended or not is_awaited(dossier, action, referral):
                continue
            row = {"remind_on": reminder_day(referral, refs), "ask_on": outcome_day(action, referral)}
            if any(row.values()):
                yield {"stream": stream, "referral": referral.id, **row}


@question(take_first)
def of_link(link: UUID) -> Select[Any]:
    """Returns the row of a link, None for an unknown one."""
    return select(links).where(links.c.link == link)


@question(list_rows)
def to_mail(day: date) -> Select[Any]:
    """Returns the links whose e-mail has not left, and that open their referral on a day."""
    return select(links).where(links.c.to_mail, links.c.until >= day).order_by(links.c.until, links.c.link)


@question(list_rows)
def to_write(day: date) -> Select[Any]:
    """Returns the referrals about which an e-mail is due on a day: a reminder, or the outcome."""
    due = or_(letters.c.remind_on <= day, letters.c.ask_on <= day)
    return select(letters).where(due).order_by(letters.c.referral)
