"""Enrolling a factor: a password, an application for codes, a passkey, recovery codes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

import msgspec
import segno

from pixflow.refused import Refused
from web.accounts import accounts, tickets
from web.accounts.factors import passwords, totp
from web.accounts.site import Site
from web.accounts.types import Account
from web.french.accounts import sign_in as french
from web.hosting.served_structure import ServedStructure

SEED, SEED_SECONDS = "seed", 30 * 60


class Seed(msgspec.Struct):
    """A seed that is not proved yet."""

    value: bytes


@dataclass(frozen=True, slots=True)
class NewApplication:
    """The seed to give an application: as a QR code, as letters, and the ticket that keeps it meanwhile."""

    qr: str
    letters: str
    ticket: str


def new_application(site: Site, account: Account) -> NewApplication:
    seed = totp.new_seed()
    qr = segno.make(totp.address(seed, account.email)).svg_data_uri(border=2, dark="#000", light="#fff")
    return NewApplication(qr, totp.letters(seed), tickets.issue(site.store, SEED, Seed(seed), SEED_SECONDS, account.id))


def same_application(site: Site, account: Account, ticket: str) -> NewApplication:
    """Returns the application of a form sent with a wrong code; a new one when its ticket is over."""
    found = tickets.read(site.store, SEED, ticket, Seed)
    if found is None:
        return new_application(site, account)
    qr = segno.make(totp.address(found.value, account.email)).svg_data_uri(border=2, dark="#000", light="#fff")
    return NewApplication(qr, totp.letters(found.value), ticket)


def prove_application(site: Site, account: Account, ticket: str, code: str) -> bool:
    """Keeps the seed of an application that gave a right code."""
    found = tickets.read(site.store, SEED, ticket, Seed)
    step = totp.step_of(found.value, code, site.store.now()) if found else None
    if found is None or step is None or tickets.take(site.store, SEED, ticket, Seed) is None:
        return False
    accounts.set_totp(site.store, account.id, found.value, step)
    return True


def password_errors(site: Site, password: str, again: str, words: Collection[str]) -> Mapping[str, str]:
    """Returns the rule that a new password breaks, by field."""
    try:
        passwords.check_strength(password, words, site.breached)
    except Refused as refused:
        return {"password": french.REFUSALS[refused.code].format(**refused.details)}
    return {} if password == again else {"again": french.NOT_THE_SAME}


def words_of(served: ServedStructure, member: UUID, email: str) -> list[str]:
    """Returns the words that a password must not contain: the person's, the structure's, its sites'."""
    structure, known = served.refs.structure, served.refs.team.get(member)
    return [email.partition("@")[0], known.name if known else "", structure.name, *structure.sites]
