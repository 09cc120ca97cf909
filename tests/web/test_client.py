import pytest

from tests.web.client import problems

RIGHT = (
    '<!doctype html><html lang="fr"><head><title>Une page</title></head>'
    "<body><main><h1>Une page</h1>{}</main></body></html>"
)


def test_a_right_page_has_no_problem() -> None:
    assert (
        problems(RIGHT.format('<form method="post" action="/x"><label for="a">A</label><input id="a" name="a"></form>'))
        == []
    )


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ("<h1>Deux</h1>", "a page has one h1, not 2"),
        ('<input name="nom">', "no label for nom"),
        ('<form action="/x"></form>', "form /x: no method"),
        ('<form method="post"></form>', "form : no action of ours"),
        (
            '<form method="get" action="/a"><form method="get" action="/b"></form></form>',
            "form /b: inside another form",
        ),
        ("<script>alert(1)</script>", "inline script"),
        ("<style>a{}</style>", "inline style"),
        ('<p style="width:40%"></p>', "inline style on p"),
        ('<p onclick="x()"></p>', "inline onclick on p"),
        ('<b id="a"></b><b id="a"></b>', "id a stands twice"),
        ('<label for="b">B</label>', "for=b points to nothing"),
        ('<a href="/x"></a>', "a without words: /x"),
        ("<a>sans</a>", "link without address: sans"),
    ],
)
def test_a_wrong_page_is_found_out(html: str, problem: str) -> None:
    assert problem in problems(RIGHT.format(html))
