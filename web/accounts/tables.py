"""Tables of the accounts store: secrets and traces, which change and are forgotten. Facts stay in the events.

Instants are whole seconds since 1970 (UTC). Digests are SHA-256 of random tokens, or HMAC of e-mail addresses. `mac` is
the signature of a row (signed_rows.py).
"""

from functools import partial

from sqlalchemy import BigInteger, Boolean, Column, LargeBinary, MetaData, String, Table, UniqueConstraint, Uuid

metadata = MetaData()
_number = partial(Column, type_=BigInteger, nullable=False)
_bytes = partial(Column, type_=LargeBinary, nullable=False)
_id = partial(Column, type_=Uuid, nullable=False)
_text = partial(Column, type_=String, nullable=False)

accounts = Table(
    "accounts", metadata,
    Column("id", Uuid, primary_key=True),
    _bytes("email_digest", unique=True),
    _bytes("email"),  # sealed
    _bytes("handle", unique=True),  # user.id of passkeys
    Column("password", String),  # of argon2
    Column("totp", LargeBinary),  # sealed seed
    _number("totp_step", server_default="0"),
    _number("created"), _number("used"),
    Column("mac", LargeBinary),
)  # fmt: skip
passkeys = Table(
    "passkeys", metadata,
    Column("id", LargeBinary, primary_key=True),
    _id("account", index=True),
    _bytes("public_key"), _number("counter"), _text("name"), _number("created"),
    _number("used"),
    Column("mac", LargeBinary),
)  # fmt: skip
recovery_codes = Table(
    "recovery_codes", metadata,
    Column("digest", LargeBinary, primary_key=True),
    _id("account", index=True),
    Column("mac", LargeBinary),
)  # fmt: skip
identities = Table(
    "identities", metadata,
    Column("issuer", String, primary_key=True),
    Column("subject", String, primary_key=True),
    _id("account", index=True),
    _number("created"),
    Column("mac", LargeBinary),
)  # fmt: skip
memberships = Table(
    "memberships", metadata,
    Column("structure", Uuid, primary_key=True),
    Column("member", Uuid, primary_key=True),
    _id("account", index=True),
    _number("accepted"),
    Column("asleep", Boolean, nullable=False),  # the account's factors were reset elsewhere
    Column("ended", BigInteger),
    Column("mac", LargeBinary),
    UniqueConstraint("account", "structure"),
)  # fmt: skip
views = Table(
    "views", metadata,
    Column("structure", Uuid, primary_key=True),
    Column("member", Uuid, primary_key=True),
    _bytes("kept"),  # sealed: names of lists, which people write
)  # fmt: skip
invitations = Table(
    "invitations", metadata,
    Column("id", Uuid, primary_key=True),
    _id("structure"), _id("member"), _bytes("email_digest"),
    _bytes("email"),  # sealed
    _text("sender"), _number("sent"), _number("until"),
    Column("link", LargeBinary, unique=True),
    _number("link_until"),
    Column("answered", BigInteger),
    Column("withdrawn", BigInteger),
    Column("mac", LargeBinary),
)  # fmt: skip
sessions = Table(
    "sessions", metadata,
    Column("digest", LargeBinary, primary_key=True),
    _id("account", index=True),
    _id("structure"), _id("member"), _number("created"), _number("seen"),
    _number("proved"),  # the last time that a factor was
    _text("way"), _text("device"),
    Column("id_token", LargeBinary),  # sealed: the issuer's, for its sign-out
    Column("mac", LargeBinary),
)  # fmt: skip
attempts = Table(
    "attempts", metadata,
    Column("what", String, primary_key=True),
    Column("who", LargeBinary, primary_key=True),
    _number("failures"), _number("until"), _number("day"), _number("today"),
)  # fmt: skip
link_visits = Table(
    "link_visits", metadata,
    Column("what", String, primary_key=True),  # link or place
    Column("who", LargeBinary, primary_key=True),
    _number("hour"), _number("count"),
)  # fmt: skip
link_requests = Table(
    "link_requests", metadata,
    Column("link", Uuid, primary_key=True),
    _number("asked"),
)  # fmt: skip
tickets = Table(
    "tickets", metadata,
    Column("digest", LargeBinary, primary_key=True),
    _text("kind"),
    Column("account", Uuid, index=True),
    _bytes("content"),  # sealed
    _number("until"),
)  # fmt: skip
SIGNED: dict[Table, tuple[str, ...]] = {
    accounts: ("id", "email_digest", "handle", "password", "totp"),
    passkeys: ("id", "account", "public_key"),
    recovery_codes: ("digest", "account"),
    identities: ("issuer", "subject", "account"),
    memberships: ("structure", "member", "account", "asleep", "ended"),
    invitations: ("id", "structure", "member", "email_digest", "until", "link", "link_until", "answered", "withdrawn"),
    sessions: ("digest", "account", "structure", "member", "created", "seen", "proved"),
}
"""The tables whose rows let somebody enter, and the fields that a signature covers."""
