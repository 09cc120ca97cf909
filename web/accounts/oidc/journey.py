"""The journey of a browser to an issuer: its departure and its arrival."""

from msgspec import Struct


class Departure(Struct, frozen=True):
    """The secrets of a browser that goes to the issuer: compared once it is back."""

    state: str
    nonce: str
    verifier: str


class Arrival(Struct, frozen=True):
    """A browser that is back, known by issuer and subject. `is_strong` when the issuer has checked two factors."""

    issuer: str
    subject: str
    is_strong: bool
    id_token: str
