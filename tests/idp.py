"""An OpenID Connect provider for tests, in a thread of its own on this machine: strict, signing, and bent on demand.

It takes what ProConnect takes, and refuses what ProConnect refuses. A test bends one answer with `bends`. In a process
of its own (`python -m tests.idp REDIRECT`) it prints its address, and ends with its input.
"""

import json
import secrets
import ssl
import sys
import threading
import time
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, Key, RSAKey

CLIENT, SECRET = "pixflow-exemple", "secret-of-the-client-vestiaire-argent"
CODE_SECONDS = 60
_ASKED = {
    "client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "claims", "acr_values",
    "prompt", "login_hint", "siret_hint", "idp_hint", "code_challenge", "code_challenge_method",
}  # fmt: skip
_SHORTEST = 32

Reply = tuple[int, Mapping[str, str], bytes]
Claims = dict[str, Any]


class Refused(Exception):
    """A request that the provider does not take."""


@dataclass
class Bends:
    """Ways to bend an answer: each gets what a sound provider gives, and returns what is sent instead."""

    claims: Callable[[Claims], Claims] = lambda claims: claims
    header: Callable[[Claims], Claims] = lambda header: header
    token: Callable[[str], str] = lambda token: token
    userinfo: Callable[[Claims], Claims] = lambda claims: claims
    back: Callable[[dict[str, str]], dict[str, str]] = lambda answer: answer
    metadata: Callable[[Claims], Claims] = lambda metadata: metadata
    jwks: Callable[[Claims], Claims] = lambda jwks: jwks
    tokens: Callable[[Claims], Claims] = lambda tokens: tokens
    reply: dict[str, Callable[[BaseHTTPRequestHandler, Reply], Reply | None]] = field(default_factory=dict)
    """By the end of an address: the whole answer. None when it was sent by the bend itself."""


@dataclass
class _Code:
    """A code given to a browser, and what it was asked with."""

    asked: dict[str, str]
    until: float
    used: bool = False


def _new_key(algorithm: str) -> Key:
    kid = secrets.token_hex(4)
    if algorithm == "ES256":
        return ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


_first_key = cache(_new_key)
"""The first key of every provider of this process: one of RSA takes 75 ms to make."""


class Provider:
    """The provider: who signs in there is `subject`, at the level `acr`, and did so `age` seconds ago.

    Asked for another proof, it has one now. Without an `age` it does not say when.
    """

    def __init__(self, server: ThreadingHTTPServer, url: str, algorithm: str, *, signs_userinfo: bool) -> None:
        self.server, self.url = server, f"{url}/api/v2"
        self.algorithm, self.signs_userinfo = algorithm, signs_userinfo
        self.redirects: set[str] = set()
        self.subject, self.acr, self.email = "sub-helene", "eidas1", "helene@exemple.fr"
        self.denies = ""
        self.age: int | None = 3600
        self.bends = Bends()
        self.asked: list[dict[str, str]] = []
        self.calls: Counter[str] = Counter()
        self.secrets: set[str] = {SECRET}
        self.keys: list[Key] = [_first_key(algorithm)]
        self._codes: dict[str, _Code] = {}
        self._access: dict[str, str] = {}

    def rotate(self) -> None:
        """Signs with a new key from now on, and publishes that one alone."""
        self.keys = [_new_key(self.algorithm)]

    def over_tls(self, context: ssl.SSLContext) -> None:
        """Answers over TLS from now on."""
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = self.url.replace("http://", "https://")

    def sign(self, claims: Claims, key: Any = None, **header: Any) -> str:
        key = key or self.keys[0]
        made = {"alg": self.algorithm, "kid": self.keys[0].kid, **header}
        return jwt.encode(made, claims, key, algorithms=[made["alg"]])

    def answer(self, method: str, path: str, sent: list[tuple[str, str]], authorization: str) -> Reply:
        there = urlsplit(self.url).path
        end = path.removeprefix(there)
        self.calls[end] += 1
        answers = {
            ("GET", "/.well-known/openid-configuration"): lambda _: _json(self.bends.metadata(self._metadata())),
            ("GET", "/jwks"): lambda _: _json(
                self.bends.jwks({"keys": [key.as_dict(private=False) for key in self.keys]})
            ),
            ("GET", "/authorize"): self._authorize,
            ("POST", "/token"): self._token,
            ("GET", "/userinfo"): lambda _: self._userinfo(authorization),
            ("GET", "/session/end"): self._end,
        }
        if (method, end) not in answers or not path.startswith(there):
            return 404, {}, b""
        try:
            if len(dict(sent)) != len(sent):
                raise Refused("a parameter twice")
            return answers[method, end](dict(sent))
        except Refused as error:
            return _json({"error": "invalid_request", "error_description": str(error)}, 400)

    def _metadata(self) -> Claims:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/jwks",
            "end_session_endpoint": f"{self.url}/session/end",
            "authorization_response_iss_parameter_supported": True,
        }

    def _authorize(self, asked: dict[str, str]) -> Reply:
        self.asked.append(asked)
        known = _ASKED if self.signs_userinfo else {*_ASKED, "max_age"}
        _must(not asked.keys() - known, "Y000400")
        _must(asked.get("client_id") == CLIENT, "client_id")
        _must(asked.get("redirect_uri") in self.redirects, "redirect_uri")
        _must(asked.get("response_type") == "code", "response_type")
        _must("openid" in asked.get("scope", "").split(), "scope")
        _must(all(len(asked.get(name, "")) >= _SHORTEST for name in ("state", "nonce")), "state, nonce")
        _must(asked.get("code_challenge_method") == "S256" and len(asked.get("code_challenge", "")) == 43, "PKCE")
        back = {"state": asked["state"], "iss": self.url}
        if self.denies:
            back |= {"error": self.denies, "error_description": "requested ACRs could not be satisfied"}
        else:
            code = self._secret()
            self._codes[code] = _Code(asked, time.monotonic() + CODE_SECONDS)
            back["code"] = code
        return 303, {"Location": f"{asked['redirect_uri']}?{urlencode(self.bends.back(back))}"}, b""

    def _token(self, sent: dict[str, str]) -> Reply:
        _must(sent.get("grant_type") == "authorization_code", "grant_type")
        _must((sent.get("client_id"), sent.get("client_secret")) == (CLIENT, SECRET), "client")
        code = self._codes.get(sent.get("code", ""))
        if code is None or code.used or code.until < time.monotonic():
            raise Refused("code")
        code.used = True
        _must(sent.get("redirect_uri") == code.asked["redirect_uri"], "redirect_uri")
        _must(_challenge(sent.get("code_verifier", "")) == code.asked["code_challenge"], "code_verifier")
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": self.subject,
            "exp": now + 60,
            "iat": now,
            "nonce": code.asked["nonce"],
            "acr": self.acr,
            "email": self.email,
        }
        if self.age is not None and ("max_age" in code.asked or "auth_time" in code.asked.get("claims", "")):
            claims["auth_time"] = now - (0 if code.asked.get("prompt") == "login" else self.age)
        access = self._secret()
        self._access[access] = self.subject
        header = self.bends.header({})
        id_token = self.bends.token(self.sign(self.bends.claims(claims), **header))
        self.secrets.add(id_token)
        tokens = {"access_token": access, "token_type": "Bearer", "id_token": id_token, "refresh_token": self._secret()}
        return _json(self.bends.tokens(tokens))

    def _userinfo(self, authorization: str) -> Reply:
        subject = self._access.get(authorization.removeprefix("Bearer "))
        if subject is None:
            return 401, {}, b""
        claims = self.bends.userinfo({"sub": subject, "email": self.email, "iss": self.url, "aud": CLIENT})
        if not self.signs_userinfo:
            return _json(claims)
        return 200, {"Content-Type": "application/jwt; charset=utf-8"}, self.sign(claims).encode()

    def _end(self, asked: dict[str, str]) -> Reply:
        jwt.decode(asked["id_token_hint"], self.keys[0], algorithms=[self.algorithm])
        back = asked["post_logout_redirect_uri"]
        _must(any(one.startswith(f"{back.removesuffix('/connexion')}/") for one in self.redirects), "post_logout")
        return 303, {"Location": f"{back}?{urlencode({'state': asked['state']})}"}, b""

    def _secret(self) -> str:
        made = secrets.token_urlsafe(32)
        self.secrets.add(made)
        return made


def visit(address: str) -> str:
    """Goes to an address of the provider as a browser does. Returns where it sends the browser."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.netloc, timeout=600)
    connection.request("GET", f"{parts.path}?{parts.query}")
    answer = connection.getresponse()
    there = answer.getheader("Location") or ""
    assert answer.status == 303, (answer.status, answer.read())
    connection.close()
    return there


@contextmanager
def provider(algorithm: str = "ES256", *, signs_userinfo: bool = True, host: str = "localhost") -> Iterator[Provider]:
    """A provider that answers on a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    made = Provider(server, f"http://{host}:{server.server_port}", algorithm, signs_userinfo=signs_userinfo)
    server.provider = made  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """One request; the provider answers it, then a bend may replace the answer."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self._answer("GET", parts.path, parse_qsl(parts.query))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._answer("POST", self.path, parse_qsl(body.decode()))

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""

    def _answer(self, method: str, path: str, sent: list[tuple[str, str]]) -> None:
        made: Provider = self.server.provider  # type: ignore[attr-defined]
        reply: Reply | None = made.answer(method, path, sent, self.headers.get("Authorization", ""))
        for end, bend in made.bends.reply.items():
            if path.endswith(end) and reply:
                reply = bend(self, reply)
        if reply:
            status, headers, body = reply
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)


def _must(right: bool, what: str) -> None:
    if not right:
        raise Refused(what)


def _json(content: Claims, status: int = 200) -> Reply:
    return status, {"Content-Type": "application/json"}, json.dumps(content).encode()


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


if __name__ == "__main__":
    with provider() as alone:
        alone.redirects.add(sys.argv[1])
        print(alone.url, flush=True)
        sys.stdin.read()
