"""A test client that inspects every page a test fetches."""

import re
from typing import Any

from bs4 import BeautifulSoup, Tag
from fastapi.testclient import TestClient

LABELLED = "input:not([type=hidden]):not([type=submit]):not([type=button]), select, textarea"


class InspectingClient(TestClient):
    """FastAPI's TestClient; an HTML answer that breaks a rule of `problems` fails the test that asked for it."""

    def request(self, *args: Any, **kwargs: Any) -> Any:
        response = super().request(*args, **kwargs)
        if response.headers.get("content-type", "").startswith("text/html") and response.content:
            found = problems(response.text)
            assert not found, f"{response.request.method} {response.request.url}: " + "; ".join(found)
        return response


def words(html: str) -> str:
    """The text of a page with ordinary spaces: what a test compares sentences with."""
    return re.sub(r"\s+", " ", BeautifulSoup(html, "html.parser").get_text(" ")).strip()


def problems(html: str) -> list[str]:
    """What is wrong with a page, or with a fragment of one, in words."""
    page = BeautifulSoup(html, "html.parser")
    whole = page.html is not None
    return [
        *(_of_whole_page(page) if whole else ()),
        *_of_ids(page, whole),
        *_of_inline_code(page),
        *_of_controls(page, whole),
        *_of_forms(page),
        *_of_links(page),
    ]


def _of_whole_page(page: BeautifulSoup) -> list[str]:
    said = []
    if len(page.select("head > title")) != 1 or not page.select_one("head > title").get_text(strip=True):
        said.append("a page has one title, not empty")
    if page.html.get("lang") != "fr":
        said.append("the page is in French: lang=fr")
    if len(page.select("h1")) != 1:
        said.append(f"a page has one h1, not {len(page.select('h1'))}")
    if len(page.select("main")) != 1:
        said.append("a page has one main")
    return said


def _of_ids(page: BeautifulSoup, whole: bool) -> list[str]:
    ids = [str(tag["id"]) for tag in page.select("[id]")]
    said = [f"id {name} stands twice" for name in sorted({name for name in ids if ids.count(name) > 1})]
    for attribute in ("aria-describedby", "aria-labelledby", "for") if whole else ():
        for tag in page.select(f"[{attribute}]"):
            said += [f"{attribute}={name} points to nothing" for name in str(tag[attribute]).split() if name not in ids]
    return said


def _of_inline_code(page: BeautifulSoup) -> list[str]:
    said = [f"inline {tag.name}" for tag in page.select("script:not([src]), style")]
    for tag in page.find_all(True):
        for name in tag.attrs:
            if name == "style" or name.startswith(("on", "hx-on")):
                said.append(f"inline {name} on {tag.name}")
            if name in ("href", "action", "src") and str(tag[name]).startswith("javascript:"):
                said.append(f"javascript: in {name}")
    return said


def _of_controls(page: BeautifulSoup, whole: bool) -> list[str]:
    del whole
    return [f"no label for {tag.get('name') or tag.name}" for tag in page.select(LABELLED) if not _label(page, tag)]


def _label(page: BeautifulSoup, tag: Tag) -> str:
    if tag.get("aria-label"):
        return str(tag["aria-label"]).strip()
    if tag.get("aria-labelledby"):
        return str(tag["aria-labelledby"])
    label = page.find("label", attrs={"for": tag["id"]}) if tag.get("id") else tag.find_parent("label")
    return label.get_text(strip=True) if label else ""


def _of_forms(page: BeautifulSoup) -> list[str]:
    said = []
    for form in page.select("form"):
        method, action = str(form.get("method", "")).lower(), str(form.get("action", ""))
        if method not in ("get", "post", "dialog"):
            said.append(f"form {action}: no method")
        if not action.startswith("/"):
            said.append(f"form {action}: no action of ours")
        if form.find_parent("form"):
            said.append(f"form {action}: inside another form")
        if method == "post" and form.select_one("input[type=file]") and form.get("enctype") != "multipart/form-data":
            said.append(f"form {action}: a file needs enctype multipart/form-data")
    return said


def _of_links(page: BeautifulSoup) -> list[str]:
    said = []
    for link in page.select("a, button, summary"):
        if link.name == "a" and not link.get("href"):
            said.append(f"link without address: {link.get_text(strip=True)}")
        if not (link.get_text(strip=True) or link.get("aria-label")):
            said.append(f"{link.name} without words: {link.get('href', '')}")
    return said
