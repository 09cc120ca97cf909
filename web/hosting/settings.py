"""Settings of one process, read from the environment."""

import atexit
import os
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from pixflow.store.postgres.database import Database

PORT = 8000
CONNECTIONS = 20
"""Size of a process's pool on PostgreSQL: enough for eight concurrent requests (machine/concurrency.py)."""


class Settings(BaseSettings):
    """Environment variables, all optional. A credential of systemd with such a name counts too.

    PIXFLOW_DATA: the folder of the structures; by default a folder of the current user, and another for demonstrations.
    PIXFLOW_STRUCTURE: the structure that a command works on, when there are several. Commands for all ignore it.
    PIXFLOW_DATABASE_URL: the PostgreSQL database of events, postgresql://user:secret@host/name. Each structure has its
    own schema. Without it, each structure is a folder with SQLite files.
    PIXFLOW_SMTP: the mail server, smtp://person:secret@host:port or smtps://…. Without it, no e-mail is sent.
    PIXFLOW_SMTP_SECURITY: `verified`, or `plain` to send e-mails and the secret without encryption.
    PIXFLOW_SENDER: the address that e-mails come from.
    PIXFLOW_URL: the public address of the pages; by default the address that is served.
    PIXFLOW_PROXY: `true` when a proxy of this machine passes requests on to the port. A socket needs no setting.
    PIXFLOW_BREACHED: a file of breached passwords, lines SHA1:COUNT sorted.
    PIXFLOW_OIDC_ISSUER, _CLIENT_ID, _SECRET, _ALG, _PROFILE: an OpenID Connect issuer (proconnect or plain).
    """

    model_config = SettingsConfigDict(env_prefix="PIXFLOW_", secrets_dir=os.environ.get("CREDENTIALS_DIRECTORY"))
    data: Path = Field(default_factory=lambda: Path.home() / ".local" / "share" / "pixflow")
    structure: str = ""
    database_url: str = ""
    smtp: str = ""
    smtp_security: Literal["verified", "plain"] = "verified"
    sender: str = "pixflow@localhost"
    url: str = ""
    proxy: bool = False
    breached: Path | None = None
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_secret: SecretStr = SecretStr("")
    oidc_alg: str = "ES256"
    oidc_profile: str = "plain"

    def demonstrations(self) -> Path:
        """Returns the folder of demonstrations: PIXFLOW_DATA when it is set, else a folder beside the default one."""
        return self.data if "data" in self.model_fields_set else self.data.with_name(f"{self.data.name}-demo")

    def pages(self, port: int = PORT) -> str:
        """Returns the public address of the pages; by default this port of this machine."""
        return self.url or f"http://127.0.0.1:{port}"

    def database(self) -> Database | None:
        """Returns the database of this process, None for SQLite. Raises the errors of `Database`."""
        return _opened(self.database_url) if self.database_url else None


@cache
def _opened(url: str) -> Database:
    made = Database(url, size=CONNECTIONS)
    atexit.register(made.close)
    return made
