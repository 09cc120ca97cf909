"""Tables of the accounts store: secrets and traces, which change and are forgotten. Facts stay in the events.

Instants are whole seconds since 1970 (UTC). Digests are SHA-256 of random tokens, or HMAC of e-mail addresses. `mac` is
the signature of a row (signed_rows.py).
"""

from sqlalchemy import BigInteger, Boolean, Column, LargeBinary, MetaData, String, Table, UniqueConstraint, Uuid

metadata = MetaData()

accounts = Table(
    "accounts", metadata,
    Column("id", Uuid, primary_key=True),
    Column("email_digest", LargeBinary, nullable=False, unique=True),
    Column("email", LargeBinary, nullable=False),  # sealed
    Column("handle", LargeBinary, nullable=False, unique=True),  # user.id of passkeys
    Column("password", String),  # of argon2
    Column("totp", LargeBinary),  # sealed seed
    Column("totp_step", BigInteger, nullable=False, server_default="0"),
    Column("created", BigInteger, nullable=False),
    Column("used", BigInteger, nullable=False),
    Column("mac", LargeBinary),
)  # fmt: skip
passkeys = Table(
    "passkeys", metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("account", Uuid, nullable=False, index=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("counter", BigInteger, nullable=False),
    Column("name", String, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("used", BigInteger, nullable=False),
    Column("mac", LargeBinary),
)  # fmt: skip
recovery_codes = Table(
    "recovery_codes", metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("account", Uuid, nullable=False, index=True),
    Column("mac", LargeBinary),
)  # fmt: skip
identities = Table(
    "identities", metadata,
    Column("issuer", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("account", Uuid, nullable=False, index=True),
    Column("created", BigInteger, nullable=False),
    Column("mac", LargeBinary),
)  # fmt: skip
memberships = Table(
    "memberships", metadata,
    Column("structure", Uuid, primary_key=True),
    Column("member", Uuid, primary_key=True),
    Column("account", Uuid, nullable=False, index=True),
    Column("accepted", BigInteger, nullable=False),
    Column("asleep", Boolean, nullable=False),  # the account's factors were reset elsewhere
    Column("ended", BigInteger),
    Column("mac", LargeBinary),
    UniqueConstraint("account", "structure"),
)  # fmt: skip
views = Table(
    "views", metadata,
    Column("structure", Uuid, primary_key=True),
    Column("member", Uuid, primary_key=True),
    Column("kept", LargeBinary, nullable=False),  # sealed: names of lists, which people write
)  # fmt: skip
invitations = Table(
    "invitations", metadata,
    Column("id", Uuid, primary_key=True),
    Column("structure", Uuid, nullable=False),
    Column("member", Uuid, nullable=False),
    Column("email_digest", LargeBinary, nullable=False),
    Column("email", LargeBinary, nullable=False),  # sealed
    Column("sender", String, nullable=False),
    Column("sent", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("link", LargeBinary, unique=True),
    Column("link_until", BigInteger, nullable=False),
    Column("answered", BigInteger),
    Column("withdrawn", BigInteger),
    Column("mac", LargeBinary),
)  # fmt: skip
sessions = Table(
    "sessions", metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("account", Uuid, nullable=False, index=True),
    Column("structure", Uuid, nullable=False),
    Column("member", Uuid, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("proved", BigInteger, nullable=False),  # the last time that a factor was
    Column("way", String, nullable=False),
    Column("device", String, nullable=False),
    Column("id_token", LargeBinary),  # sealed: the issuer's, for its sign-out
    Column("mac", LargeBinary),
)  # fmt: skip
attempts = Table(
    "attempts", metadata,
    Column("what", String, primary_key=True),
    Column("who", LargeBinary, primary_key=True),
    Column("failures", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("day", BigInteger, nullable=False),
    Column("today", BigInteger, nullable=False),
)  # fmt: skip
link_visits = Table(
    "link_visits", metadata,
    Column("what", String, primary_key=True),  # link or place
    Column("who", LargeBinary, primary_key=True),
    Column("hour", BigInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
)  # fmt: skip
link_requests = Table(
    "link_requests", metadata,
    Column("link", Uuid, primary_key=True),
    Column("asked", BigInteger, nullable=False),
)  # fmt: skip
tickets = Table(
    "tickets", metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("kind", String, nullable=False),
    Column("account", Uuid, index=True),
    Column("content", LargeBinary, nullable=False),  # sealed
    Column("until", BigInteger, nullable=False),
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
