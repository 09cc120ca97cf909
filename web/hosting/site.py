"""The accounts of a site, opened from the settings."""

from pathlib import Path
from typing import TYPE_CHECKING

from pixflow.structure_folder import Clock, utc_now
from web.accounts.site import Site
from web.accounts.store import open_accounts
from web.hosting.settings import Settings

if TYPE_CHECKING:
    from web.accounts.oidc.issuer import Issuer


def open_site(settings: Settings, data: Path, url: str, *, create: bool = False, clock: Clock = utc_now) -> Site | None:
    """Returns the accounts of a data folder, None when nobody was ever invited and `create` is not asked."""
    issuer = _issuer(settings, url)
    store = open_accounts(data, settings.database(), clock=clock, create=create)
    return Site(store, url.rstrip("/"), settings.breached, issuer) if store else None


def _issuer(settings: Settings, url: str) -> "Issuer | None":
    if not settings.oidc_issuer:
        return None
    from web.accounts.oidc.issuer import Issuer  # joserfc takes 80 ms: where an issuer is set, not at each command

    return Issuer(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_secret.get_secret_value(),
        f"{url.rstrip('/')}/connexion/retour",
        settings.oidc_alg,
        settings.oidc_profile,
    )
