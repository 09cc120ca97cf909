"""Fields of a partner's file as the team types them, in the form in which pages show and dial them."""

import re
from dataclasses import replace
from urllib.parse import urlsplit

from pixflow import identity
from pixflow.events.values import PartnerDetails
from pixflow.refused import Refused

_SHORT_NUMBER = re.compile(r"[0-9]{4}|1[0-9]{1,2}")
"""Short numbers of services, such as 39 49."""
_SCHEMES = ("http", "https")
_LINKS = frozenset({"website", "booking"})


def stated(field: str, text: str) -> str:
    """Returns a field as it is stored; most are left as they are typed.

    Raises Refused: "bad-phone", "bad-email", "bad-website", "bad-booking". A page would leave such an address
    out without a word.
    """
    text = text.strip()
    if not text:
        return ""
    try:
        if field == "phone":
            return _phone(text)
        if field == "email":
            return identity.email(text)
        return _link(text) if field in _LINKS else text
    except ValueError:
        raise Refused(f"bad-{field}", field=field) from None


def as_stated(details: PartnerDetails) -> PartnerDetails:
    """Returns a file with each of these fields as `stated` gives it."""
    return replace(
        details,
        phone=stated("phone", details.phone),
        email=stated("email", details.email),
        website=stated("website", details.website),
        booking=stated("booking", details.booking),
    )


def _phone(text: str) -> str:
    digits = re.sub(r"[\s.]", "", text)
    return digits if _SHORT_NUMBER.fullmatch(digits) else identity.phone(text)


def _link(text: str) -> str:
    """Returns an address with its scheme: people type www.exemple.fr. Raises ValueError for what is no link."""
    address = text if "://" in text else f"https://{text}"
    parts = urlsplit(address)
    plain = address.isprintable() and " " not in address and parts.username is None
    if not plain or parts.scheme not in _SCHEMES or "." not in (parts.hostname or "").strip("."):
        raise ValueError("website")
    return address
