from typing import Any

import pytest
from fastapi import FastAPI, UploadFile
from fastapi.testclient import TestClient
from starlette.formparsers import MultiPartParser

from tests.web.client import OWN_URL
from web.http import errors, security


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    security.protect(app, errors.refuse)

    @app.post("/file")
    def on_disk(file: UploadFile) -> bool:
        spooled: Any = file.file
        return bool(spooled._rolled)

    return TestClient(app, OWN_URL)


def test_an_upload_of_5_megabytes_stays_in_memory(client: TestClient) -> None:
    assert client.post("/file", files={"file": b"x" * 5 * 1024 * 1024}).json() is False


def test_the_limit_holds_for_the_whole_process(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: with Starlette's own limit, the same upload is written to the disk."""
    monkeypatch.setattr(MultiPartParser, "spool_max_size", 1024 * 1024)
    assert client.post("/file", files={"file": b"x" * 5 * 1024 * 1024}).json() is True
