"""Checks of the settings of e-mail, before the first message: `pixflow doctor` runs them."""

from urllib.parse import urlsplit

from web.hosting import mail
from web.hosting.health import Finding, run
from web.hosting.settings import Settings


def findings(settings: Settings, *, demo: bool) -> list[Finding]:
    """Runs the checks of this module; nobody is written to by a demonstration."""
    return [run(mail_server, settings, demo=demo), run(address, settings)]


def mail_server(settings: Settings, *, demo: bool) -> Finding:
    """Signs in to the mail server and sends nothing."""
    if demo or not settings.smtp:
        return Finding("mail_server", "good", {"why": "demo" if demo else "none"})
    if not is_mail_server(settings):
        return Finding("mail_server", "alarm", {"why": "address"})
    host = mail.server_of(settings).hostname
    try:
        with mail.connected(settings) as server:
            server.noop()
    except OSError as error:
        return Finding("mail_server", "alarm", {"why": mail.fault(error), "host": host})
    return Finding("mail_server", "note" if settings.smtp_security == "plain" else "good", {"host": host})


def address(settings: Settings) -> Finding:
    """Checks the public address, which stands in e-mails. They are read on other machines."""
    if settings.url and not is_address(settings.url):
        return Finding("address", "alarm", {"url": settings.url})
    if settings.smtp and not settings.url:
        return Finding("address", "note", {"url": settings.pages()})
    return Finding("address", "good", {"url": settings.pages()})


def malformed(settings: Settings) -> list[Finding]:
    """Returns the alarms that a look at the settings gives, without the network."""
    found = [address(settings)]
    if settings.smtp and not is_mail_server(settings):
        found.append(Finding("mail_server", "alarm", {"why": "address"}))
    return [one for one in found if one.level == "alarm"]


def is_mail_server(settings: Settings) -> bool:
    try:
        return bool(mail.server_of(settings))
    except ValueError:
        return False


def is_address(url: str) -> bool:
    """Tells if an address has a scheme and a host, and nothing after them."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and parts[2:] == ("",) * 3
    except ValueError:
        return False
