"""Mail over TLS: a real SMTP server with certificates of its own, good and bad ones."""

import asyncio
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from inspect import signature
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from typer.testing import CliRunner

from pixflow import presets, structure_folder
from pixflow.actor import OPERATOR, Actor
from pixflow.team.membership import add_member
from pixflow.team.notices import stream_of
from tests.web.filled import auditor_gone
from tests.web.french.test_sentences import assert_well_set
from tests.web.paths import House, house
from web.cli.app import app
from web.cli.server import tick_all
from web.french import health as french
from web.hosting import mail
from web.hosting.host import open_host
from web.hosting.mail import Mail, fault, smtp_outbox
from web.hosting.settings import Settings

HOST, OTHER = "smtp.exemple.fr", "autre.exemple.fr"
NOW = datetime.now(UTC)
LONG = "Mission locale du bassin d’emploi de L’Aigle, Mortagne et « environs »"
MAIL = Mail("nadia@exemple.fr", "Sujet", "Texte", "digest-1", NOW, LONG)
MONDAY = date(2026, 3, 16)


class Authority:
    """A certificate authority that nobody knows until a test says so."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Autorité")])
        self.path = folder / "authority.pem"
        uses = {"digital_signature", "key_cert_sign", "crl_sign"}
        signs = x509.KeyUsage(**{use: use in uses for use in signature(x509.KeyUsage).parameters})
        made = (
            _certificate(self.name, self.name, self.key, self.key, timedelta(0))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(signs, critical=True)
        )
        self.path.write_bytes(made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def context(self, host: str, *, ended: timedelta = timedelta(0), by_itself: bool = False) -> ssl.SSLContext:
        """Returns the context of a server for this host; its certificate ended so long ago."""
        key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        names = [x509.DNSName(host), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        issuer, signer = (name, key) if by_itself else (self.name, self.key)
        made = _certificate(name, issuer, key, signer, ended).add_extension(
            x509.SubjectAlternativeName(names), critical=False
        )
        signed = made.sign(signer, hashes.SHA256())
        path = self.folder / f"{host}-{ended}-{by_itself}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + signed.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def _certificate(
    name: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    ended: timedelta,
) -> x509.CertificateBuilder:
    """Returns a certificate with the identifiers of both keys, which Python asks for from 3.13 on."""
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=30))
        .not_valid_after(NOW - ended if ended else NOW + timedelta(days=30))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )


class Server:
    """An SMTP server: the messages that it took, and the names that asked to sign in, with or without TLS.

    `refuses` has its answer to a sender ("MAIL") or to a recipient ("RCPT"); `tried` has what it was asked.
    """

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.asked: list[tuple[bytes, bool]] = []
        self.refuses: dict[str, str] = {}
        self.tried: list[str] = []
        self.port = 0

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, sender: str, options: Any) -> str:  # noqa: N802
        self.tried.append(f"MAIL {sender}")
        envelope.mail_from = sender
        return self.refuses.get("MAIL", "250 OK")

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, to: str, options: Any) -> str:  # noqa: N802
        self.tried.append(f"RCPT {to}")
        if "RCPT" not in self.refuses:
            envelope.rcpt_tos.append(to)
        return self.refuses.get("RCPT", "250 OK")

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.taken.append(envelope.content)
        return "250 OK"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        self.asked.append((data.login, server.transport.get_extra_info("sslcontext") is not None))
        return AuthResult(success=data.password == b"secret", handled=False)


@contextmanager
def serving(
    starttls: ssl.SSLContext | None = None,
    smtps: ssl.SSLContext | None = None,
    *,
    wants_login: bool = False,
    has_login: bool = True,
) -> Iterator[Server]:
    """An SMTP server in a thread of its own; it lets people sign in without TLS too."""
    server, loop, ready = Server(), asyncio.new_event_loop(), threading.Event()
    stop = asyncio.Event()

    async def serve() -> None:
        def one() -> SMTP:
            return SMTP(
                server,
                loop=loop,
                tls_context=starttls,
                authenticator=server.authenticate,
                auth_require_tls=wants_login or not has_login,
                auth_required=wants_login,
            )

        listening = await loop.create_server(one, "127.0.0.1", 0, ssl=smtps)
        server.port = listening.sockets[0].getsockname()[1]
        ready.set()
        await stop.wait()
        listening.close()
        await listening.wait_closed()
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}, return_exceptions=True)

    thread = threading.Thread(target=loop.run_until_complete, args=[serve()])
    thread.start()
    ready.wait()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """A known authority; every host of exemple.fr is this machine."""
    found = socket.getaddrinfo

    def here(host: Any, *about: Any, **more: Any) -> Any:
        return found("127.0.0.1" if str(host).endswith(".exemple.fr") else host, *about, **more)

    monkeypatch.setattr(socket, "getaddrinfo", here)
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.path))
    return made


def settings(server: Server, scheme: str = "smtp", **more: Any) -> Settings:
    address = f"{scheme}://pixflow:secret@{HOST}:{server.port}"
    return Settings(**{"smtp": address, "sender": "pixflow@exemple.fr", "url": "https://pixflow.exemple.fr", **more})


def found(about: Settings) -> str:
    """The findings of doctor about the mail server, in words."""
    one = mail.mail_server(about, demo=False)
    sentence = french.sentence(one.check, one.level, one.details)
    assert_well_set(sentence)
    return f"{one.level} {one.details.get('why', '')}".strip()


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_mail_leaves_over_tls_that_is_verified(authority: Authority, scheme: str) -> None:
    context = authority.context(HOST)
    with serving(context) if scheme == "smtp" else serving(smtps=context) as server:
        smtp_outbox(settings(server, scheme))(MAIL)
        assert server.asked == [(b"pixflow", True)]
        (sender,) = message_from_bytes(server.taken[0], policy=policy.default)["From"].addresses
        assert (sender.display_name, sender.addr_spec) == (f"{LONG} (pixflow)", "pixflow@exemple.fr")
        assert found(settings(server, scheme)) == "good login"
        assert found(settings(server, scheme, smtp_security="plain")) == (
            "alarm plain-login" if scheme == "smtp" else "good login"
        )
        assert len(server.taken) == 1


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
@pytest.mark.parametrize(
    ("certificate", "why"),
    [
        ({"host": OTHER}, "certificate-name"),
        ({"host": HOST, "ended": timedelta(days=1)}, "certificate-date"),
        ({"host": HOST, "by_itself": True}, "certificate-unknown"),
    ],
)
def test_a_certificate_that_does_not_hold_gets_nothing(
    authority: Authority, certificate: dict[str, Any], why: str, scheme: str
) -> None:
    context = authority.context(**certificate)
    with serving(context) if scheme == "smtp" else serving(smtps=context) as server:
        with pytest.raises(OSError) as refused:
            smtp_outbox(settings(server, scheme))(MAIL)
        assert fault(refused.value) == why
        assert found(settings(server, scheme)) == f"alarm {why}"
        assert (server.asked, server.taken) == ([], [])


def test_an_authority_that_this_machine_does_not_know_gets_nothing(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with serving(authority.context(HOST)) as server:
        assert found(settings(server)) == "alarm certificate-unknown"
        assert server.asked == []


def test_a_server_without_starttls_gets_neither_a_password_nor_a_mail(authority: Authority) -> None:
    with serving() as server:
        with pytest.raises(OSError) as refused:
            smtp_outbox(settings(server))(MAIL)
        assert fault(refused.value) == "no-tls"
        assert found(settings(server)) == "alarm no-tls"
        assert (server.asked, server.taken) == ([], [])


def test_a_setting_may_do_without_tls_and_doctor_says_so(authority: Authority) -> None:
    with serving() as server:
        about = settings(server, smtp_security="plain")
        smtp_outbox(about)(MAIL)
        assert server.asked == [(b"pixflow", False)]
        assert found(about) == "alarm plain-login"
        assert found(settings(server, smtp=f"smtp://{HOST}:{server.port}", smtp_security="plain")) == "note plain"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_on_this_machine_mail_needs_no_tls(authority: Authority, host: str) -> None:
    with serving() as server:
        about = settings(server, smtp=f"smtp://{host}:{server.port}")
        smtp_outbox(about)(MAIL)
        assert len(server.taken) == 1
        assert found(about) == "good local"


def test_a_wrong_password_and_a_silent_server_are_told_apart(authority: Authority) -> None:
    with serving(authority.context(HOST)) as server:
        wrong = settings(server, smtp=f"smtp://pixflow:wrong@{HOST}:{server.port}")
        assert found(wrong) == "alarm login"
        silent = settings(server, smtp=f"smtp://{HOST}:9")
    assert found(silent) == "alarm silent"


def test_a_server_that_does_not_answer_in_time_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A digest for each of thirty people would keep the periodic jobs for ten minutes."""
    monkeypatch.setattr(mail, "SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        outbox = smtp_outbox(Settings(smtp=f"smtp://127.0.0.1:{silent.getsockname()[1]}"))
        for _ in range(3):
            with pytest.raises(OSError, match="timed out"):
                outbox(MAIL)
        assert calls(silent) == 1


def calls(silent: socket.socket) -> int:
    """The connections that a server which accepts none has been asked for."""
    silent.setblocking(False)
    count = 0
    while True:
        try:
            silent.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


def test_all_the_structures_wait_once_for_a_server_that_does_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "SECONDS", 0.1)
    morning = datetime(2026, 3, 16, 9, tzinfo=UTC)
    for name in ("Alençon", "Argentan"):
        made = structure_folder.create(
            tmp_path, name=name, preset=presets.load("laigle-mortagne"), sites=(name,), clock=lambda: morning
        )
        hired: dict[str, Any] = {"name": "Hélène Morin", "email": "helene@exemple.fr", "site": None}
        hired["roles"] = ("manager",)
        made.engine.execute({"staff": uuid4()}, add_member, by=Actor(OPERATOR), command_id=uuid4(), **hired)
        made.engine.close()
    with socket.create_server(("127.0.0.1", 0)) as silent, open_host(tmp_path, clock=lambda: morning) as host:
        tick_all(host, Settings(smtp=f"smtp://127.0.0.1:{silent.getsockname()[1]}"), 0)
        assert calls(silent) == 1


def test_doctor_says_what_is_wrong_before_the_first_mail() -> None:
    assert found(Settings(smtp="")) == "good none"
    assert mail.address(Settings(smtp="smtp://127.0.0.1")).level == "note"
    assert mail.address(Settings(smtp="smtp://127.0.0.1", url="https://pixflow.exemple.fr")).level == "good"


REFUSALS = [
    ("MAIL", "530 5.7.0 Authentication required", "alarm login-wanted"),
    ("RCPT", "530 5.7.0 Authentication required", "alarm login-wanted"),
    ("MAIL", "550 5.7.0 Authentication required", "alarm login-wanted"),
    ("MAIL", "553 5.7.1 Sender address rejected: not owned by user", "alarm sender"),
    ("MAIL", "452 4.3.1 Insufficient system storage", "alarm later"),
    ("RCPT", "450 4.2.0 Greylisted", "alarm later"),
    ("RCPT", "554 5.7.1 Relay access denied", "alarm relay"),
    ("RCPT", "550 relay not permitted", "alarm relay"),
    ("RCPT", "550 5.1.1 User unknown", "note unknown"),
]


@pytest.mark.parametrize(("verb", "answer", "why"), REFUSALS)
def test_doctor_and_mail_test_tell_what_the_server_answers_and_doctor_sends_none(
    authority: Authority, verb: str, answer: str, why: str
) -> None:
    with serving(authority.context(HOST)) as server:
        about = settings(server)
        assert found(about) == "good login"
        assert server.tried == ["MAIL pixflow@exemple.fr", "RCPT pixflow@exemple.fr"]
        server.refuses[verb] = answer
        assert found(about) == why
        one = mail.mail_server(about, demo=False)
        assert one.details["answer"] == answer
        told = mailed(about, 1)
        assert told.startswith(f"Refusé. {HOST} ")
        assert answer in told or why == "alarm login-wanted"
        assert server.taken == []
        with pytest.raises(OSError) as refused:
            smtp_outbox(about)(MAIL)
        assert fault(refused.value) == why.split()[1]


def test_a_server_that_wants_a_login_or_has_none_is_told(authority: Authority) -> None:
    with serving(authority.context(HOST), wants_login=True) as server:
        assert found(settings(server, smtp=f"smtp://{HOST}:{server.port}")) == "alarm login-wanted"
        assert found(settings(server)) == "good login"
    with serving(has_login=False) as server:
        assert found(settings(server, smtp_security="plain")) == "alarm no-login"
        assert found(settings(server, smtp=f"smtp://127.0.0.1:{server.port}")) == "good local"
        assert server.asked == []
    with serving(authority.context(HOST)) as server:
        assert found(settings(server, smtp=f"smtp://{HOST}:{server.port}")) == "good open"


# --- pixflow mail test


def mailed(about: Settings, code: int = 0) -> str:
    """Returns what `pixflow mail test` says with these settings."""
    given = {name: getattr(about, name) for name in ("smtp", "smtp_security", "sender")}
    result = CliRunner().invoke(
        app,
        ["mail", "test", "nadia@exemple.fr"],
        env={f"PIXFLOW_{name.upper()}": value for name, value in given.items()} | {"COLUMNS": "500"},
    )
    assert result.exit_code == code, result.output
    assert isinstance(result.exception, SystemExit | None)
    assert (result.stdout == "") == bool(code)
    return (result.stdout or result.stderr).replace("\xa0", " ")


def test_a_mail_is_tried_by_the_way_of_all(authority: Authority) -> None:
    with serving(authority.context(HOST)) as server:
        assert mailed(settings(server)).splitlines() == [
            f"{HOST} : chiffré, certificat vérifié, connexion acceptée.",
            (
                "Courriel accepté pour nadia@exemple.fr, envoyé par pixflow@exemple.fr. "
                "S’il n’arrive pas, voyez les indésirables."
            ),
        ]
        assert server.asked == [(b"pixflow", True)]
        (taken,) = server.taken
        sent = message_from_bytes(taken, policy=policy.default)
        assert (sent["To"], sent["Auto-Submitted"]) == ("nadia@exemple.fr", "auto-generated")
        assert "sans nom ni mot de passe" in mailed(settings(server, smtp=f"smtp://{HOST}:{server.port}"))
        for plain, told in (("pixflow:secret@", "et le mot de passe"), ("", "lit les courriels")):
            about = settings(server, smtp=f"smtp://{plain}{HOST}:{server.port}", smtp_security="plain")
            assert told in mailed(about)
        assert "sur cette machine" in mailed(settings(server, smtp=f"smtp://127.0.0.1:{server.port}"))


def test_a_mail_that_cannot_be_tried_is_told(authority: Authority) -> None:
    assert "PIXFLOW_SMTP" in mailed(Settings(smtp=""), 1)
    assert "ne répond pas" in mailed(Settings(smtp=f"smtp://{HOST}:9"), 1)
    with serving(authority.context(OTHER)) as server:
        assert "celui d’un autre nom" in mailed(settings(server), 1)
        wrong = settings(server, smtp=f"smtp://pixflow:wrong@127.0.0.1:{server.port}")
        assert "refuse le nom ou le mot de passe" in mailed(wrong, 1)
    result = CliRunner().invoke(app, ["mail", "test", "nadia"], env={"PIXFLOW_SMTP": "smtp://127.0.0.1"})
    assert (result.exit_code, "n’est pas une adresse" in result.stderr) == (2, True)


def test_what_a_bad_certificate_stopped_leaves_once_it_is_good(
    authority: Authority, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with house(tmp_path / "data", MONDAY) as at_work:
        auditor_gone(at_work)
        at_work.opened()
        with serving(authority.context(OTHER)) as server:
            assert at_work.served.tick(smtp_outbox(settings(server)), "").sent == 0
        assert "a notice could not leave: SSLCertVerificationError (certificate-name)" in caplog.text
        assert sent_to_nadia(at_work) == 0
        with serving(authority.context(HOST)) as server:
            assert at_work.served.tick(smtp_outbox(settings(server)), "").sent == 1
            assert len(server.taken) == 1
        assert sent_to_nadia(at_work) == 1


def sent_to_nadia(at_work: House) -> int:
    return len(at_work.served.engine.history(stream_of(at_work.people["Nadia Benali"])))
