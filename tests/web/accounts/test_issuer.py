"""The client of an issuer, against a strict provider that bends what it sends: nothing bent is accepted."""

import gzip
import hmac
import json
import ssl
import subprocess
import sys
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import NoEncryption
from joserfc import jwe, jws
from joserfc.jwk import ECKey, RSAKey

from tests.idp import CLIENT, SECRET, Bends, Provider, provider, visit
from web.accounts.oidc import answers
from web.accounts.oidc.answers import LARGEST, Arrival, Departure, IssuerError, IssuerRefused, IssuerUnreached
from web.accounts.oidc.issuer import PROFILES, Issuer, IssuerDenied

REDIRECT = "https://pixflow.exemple.fr/connexion/retour"
ES256 = jws.JWSRegistry.algorithms["ES256"]
PEM = serialization.Encoding.PEM
STRANGER = ECKey.generate_key("P-256")


@cache
def stranger_rsa() -> RSAKey:
    """Returns a key that the issuer does not know. To make one takes longer than most tests."""
    return RSAKey.generate_key(2048)


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with provider() as made:
        made.redirects.add(REDIRECT)
        yield made


@pytest.fixture
def idp(running: Provider) -> Provider:
    """The one provider of these tests, sound again."""
    running.bends, running.denies, running.acr, running.subject = Bends(), "", "eidas1", "sub-helene"
    running.age = 3600
    running.calls.clear()
    return running


def changed(found: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the fields with these changes; None takes a field out."""
    return {key: value for key, value in {**found, **changes}.items() if value is not None}


def client(idp: Provider, **said: Any) -> Issuer:
    return Issuer(idp.url, CLIENT, SECRET, REDIRECT, **{"profile": "proconnect", **said})


def brought(address: str) -> dict[str, str]:
    """Returns the answer that a browser brings back from the issuer."""
    there = visit(address)
    assert there.startswith(f"{REDIRECT}?")
    return dict(parse_qsl(urlsplit(there).query))


def signed_in(issuer: Issuer) -> Arrival:
    address, departure = issuer.leave()
    return issuer.arrive(departure, brought(address))


def refuses(idp: Provider, why: str | None = None, **said: Any) -> None:
    """Nobody signs in with what the issuer sends."""
    with pytest.raises(IssuerRefused, match=why):
        signed_in(client(idp, **said))


# --- sound flows


def test_a_whole_flow_of_the_proconnect_profile(idp: Provider) -> None:
    issuer = client(idp)
    arrival = signed_in(issuer)
    assert (arrival.issuer, arrival.subject, arrival.is_strong) == (idp.url, "sub-helene", False)
    asked = idp.asked[-1]
    assert json.loads(asked["claims"])["id_token"]["acr"] == {"essential": False, "values": ["eidas2", "eidas3"]}
    assert asked["scope"] == "openid", "no e-mail is asked for"
    assert "prompt" not in asked
    assert idp.calls == {
        "/.well-known/openid-configuration": 1, "/authorize": 1, "/token": 1, "/jwks": 1, "/userinfo": 1,
    }  # fmt: skip
    signed_in(issuer)
    assert idp.calls["/jwks"] == idp.calls["/.well-known/openid-configuration"] == 1


def test_a_whole_flow_with_a_provider_in_a_process_of_its_own() -> None:
    command = [sys.executable, "-m", "tests.idp", REDIRECT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        url = running.stdout.readline().strip()
        assert signed_in(Issuer(url, CLIENT, SECRET, REDIRECT, profile="proconnect")).subject == "sub-helene"
        running.stdin.close()
    assert running.returncode == 0


def test_a_whole_flow_of_the_plain_profile() -> None:
    with provider("RS256", signs_userinfo=False) as idp:
        idp.redirects.add(REDIRECT)
        assert signed_in(client(idp, algorithm="RS256", profile="plain")).subject == "sub-helene"
        assert idp.calls["/userinfo"] == 0
        assert "claims" not in idp.asked[-1]
        refuses(idp, algorithm="ES256", profile="plain")
        refuses(idp, "userinfo is not signed", algorithm="RS256")


LEVELS = [
    ("eidas0", False), ("eidas0-mfa", False), ("eidas1", False), ("eidas1-mfa", False), ("eidas2", True),
    ("eidas3", True), ("EIDAS2", False), (None, False), (["eidas2"], False), ({"eidas2": 1}, False), (2, False),
    ("https://proconnect.gouv.fr/assurance/consistency-checked-2fa", False),
]  # fmt: skip


@pytest.mark.parametrize(("acr", "strong"), LEVELS)
def test_two_factors_of_the_issuer_are_read_in_its_answer(idp: Provider, acr: Any, strong: bool) -> None:
    idp.acr = acr
    assert signed_in(client(idp)).is_strong is strong


def test_secrets_of_each_departure_are_new(idp: Provider) -> None:
    issuer = client(idp)
    left = [issuer.leave()[1] for _ in range(3)]
    values = [value for one in left for value in (one.state, one.nonce, one.verifier)]
    assert len(set(values)) == 9
    assert {len(value) for value in values} == {43}
    assert "prompt=login" in issuer.leave(again=True)[0]
    assert SECRET not in repr(issuer)


SOUND: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "one audience in a list": lambda claims: claims | {"aud": [CLIENT]},
    "several audiences, this one authorized": lambda claims: claims | {"aud": ["other", CLIENT], "azp": CLIENT},
    "expired twenty seconds ago": lambda claims: claims | {"exp": int(time.time()) - 20},
    "a clock twenty seconds ahead": lambda claims: claims | {"iat": int(time.time()) + 20},
}


@pytest.mark.parametrize("name", SOUND)
def test_what_is_sound_is_accepted(idp: Provider, name: str) -> None:
    idp.bends.claims = SOUND[name]
    assert signed_in(client(idp)).subject == "sub-helene"


def test_a_new_key_of_the_issuer_is_fetched_once(idp: Provider) -> None:
    issuer = client(idp)
    signed_in(issuer)
    idp.rotate()
    assert signed_in(issuer).subject == "sub-helene"
    assert idp.calls["/jwks"] == 2
    idp.bends.claims = lambda claims: claims
    idp.bends.token = lambda token: idp.sign(_payload(token), STRANGER)
    with pytest.raises(IssuerRefused, match="signature"):
        signed_in(issuer)
    assert idp.calls["/jwks"] == 3


def test_a_key_of_an_unknown_kind_is_passed_over(idp: Provider) -> None:
    idp.bends.jwks = lambda jwks: {"keys": [{"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"}, *jwks["keys"]]}
    assert signed_in(client(idp)).subject == "sub-helene"


def test_a_header_signed_by_hand_is_sound(idp: Provider) -> None:
    """The bad headers below differ from it by one field."""
    idp.bends.token = lambda token: _with_header(idp, token, cty="other")
    assert signed_in(client(idp)).subject == "sub-helene"


# --- bad tokens


def _payload(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def _part(content: Any) -> str:
    text = content if isinstance(content, str) else json.dumps(content)
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _unsigned(token: str, alg: str = "none") -> str:
    return f"{_part({'alg': alg, 'typ': 'JWT'})}.{token.split('.')[1]}."


def _with_payload(token: str, payload: Any) -> str:
    header, _, signature = token.split(".")
    return f"{header}.{_part(payload)}.{signature}"


def _shared_secret(idp: Provider, token: str, key: bytes) -> str:
    header = {"alg": "HS256", "kid": idp.keys[0].kid}
    signed = f"{_part(header)}.{token.split('.')[1]}"
    signature = hmac.digest(key, signed.encode(), "sha256")
    return f"{signed}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _with_header(idp: Provider, token: str, **more: Any) -> str:
    """Returns the token, signed by the right key under another header, by hand: no library writes it."""
    header = _part({"alg": "ES256", "kid": idp.keys[0].kid, **more})
    signed = f"{header}.{token.split('.')[1]}"
    signature = ES256.sign(signed.encode(), idp.keys[0])
    return f"{signed}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _encrypted(token: str) -> str:
    header = {"alg": "RSA-OAEP", "enc": "A128GCM"}
    return jwe.encrypt_compact(header, token.encode(), stranger_rsa())


TOKENS: dict[str, Callable[[Provider, str], Any]] = {
    "no algorithm": lambda idp, token: _unsigned(token),
    "no algorithm, in capitals": lambda idp, token: _unsigned(token, "NONE"),
    "no signature": lambda idp, token: token.rpartition(".")[0] + ".",
    "the public key as a shared secret": lambda idp, token: _shared_secret(
        idp, token, idp.keys[0].as_pem(private=False)
    ),
    "the client's secret as a key": lambda idp, token: _shared_secret(idp, token, SECRET.encode()),
    "another algorithm": lambda idp, token: idp.sign(_payload(token), stranger_rsa(), alg="RS256"),
    "a stranger's key": lambda idp, token: idp.sign(_payload(token), STRANGER),
    "a stranger's key, carried along": lambda idp, token: idp.sign(
        _payload(token), STRANGER, kid="stranger", jwk=STRANGER.as_dict(private=False)
    ),
    "an unknown key": lambda idp, token: idp.sign(_payload(token), kid="unknown"),
    "a header that must be understood": lambda idp, token: _with_header(idp, token, crit=["other"], other=1),
    "another payload": lambda idp, token: _with_payload(token, _payload(token) | {"sub": "sub-yann"}),
    "a list for a payload": lambda idp, token: idp.sign(_payload(token))[:20] + "." + _part([1]) + ".AA",
    "a payload too deep": lambda idp, token: _with_payload(token, "[" * 50_000),
    "a header too deep": lambda idp, token: _part("[" * 50_000) + "." + token.partition(".")[2],
    "cut off": lambda idp, token: token[:-4],
    "two parts": lambda idp, token: token.rpartition(".")[0],
    "four parts": lambda idp, token: f"{token}.AA",
    "encrypted": lambda idp, token: _encrypted(token),
    "garbage": lambda idp, token: "é\0x.y.z",
    "empty": lambda idp, token: "",
    "a number": lambda idp, token: 42,
    "an object": lambda idp, token: {"token": token},
    "missing": lambda idp, token: None,
}


@pytest.mark.parametrize("name", TOKENS)
def test_a_bad_token_is_refused(idp: Provider, name: str) -> None:
    idp.bends.tokens = lambda tokens: tokens | {"id_token": TOKENS[name](idp, tokens["id_token"])}
    for profile in PROFILES:
        refuses(idp, profile=profile)
    assert idp.calls["/userinfo"] == 0


CLAIMS: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://other.example"},
    "the issuer with a slash": {"iss": "/"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "other"},
    "no audience": {"aud": None},
    "other audiences": {"aud": ["other", "another"]},
    "several audiences, none authorized": {"aud": ["other", CLIENT]},
    "several audiences, another authorized": {"aud": ["other", CLIENT], "azp": "other"},
    "another is authorized": {"azp": "other"},
    "an audience within an audience": {"aud": [[CLIENT]]},
    "expired": {"exp": -31},
    "no end": {"exp": None},
    "an end in words": {"exp": "tomorrow"},
    "an end that is no number": {"exp": float("nan")},
    "an end that is true": {"exp": True},
    "issued in the future": {"iat": 120},
    "issued at no time": {"iat": None},
    "not valid yet": {"nbf": 120},
    "another nonce": {"nonce": "n" * 43},
    "no nonce": {"nonce": None},
    "a nonce in a list": {"nonce": ["n"]},
    "a nonce with an accent": {"nonce": "é" * 43},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a subject that is a number": {"sub": 7},
}


@pytest.mark.parametrize("name", CLAIMS)
def test_a_bad_claim_is_refused(idp: Provider, name: str) -> None:
    def bent(claims: dict[str, Any]) -> dict[str, Any]:
        now, bad = int(time.time()), CLAIMS[name]
        moved = {key: now + value for key, value in bad.items() if key in ("exp", "iat", "nbf") and type(value) is int}
        slash = {"iss": f"{idp.url}/"} if bad.get("iss") == "/" else {}
        return changed(claims, bad | moved | slash)

    idp.bends.claims = bent
    for profile in PROFILES:
        refuses(idp, profile=profile)
    assert idp.calls["/userinfo"] == 0


# --- bad answers


ANSWERS: dict[str, dict[str, str | None]] = {
    "another state": {"state": "s" * 43},
    "no state": {"state": None},
    "a state with an accent": {"state": "é" * 43},
    "another issuer": {"iss": "https://other.example"},
    "no issuer": {"iss": None},
    "no code": {"code": None},
    "an empty code": {"code": ""},
    "an unknown code": {"code": "c" * 43},
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_bad_answer_is_refused(idp: Provider, name: str) -> None:
    idp.bends.back = lambda back: changed(back, ANSWERS[name])
    refuses(idp)
    assert idp.calls["/userinfo"] == 0


def test_an_issuer_that_announces_nothing_may_say_who_it_is(idp: Provider) -> None:
    idp.bends.metadata = lambda found: changed(found, {"authorization_response_iss_parameter_supported": None})
    idp.bends.back = lambda back: changed(back, {"iss": None})
    assert signed_in(client(idp)).subject == "sub-helene"
    idp.bends.back = lambda back: back | {"iss": "https://other.example"}
    refuses(idp, "iss of the answer")


@pytest.mark.parametrize(
    ("error", "logged"), [("access_denied", "access_denied"), ("<b>\nhelene@exemple.fr", "an error")]
)
def test_whoever_is_denied_there_is_denied_here(idp: Provider, error: str, logged: str) -> None:
    idp.denies = error
    with pytest.raises(IssuerDenied) as caught:
        signed_in(client(idp))
    assert str(caught.value) == logged
    assert idp.calls["/token"] == 0


def test_a_code_serves_once_and_the_browser_that_asked_for_it(idp: Provider) -> None:
    issuer = client(idp)
    address, departure = issuer.leave()
    answer = brought(address)
    other = issuer.leave()[1]
    swapped = Departure(departure.state, departure.nonce, other.verifier)
    with pytest.raises(IssuerRefused, match="status 400"):
        issuer.arrive(swapped, answer)
    address, departure = issuer.leave()
    answer = brought(address)
    assert issuer.arrive(departure, answer).subject == "sub-helene"
    with pytest.raises(IssuerRefused, match="status 400"):
        issuer.arrive(departure, answer)


USERINFO: dict[str, dict[str, Any]] = {
    "another subject": {"sub": "sub-yann"},
    "no subject": {"sub": None},
    "another issuer": {"iss": "https://other.example"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "other"},
    "no audience": {"aud": None},
    "expired": {"exp": 1},
}


@pytest.mark.parametrize("name", USERINFO)
def test_userinfo_of_another_is_refused(idp: Provider, name: str) -> None:
    idp.bends.userinfo = lambda claims: changed(claims, USERINFO[name])
    refuses(idp)


def test_userinfo_that_a_stranger_signed_or_nobody_is_refused(idp: Provider) -> None:
    def forged(_: Any, reply: Any) -> Any:
        return 200, reply[1], idp.sign(_payload(reply[2].decode()), STRANGER).encode()

    idp.bends.reply["/userinfo"] = forged
    refuses(idp, "signature")
    idp.bends.reply["/userinfo"] = lambda _, reply: (200, {"Content-Type": "application/json"}, reply[2])
    refuses(idp, "userinfo is not signed")
    idp.bends.reply.clear()
    for token in (None, 42, "a\r\nX-Other: b", "é"):
        idp.bends.tokens = lambda tokens, token=token: tokens | {"access_token": token}  # type: ignore[misc]
        refuses(idp, "access token")


ADDRESSES = ("/.well-known/openid-configuration", "/jwks", "/token", "/userinfo")
REPLIES: dict[str, Callable[[Any], Any]] = {
    "a redirect": lambda url: (307, {"Location": f"{url}/jwks"}, b""),
    "a redirect to another host": lambda url: (302, {"Location": "http://127.0.0.1:1/"}, b""),
    "a fault": lambda url: (500, {}, b"{}"),
    "nothing": lambda url: (204, {}, b""),
    "a page": lambda url: (200, {"Content-Type": "text/html"}, b"<h1>Bienvenue</h1>"),
    "a list": lambda url: (200, {"Content-Type": "application/json"}, b"[]"),
    "too deep": lambda url: (200, {"Content-Type": "application/json"}, b'{"a":' * 40_000),
    "bytes": lambda url: (200, {"Content-Type": "application/json"}, b"\xff\xfe\x00"),
    "huge": lambda url: (200, {"Content-Type": "application/json"}, b" " * (LARGEST + 1) + b"{}"),
    "huge once unpacked": lambda url: (200, {"Content-Encoding": "gzip"}, gzip.compress(b" " * 50_000_000)),
}


@pytest.mark.parametrize("name", REPLIES)
@pytest.mark.parametrize("end", ADDRESSES)
def test_another_answer_is_refused(idp: Provider, end: str, name: str) -> None:
    idp.bends.reply[end] = lambda _, reply: REPLIES[name](idp.url)
    refuses(idp)
    idp.bends.reply.clear()
    assert signed_in(client(idp)).subject == "sub-helene"


GIVEN_UP = Event()
"""Set once the client has given up. An issuer that does not answer goes on until then, or for ten minutes."""
ENDED: list[bool] = []
"""Issuers that went on for ten minutes."""


def _silent(handler: Any, reply: Any) -> None:
    if not GIVEN_UP.wait(600):
        ENDED.append(True)


def _dripping(handler: Any, reply: Any) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "20000")
    handler.end_headers()
    with suppress(OSError):
        for _ in range(12_000):
            handler.wfile.write(b" ")
            if GIVEN_UP.wait(0.05):
                return
        ENDED.append(True)


def _cut(handler: Any, reply: Any) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"{")


@pytest.mark.parametrize("bend", [_silent, _dripping, _cut])
@pytest.mark.parametrize("end", ADDRESSES)
def test_an_issuer_that_does_not_answer_in_time_is_given_up(
    idp: Provider, monkeypatch: pytest.MonkeyPatch, end: str, bend: Callable[[Any, Any], None]
) -> None:
    monkeypatch.setattr(answers, "READ", 0.2)
    monkeypatch.setattr(answers, "WHOLE", 0.3)
    idp.bends.reply[end] = bend
    GIVEN_UP.clear()
    ENDED.clear()
    try:
        with pytest.raises(IssuerUnreached):
            signed_in(client(idp))
        assert not ENDED
    finally:
        GIVEN_UP.set()


def test_a_slow_issuer_holds_four_requests_at_most(idp: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "READ", 600)
    monkeypatch.setattr(answers, "WHOLE", 600)
    answered = Event()
    idp.bends.reply["/openid-configuration"] = lambda _, reply: reply if answered.wait(600) else None
    with ThreadPoolExecutor(12) as threads:
        asked = [threads.submit(client(idp).leave) for _ in range(12)]
        while sum(one.done() for one in asked) < 8:
            time.sleep(0.01)
        refused = [str(one.exception()) for one in asked if one.done()]
        assert refused == ["too many at once"] * 8
        answered.set()
    assert sum(one.exception() is None for one in asked) == 4
    assert signed_in(client(idp)).subject == "sub-helene"


def test_an_issuer_whose_certificate_nobody_vouches_for(tmp_path: Path) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    (tmp_path / "key").write_bytes(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "certificate").write_bytes(made.sign(key, SHA256()).public_bytes(PEM))
    with provider() as idp:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
        idp.over_tls(context)
        with pytest.raises(IssuerUnreached, match="ConnectError"):
            client(idp).leave()


def test_an_issuer_that_is_not_there(idp: Provider) -> None:
    with pytest.raises(IssuerUnreached):
        Issuer("http://localhost:1", CLIENT, SECRET, REDIRECT).leave()


METADATA: dict[str, dict[str, Any]] = {
    "of another issuer": {"issuer": "https://other.example"},
    "without issuer": {"issuer": None},
    "without a page to sign in": {"authorization_endpoint": None},
    "with a number for an address": {"token_endpoint": 7},
    "with a blank in an address": {"authorization_endpoint": "http://localhost/a b"},
    "with a new line in an address": {"authorization_endpoint": "http://localhost/\r\nX-Other:1"},
    "with an address that is none": {"token_endpoint": "http://[localhost/"},
    "with an address of no protocol known": {"jwks_uri": "file:///etc/passwd"},
    "without keys": {"jwks_uri": None},
    "without userinfo": {"userinfo_endpoint": None},
}


@pytest.mark.parametrize("name", METADATA)
def test_bad_metadata_are_refused(idp: Provider, name: str) -> None:
    idp.bends.metadata = lambda found: changed(found, METADATA[name])
    with pytest.raises(IssuerError):
        signed_in(client(idp))


def test_an_issuer_over_tls_has_no_address_in_clear(idp: Provider) -> None:
    issuer = Issuer("https://issuer.example", CLIENT, SECRET, REDIRECT)
    issuer._metadata = {"issuer": issuer.url, "authorization_endpoint": "http://issuer.example/authorize"}
    with pytest.raises(IssuerRefused):
        issuer.leave()


@pytest.mark.filterwarnings("ignore:Key size")
@pytest.mark.parametrize("keys", [[], [{}], [7], "keys", None, [{"kty": "EC"}], [{"kty": "oct", "k": "AAAA"}]])
def test_bad_keys_are_refused(idp: Provider, keys: Any) -> None:
    idp.bends.jwks = lambda jwks: {"keys": keys}
    refuses(idp)


# --- signing out


def test_the_address_that_ends_the_issuer_s_session(idp: Provider) -> None:
    issuer, back = client(idp), "https://pixflow.exemple.fr/connexion"
    there = issuer.sign_out(signed_in(issuer).id_token, back)
    assert there
    assert visit(there).startswith(f"{back}?state=")
    idp.bends.metadata = lambda found: changed(found, {"end_session_endpoint": None})
    assert client(idp).sign_out("token", back) is None


def test_an_address_that_has_a_query_keeps_it(idp: Provider) -> None:
    idp.bends.metadata = lambda found: found | {"authorization_endpoint": f"{idp.url}/authorize?idp_hint=x"}
    assert signed_in(client(idp)).subject == "sub-helene"
    assert idp.asked[-1]["idp_hint"] == "x"


@pytest.mark.parametrize("algorithm", ["HS256", "none", "RS1", ""])
def test_a_shared_secret_signs_nothing(algorithm: str) -> None:
    with pytest.raises(ValueError, match="is none of"):
        Issuer("https://issuer.example", CLIENT, SECRET, REDIRECT, algorithm)
