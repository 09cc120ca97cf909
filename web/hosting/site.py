"""The accounts of a site, opened from the settings."""

from pathlib import Path

from pixflow.structure_folder import Clock, utc_now
from web.accounts.site import Site
from web.accounts.store import open_accounts
from web.hosting.settings import Settings


def open_site(settings: Settings, data: Path, url: str, *, create: bool = False, clock: Clock = utc_now) -> Site | None:
    """Returns the accounts of a data folder, None when nobody was ever invited and `create` is not asked."""
    issuer, url = None, url.rstrip("/")
    if settings.oidc_issuer:
        from web.accounts.oidc.issuer import Issuer  # joserfc takes 80 ms: where an issuer is set, not at each command

        issuer = Issuer(
            settings.oidc_issuer,
            settings.oidc_client_id,
            settings.oidc_secret.get_secret_value(),
            f"{url}/connexion/retour",
            settings.oidc_alg,
            settings.oidc_profile,
        )
    store = open_accounts(data, settings.database(), clock=clock, create=create)
    return Site(store, url, settings.breached, issuer) if store else None
