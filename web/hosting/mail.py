"""E-mail: sent through a mail server over verified TLS, or written as files in a folder; and its checks."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal
from urllib.parse import SplitResult, unquote, urlsplit
from uuid import UUID

from pixflow.engine import Engine
from projections import partner_links
from projections.store.stores import Live
from web.hosting.health import Finding, Level, judge, run
from web.hosting.settings import Settings

SECONDS = 20
Outbox = Callable[["Mail"], None]
"""Sends one message. Raises OSError on failure; the errors of smtplib and ssl are subclasses of it."""
Late = list[OSError]
"""The failure of a server that did not answer in time, if there is one."""

ON_ONE_LINE = policy.default.clone(max_line_length=998)
"""Python breaks a long name with accents inside a word, and its reader sees a space there."""
Fault = Literal[
    "certificate-date", "certificate-name", "certificate-unknown", "login", "login-wanted", "no-login", "no-tls",
    "silent", "later", "sender", "unknown", "relay", "refused",
]  # fmt: skip
"""Reason why a message did not leave, or would not leave."""
Way = Literal["login", "open", "local", "plain", "plain-login"]
"""The way to the mail server: over TLS with a name or without; in clear on this machine, or through the network."""
OUT_OF_DATE, NOT_THIS_HOST = (9, 10), (62, 64)
"""Codes of OpenSSL: not valid yet, expired; another host name, another IP address."""


class NoTls(smtplib.SMTPException):
    """The mail server offers no STARTTLS, so nothing was sent to it."""


class NoLogin(smtplib.SMTPException):
    """The mail server lets nobody sign in, so it was sent neither the name nor the secret."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One message to one person, at an instant (UTC). `name` is unique among the messages of a structure.

    `structure` is the name that stands beside the sender's address; replies go to `reply_to`, when there is one. `pdf`
    is attached under the name `pdf_name`.
    """

    to: str
    subject: str
    text: str
    name: str
    at: datetime
    structure: str = ""
    reply_to: str = ""
    pdf: bytes = b""
    pdf_name: str = ""


def message(mail: Mail, sender: str) -> EmailMessage:
    """Returns the message to send: plain text, marked as automatic so that mailboxes send no auto-reply; its PDF."""
    made, address = EmailMessage(ON_ONE_LINE), parseaddr(sender)[1]
    made["From"] = Address(f"{mail.structure} (pixflow)" if mail.structure else "pixflow", addr_spec=address)
    made["To"], made["Subject"] = mail.to, mail.subject
    if mail.reply_to:
        made["Reply-To"] = mail.reply_to
    made["Date"] = format_datetime(mail.at)
    made["Message-ID"] = make_msgid(domain=address.rpartition("@")[2])
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(mail.text)
    if mail.pdf:
        made.add_attachment(mail.pdf, maintype="application", subtype="pdf", filename=mail.pdf_name)
    return made


def outbox_for(settings: Settings, folder: Path, *, demo: bool, late: Late | None = None) -> Outbox | None:
    """Returns the outbox of a structure: files for a demonstration, else the mail server of the settings, else None.

    Outboxes with the same `late` wait once together for a server that does not answer in time.
    """
    if demo:
        return folder_outbox(folder / "notices", settings.sender)
    return smtp_outbox(settings, late) if settings.smtp else None


def smtp_outbox(settings: Settings, late: Late | None = None) -> Outbox:
    """Returns an outbox that sends to the mail server of the settings.

    After one wait for a server that does not answer in time, it fails at once: periodic jobs have other work.
    """
    failures = [] if late is None else late

    def send(mail: Mail) -> None:
        if failures:
            raise failures[0]
        try:
            with connected(settings) as server:
                server.send_message(message(mail, settings.sender))
        except OSError as error:
            if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
                failures.append(error)
            raise

    return send


def server_of(settings: Settings) -> SplitResult:
    """Returns the address of the mail server in parts."""
    return urlsplit(settings.smtp)


@contextmanager
def connected(settings: Settings) -> Iterator[smtplib.SMTP]:
    """Yields a connection to the mail server, signed in when its address has a name. Raises OSError.

    The connection is encrypted and the certificate is verified, host name included, before anything else is said:
    `smtps` from the start, `smtp` by STARTTLS, which is required. Only a server on this machine, or the setting
    PIXFLOW_SMTP_SECURITY=plain, does without. Authorities are those of the system, or of SSL_CERT_FILE.
    """
    parts = server_of(settings)
    host, context = parts.hostname or "", ssl.create_default_context()
    with (
        smtplib.SMTP_SSL(host, parts.port or 465, timeout=SECONDS, context=context)
        if parts.scheme == "smtps"
        else smtplib.SMTP(host, parts.port or 25, timeout=SECONDS)
    ) as server:
        server.ehlo()
        if parts.scheme == "smtp" and way(settings) in ("login", "open"):
            if not server.has_extn("starttls"):
                raise NoTls
            server.starttls(context=context)
            server.ehlo()
        if parts.username:
            if not server.has_extn("auth"):
                raise NoLogin
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server


def way(settings: Settings) -> Way:
    """Returns the way that a message takes to the server: over TLS, unless it is here or the setting says so."""
    parts = server_of(settings)
    here = _is_this_machine(parts.hostname or "")
    if parts.scheme == "smtps" or not (here or settings.smtp_security == "plain"):
        return "login" if parts.username else "open"
    if here:
        return "local"
    return "plain-login" if parts.username else "plain"


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def fault(error: OSError) -> Fault:
    """Returns why the mail server did not take a message."""
    match error:
        case ssl.SSLCertVerificationError():
            known: tuple[tuple[tuple[int, ...], Fault], ...]
            known = (OUT_OF_DATE, "certificate-date"), (NOT_THIS_HOST, "certificate-name")
            return next((why for codes, why in known if error.verify_code in codes), "certificate-unknown")
        case NoTls():
            return "no-tls"
        case NoLogin():
            return "no-login"
        case smtplib.SMTPAuthenticationError():
            return "login"
        case smtplib.SMTPServerDisconnected():
            return "silent"
        case smtplib.SMTPSenderRefused() | smtplib.SMTPRecipientsRefused():
            return _refusal(error)
        case smtplib.SMTPException():
            return "refused"
    return "silent"


def _refusal(error: smtplib.SMTPException) -> Fault:
    """Returns why a server refuses a sender or a recipient, by its code and its enhanced code (RFC 3463, RFC 4954)."""
    code, _, words = answer(error).partition(" ")
    if code == "530" or words.startswith("5.7.0"):
        return "login-wanted"
    if code.startswith("4"):
        return "later"
    if isinstance(error, smtplib.SMTPSenderRefused):
        return "sender"
    return "unknown" if words.startswith("5.1.") else "relay"


def answer(error: OSError) -> str:
    """Returns what the mail server answered, "" when it said nothing: "554 5.7.1 Relay access denied"."""
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=recipients):
            code, words = next(iter(recipients.values()))
        case smtplib.SMTPResponseException(smtp_code=code, smtp_error=words):
            pass
        case _:
            return ""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join(f"{code} {text}".split())[:200]


def folder_outbox(folder: Path, sender: str) -> Outbox:
    """Returns an outbox that writes one file a message, for a demonstration."""

    def write(mail: Mail) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        file = folder / f"{mail.name}.eml"
        file.touch(mode=0o600)
        file.write_bytes(bytes(message(mail, sender)))

    return write


# --- checks of the settings and of what waits, for `pixflow doctor`

LEVELS: dict[Way, Level] = {"plain": "note", "plain-login": "alarm"}
"""Ways to the mail server on which somebody may listen."""
LETTER = timedelta(hours=1)
"""Longest wait of an e-mail to a partner: `serve` and `tick` try each minute."""


def findings(engine: Engine, reads: Live, settings: Settings, *, demo: bool) -> list[Finding]:
    """Runs the checks of this module; nobody is written to by a demonstration."""
    return [
        run("mail_server", mail_server, settings, demo=demo),
        run("letters", letters, engine, reads, settings, demo=demo),
        run("address", address, settings),
    ]


def mail_server(settings: Settings, *, demo: bool) -> Finding:
    """Signs in to the mail server, asks if it takes a message of the sender to themselves, and sends none."""
    if demo or not settings.smtp:
        return Finding("mail_server", "good", {"why": "demo" if demo else "none"})
    encrypted, details = way(settings), {"host": server_of(settings).hostname, "to": settings.sender}
    try:
        with connected(settings) as server:
            code, words = server.mail(settings.sender)
            if code != 250:
                raise smtplib.SMTPSenderRefused(code, words, settings.sender)
            code, words = server.rcpt(settings.sender)
            if code not in (250, 251):
                raise smtplib.SMTPRecipientsRefused({settings.sender: (code, words)})
            server.rset()
    except OSError as error:
        return judge_refusal(error, details)
    return Finding("mail_server", LEVELS.get(encrypted, "good"), {"why": encrypted, **details})


def judge_refusal(error: OSError, details: dict[str, Any]) -> Finding:
    """Returns why the mail server takes no message: an alarm; a note where only the recipient is unknown to it."""
    why = fault(error)
    level: Level = "note" if why == "unknown" else "alarm"
    return Finding("mail_server", level, {"why": why, "answer": answer(error), **details})


def letters(engine: Engine, reads: Live, settings: Settings, *, demo: bool) -> Finding:
    """Checks the e-mails to partners that have not left: how many, and for how long the first one waits."""
    if demo or not reads.opens():
        return Finding("letters", "good")
    with reads.side.database.connect() as connection:
        waiting = [(row.stream, row.link) for row in partner_links.to_mail(connection, engine.today())]
    if not waiting:
        return Finding("letters", "good")
    oldest = engine.clock() - min(find_issue_instant(engine, stream, link) for stream, link in waiting)
    details = {"waiting": len(waiting), "span": round(oldest.total_seconds())}
    if not settings.smtp:
        return Finding("letters", "note", {**details, "why": "none"})
    return judge("letters", oldest > LETTER, **details)


def find_issue_instant(engine: Engine, stream: UUID, link: UUID) -> datetime:
    """Returns the instant at which a link was issued; now for a link that its dossier does not know."""
    found = (one.at for one in engine.history(stream) if getattr(one.event, "link", None) == link)
    return next(found, engine.clock())


def address(settings: Settings) -> Finding:
    """Checks that there is a public address, which stands in e-mails. They are read on other machines."""
    return Finding("address", "note" if settings.smtp and not settings.url else "good", {"url": settings.pages()})
