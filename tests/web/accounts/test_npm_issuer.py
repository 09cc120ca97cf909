"""The client of an issuer, against the software that ProConnect runs: the npm package oidc-provider.

`PIXFLOW_NPM_IDP` names a folder in which the package is installed (docs/accounts.md).
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx2
import pytest

from tests.idp import CLIENT, SECRET
from web.accounts.oidc.answers import IssuerRefused
from web.accounts.oidc.issuer import Issuer

REDIRECT = "https://pixflow.exemple.fr/connexion/retour"
FOLDER, NODE = os.environ.get("PIXFLOW_NPM_IDP", ""), shutil.which("node")
pytestmark = pytest.mark.skipif(not (FOLDER and NODE), reason="PIXFLOW_NPM_IDP and Node: docs/accounts.md#tests")


@contextmanager
def running(algorithm: str, level: str, *, signs_userinfo: bool) -> Iterator[str]:
    """Runs the provider in a process of its own. Returns its address."""
    script = Path(__file__).parents[2] / "idp.mjs"
    sent = [FOLDER, REDIRECT, algorithm, "yes" if signs_userinfo else "", level, CLIENT, SECRET]
    command = [str(NODE), str(script), *sent]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


@contextmanager
def browser() -> Iterator[httpx2.Client]:
    with httpx2.Client(trust_env=False, follow_redirects=False, timeout=600) as made:
        yield made


def brought(tab: httpx2.Client, address: str) -> dict[str, str]:
    """Follows the redirects of the provider. Returns the answer that the browser brings back."""
    for _ in range(6):
        answer = tab.get(address)
        assert answer.status_code == 303, answer.text
        address = urljoin(address, answer.headers["Location"])
        if address.startswith(REDIRECT):
            return dict(parse_qsl(urlsplit(address).query))
    raise AssertionError(address)


def client(url: str, **said: Any) -> Issuer:
    return Issuer(url, CLIENT, SECRET, REDIRECT, **{"profile": "proconnect", **said})


@pytest.mark.parametrize(("level", "strong"), [("eidas1", False), ("eidas2", True)])
def test_a_whole_flow_as_proconnect_is_set(level: str, strong: bool) -> None:
    with running("ES256", level, signs_userinfo=True) as url, browser() as tab:
        issuer = client(url)
        address, departure = issuer.leave()
        answer = brought(tab, address)
        arrival = issuer.arrive(departure, answer)
        assert (arrival.subject, arrival.is_strong) == ("sub-helene", strong)
        with pytest.raises(IssuerRefused, match="status 400"):
            issuer.arrive(departure, answer)
        address, departure = issuer.leave(again=True)
        assert issuer.arrive(departure, brought(tab, address)).subject == "sub-helene"
        there = issuer.sign_out(arrival.id_token, "https://pixflow.exemple.fr/connexion")
        assert there
        page = tab.get(there)
        form = dict(re.findall(r'name="(\w+)" value="(\w*)"', page.text))
        (action,) = re.findall(r'action="([^"]+)"', page.text)
        left = tab.post(urljoin(there, action), data={**form, "logout": "yes"})
        assert left.headers["Location"].startswith("https://pixflow.exemple.fr/connexion?state=")


def test_a_whole_flow_of_the_plain_profile() -> None:
    with running("RS256", "eidas1", signs_userinfo=False) as url, browser() as tab:
        issuer = client(url, profile="plain", algorithm="RS256")
        address, departure = issuer.leave()
        assert issuer.arrive(departure, brought(tab, address)).subject == "sub-helene"
        strict = client(url, algorithm="RS256")
        address, departure = strict.leave()
        with pytest.raises(IssuerRefused, match="userinfo is not signed"):
            strict.arrive(departure, brought(tab, address))


def test_what_the_provider_refuses() -> None:
    with running("ES256", "eidas2", signs_userinfo=True) as url, browser() as tab:
        issuer = client(url)
        address, departure = issuer.leave()
        issuer.secret = "another"
        with pytest.raises(IssuerRefused, match="status 401"):
            issuer.arrive(departure, brought(tab, address))
        issuer.secret = SECRET
        other, (address, departure) = issuer.leave()[1], issuer.leave()
        answer = brought(tab, address)
        assert answer["iss"] == url
        swapped = type(departure)(departure.state, departure.nonce, other.verifier)
        with pytest.raises(IssuerRefused, match="status 400"):
            issuer.arrive(swapped, answer)
        with pytest.raises(IssuerRefused, match="iss of the answer"):
            issuer.arrive(departure, answer | {"iss": "https://other.example"})
