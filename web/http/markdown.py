"""The text of a resource, from Markdown to HTML: no image, no HTML of its own, links that leave by https only."""

from collections.abc import MutableMapping, Sequence
from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token
from markupsafe import Markup

from pixflow.documents.resource import is_link
from web.french.typography import typeset

TAGS = {
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES: dict[str, set[str]] = {"*": set(), "a": {"href"}}
SCHEMES = {"https", "mailto", "tel"}
_LOWEST = 6
_DEPTH = 20
"""The deepest nesting that is read. Deeper text is left out."""


def _text(tokens: Sequence[Token], n: int, options: Any, env: MutableMapping[str, Any]) -> str:
    return escapeHtml(typeset(tokens[n].content))


_PARSER = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEPTH}).enable("table").disable("image")
# An address without a scheme, `//host` too, is no link.
_PARSER.validateLink = lambda url: is_link(url) or url.startswith(("mailto:", "tel:"))  # type: ignore[method-assign]
_PARSER.renderer.rules["text"] = _text  # type: ignore[attr-defined]


@lru_cache(maxsize=512)
def html(text: str, top: int = 2) -> Markup:
    """Returns the HTML of a text, rendered once a revision. `top` is the level of its first headings."""
    tokens = _PARSER.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(_LOWEST, int(token.tag[1]) + top - 1)}"
    drawn = _PARSER.renderer.render(tokens, _PARSER.options, {})
    clean = nh3.clean(drawn, tags=TAGS, attributes=_ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer")
    return Markup(clean)  # noqa: S704 — nh3 leaves these tags and safe links alone
