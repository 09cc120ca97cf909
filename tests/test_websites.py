"""Tests which addresses of websites become a link of the team: public names, with nothing beside them."""

import socket
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

import idna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixflow.websites import website

CYRILLIC_A, GREEK_O = "\N{CYRILLIC SMALL LETTER A}", "\N{GREEK SMALL LETTER OMICRON}"
WIDE = {ord("0") + n: ord("\N{FULLWIDTH DIGIT ZERO}") + n for n in range(10)}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("www.exemple.fr", "https://www.exemple.fr"),
        ("http://exemple.fr/rdv?a=1#b", "http://exemple.fr/rdv?a=1#b"),
        ("https://EXEMPLE.fr./", "https://EXEMPLE.fr./"),
        ("mairie-l-aigle.fr/@accueil:1", "https://mairie-l-aigle.fr/@accueil:1"),
        ("https://préfecture.fr", "https://préfecture.fr"),
        ("https://xn--prfecture-b4a.fr", "https://xn--prfecture-b4a.fr"),
        ("https://xn--e1afmkfd.xn--p1ai", "https://xn--e1afmkfd.xn--p1ai"),
        ("https://localhost.fr", "https://localhost.fr"),
    ],
)
def test_a_public_name_is_kept_as_it_is_typed(typed: str, kept: str) -> None:
    assert website(typed) == kept


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "0x7f.1", "0177.0.0.1", "2130706433", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "127。0。0。1", "127.0.0.1.", "%3127.0.0.1",
        "[::1]", "[::]", "[fe80::1]", "[fd00::1]", "[::ffff:127.0.0.1]", "[::1",
        "localhost", "LOCALHOST", "localhost.", "a.localhost", "imprimante.local", "db.internal", "box.home.arpa",
        "box.lan", "intranet", "serveur.intranet", "exemple", ".fr", "fr.", "a..fr", "",
        "mairie.fr@evil.example", "@evil.example", "a:b@evil.example", "mairie.fr\\@evil.example",
        "mairie.fr%40evil.example",
        "exemple.fr:8080", "exemple.fr:443", "exemple.fr:", "exemple.fr:x",
        "exem_ple.fr", "-exemple.fr", "exem ple.fr", "exem\tple.fr", "exem\u202eple.fr",
        "\N{SNOWMAN}.fr", f"{'a' * 64}.fr",
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["", "/", "/rdv?a=1"])
def test_a_number_a_near_name_and_what_hides_in_a_host_are_refused(host: str, end: str) -> None:
    for typed in (f"http://{host}{end}", f"https://{host}{end}"):
        with pytest.raises(ValueError):
            website(typed)


@pytest.mark.parametrize(
    "host",
    [
        f"m{CYRILLIC_A}irie.fr", f"mairie-{CYRILLIC_A}.fr", f"g{GREEK_O}uv.fr", "\u0430\u0440\u0440\u04cf\u0435.com",
        f"{CYRILLIC_A}.mairie.fr", f"mairie.f{CYRILLIC_A}",
    ],
)  # fmt: skip
def test_a_name_of_two_scripts_is_refused_in_both_of_its_spellings(host: str) -> None:
    for spelled in (host, host.upper(), idna.encode(host).decode()):
        with pytest.raises(ValueError):
            website(f"https://{spelled}")


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)", "ftp://exemple.fr", "data://exemple.fr", "//exemple.fr", "https:///exemple.fr",
        "https:exemple.fr", "https:\\\\exemple.fr", "sur leur page",
    ],
)  # fmt: skip
def test_another_scheme_and_a_sentence_are_refused(typed: str) -> None:
    with pytest.raises(ValueError):
        website(typed)


def spellings(number: IPv4Address) -> list[str]:
    a, b, c, d = number.packed
    whole = int(number)
    return [
        str(number), f"{whole}", f"{whole:#x}", f"0{whole:o}", f"{a}.{whole & 0xFFFFFF}", f"{a}.{b}.{whole & 0xFFFF}",
        f"{a:#x}.{b:#x}.{c:#x}.{d:#x}", f"0{a:o}.0{b:o}.0{c:o}.0{d:o}", f"{number}.", str(number).translate(WIDE),
        f"[::ffff:{number}]",
    ]  # fmt: skip


@given(
    st.integers(0, 2**32 - 1).map(IPv4Address).flatmap(lambda one: st.sampled_from(spellings(one)))
    | st.ip_addresses(v=6).map("[{}]".format)
)
def test_no_spelling_of_a_number_is_a_website(host: str) -> None:
    with pytest.raises(ValueError):
        website(f"http://{host}/")


SIGNS = st.sampled_from([*"0127afx.:@[]%/\\-_?#", "localhost", "local", "exemple", ".fr", "xn--", "\uff11", "\u3002"])


@given(st.lists(SIGNS, max_size=12).map("".join))
def test_no_accepted_address_leads_to_this_machine_by_its_letter(typed: str) -> None:
    """Reads what is kept as a browser does: its host is no number, and no name of this machine."""
    try:
        kept = website(typed)
    except ValueError:
        return
    parts = urlsplit(kept)
    host = idna.encode(parts.netloc, uts46=True).decode().removesuffix(".")
    assert parts.scheme in ("http", "https")
    assert host.rpartition(".")[2] not in ("localhost", "local")
    for read in (socket.inet_aton, IPv4Address, IPv6Address):
        with pytest.raises((OSError, ValueError)):
            read(host)
