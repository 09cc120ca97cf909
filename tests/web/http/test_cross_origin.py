"""The guard against forms of other sites: each header that a browser may send, and none."""

import pytest
from starlette.datastructures import Headers

from web.http.security import is_cross_origin, is_led_from_elsewhere

PUBLIC = "pixflow.exemple.fr"


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_a_form_of_our_own_page_passes(site: str) -> None:
    assert not is_cross_origin("POST", Headers({"sec-fetch-site": site, "origin": "https://elsewhere.example"}))


@pytest.mark.parametrize("site", ["cross-site", "same-site", "Same-Origin", "unheard-of"])
def test_another_site_is_refused_even_with_our_origin(site: str) -> None:
    headers = Headers({"sec-fetch-site": site, "origin": f"https://{PUBLIC}", "host": PUBLIC})
    assert is_cross_origin("POST", headers)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "post", "INVENTED"])
def test_every_method_that_may_write_is_guarded(method: str) -> None:
    assert is_cross_origin(method, Headers({"sec-fetch-site": "cross-site"}))


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_link_from_another_site_passes(method: str) -> None:
    assert not is_cross_origin(method, Headers({"sec-fetch-site": "cross-site", "origin": "https://elsewhere.example"}))


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://pixflow.exemple.fr", "pixflow.exemple.fr"),
        ("https://PIXFLOW.exemple.fr", "pixflow.exemple.fr"),
        ("http://pixflow.exemple.fr", "pixflow.exemple.fr"),
        ("https://pixflow.exemple.fr:8443", "pixflow.exemple.fr:8443"),
        ("http://[::1]:8000", "[::1]:8000"),
        ("", "pixflow.exemple.fr"),
    ],
)
def test_without_fetch_metadata_the_origin_is_the_host(origin: str, host: str) -> None:
    assert not is_cross_origin("POST", Headers({"origin": origin, "host": host}))


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://elsewhere.example", "pixflow.exemple.fr"),
        ("https://pixflow.exemple.fr.elsewhere.example", "pixflow.exemple.fr"),
        ("https://pixflow.exemple.fr@elsewhere.example", "pixflow.exemple.fr"),
        ("https://pixflow.exemple.fr:8443", "pixflow.exemple.fr"),
        ("https://pixflow.exemple.fr", "pixflow.exemple.fr:8443"),
        ("https://pixflow.exemple.fr:port", "pixflow.exemple.fr"),
        ("null", "pixflow.exemple.fr"),
        ("null", ""),
        ("https://[", "["),
        ("https://pixflow.exemple.fr", ""),
    ],
)
def test_another_origin_is_refused(origin: str, host: str) -> None:
    assert is_cross_origin("POST", Headers({"origin": origin, "host": host}))


def test_a_program_sends_neither_header_and_passes() -> None:
    assert not is_cross_origin("POST", Headers({"host": PUBLIC}))


@pytest.mark.parametrize(
    ("sent", "elsewhere"),
    [
        ({}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": "same-origin", "referer": "https://elsewhere.example/"}, False),
        ({"sec-fetch-site": "same-site"}, True),
        ({"sec-fetch-site": "cross-site", "referer": f"https://{PUBLIC}/"}, True),
        ({"referer": f"https://{PUBLIC}/boite"}, False),
        ({"referer": "https://elsewhere.example/"}, True),
        ({"referer": "about:blank"}, True),
    ],
)
def test_a_page_of_another_site_is_told_from_our_own(sent: dict[str, str], elsewhere: bool) -> None:
    assert is_led_from_elsewhere(Headers({**sent, "host": PUBLIC})) is elsewhere
