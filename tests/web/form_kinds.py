"""Every kind of form that pages show, found by following their links, and what a stranger may send in its place."""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from fastapi.testclient import TestClient
from hypothesis import strategies as st
from selectolax.lexbor import LexborNode

from tests.web.pressing import values_of
from tests.web.tags import tree
from web.http.forms import Form

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,64}|\b[IR]\d{1,2}\b")
"""Ids, and the names of indicators and of rules."""
_VALUE = re.compile(r"=[^&]*")
MOST_OF_A_PATTERN = 2
"""Pages visited of one pattern: those of other ids show the same kinds of form."""

Sent = Mapping[str, Any]
OURS = frozenset({"command_id"})


@dataclass(frozen=True)
class FormKind:
    """One kind of form: who sees it, where it goes, its fields as the page sends them, those that take a file.

    A form that no page of the test shows has `models` instead: the fields that it may have.
    """

    browser: TestClient
    action: str
    fields: Sent
    files: tuple[str, ...] = ()
    models: tuple[frozenset[str], ...] = ()

    @property
    def name(self) -> str:
        """The path, and if the form corrects a fact; its fields."""
        path, _, query = self.action.partition("?")
        corrects = ", corrige" if "corrige=" in query else ""
        return f"{_ID.sub('*', path)}{corrects} ({', '.join(sorted({*self.fields, *self.files}))})"

    def send(self, sent: Sent) -> Any:
        """Sends these fields; a field of files takes a text as a file."""
        taken = {name: value for name, value in sent.items() if name in self.files or isinstance(value, bytes)}
        files = {name: ("x.csv", v if isinstance(v, bytes) else str(v).encode()) for name, v in taken.items()}
        data = {name: value for name, value in sent.items() if name not in files}
        return self.browser.post(self.action, data=data, files=files or None)


def kinds(browsers: Iterable[TestClient], starts: Iterable[str]) -> list[FormKind]:
    """Follows every link from these pages, and returns each kind of form once."""
    found: dict[str, FormKind] = {}
    first = list(starts)
    for browser in browsers:
        waiting, met, patterns = list(first), set(first), Counter[str]()
        while waiting:
            address = waiting.pop(0)
            page = browser.get(address)
            if page.status_code != 200 or "text/html" not in page.headers["content-type"]:
                continue
            html = tree(page.text)
            for form in _forms(browser, address, html):
                found.setdefault(form.name, form)
            for link in _links(html):
                pattern = _pattern(link)
                if link not in met and patterns[pattern] < MOST_OF_A_PATTERN:
                    met.add(link)
                    patterns[pattern] += 1
                    waiting.append(link)
    return list(found.values())


def _pattern(link: str) -> str:
    """Returns a link without its ids and values, but with the name of the form that it opens.

    Filters of a list that combine are one pattern: alone, each has one.
    """
    kept = re.search(r"(formulaire|faire|vue)=[^&]*", link)
    found = _VALUE.sub("=", _ID.sub("*", link))
    path, _, query = found.partition("?")
    combined = "*" not in path and query.count("=") > 1
    return (path if combined else found) + (kept[0] if kept else "")


def _links(html: LexborNode) -> Iterator[str]:
    for tag in html.css("a[href]"):
        link = (tag.attributes["href"] or "").partition("#")[0]
        if link.startswith("/") and not urlsplit(link).path.endswith((".ics", ".csv", ".pdf", ".json", ".xlsx")):
            yield link


def _forms(browser: TestClient, address: str, html: LexborNode) -> Iterator[FormKind]:
    for form in html.css("form[method=post]"):
        files = tuple(tag.attributes["name"] or "" for tag in form.css("input[type=file][name]"))
        fields = {name: value for name, value in values_of(form).items() if name not in files}
        others = {
            tag.attributes["name"] or "": tag.attributes.get("value") or "" for tag in form.css("[name]:not([form])")
        }
        fields |= {name: value for name, value in others.items() if name not in fields and name not in files}
        own = form.attributes.get("action") or address
        for action in dict.fromkeys([own, *(tag.attributes["formaction"] or "" for tag in form.css("[formaction]"))]):
            yield FormKind(browser, action.partition("#")[0], fields, files)


def models(module: str) -> tuple[frozenset[str], ...]:
    """Returns the fields of each form that a module of routes uses, its own or that of a module it imports."""
    own = list(vars(sys.modules[module]).values())
    beside = [one for one in own if isinstance(one, ModuleType) and one.__name__.startswith("web.")]
    used = [one for each in beside for one in vars(each).values()]
    found = {one for one in (*own, *used) if isinstance(one, type) and issubclass(one, Form)} | {Form}
    return tuple(sorted((frozenset(one.model_fields) for one in found), key=sorted))


STRANGE = (
    "", " ", "\0", "a\0b", "\x1b[2J", "\x7f", "\x85", "\u2028", "\U0010ffff", "é" * 6_000, "x" * 70_000, "[/b]", "<b>",
    "' or 1=1", "%00", "-1", "0", "1.5", "1e999", "9" * 30, "9" * 5_000, "2147483648", "9007199254740993", "nan", "٣",
    "²", "0001-01-01", "9999-12-31", "2026-02-30", "10000-01-01", "2026-03-16T25:00", "24:00", "true", "null", "[]",
    str(UUID(int=0)), str(UUID(int=2**128 - 1)), f"{UUID(int=1)}:{UUID(int=2)}", ":", "a:b:c", "../../etc/passwd",
    "hold-debrief:x", "retract", "0" * 36,
)  # fmt: skip


@st.composite
def wrongly_filled(draw: st.DrawFn, kind: FormKind, ids: tuple[str, ...]) -> dict[str, Any]:
    """Returns the fields of a form, some of them missing, strange, another's id, repeated, a file or unknown."""
    strange = st.sampled_from((*STRANGE, *ids)) | st.text(st.characters(codec="utf-8"), max_size=40)
    several = st.lists(strange, min_size=2, max_size=5)
    fields = dict.fromkeys(draw(st.sampled_from(kind.models)), "") if kind.models else dict(kind.fields)
    names = sorted({*fields, *kind.files} - OURS) or sorted(OURS)
    changed = draw(st.sets(st.sampled_from(names), min_size=1, max_size=len(names)))
    sent: dict[str, Any] = {**fields, **dict.fromkeys(kind.files, "Nom;Prénom\nDiallo;Awa\n")}
    if "command_id" in sent:
        sent["command_id"] = str(draw(st.uuids(version=4)))
    for name in changed:
        match draw(st.sampled_from(("missing", "strange", "strange", "strange", "several", "file"))):
            case "missing":
                sent.pop(name)
            case "strange":
                sent[name] = draw(strange)
            case "file":
                sent[name] = b"Nom"
            case _ if name not in kind.files:
                sent[name] = draw(several)
    if draw(st.booleans()) and draw(st.booleans()):
        sent[draw(st.sampled_from(("unknown", "seen", "command_id", "on", "a" * 300)))] = draw(strange)
    return sent
