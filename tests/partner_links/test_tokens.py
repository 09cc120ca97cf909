"""The token of a link and the nonce of a page: nobody makes one without the key."""

import hmac
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from pixflow.partner_links.token import LENGTH, Mac, Token, command_of, is_genuine, new_nonce, read_token, token_of


def keyed(key: bytes) -> Mac:
    return lambda kind, value: hmac.digest(key, f"{kind}\x1f{value}".encode(), "sha256").hex()


OURS, THEIRS = keyed(b"ours"), keyed(b"theirs")
LINK, RANDOM = UUID(int=0xB7), bytes(range(16))


@given(st.uuids())
def test_a_token_leads_to_its_link_in_its_structure_alone(link: UUID) -> None:
    text = token_of(link, OURS)
    assert len(text) == LENGTH == 43
    token = read_token(text)
    assert isinstance(token, Token)
    assert token.link == link
    assert (is_genuine(token, OURS), is_genuine(token, THEIRS)) == (True, False)


@given(st.integers(0, 42), st.sampled_from("ABCXYZabcxyz0189-_"))
def test_a_token_with_another_character_opens_nothing(place: int, other: str) -> None:
    text = token_of(LINK, OURS)
    altered = text[:place] + other + text[place + 1 :]
    token = read_token(altered)
    assert altered == text or token is None or token.link != LINK or not is_genuine(token, OURS)


@given(st.one_of(st.text(max_size=60), st.text("ABCabc019-_", min_size=43, max_size=43)))
def test_what_no_link_has_is_no_genuine_token(text: str) -> None:
    token = read_token(text)
    assert token is None or not is_genuine(token, OURS)


def test_a_token_has_one_writing() -> None:
    """The last character holds two bits that no byte uses: four texts would say one token."""
    text = token_of(LINK, OURS)
    written = [text[:-1] + last for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"]
    assert [one for one in written if (token := read_token(one)) and is_genuine(token, OURS)] == [text]


def test_a_nonce_names_one_command_of_its_link() -> None:
    nonce = new_nonce(LINK, RANDOM, OURS)
    command = command_of(nonce, LINK, OURS)
    assert command is not None
    assert command == command_of(nonce, LINK, OURS)
    assert command != command_of(new_nonce(LINK, bytes(16), OURS), LINK, OURS)
    assert command_of(nonce, UUID(int=1), OURS) is None
    assert command_of(nonce, LINK, THEIRS) is None


@given(st.one_of(st.text(max_size=60), st.binary(max_size=40).map(lambda content: content.hex())))
def test_a_forged_nonce_names_none(nonce: str) -> None:
    assert command_of(nonce, LINK, OURS) is None
