"""Where pixflow keeps its data."""

import atexit
from functools import cache
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

from pixflow.store.postgres.database import Database

PORT = 8000
CONNECTIONS = 20
"""At most, of one process to PostgreSQL: eight requests at a time (at_once.py)."""


class Settings(BaseSettings):
    """PIXFLOW_DATA names the folder of the structures; a folder of the person's own is the default.

    PIXFLOW_DATABASE_URL is the PostgreSQL database that keeps their facts (postgresql://user:secret@host/name), each in
    a schema of its own; without it each is kept in its folder.

    PIXFLOW_SMTP is the mail server of notices (smtp://person:secret@host:port), none without it; PIXFLOW_SENDER who
    they come from; PIXFLOW_URL the address of the pages, as people reach them, else the
    one that is served.
    """

    model_config = SettingsConfigDict(env_prefix="PIXFLOW_")
    data: Path = Path.home() / ".local" / "share" / "pixflow"
    database_url: str = ""
    smtp: str = ""
    sender: str = "pixflow@localhost"
    url: str = ""

    def pages(self, port: int = PORT) -> str:
        """The address of the pages that a port of this machine serves, as people reach them."""
        return self.url or f"http://127.0.0.1:{port}"

    def database(self) -> Database | None:
        """The database of this process, None when structures are kept in their folders. Raises what Database raises."""
        return _opened(self.database_url) if self.database_url else None


@cache
def _opened(url: str) -> Database:
    made = Database(url, size=CONNECTIONS)
    atexit.register(made.close)
    return made
