"""Signing in at an OpenID Connect issuer: code flow with PKCE (OpenID Connect Core 1.0, RFC 7636, RFC 9207).

Two profiles. `plain`: any issuer. `proconnect`: userinfo is a signed token, and the level of the sign-in is asked.
"""

import json
import re
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from web.accounts.oidc.answers import Arrival, Departure, IssuerError, IssuerRefused, fetch

PROFILES = ("plain", "proconnect")
ALGORITHMS = ("ES256", "RS256", "PS256")
LEEWAY = 30
"""Seconds by which the clocks of the issuer and of this machine may differ."""
STRONG = ("eidas2", "eidas3")
"""Levels at which the issuer has checked two factors. Anything lower needs another factor here."""
_LEVEL = json.dumps({"id_token": {"acr": {"essential": False, "values": STRONG}, "amr": None, "auth_time": None}})
_UNVERIFIED = (JoseError, ValueError, TypeError, KeyError, RecursionError)
_ERROR_CODE = re.compile("[a-z_]{1,40}")


class IssuerDenied(IssuerError):
    """The issuer lets this person not in, or they gave up there."""


@dataclass
class Issuer:
    """An issuer and this site's registration there. `url` is its identifier, as it writes it."""

    url: str
    client_id: str
    secret: str = field(repr=False)
    redirect: str
    algorithm: str = "ES256"
    profile: str = "plain"
    _metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    _keys: KeySet | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for value, known in ((self.algorithm, ALGORITHMS), (self.profile, PROFILES)):
            if value not in known:
                raise ValueError(f"{value} is none of {', '.join(known)}")

    def leave(self, *, again: bool = False) -> tuple[str, Departure]:
        """Returns the address to send the browser to, and what to keep meanwhile. Raises IssuerError.

        `again` asks the issuer for a proof even when it still knows the browser. `max_age` makes it say when it had the
        proof (OpenID Connect Core 1.0, 3.1.2.1); ProConnect takes no such parameter, and is asked with the level.
        """
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        departure = Departure(state, nonce, verifier, int(time.time()) if again else 0)
        challenge = urlsafe_b64encode(sha256(departure.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect,
            "scope": "openid",
            "state": departure.state,
            "nonce": departure.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        if self.profile == "proconnect":
            query["claims"] = _LEVEL
        if again:
            query["prompt"] = "login"
            if self.profile == "plain":
                query["max_age"] = "0"
        return _address(self._endpoint("authorization_endpoint"), query), departure

    def arrive(self, departure: Departure, answer: Mapping[str, str]) -> Arrival:
        """Checks what the browser brings back. Raises IssuerError."""
        _must(answer.get("state") == departure.state, "state")
        says_who = self._describe().get("authorization_response_iss_parameter_supported") is True or "iss" in answer
        _must(not says_who or answer.get("iss") == self.url, "iss of the answer")
        if "error" in answer:
            raise IssuerDenied(answer["error"] if _ERROR_CODE.fullmatch(answer["error"]) else "an error")
        _must(answer.get("code"), "code")
        sent = {  # client_secret_post
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": self.redirect,
            "client_id": self.client_id,
            "client_secret": self.secret,
            "code_verifier": departure.verifier,
        }
        tokens = fetch("POST", self._endpoint("token_endpoint"), data=sent).json_object()
        id_token = tokens.get("id_token")
        claims = self._verify(id_token)
        self._check(claims, departure.nonce)
        if self.profile == "proconnect":
            self._check_userinfo(tokens.get("access_token"), claims["sub"])
        since = claims.get("auth_time")
        proved = since if type(since) is int else None
        is_strong = claims.get("acr") in STRONG and (proved or 0) >= departure.again - LEEWAY
        age = max(int(time.time()) - proved, 0) if proved is not None else None
        return Arrival(self.url, claims["sub"], is_strong, str(id_token), age)

    def sign_out(self, id_token: str, back: str) -> str | None:
        """Returns the address that ends the issuer's session too, None when it has none. Raises IssuerError."""
        if "end_session_endpoint" not in self._describe():
            return None
        sent = {"id_token_hint": id_token, "post_logout_redirect_uri": back, "state": secrets.token_urlsafe(32)}
        return _address(self._endpoint("end_session_endpoint"), sent)

    def _verify(self, token: object) -> dict[str, Any]:
        """Returns the claims of a token that one of the issuer's keys has signed; fetches the keys again once."""
        for known in (self._keys, None):
            try:
                keys = known or self._fetch_keys()
                return dict(jwt.decode(str(token), keys, algorithms=[self.algorithm]).claims)
            except _UNVERIFIED:
                continue
        raise IssuerRefused("signature")

    def _check(self, claims: Mapping[str, Any], nonce: str) -> None:
        """Checks the claims of an ID token (OpenID Connect Core 1.0, 3.1.3.7)."""
        self._check_registered(claims, exp={"essential": True}, iat={"essential": True})
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        _must(("azp" not in claims and not several) or claims.get("azp") == self.client_id, "azp")
        _must(claims.get("nonce") == nonce, "nonce")

    def _check_registered(self, claims: Mapping[str, Any], **more: Any) -> None:
        """Checks `iss`, `aud` and `sub`, and the instants that a token has."""
        wanted = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self.url},
            aud={"essential": True, "value": self.client_id},
            sub={"essential": True},
            **more,
        )
        try:
            wanted.validate(dict(claims))
        except _UNVERIFIED as error:
            raise IssuerRefused(f"a claim: {type(error).__name__}") from None

    def _check_userinfo(self, access_token: object, subject: str) -> None:
        """Checks that userinfo is signed, for this site, and of the same subject."""
        _must(isinstance(access_token, str) and access_token.isascii() and access_token.isprintable(), "access token")
        found = fetch("GET", self._endpoint("userinfo_endpoint"), headers={"Authorization": f"Bearer {access_token}"})
        _must(found.media_type == "application/jwt", "userinfo is not signed")
        claims = self._verify(found.body.decode("ascii", "replace").strip())
        self._check_registered(claims)
        _must(claims["sub"] == subject, "sub of userinfo")

    def _describe(self) -> Mapping[str, Any]:
        """Returns the issuer's metadata (OpenID Connect Discovery 1.0), fetched once."""
        if self._metadata is None:
            found = fetch("GET", f"{self.url.rstrip('/')}/.well-known/openid-configuration").json_object()
            _must(found.get("issuer") == self.url, "issuer of the metadata")
            self._metadata = found
        return self._metadata

    def _endpoint(self, name: str) -> str:
        """Returns an address of the metadata: over TLS, as the issuer itself."""
        endpoint = self._describe().get(name)
        if not isinstance(endpoint, str) or not re.fullmatch("[!-~]+", endpoint):
            raise IssuerRefused(name)
        _must(endpoint.startswith("https://") or not self.url.startswith("https://"), name)
        return endpoint

    def _fetch_keys(self) -> KeySet:
        found: Any = fetch("GET", self._endpoint("jwks_uri")).json_object()
        self._keys = KeySet.import_key_set(found)
        return self._keys


def _must(right: object, what: str) -> None:
    if not right:
        raise IssuerRefused(what)


def _address(endpoint: str, asked: Mapping[str, str]) -> str:
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"
