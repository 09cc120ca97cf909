"""E-mail: sent through a mail server, or written as files in a folder."""

import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from urllib.parse import unquote, urlsplit

from web.hosting.settings import Settings

SECONDS = 20
Outbox = Callable[["Mail"], None]
"""Sends one message. Raises OSError on failure; smtplib's errors are subclasses of it."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One message to one person, at an instant (UTC). `name` is unique among the messages of a structure."""

    to: str
    subject: str
    text: str
    name: str
    at: datetime


def message(mail: Mail, sender: str) -> EmailMessage:
    """Returns the message to send: plain text, marked as automatic so that mailboxes send no auto-reply."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, mail.to, mail.subject
    made["Date"] = format_datetime(mail.at)
    made["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(mail.text)
    return made


def outbox_for(settings: Settings, folder: Path, *, demo: bool) -> Outbox | None:
    """Returns the outbox of a structure: the mail server of the settings, else files for a demo, else None."""
    if settings.smtp:
        return smtp_outbox(settings.smtp, settings.sender)
    return folder_outbox(folder / "notices", settings.sender) if demo else None


def smtp_outbox(url: str, sender: str) -> Outbox:
    """Returns an outbox that sends to `smtp://person:secret@host:port` or `smtps://…`.

    Uses STARTTLS when the server offers it. Raises ValueError for another kind of address.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError(f"not a mail server: {parts.scheme}://{parts.hostname or ''}")

    def send(mail: Mail) -> None:
        host = parts.hostname or ""
        with (
            smtplib.SMTP_SSL(host, parts.port or 465, timeout=SECONDS)
            if parts.scheme == "smtps"
            else smtplib.SMTP(host, parts.port or 25, timeout=SECONDS)
        ) as server:
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls()
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(message(mail, sender))

    return send


def folder_outbox(folder: Path, sender: str) -> Outbox:
    """Returns an outbox that writes one file a message, for a demonstration or for another program to send."""

    def write(mail: Mail) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        file = folder / f"{mail.name}.eml"
        file.touch(mode=0o600)
        file.write_bytes(bytes(message(mail, sender)))

    return write
