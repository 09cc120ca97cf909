"""The tags of a page, asked by CSS selectors."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode


@lru_cache(maxsize=4)
def tree(html: str) -> LexborNode:
    """The tree of a page or fragment as a browser builds it."""
    if "<html" in html:
        root = LexborHTMLParser(html).root
        assert root
        return root
    template = LexborHTMLParser(f"<template>{html}</template>").css_first("template")
    assert template
    return template.template_fragments()[0]


class Tag:
    """A tag of a page: its attributes by name ("" without a value), its words, and what selectors find in it.

    It stands for the node of the parser, which answers None where a test wants to be told what is missing.
    """

    def __init__(self, node: LexborNode) -> None:
        self.node = node

    def __getitem__(self, attribute: str) -> str:
        return self.node.attributes[attribute] or ""

    def get(self, attribute: str, otherwise: Any = None) -> Any:
        return self[attribute] if self.has_attr(attribute) else otherwise

    def has_attr(self, attribute: str) -> bool:
        return attribute in self.node.attributes

    def __getattr__(self, name: str) -> Any:
        """The first tag of this name in it."""
        if name.startswith("_"):
            raise AttributeError(name)
        return self.select_one(name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tag) and self.node.html == other.node.html

    def __hash__(self) -> int:
        return hash(self.node.html)

    def __str__(self) -> str:
        return self.node.html or ""

    @property
    def attrs(self) -> dict[str, str]:
        return {name: value or "" for name, value in self.node.attributes.items()}

    @property
    def name(self) -> str:
        return self.node.tag or ""

    @property
    def parent(self) -> Any:
        return Tag(self.node.parent) if self.node.parent else None

    @property
    def begins(self) -> str:
        """The words that stand first in it, before any tag."""
        return next((one.text().strip() for one in self.node.iter(include_text=True) if one.tag == "-text"), "")

    @property
    def text(self) -> str:
        return self.node.text()

    def get_text(self, separator: str = "", *, strip: bool = False) -> str:
        return self.node.text(separator=separator, strip=strip)

    def select(self, selector: str) -> list[Any]:
        return [Tag(node) for node in self.node.css(selector) if node.mem_id != self.node.mem_id]

    def select_one(self, selector: str) -> Any:
        return next(iter(self.select(selector)), None)

    def around(self, name: str) -> Any:
        """Returns the nearest tag of this name around it."""
        return next((one for one in self._parents() if one.name == name), None)

    def _parents(self) -> Iterator["Tag"]:
        node = self.node.parent
        while node is not None:
            yield Tag(node)
            node = node.parent


def parsed(html: str) -> Any:
    """The page, to be asked; untyped, as what a selector finds is asserted by what is then asked of it."""
    return Tag(tree(html))
