"""The issuer of a site, from the settings: what does not go together is refused in words."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from pixflow.store import StoreRefused
from web.hosting.settings import Settings
from web.hosting.site import open_site

URL = "https://pixflow.exemple.fr"
SOUND = {"oidc_issuer": "https://issuer.example/a/", "oidc_client_id": "pixflow", "oidc_secret": SecretStr("vestiaire")}
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"oidc_client_id": ""}, "needs PIXFLOW_OIDC_CLIENT_ID and PIXFLOW_OIDC_SECRET"),
    ({"oidc_secret": SecretStr("")}, "needs PIXFLOW_OIDC_CLIENT_ID and PIXFLOW_OIDC_SECRET"),
    ({"oidc_issuer": "http://issuer.example"}, "must begin with https://"),
    ({"oidc_alg": "HS256"}, "HS256 is none of ES256, RS256, PS256"),
    ({"oidc_profile": "franceconnect"}, "franceconnect is none of plain, proconnect"),
]


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


@pytest.mark.parametrize(("changed", "said"), WRONG)
def test_settings_that_do_not_go_together(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    with pytest.raises(StoreRefused, match=said):
        open_site(Settings(**{**SOUND, **changed}), tmp_path, URL, create=True)
    assert not list(tmp_path.iterdir())
