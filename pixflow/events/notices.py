"""E-mails sent, one stream a person: ids only, no text."""

from datetime import date
from typing import Literal

from pixflow.events.base import Event, event

NoticeKind = Literal[
    "digest",
    "help",
    "stopped",
    "mass-reading",
    "glass",
    "second-person",
    "absence",
    "protocol",
    "account",
    "erasures",
    "figures",
    "checkpoint",
]
PLAIN = frozenset({"notice", "which", "on"})
"""All of it is written in clear: it tells of no young person and of nobody in the team."""


@event("notices.NoticeSent")
class NoticeSent(Event):
    """An e-mail to this person: a daily digest, a call for help, a stopped table, an account suspended for mass
    reading, a young person received by a colleague, a role or an account that waits for a second person, an absence
    that somebody else declared, a protocol that changes retention or reading limits, a step that takes an account
    from its member, the figures of a month, or the checkpoint of the register for an auditor.

    `which` identifies it: the day of a digest, the workshop and instant of a call, the projection and position,
    the member and the instant of the suspension, the dossier or the member and the version of the event, the number of
    the draft or of the protocol and its first day, the month, the week of a
    checkpoint.
    """

    notice: NoticeKind
    which: str
    on: date
