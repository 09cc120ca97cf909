"""Host names: the public address and this machine's names are known, any other gets a page in French."""

import pytest
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

from tests.web.client import InspectingClient, words
from web.http import errors, security


def client(url: str) -> InspectingClient:
    app = FastAPI()
    security.protect(app, errors.refuse, url=url)
    app.add_api_route("/", lambda: PlainTextResponse("ok"))
    return InspectingClient(app)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://pixflow.exemple.fr", "pixflow.exemple.fr"),
        ("https://pixflow.exemple.fr/", "PIXFLOW.exemple.fr"),
        ("https://pixflow.exemple.fr", "pixflow.exemple.fr:443"),
        ("https://pixflow.exemple.fr:443", "pixflow.exemple.fr"),
        ("https://pixflow.exemple.fr:8443", "pixflow.exemple.fr:8443"),
        ("http://pixflow.exemple.fr", "pixflow.exemple.fr:80"),
        ("https://pixflow.exemple.fr", "127.0.0.1:8000"),
        ("https://pixflow.exemple.fr", "[::1]:9000"),
        ("", "localhost:8000"),
    ],
)
def test_the_public_address_and_this_machine_are_known(url: str, host: str) -> None:
    assert client(url).get("/", headers={"Host": host}).text == "ok"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("", "testserver"),
        ("", "pixflow.exemple.fr"),
        ("https://pixflow.exemple.fr", "exemple.fr"),
        ("https://pixflow.exemple.fr", "www.pixflow.exemple.fr"),
        ("https://pixflow.exemple.fr", "pixflow.exemple.fr:8443"),
        ("https://pixflow.exemple.fr:8443", "pixflow.exemple.fr"),
        ("https://pixflow.exemple.fr", "pixflow.exemple.fr.elsewhere.example"),
        ("https://pixflow.exemple.fr", "elsewhere.example#pixflow.exemple.fr"),
        ("https://pixflow.exemple.fr", ""),
        ("https://pixflow.exemple.fr", "["),
        ("https://pixflow.exemple.fr", "pixflow.exemple.fr:port"),
        ("pixflow.exemple.fr", "pixflow.exemple.fr"),
    ],
)
def test_any_other_host_gets_a_page_in_french(url: str, host: str) -> None:
    answer = client(url).get("/", headers={"Host": host})
    assert answer.status_code == 400
    assert "Adresse inconnue" in words(answer.text)
    assert f"Son adresse est {url or 'http://127.0.0.1'}" in words(answer.text)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_two_hosts_in_one_request_are_refused() -> None:
    headers = [("Host", "127.0.0.1"), ("Host", "elsewhere.example")]
    assert client("").get("/", headers=headers).status_code == 400
