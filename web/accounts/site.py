"""The accounts of a site in use: their store, the address of the site, its issuer."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from web.accounts import accounts, attempts, invitations, link_visits, sessions, tickets
from web.accounts.store import AccountStore

if TYPE_CHECKING:
    from web.accounts.oidc.issuer import Issuer


@dataclass(frozen=True, slots=True)
class Site:
    """`url` is the public address, which passkeys are bound to. `breached` is the operator's list of passwords."""

    store: AccountStore
    url: str
    breached: Path | None = None
    issuer: "Issuer | None" = None

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def takes_passkeys(self) -> bool:
        """Tells if browsers make passkeys for this address: a name, not the number of a machine."""
        return not self.host.replace(".", "").isdigit() and ":" not in self.host

    def sweep(self) -> None:
        """Deletes what is over: sessions, tickets, counts, invitations, accounts without a membership."""
        for swept in (sessions, tickets, attempts, link_visits, invitations, accounts):
            swept.sweep(self.store)
