"""Where pixflow keeps its data."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

PORT = 8000


class Settings(BaseSettings):
    """PIXFLOW_DATA names the folder of the structures; a folder of the person's own is the default.

    PIXFLOW_SMTP is the mail server of notices (smtp://person:secret@host:port), none without it; PIXFLOW_SENDER who
    they come from; PIXFLOW_URL the address of the pages, as people reach them, else the
    one that is served.
    """

    model_config = SettingsConfigDict(env_prefix="PIXFLOW_")
    data: Path = Path.home() / ".local" / "share" / "pixflow"
    smtp: str = ""
    sender: str = "pixflow@localhost"
    url: str = ""

    def pages(self, port: int = PORT) -> str:
        """The address of the pages that a port of this machine serves, as people reach them."""
        return self.url or f"http://127.0.0.1:{port}"
