"""Where pixflow keeps its data."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """PIXFLOW_DATA names the folder of the structures; a folder of the person's own is the default."""

    model_config = SettingsConfigDict(env_prefix="PIXFLOW_")
    data: Path = Path.home() / ".local" / "share" / "pixflow"
