"""A test client that inspects every page a test fetches."""

import re
from collections import Counter
from concurrent.futures import Future
from functools import cache, lru_cache
from threading import Thread
from typing import Any

import anyio
from anyio.from_thread import BlockingPortal
from bs4 import BeautifulSoup, Tag
from fastapi.testclient import TestClient

LABELLED, UNLABELLED = ("input", "select", "textarea"), ("hidden", "submit", "button")


OWN_URL = "http://localhost"
"""The address that tests ask for: a name of this machine, as in use."""
OWN_PLACE = ("127.0.0.1", 50_000)
"""The address that tests ask from."""


@cache
def event_loop() -> BlockingPortal:
    """Returns the way into an event loop that runs as long as this process.

    A client without one starts a thread and a loop for each request, which takes longer than most pages.
    """
    started: Future[BlockingPortal] = Future()

    async def run() -> None:
        async with BlockingPortal() as portal:
            started.set_result(portal)
            await portal.sleep_until_stopped()

    Thread(target=anyio.run, args=(run,), name="event loop of the clients", daemon=True).start()
    return started.result()


class LocalClient(TestClient):
    """FastAPI's TestClient at an address of this machine. All of them share an event loop."""

    def __init__(self, app: Any, **kwargs: Any) -> None:
        super().__init__(app, **{"base_url": OWN_URL, "client": OWN_PLACE, **kwargs})
        self.portal = event_loop()


class InspectingClient(LocalClient):
    """A client whose test fails when an HTML answer breaks a rule of `problems`."""

    def request(self, *args: Any, **kwargs: Any) -> Any:
        response = super().request(*args, **kwargs)
        if response.headers.get("content-type", "").startswith("text/html") and response.content:
            found = _found(response.text)
            assert not found, f"{response.request.method} {response.request.url}: " + "; ".join(found)
        return response


_ID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_inspected: dict[int, list[str]] = {}
"""The problems of each page by its hash, whatever ids it was given."""


def _found(html: str) -> list[str]:
    """Returns the problems of a page; one that comes back with other ids is inspected once."""
    ids: dict[str, str] = {}
    page = hash(_ID.sub(lambda id: ids.setdefault(id[0], f"id-{len(ids)}"), html))
    if page not in _inspected:
        _inspected[page] = problems(html)
    return _inspected[page]


@lru_cache(maxsize=16)
def parsed(html: str) -> BeautifulSoup:
    """The tree of a page, which is inspected and then asked by its test; nobody changes it."""
    return BeautifulSoup(html, "html.parser")


def words(html: str) -> str:
    """The text of a page with ordinary spaces: what a test compares sentences with."""
    return re.sub(r"\s+", " ", parsed(html).get_text(" ")).strip()


def problems(html: str) -> list[str]:
    """Returns the problems of a page or fragment, as sentences."""
    page = parsed(html)
    tags, whole = page.find_all(True), page.html is not None
    return [
        *(_of_whole_page(tags) if whole else ()),
        *_of_ids(tags, whole),
        *_of_inline_code(tags),
        *_of_controls(tags),
        *_of_forms(tags),
        *_of_links(tags),
        *of_errors(page),
    ]


def _named(tags: list[Tag], *names: str) -> list[Tag]:
    return [tag for tag in tags if tag.name in names]


def _of_whole_page(tags: list[Tag]) -> list[str]:
    said = []
    titles = [tag for tag in _named(tags, "title") if tag.parent and tag.parent.name == "head"]
    if len(titles) != 1 or not titles[0].get_text(strip=True):
        said.append("a page has one title, not empty")
    if any(tag.get("lang") != "fr" for tag in _named(tags, "html")):
        said.append("the page is in French: lang=fr")
    if (count := len(_named(tags, "h1"))) != 1:
        said.append(f"a page has one h1, not {count}")
    if len(_named(tags, "main")) != 1:
        said.append("a page has one main")
    return said


def _of_ids(tags: list[Tag], whole: bool) -> list[str]:
    ids = Counter(str(tag["id"]) for tag in tags if tag.has_attr("id"))
    said = [f"id {name} stands twice" for name, count in sorted(ids.items()) if count > 1]
    for attribute in ("aria-describedby", "aria-labelledby", "for") if whole else ():
        for tag in (tag for tag in tags if tag.has_attr(attribute)):
            said += [f"{attribute}={name} points to nothing" for name in str(tag[attribute]).split() if name not in ids]
    return said


def _of_inline_code(tags: list[Tag]) -> list[str]:
    said = [
        f"inline {tag.name}" for tag in _named(tags, "script", "style") if tag.name == "style" or "src" not in tag.attrs
    ]
    for tag in tags:
        for name in tag.attrs:
            if name == "style" or name.startswith(("on", "hx-on")):
                said.append(f"inline {name} on {tag.name}")
            if name in ("href", "action", "src") and str(tag[name]).startswith("javascript:"):
                said.append(f"javascript: in {name}")
    return said


def _of_controls(tags: list[Tag]) -> list[str]:
    labels = {str(tag["for"]): tag for tag in reversed(_named(tags, "label")) if tag.has_attr("for")}
    controls = [tag for tag in _named(tags, *LABELLED) if tag.get("type") not in UNLABELLED]
    return [f"no label for {tag.get('name') or tag.name}" for tag in controls if not _label(tag, labels)]


def _label(tag: Tag, labels: dict[str, Tag]) -> str:
    if tag.get("aria-label"):
        return str(tag["aria-label"]).strip()
    if tag.get("aria-labelledby"):
        return str(tag["aria-labelledby"])
    label = labels.get(str(tag["id"])) if tag.get("id") else tag.find_parent("label")
    return label.get_text(strip=True) if label else ""


def _of_forms(tags: list[Tag]) -> list[str]:
    said = []
    for form in _named(tags, "form"):
        method, action = str(form.get("method", "")).lower(), str(form.get("action", ""))
        if method not in ("get", "post", "dialog"):
            said.append(f"form {action}: no method")
        if not action.startswith("/"):
            said.append(f"form {action}: no action of ours")
        if form.find_parent("form"):
            said.append(f"form {action}: inside another form")
        if method == "post" and form.find("input", type="file") and form.get("enctype") != "multipart/form-data":
            said.append(f"form {action}: a file needs enctype multipart/form-data")
    return said


def of_errors(page: BeautifulSoup, *, sent_by_page: bool = False) -> list[str]:
    """A summary of errors links to every field in error, in the order of the page.

    A form that the page sent has no other errors: a stranger's may have errors of fields that no page shows.
    """
    said = []
    for summary in page.select(".errors:not(.meanwhile)"):
        linked = [str(link["href"]) for link in summary.select("a[href^='#']")]
        form = summary.find_parent("form") or summary.find_next("form")
        errors = [tag for tag in form.select(".error[id]") if tag.get_text(strip=True)] if form else []
        wrong = [f"#{str(tag['id']).removesuffix('-error')}" for tag in errors]
        ids = [f"#{tag['id']}" for tag in page.select("[id]")]
        nowhere = [name for name in linked if name not in ids] if sent_by_page else []
        said += [f"the summary of errors links to nothing: {name}" for name in nowhere]
        said += [f"the summary of errors forgets {name}" for name in wrong if name not in linked]
        known = [name for name in linked if name in ids]
        if known != sorted(known, key=ids.index):
            said.append(f"the summary of errors is not in the order of the page: {known}")
    return said


def _of_links(tags: list[Tag]) -> list[str]:
    said = []
    for link in _named(tags, "a", "button", "summary"):
        if link.name == "a" and not link.get("href"):
            said.append(f"link without address: {link.get_text(strip=True)}")
        if not (link.get_text(strip=True) or link.get("aria-label")):
            said.append(f"{link.name} without words: {link.get('href', '')}")
    return said
