"""The issuer of a site, from the settings."""

from pathlib import Path

from pydantic import SecretStr

from web.hosting.host import open_site
from web.hosting.settings import Settings

URL = "https://pixflow.exemple.fr"
SOUND = {"oidc_issuer": "https://issuer.example/a/", "oidc_client_id": "pixflow", "oidc_secret": SecretStr("vestiaire")}


def test_the_issuer_of_the_settings(tmp_path: Path) -> None:
    site = open_site(Settings(**SOUND), tmp_path, f"{URL}/", create=True)  # type: ignore[arg-type]
    assert site
    assert site.issuer
    assert (site.issuer.url, site.issuer.redirect) == ("https://issuer.example/a/", f"{URL}/connexion/retour")
    assert (site.issuer.algorithm, site.issuer.profile) == ("ES256", "plain")
    assert "vestiaire" not in repr(site)
    site.store.close()


def test_without_an_issuer_there_is_none(tmp_path: Path) -> None:
    site = open_site(Settings(), tmp_path, URL, create=True)
    assert site
    assert site.issuer is None
    site.store.close()
