"""A script that sends a form is told where its redirect leads."""

import pytest
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse, RedirectResponse

from tests.web.client import LocalClient
from web.http.security import ToldRedirects


@pytest.fixture
def client() -> LocalClient:
    app = FastAPI()
    app.add_middleware(ToldRedirects)
    app.post("/done")(lambda: RedirectResponse("/there?recu=1#row", 303))
    app.post("/refused")(lambda: PlainTextResponse("no", 422))
    return LocalClient(app, follow_redirects=False)


def test_a_redirect_is_told(client: LocalClient) -> None:
    told = client.post("/done", headers={"Pixflow-Form": "sent"})
    assert (told.status_code, told.headers["Pixflow-Location"]) == (204, "/there?recu=1#row")
    assert "Location" not in told.headers


def test_nothing_else_changes(client: LocalClient) -> None:
    plain, refused = client.post("/done"), client.post("/refused", headers={"Pixflow-Form": "sent"})
    assert (plain.status_code, plain.headers["Location"]) == (303, "/there?recu=1#row")
    assert (refused.status_code, refused.text) == (422, "no")
