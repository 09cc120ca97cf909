"""Settings of one process, read from the environment and from credentials of systemd. A wrong one is no setting."""

import atexit
import os
import re
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from pixflow import structure_folder
from pixflow.ledger.verify import PublicKey, Unreadable
from pixflow.store import DatabaseRefused
from pixflow.store.postgres.database import Database, read_url

PREFIX = "PIXFLOW_"
PORT = 8000
CONNECTIONS = 20
"""Size of a process's pool on PostgreSQL: enough for eight concurrent requests (machine/requests.py)."""
LOCAL = ("localhost", "127.0.0.1")
SECRET = ("database_url", "smtp", "oidc_client_id", "oidc_secret")
"""Settings whose value no sentence repeats."""
NOWHERE = Path(os.devnull)
"""The ledger of a wrong setting: in the folder of none, registers would begin anew."""
OF_TESTS = ("bench", "chromium", "mutant", "npm_idp", "pictures", "trials")
"""Beginnings of the variables of tests and benchmarks, which are no settings."""

_NAME = r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*"
_HOST = rf"(?:{_NAME}|\[[0-9a-f:.]+\])(?::[0-9]{{1,5}})?"
_PAGES = re.compile(rf"https?://{_HOST}", re.IGNORECASE)
_ISSUER = re.compile(rf"https?://{_HOST}(?:/[^\s?#]*)?", re.IGNORECASE)
_MAIL_SERVER = re.compile(rf"smtps?://(?:[^\s/?#:]+:[^\s/?#]+@)?{_HOST}", re.IGNORECASE)
_WORD = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_SENDER = re.compile(rf"(?=.{{1,64}}@){_WORD}(?:\.{_WORD})*@{_NAME}", re.IGNORECASE)


class WrongSetting(NamedTuple):
    """A setting that does not fit: its field, the code of its reason, its value unless that is secret."""

    field: str
    code: str
    value: str


class Storage(BaseSettings):
    """Settings of the place where structures are: all that a backup needs.

    PIXFLOW_DATA: the folder of the structures; by default a folder of the current user, and another for demonstrations.
    PIXFLOW_STRUCTURE: the structure that a command works on, when there are several. Commands for all ignore it.
    PIXFLOW_DATABASE_URL: the PostgreSQL database of events, postgresql://user:secret@host/name. Each structure has its
    own schema. Without it, each structure is a folder with SQLite files.

    Raises ValidationError, which `faults` reads. An empty variable is not set.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX)
    data: Path = Field(
        default_factory=lambda: Path(os.path.expanduser("~/.local/share/pixflow")), validate_default=True
    )
    structure: str = ""
    database_url: str = ""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Returns the sources: arguments, then what `given` reads, as it stands: no setting is JSON."""
        found = {name.removeprefix(PREFIX.lower()): text for name, text in given().items()}
        texts = {field: text for field, text in found.items() if field in settings_cls.model_fields}
        return init_settings, InitSettingsSource(settings_cls, texts)

    @field_validator("data")
    @classmethod
    def _is_folder(cls, path: Path) -> Path:
        return _folder(path)

    @field_validator("structure")
    @classmethod
    def _is_slug(cls, name: str) -> str:
        if structure_folder.slug_of(name) != name:
            raise _wrong("form")
        return name

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, url: str) -> str:
        _fits(url, not url or urlsplit(url).scheme in ("postgresql", "postgres"))
        try:
            read_url(url)
        except DatabaseRefused:
            raise _wrong("form") from None
        return url

    def demonstrations(self) -> Path:
        """Returns the folder of demonstrations: PIXFLOW_DATA when it is set, else a folder beside the default one."""
        return self.data if "data" in self.model_fields_set else self.data.with_name(f"{self.data.name}-demo")

    def database(self) -> Database | None:
        """Returns the database of this process, None for SQLite. Raises the errors of `Database`."""
        return _open_database(self.database_url) if self.database_url else None


class Settings(Storage):
    """Environment variables, all optional. A credential of systemd with such a name counts too.

    PIXFLOW_LEDGER: the folder of the registers, by default in PIXFLOW_DATA.
    PIXFLOW_TABLES: a folder of this machine for the read tables, which are in clear; by default in PIXFLOW_DATA.
    PIXFLOW_SMTP: the mail server, smtp://person:secret@host:port or smtps://…. Without it, no e-mail is sent.
    PIXFLOW_SMTP_SECURITY: `verified`, or `plain` to send e-mails and the secret without encryption.
    PIXFLOW_SENDER: the address that e-mails come from.
    PIXFLOW_URL: the public address of the pages; by default the address that is served.
    PIXFLOW_PROXY: `true` when a proxy of this machine passes requests on to the port. A socket needs no setting.
    PIXFLOW_BREACHED: a file of breached passwords, lines SHA1:COUNT sorted.
    PIXFLOW_WITNESS: the address and the public key of a witness of the registers, `https://… name+…`.
    PIXFLOW_WITNESS_FOR: the public keys of the registers that this pixflow is a witness for.
    PIXFLOW_OIDC_ISSUER, _CLIENT_ID, _SECRET, _ALG, _PROFILE: an OpenID Connect issuer (proconnect or plain).
    """

    ledger: Path | None = None
    tables: Path | None = None
    smtp: str = ""
    smtp_security: Literal["verified", "plain"] = "verified"
    sender: str = "pixflow@localhost"
    url: str = ""
    proxy: bool = False
    breached: Path | None = None
    witness: str = ""
    witness_for: str = ""
    oidc_client_id: str = ""
    oidc_secret: SecretStr = SecretStr("")
    oidc_issuer: str = ""
    oidc_alg: Literal["ES256", "RS256", "PS256"] = "ES256"
    oidc_profile: Literal["plain", "proconnect"] = "plain"

    @field_validator("ledger", "tables")
    @classmethod
    def _is_folder_or_none(cls, path: Path | None) -> Path | None:
        return path and _folder(path)

    @field_validator("smtp")
    @classmethod
    def _is_mail_server(cls, address: str) -> str:
        if not address:
            return address
        parts = urlsplit(_fits(address, _MAIL_SERVER.fullmatch(address)))
        said = unquote(f"{parts.username or ''}{parts.password or ''}")
        _fits(address, said.isascii() and said.isprintable(), "accents")  # smtplib sends nothing else
        return _fits(address, parts.port != 0)

    @field_validator("sender")
    @classmethod
    def _is_sender(cls, address: str) -> str:
        return _fits(address, _SENDER.fullmatch(address))

    @field_validator("url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        _fits(url, not url or (_PAGES.fullmatch(url) and urlsplit(url).port != 0))
        return _fits(url, not url or is_safe(url), "clear")

    @field_validator("witness")
    @classmethod
    def _is_witness(cls, text: str) -> str:
        url, _, key = text.partition(" ")
        fits = _ISSUER.fullmatch(url) and urlsplit(url).port != 0 and is_safe(url) and is_key(key, 4)
        return _fits(text, not text or fits)

    @field_validator("witness_for")
    @classmethod
    def _are_keys(cls, text: str) -> str:
        return _fits(text, all(is_key(one, 1) for one in text.split()))

    @field_validator("breached")
    @classmethod
    def _is_file(cls, path: Path | None) -> Path | None:
        try:
            if path and not (path.is_absolute() and path.is_file() and os.access(path, os.R_OK)):
                raise _wrong("form")
        except OSError:
            raise _wrong("form") from None
        return path

    @field_validator("oidc_client_id")
    @classmethod
    def _is_line(cls, text: str) -> str:
        return _fits(text, text.isprintable())

    @field_validator("oidc_secret")
    @classmethod
    def _is_secret(cls, text: SecretStr) -> SecretStr:
        _fits("", text.get_secret_value().isprintable())
        return text

    @field_validator("oidc_issuer")
    @classmethod
    def _is_issuer(cls, url: str, others: ValidationInfo) -> str:
        _fits(url, not url or (_ISSUER.fullmatch(url) and urlsplit(url).port != 0 and is_safe(url)))
        secret = others.data.get("oidc_secret")
        registered = others.data.get("oidc_client_id") and secret and secret.get_secret_value()
        return _fits(url, not url or registered, "alone")

    def pages(self, port: int = PORT) -> str:
        """Returns the public address of the pages; by default this port of this machine."""
        return self.url or f"http://127.0.0.1:{port}"


def given() -> dict[str, str | None]:
    """Returns the variables and the credentials that begin with PIXFLOW_, by name in lower case; no empty one."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    files = Path(folder).glob("*") if folder else ()
    texts = {path.name: path for path in files if path.name.lower().startswith(PREFIX.lower())}
    variables = {name: path.read_text("utf-8", "surrogateescape") for name, path in texts.items()} | dict(os.environ)
    return {
        name.lower(): text.strip()
        for name, text in variables.items()
        if name.lower().startswith(PREFIX.lower()) and text.strip()
    }


def list_unknown() -> dict[str, str]:
    """Returns each variable that begins with PIXFLOW_ and is no setting, with the nearest setting, "" without one."""
    settings = [*Settings.model_fields]
    names = sorted(name.removeprefix(PREFIX.lower()) for name in given())
    others = [one for one in names if one not in settings and not one.startswith(OF_TESTS)]
    return {variable(one): "".join(map(variable, get_close_matches(one, settings, 1))) for one in others}


def variable(field: str) -> str:
    """Returns the variable of a setting."""
    return f"{PREFIX}{field}".upper()


def faults(needed: type[Storage]) -> list[WrongSetting]:
    """Returns what does not fit among the settings of a class."""
    try:
        needed()
    except ValidationError as error:
        return [_read(one) for one in error.errors(include_url=False)]
    return []


def sound() -> Settings:
    """Returns the settings; one that does not fit, or no more, has its default, and no register stands anywhere.

    For `doctor`, and for a process that serves: a file may go away meanwhile. Raises ValidationError for those of
    Storage.
    """
    try:
        return Settings()
    except ValidationError as error:
        wrong = [_read(one).field for one in error.errors(include_url=False)]
    fields = [one for one in wrong if one not in Storage.model_fields]
    default = {one: Settings.model_fields[one].get_default(call_default_factory=True) for one in fields}
    return Settings(**default).model_copy(update={"ledger": NOWHERE} if "ledger" in fields else {})


def is_key(text: str, kind: int) -> bool:
    """Tells if a text is the public key of a register (1) or of a witness (4)."""
    try:
        return PublicKey.read(text).kind == kind
    except Unreadable:
        return False


def is_safe(url: str) -> bool:
    """Tells if people may sign in at this address: over TLS, or on this machine alone."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or parts.hostname in LOCAL)


def _folder(path: Path) -> Path:
    if not path.is_absolute():
        raise _wrong("relative")
    try:
        os.scandir(path).close()
    except (FileNotFoundError, PermissionError):  # a command makes it, or says whose it is
        return path
    except NotADirectoryError:
        raise _wrong("file") from None
    except OSError:
        raise _wrong("form") from None
    return path


def _fits(value: str, fits: object, code: str = "form") -> str:
    if not fits:
        raise _wrong(code)
    return value


def _wrong(code: str) -> PydanticCustomError:
    return PydanticCustomError(code, "wrong")


def _read(error: Any) -> WrongSetting:
    field = str(error["loc"][0])
    return WrongSetting(field, error["type"], "" if field in SECRET else str(error["input"])[:100])


@cache
def _open_database(url: str) -> Database:
    made = Database(url, size=CONNECTIONS)
    atexit.register(made.close)
    return made
