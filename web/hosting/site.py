"""The accounts of a site, opened from the settings."""

from pathlib import Path
from typing import TYPE_CHECKING

from pixflow.store import SiteRefused
from pixflow.structure_folder import Clock, utc_now
from web.accounts.site import Site, is_safe
from web.accounts.store import open_accounts
from web.hosting.settings import Settings

if TYPE_CHECKING:
    from web.accounts.oidc.issuer import Issuer


def open_site(settings: Settings, data: Path, url: str, *, create: bool = False, clock: Clock = utc_now) -> Site | None:
    """Returns the accounts of a data folder, None when nobody was ever invited and `create` is not asked.

    Raises SiteRefused for an address where passwords would travel in clear, and for settings that do not go together.
    """
    if not is_safe(url):
        raise SiteRefused("setting", f"PIXFLOW_URL is {url}: it must begin with https://, or be this machine's")
    if settings.breached and not settings.breached.is_file():
        raise SiteRefused("setting", f"PIXFLOW_BREACHED: {settings.breached} is no file")
    issuer = _issuer(settings, url)
    store = open_accounts(data, settings.database(), clock=clock, create=create)
    return Site(store, url.rstrip("/"), settings.breached, issuer) if store else None


def _issuer(settings: Settings, url: str) -> "Issuer | None":
    if not settings.oidc_issuer:
        return None
    if not settings.oidc_client_id or not settings.oidc_secret.get_secret_value():
        raise SiteRefused("setting", "PIXFLOW_OIDC_ISSUER needs PIXFLOW_OIDC_CLIENT_ID and PIXFLOW_OIDC_SECRET")
    if not is_safe(settings.oidc_issuer):
        raise SiteRefused("setting", f"PIXFLOW_OIDC_ISSUER is {settings.oidc_issuer}: it must begin with https://")
    from web.accounts.oidc.issuer import Issuer  # joserfc takes 80 ms: where an issuer is set, not at each command

    try:
        return Issuer(
            settings.oidc_issuer,
            settings.oidc_client_id,
            settings.oidc_secret.get_secret_value(),
            f"{url.rstrip('/')}/connexion/retour",
            settings.oidc_alg,
            settings.oidc_profile,
        )
    except ValueError as error:
        raise SiteRefused("setting", f"PIXFLOW_OIDC_ALG, PIXFLOW_OIDC_PROFILE: {error}") from None
