"""Passwords, codes of an application, recovery codes: each right one passes, once where it serves once."""

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha1
from pathlib import Path

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixflow.refused import Refused
from tests.web.accounts.conftest import Clock
from web.accounts import accounts
from web.accounts.accounts import Account
from web.accounts.factors import passwords, recovery, totp
from web.accounts.factors.passwords import Breached, is_sorted
from web.accounts.store import AccountStore

GOOD = "quatre girafes lisent lundi"


@pytest.fixture
def nadia(store: AccountStore) -> Account:
    return accounts.create(store, "nadia.benali@exemple.fr")


@pytest.mark.usefixtures("true_hashes")
def test_a_password_matches_itself_only() -> None:
    known = passwords.hashed(f" {GOOD} ")
    assert passwords.matches(f" {GOOD} ", known)
    assert not passwords.matches(GOOD, known), "spaces count: a password is checked as it was sent"
    assert not passwords.matches(GOOD, None)
    assert not passwords.matches(GOOD, "damaged")
    assert not passwords.is_outdated(known)
    assert passwords.is_outdated(known.replace("m=47104", "m=19456"))


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("court", "password-short"),
        ("onze lettre", "password-short"),
        ("a" * 129, "password-long"),
        ("MissionLocale-61300", "password-word"),
        ("je-suis-Nadia-2026!", "password-word"),
        ("BENALI vive le sud", "password-word"),
        ("vive l’Aigle en ete", "password-word"),
        ("mot de pixflow ici", "password-word"),
        ("azertyuiopqs", "password-word"),
        ("aaaaaaaaaaaaaaaa", "password-weak"),
        ("123456789012345", "password-word"),
        ("abcdefghijkl", "password-weak"),
    ],
)
def test_a_weak_password_is_refused(password: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        passwords.check_strength(password, ("Nadia Benali", "nadia.benali@exemple.fr", "L’Aigle"))
    assert refused.value.code == code


def test_sixty_ways_to_write_what_everybody_guesses_are_refused() -> None:
    """Names, the house, runs of the keyboard, years: with capitals, accents, digits and signs around them."""
    guessed = ("Mission Locale", "pixflow", "Nadia", "Bénali", "L’Aigle", "mot de passe", "azerty", "qwertyuiop",
               "missionlocale61", "1234567890")  # fmt: skip
    for word in guessed:
        for typed in (
            word,
            f"{word}{word}",
            f"{word}-{word}",
            f"{word.upper()}2026!",
            f"!!{word}!!123",
            f"le {word} ici 7",
        ):
            with pytest.raises(Refused, match="password-"):
                passwords.check_strength(typed, ("Nadia Bénali", "L’Aigle"))


@pytest.mark.parametrize(
    "password", [GOOD, "x7Qp!m2vRt0z", "élan ravi tondu sept", "é" * 3 + "Kq9-zW3_uT6 m" + "x" * 110]
)
def test_a_strong_password_passes(password: str) -> None:
    passwords.check_strength(password, ("Nadia Benali", "Le", "L’Aigle"))


@given(st.sets(st.text(min_size=1, max_size=20), min_size=1, max_size=60), st.text(min_size=1, max_size=20))
def test_breached_passwords_are_found_and_no_others(tmp_path_factory, known: set[str], other: str) -> None:
    path: Path = tmp_path_factory.getbasetemp() / "breached.txt"
    lines = sorted(sha1(one.encode(), usedforsecurity=False).hexdigest().upper() for one in known)
    path.write_text("".join(f"{line}:{count}\n" for count, line in enumerate(lines)))
    assert all(one in Breached(path) for one in known)
    assert (other in Breached(path)) == (other in known)
    assert is_sorted(path)


def test_a_breached_password_is_refused_and_an_unsorted_list_told(tmp_path: Path) -> None:
    digests = [sha1(one.encode(), usedforsecurity=False).hexdigest().upper() for one in (GOOD, "b", "c", "d")]
    path = tmp_path / "breached.txt"
    path.write_text("".join(f"{line}:3\r\n" for line in sorted(digests)))
    with pytest.raises(Refused, match="password-breached"):
        passwords.check_strength(GOOD, (), path)
    path.write_text("".join(f"{line}:3\n" for line in sorted(digests, reverse=True)))
    assert not is_sorted(path)


def test_a_code_serves_once_within_a_step(store: AccountStore, nadia: Account, clock: Clock) -> None:
    seed = totp.new_seed()
    accounts.set_totp(store, nadia.id, seed, 0)
    known = accounts.find(store, nadia.id)
    assert known
    assert known.totp == seed
    device = pyotp.parse_uri(totp.address(seed, nadia.email))
    assert isinstance(device, pyotp.TOTP)
    for shift, right in ((-90, False), (-60, False), (-30, True), (0, True), (30, True), (60, False), (90, False)):
        code = device.at(int(clock.now.timestamp()) + shift)
        assert totp.spend(store, known, code) is right, shift
        assert not totp.spend(store, known, code), "a code serves once"


def shown(seed: bytes, clock: Clock) -> str:
    """The code that an application shows."""
    device = pyotp.parse_uri(totp.address(seed, "x"))
    assert isinstance(device, pyotp.TOTP)
    return device.at(int(clock.now.timestamp()))


def test_a_code_as_people_type_it(store: AccountStore, nadia: Account, clock: Clock) -> None:
    seed = totp.new_seed()
    code = shown(seed, clock)
    wide = code.translate({ord("0") + digit: chr(0xFF10 + digit) for digit in range(10)})
    for typed in (f"{code[:3]} {code[3:]}", wide, f" {code} "):
        assert totp.step_of(seed, typed, store.read_clock()) is not None
    for typed in ("", code[:5], f"{code}0", "abcdef", "١٢٣٤٥٦"):
        assert totp.step_of(seed, typed, store.read_clock()) is None


def test_of_eight_at_once_one_code_serves(store: AccountStore, nadia: Account, clock: Clock) -> None:
    seed = totp.new_seed()
    accounts.set_totp(store, nadia.id, seed, 0)
    known = accounts.find(store, nadia.id)
    assert known
    code = shown(seed, clock)
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: totp.spend(store, known, code), range(8))) == 1
        first, *_ = recovery.renew(store, nadia.id)
        assert sum(pool.map(lambda _: recovery.spend(store, nadia.id, first), range(8))) == 1


def test_a_recovery_code_serves_once_and_its_owner_only(store: AccountStore, nadia: Account) -> None:
    paul = accounts.create(store, "paul@exemple.fr")
    first, *others = recovery.renew(store, nadia.id)
    assert len({first, *others}) == recovery.CODES
    assert not recovery.spend(store, paul.id, first)
    assert recovery.spend(store, nadia.id, f" {first.upper().replace('-', ' ')} ")
    assert not recovery.spend(store, nadia.id, first)
    known = accounts.find(store, nadia.id)
    assert known.recovery == recovery.CODES - 1
    recovery.renew(store, nadia.id)
    assert not recovery.spend(store, nadia.id, others[0]), "new codes replace those of before"


def test_without_factors_nothing_proves(store: AccountStore, nadia: Account) -> None:
    accounts.set_password(store, nadia.id, passwords.hashed(GOOD))
    accounts.set_totp(store, nadia.id, totp.new_seed(), 0)
    recovery.renew(store, nadia.id)
    accounts.forget_factors(store, nadia.id)
    known = accounts.find(store, nadia.id)
    assert known
    assert (known.password, known.totp, known.passkeys, known.recovery, known.is_complete) == (None, None, 0, 0, False)
    assert not totp.spend(store, known, "123456")
