"""Where pixflow keeps its data."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """PIXFLOW_DATA names the folder of the structures; a folder of the person's own is the default.

    PIXFLOW_SMTP is the mail server of notices (smtp://person:secret@host:port), none without it; PIXFLOW_SENDER who
    they come from; PIXFLOW_URL the address of the pages, as people reach them.
    """

    model_config = SettingsConfigDict(env_prefix="PIXFLOW_")
    data: Path = Path.home() / ".local" / "share" / "pixflow"
    smtp: str = ""
    sender: str = "pixflow@localhost"
    url: str = "http://127.0.0.1:8000"
