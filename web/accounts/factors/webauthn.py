"""The protocol of passkeys (W3C WebAuthn 3, by fido2). fido2 takes 110 ms to load: only passkeys.py imports it, late.

Each function raises the errors of fido2 for bytes that are no answer of an authenticator.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import msgspec
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestationConveyancePreference,
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from web.accounts.accounts import Account

State = dict[str, Any]


def register_begin(url: str, account: Account, passkey_ids: Iterable[bytes]) -> tuple[dict[str, Any], State]:
    """Returns the options of the browser's `create`, and what checks its answer."""
    options, state = _server(url).register_begin(
        PublicKeyCredentialUserEntity(id=account.handle, name=account.email, display_name=account.email),
        credentials=_described(passkey_ids),
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(options.public_key), state


def register_complete(url: str, state: State, answer: str) -> tuple[AttestedCredentialData | None, int]:
    """Returns the credential that an authenticator made, and its counter."""
    made = _server(url).register_complete(state, RegistrationResponse.from_dict(_read(answer)))
    return made.credential_data, made.counter


def prove_begin(url: str, passkey_ids: Iterable[bytes], challenge: bytes) -> tuple[dict[str, Any], State]:
    """Returns the options of the browser's `get` for a challenge, and what checks its answer: it follows from both."""
    options, state = _server(url).authenticate_begin(
        _described(passkey_ids) or None, user_verification=UserVerificationRequirement.REQUIRED, challenge=challenge
    )
    return dict(options.public_key), state


def read(answer: str) -> AuthenticationResponse:
    return AuthenticationResponse.from_dict(_read(answer))


def prove_complete(url: str, state: State, public_key: bytes, response: AuthenticationResponse) -> None:
    _server(url).authenticate_complete(state, [AttestedCredentialData(public_key)], response)


def _described(known: Iterable[bytes]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=id) for id in known]


def _server(url: str) -> Fido2Server:
    host = urlsplit(url).hostname or ""
    origin = url.rstrip("/")
    return Fido2Server(
        PublicKeyCredentialRpEntity(id=host, name="pixflow"),
        attestation=AttestationConveyancePreference.NONE,
        verify_origin=lambda given: given == origin,
    )


def _read(answer: str) -> dict[str, Any]:
    read = msgspec.json.decode(answer)
    if not isinstance(read, dict):
        raise TypeError("no object")
    return read
