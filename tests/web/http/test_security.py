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


def test_an_upload_of_5_megabytes_stays_in_memory(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless Starlette has its own limit again, for the whole process."""
    sent = {"file": b"x" * 5 * 1024 * 1024}
    assert client.post("/file", files=sent).json() is False
    monkeypatch.setattr(MultiPartParser, "spool_max_size", 1024 * 1024)
    assert client.post("/file", files=sent).json() is True
