"""The journey of a browser to an issuer: its departure and its arrival."""

from msgspec import Struct


class Departure(Struct, frozen=True):
    """The secrets of a browser that goes to the issuer: compared once it is back.

    `again` is the instant of the departure, in seconds since 1970, when another proof was asked there; else 0.
    """

    state: str
    nonce: str
    verifier: str
    again: int = 0


class Arrival(Struct, frozen=True):
    """A browser that is back, known by issuer and subject.

    `is_strong` when the issuer has checked two factors, after the departure if another proof was asked. `age` counts
    the seconds since it did, None when it does not say.
    """

    issuer: str
    subject: str
    is_strong: bool
    id_token: str
    age: int | None = None
