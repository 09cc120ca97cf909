"""E-mails to partners: each link that waits, the reminders of a silent one, and the question of the outcome.

They name no young person. Reminders leave on working days between 7:30 and 20:00; a link that somebody asked for leaves
at once. An e-mail that cannot leave is retried at the next tick.
"""

import logging
import smtplib
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from pixflow.actor import CLOCK, PARTNER, Actor
from pixflow.decision import Decision
from pixflow.dossier.retention import months_of
from pixflow.dossier.state import Dossier, Referral
from pixflow.engine import Engine, new_id
from pixflow.partner_links.issuing import ask_outcome, note_mailed_link, note_returned_link, remind_partner, renew_link
from pixflow.partner_links.token import token_of
from pixflow.partner_links.validity import MOST_REMINDERS, LinkedReferral, is_open, referral_of, reminder_day
from pixflow.partners.contacts import miss_contact
from pixflow.refused import Refused
from projections import contacts, partner_links, partners
from projections.store.catch_up import ReadSide
from projections.store.folds import fold_of
from web.french import partner_links as french
from web.french.typography import phone
from web.hosting.mail import Mail, Outbox, fault
from web.hosting.notices import EVENING, MORNING

ASK = "ask"
"""Name of the e-mail that asks for the outcome."""
_log = logging.getLogger("pixflow")


def write_due(engine: Engine, side: ReadSide) -> int:
    """Issues the links of the e-mails that are due today: reminders and questions. Returns how many."""
    if not _is_working_time(engine):
        return 0
    today = engine.today()
    with side.database.connect() as connection:
        due = [(row.stream, row.referral) for row in partner_links.to_write(connection, today)]
        known = [(stream, _referral(fold_of(connection, stream), referral)) for stream, referral in due]
        letters = [(stream, one, destination(connection, one)) for stream, one in known if one]
    return sum(_write(engine, stream, one, to.stored) for stream, one, to in letters if to.address)


def _is_working_time(engine: Engine) -> bool:
    """Tells if the clock may write to partners now: on a working day, between 7:30 and 20:00."""
    refs, now = engine.references(), engine.clock()
    hour = now.astimezone(ZoneInfo(refs.structure.zone)).time()
    return refs.calendar.is_working(refs.calendar.local_day(now)) and MORNING <= hour < EVENING


def _write(engine: Engine, stream: UUID, referral: Referral, address: str) -> bool:
    """Issues the link of one e-mail, and tells if it is new. Each reminder has its own command."""
    remind = reminder_day(referral, engine.references()) is not None
    name = f"remind {len(referral.reminders)}" if remind else ASK
    return _records(
        engine,
        {"dossier": stream},
        remind_partner if remind else ask_outcome,
        Actor(CLOCK),
        new_id(referral.id, name),
        {"link": _link_of(referral, name), "until": last_day(engine), "address": address},
        referral=referral.id,
    )


def _link_of(known: Referral, name: str) -> UUID:
    """Returns the id of the link that the clock issues for one e-mail."""
    return new_id(known.id, f"{name} link")


def _is_of_the_clock(found: LinkedReferral) -> bool:
    names = (ASK, *(f"remind {number}" for number in range(MOST_REMINDERS)))
    return found.link.id in {_link_of(found.referral, name) for name in names}


def renew(engine: Engine, side: ReadSide, link: UUID) -> bool:
    """Issues the link that a partner asked for from an old one. Tells if this structure knows the link."""
    with side.database.connect() as connection:
        row = partner_links.of_link(connection, link)
        dossier = fold_of(connection, row.stream) if row else None
        linked_referral = referral_of(dossier, link) if isinstance(dossier, Dossier) else None
        to = destination(connection, linked_referral.referral) if linked_referral else NOWHERE
    if row is None or linked_referral is None:
        return False
    if to.address:
        day, streams = engine.today(), {"dossier": row.stream}
        context = {"new": new_id(link, f"renewed {day}"), "until": last_day(engine), "address": to.stored}
        _records(
            engine,
            streams,
            renew_link,
            actor_of(linked_referral.referral),
            new_id(link, f"renew {day}"),
            context,
            link=link,
        )
    return True


def send_waiting(engine: Engine, side: ReadSide, outbox: Outbox, url: str) -> int:
    """Sends the e-mail of every link that waits for it, and returns how many left.

    Those that the clock wrote and that could not leave in time wait for the next working day. `url` is the public
    address of the pages.
    """
    today, everything, sent = engine.today(), _is_working_time(engine), 0
    with side.database.connect() as connection:
        waiting = [(row.stream, row.link) for row in partner_links.to_mail(connection, today)]
        states = {stream: fold_of(connection, stream) for stream, _ in waiting}
        linked_referrals = [
            (stream, linked_referral)
            for stream, link in waiting
            if (linked_referral := _find_unmailed(states[stream], link, today))
        ]
        linked_referrals = [
            (stream, one) for stream, one in linked_referrals if everything or not _is_of_the_clock(one)
        ]
        letters = [(stream, one, one.link.address or destination(connection, one.referral).address)
                   for stream, one in linked_referrals]  # fmt: skip
    for stream, linked_referral, to in letters:
        if not to:
            continue
        link = linked_referral.link.id
        try:
            outbox(_mail(engine, url, states[stream], linked_referral, to))
        except OSError as error:
            _log.warning("a mail to a partner could not leave: %s (%s)", type(error).__name__, fault(error))
            refused = error.recipients if isinstance(error, smtplib.SMTPRecipientsRefused) else {}
            if any(code >= 500 for code, _ in refused.values()):  # for good (RFC 5321)
                _note_unknown(engine, stream, linked_referral, to)
            continue
        _records(engine, {"dossier": stream}, note_mailed_link, Actor(CLOCK), new_id(link, "mailed"), {}, link=link)
        sent += 1
    return sent


def _find_unmailed(dossier: Any, link: UUID, today: date) -> LinkedReferral | None:
    found = referral_of(dossier, link) if isinstance(dossier, Dossier) else None
    return (
        found if found and not (found.link.mailed or found.link.returned) and is_open(dossier, found, today) else None
    )


def _note_unknown(engine: Engine, stream: UUID, linked_referral: LinkedReferral, to: str) -> None:
    """Records that an address is unknown: of the contact, whose place is written to next; else of the link."""
    contact, by = linked_referral.referral.contact, Actor(CLOCK)
    if contact and not linked_referral.link.address and engine.state("contact", contact).mail == to:
        _records(
            engine, {"contact": contact}, miss_contact, by, new_id(linked_referral.link.id, "missed"), {}, means="email"
        )
        return
    link = linked_referral.link.id
    _records(engine, {"dossier": stream}, note_returned_link, by, new_id(link, "returned"), {}, link=link)


def _mail(engine: Engine, url: str, dossier: Dossier, linked_referral: LinkedReferral, to: str) -> Mail:
    """Returns the e-mail of a link: who writes, the link, and the notice. It has no name of the young person."""
    refs, now = engine.references(), engine.clock()
    member = refs.colleague(dossier.advisor)
    contact = ", ".join(filter(None, (member.name, phone(member.phone or "")))) if member else refs.structure.name
    subject, text = french.letter(
        purpose=linked_referral.link.purpose,
        reminder=bool(linked_referral.referral.reminders) and not linked_referral.link.asked,
        structure=refs.structure.name,
        advisor=member.name if member else "",
        contact=contact,
        day=linked_referral.referral.stamp.on,
        until=linked_referral.link.until,
        url=f"{url.rstrip('/')}/p/{token_of(linked_referral.link.id, engine.token)}",
        months=months_of(refs.protocol(engine.today()).retention, dossier.programme),
    )
    reply_to = member.email if member else ""
    return Mail(to, subject, text, f"partner-{linked_referral.link.id}", now, refs.structure.name, reply_to)


class Destination(NamedTuple):
    """Where the e-mail of a referral goes. `stored` is "" for a contact: their address stands in their stream alone."""

    address: str
    stored: str


NOWHERE = Destination("", "")


def destination(connection: Connection, referral: Referral) -> Destination:
    """Returns where to write: the address typed for the referral, that of its contact, else that of the partner."""
    if referral.address:
        return Destination(referral.address, referral.address)
    contact = contacts.find(connection, referral.contact)
    if contact and contact.mail:
        return Destination(contact.mail, "")
    listed = partners.find(connection, referral.partner.id) if referral.partner.id else None
    return Destination(listed.email, listed.email) if listed else NOWHERE


def last_day(engine: Engine) -> date:
    """Returns the last day of a link that is issued today."""
    today = engine.today()
    return today + timedelta(days=engine.references().protocol(today).partner_link)


def actor_of(known: Referral) -> Actor:
    """Returns the actor of a partner: its own id when it is listed, else that of the referral."""
    return Actor(f"{PARTNER}{known.partner.id or known.id}")


def _referral(dossier: Any, referral: UUID) -> Referral | None:
    actions = dossier.parcours.actions.values() if isinstance(dossier, Dossier) else ()
    return next((known for action in actions for known in action.referrals if known.id == referral), None)


def _records(
    engine: Engine,
    streams: Mapping[str, UUID],
    decision: Decision[..., Any],
    by: Actor,
    command: UUID,
    context: Mapping[str, Any],
    **sent: Any,
) -> bool:
    """Tells if the decision recorded something new. One that is refused, or a damaged stream, stops no other."""
    via = "link" if by.id.startswith(PARTNER) else "cli"
    try:
        done = engine.execute(streams, decision, by=by, command_id=command, via=via, context=context, **sent)
    except Refused:
        return False
    return bool(done.recorded) and not done.repeated
