"""Signing in at an OpenID Connect issuer: code flow with PKCE (OpenID Connect Core 1.0, RFC 7636, RFC 9207).

Two profiles. `plain`: any issuer. `proconnect`: userinfo is a signed token, and the level of the sign-in is read.
"""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Literal
from urllib.parse import urlencode

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from msgspec import Struct

Profile = Literal["plain", "proconnect"]
ALGORITHMS = ("ES256", "RS256", "PS256", "EdDSA")
LEEWAY, CONNECT, READ = 30, 3.0, 5.0
STRONG = frozenset({"eidas2", "eidas3"})
"""Levels at which the issuer has checked two factors. Anything lower needs another factor here."""
_SCOPES = "openid email"
_UNVERIFIED = (JoseError, ValueError, TypeError, KeyError)


class IssuerRefused(Exception):
    """The issuer, or what it sent, is not to be trusted; the reason is for the log, never for the page."""


class IssuerUnreached(Exception):
    """The issuer does not answer."""


class Departure(Struct):
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


@dataclass
class Issuer:
    """An issuer and this site's registration there. `url` is its identifier, without a slash at the end."""

    url: str
    client_id: str
    secret: str
    redirect: str
    algorithm: str = "ES256"
    profile: Profile = "plain"
    transport: httpx2.BaseTransport | None = None
    _metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    _keys: KeySet | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.algorithm not in ALGORITHMS:
            raise ValueError(f"{self.algorithm} is none of {', '.join(ALGORITHMS)}")

    def leave(self) -> tuple[str, Departure]:
        """Returns the address to send the browser to, and what to keep meanwhile."""
        departure = Departure(*(secrets.token_urlsafe(32) for _ in range(3)))
        challenge = urlsafe_b64encode(sha256(departure.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect,
            "scope": _SCOPES,
            "state": departure.state,
            "nonce": departure.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        if self.profile == "proconnect":
            asked["claims"] = '{"id_token":{"acr":{"essential":false,"values":["eidas2","eidas3"]},"amr":null}}'
        return f"{self._find('authorization_endpoint')}?{urlencode(asked)}", departure

    def arrive(self, departure: Departure, answer: Mapping[str, str]) -> Arrival:
        """Checks what the browser brings back. Raises IssuerRefused and IssuerUnreached."""
        if not secrets.compare_digest(answer.get("state", ""), departure.state):
            raise IssuerRefused("another state")
        if self._announces_itself() and answer.get("iss") != self._find("issuer"):
            raise IssuerRefused("another issuer in the answer")
        if "error" in answer or not answer.get("code"):
            raise IssuerRefused(f"the issuer answered {answer.get('error', 'no code')[:40]}")
        tokens = self._exchange(answer["code"], departure.verifier)
        id_token = str(tokens.get("id_token") or "")
        claims = self._claims(id_token)
        self._check(claims, departure)
        if self.profile == "proconnect":
            self._check_userinfo(str(tokens.get("access_token") or ""), claims["sub"])
        return Arrival(self._find("issuer"), claims["sub"], claims.get("acr") in STRONG, id_token)

    def sign_out(self, id_token: str, back: str) -> str | None:
        """Returns the address that ends the issuer's session too, None when it has none."""
        end = self._described().get("end_session_endpoint")
        if not isinstance(end, str):
            return None
        told = {"id_token_hint": id_token, "post_logout_redirect_uri": back, "state": secrets.token_urlsafe(32)}
        return f"{end}?{urlencode(told)}"

    def _exchange(self, code: str, verifier: str) -> Mapping[str, Any]:
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect,
            "client_id": self.client_id,
            "client_secret": self.secret,
            "code_verifier": verifier,
        }
        with self._client() as client:
            answer = _sent(client, "POST", self._find("token_endpoint"), data=sent)
        return _object(answer)

    def _claims(self, token: str) -> dict[str, Any]:
        """Returns the claims of a token that one of the issuer's keys has signed; fetches the keys again once."""
        try:
            return self._verified(token, self._known_keys())
        except _UNVERIFIED:
            keys = self._fetch_keys()
        try:
            return self._verified(token, keys)
        except _UNVERIFIED as error:
            raise IssuerRefused(f"a token does not verify: {type(error).__name__}") from None

    def _verified(self, token: str, keys: KeySet) -> dict[str, Any]:
        return dict(jwt.decode(token, keys, algorithms=[self.algorithm]).claims)

    def _check(self, claims: Mapping[str, Any], departure: Departure) -> None:
        self._check_common(claims)
        audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if len(audience) > 1 and claims.get("azp") != self.client_id:
            raise IssuerRefused("azp")
        if "azp" in claims and claims["azp"] != self.client_id:
            raise IssuerRefused("azp")
        if not isinstance(claims.get("nonce"), str) or not secrets.compare_digest(claims["nonce"], departure.nonce):
            raise IssuerRefused("nonce")

    def _check_common(self, claims: Mapping[str, Any]) -> None:
        """Checks `iss`, `aud`, `sub`, `exp`, `iat` and `nbf`."""
        wanted = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self._find("issuer")},
            aud={"essential": True, "value": self.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            wanted.validate(dict(claims))
        except _UNVERIFIED as error:
            raise IssuerRefused(f"a claim: {type(error).__name__}") from None
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise IssuerRefused("sub")

    def _check_userinfo(self, access_token: str, subject: str) -> None:
        with self._client() as client:
            found = _sent(
                client, "GET", self._find("userinfo_endpoint"), headers={"Authorization": f"Bearer {access_token}"}
            )
        if found.headers.get("content-type", "").partition(";")[0].strip() != "application/jwt":
            raise IssuerRefused("userinfo is not signed")
        claims = self._claims(found.text)
        audience = claims.get("aud")
        if claims.get("iss") != self._find("issuer") or self.client_id not in (
            audience if isinstance(audience, list) else [audience]
        ):
            raise IssuerRefused("userinfo of another issuer or client")
        if claims.get("sub") != subject:
            raise IssuerRefused("userinfo of another subject")

    def _announces_itself(self) -> bool:
        return self._described().get("authorization_response_iss_parameter_supported") is True

    def _find(self, name: str) -> str:
        found = self._described().get(name)
        if not isinstance(found, str):
            raise IssuerRefused(f"the issuer's metadata have no {name}")
        return found

    def _described(self) -> Mapping[str, Any]:
        if self._metadata is None:
            with self._client() as client:
                found = _object(_sent(client, "GET", f"{self.url}/.well-known/openid-configuration"))
            if found.get("issuer") != self.url:
                raise IssuerRefused("the metadata are of another issuer")
            self._metadata = found
        return self._metadata

    def _known_keys(self) -> KeySet:
        return self._keys or self._fetch_keys()

    def _fetch_keys(self) -> KeySet:
        with self._client() as client:
            found = _object(_sent(client, "GET", self._find("jwks_uri")))
        try:
            self._keys = KeySet.import_key_set(found)  # type: ignore[arg-type]
        except _UNVERIFIED as error:
            raise IssuerRefused(f"its keys: {type(error).__name__}") from None
        return self._keys

    def _client(self) -> httpx2.Client:
        limits = httpx2.Timeout(READ, connect=CONNECT)
        return httpx2.Client(timeout=limits, follow_redirects=False, trust_env=False, transport=self.transport)


def _sent(client: httpx2.Client, method: str, url: str, **more: Any) -> httpx2.Response:
    try:
        answer = client.request(method, url, **more)
    except httpx2.HTTPError as error:
        raise IssuerUnreached(type(error).__name__) from None
    if answer.status_code != 200:
        raise IssuerRefused(f"{method} answered {answer.status_code}")
    return answer


def _object(answer: httpx2.Response) -> Mapping[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        raise IssuerRefused("no JSON") from None
    if not isinstance(found, dict):
        raise IssuerRefused("no object")
    return found
