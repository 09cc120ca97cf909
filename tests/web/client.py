"""A test client that inspects every page a test fetches."""

import asyncio
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextvars import copy_context
from functools import cache
from itertools import dropwhile, pairwise
from threading import Thread, current_thread, main_thread
from typing import Any, NamedTuple

import anyio
import httpx2
from anyio._backends._asyncio import AsyncIOBackend
from anyio._core._eventloop import loaded_backends
from anyio.from_thread import BlockingPortal
from fastapi.testclient import TestClient
from selectolax.lexbor import LexborNode

from tests.web.tags import tree

LABELLED, UNLABELLED = ("input", "select", "textarea"), ("hidden", "submit", "button")


OWN_URL = "http://localhost"
"""The address that tests ask for: a name of this machine, as in use."""
OWN_PLACE = ("127.0.0.1", 50_000)
"""The address that tests ask from."""


@cache
def own_loop() -> asyncio.AbstractEventLoop:
    """Returns the event loop of the main thread: to wait for another thread takes longer than most pages."""
    return asyncio.new_event_loop()


class _OneThread(AsyncIOBackend):
    """Calls in the main thread, one after the other, what a server hands to threads: its only client waits for it."""

    @classmethod
    async def run_sync_in_worker_thread(
        cls, func: Callable[..., Any], args: tuple[Any, ...], abandon_on_cancel: bool = False, limiter: Any = None
    ) -> Any:
        if not abandon_on_cancel and asyncio.get_running_loop() is own_loop():
            return copy_context().run(func, *args)
        return await super().run_sync_in_worker_thread(func, args, abandon_on_cancel, limiter)


loaded_backends["asyncio"] = _OneThread
sys.modules["sniffio"] = None  # type: ignore[assignment]  # not installed: httpx2 looks for it at each request


@cache
def event_loop() -> BlockingPortal:
    """Returns the way into an event loop of the other threads of a test, which runs as long as this process.

    A client without one starts a thread and a loop for each request.
    """
    started: Future[BlockingPortal] = Future()

    async def run() -> None:
        async with BlockingPortal() as portal:
            started.set_result(portal)
            await portal.sleep_until_stopped()

    Thread(target=anyio.run, args=(run,), name="event loop of the clients", daemon=True).start()
    return started.result()


class OneTrip(httpx2.BaseTransport):
    """Answers a request in the main thread; in another one, or beside a loop of Playwright, by one trip to a loop.

    The transport of TestClient goes there eight times.
    """

    def __init__(self, client: TestClient, place: tuple[str, int], *, raises: bool) -> None:
        self.portal = client.portal
        self.asgi = httpx2.ASGITransport(client.app, raise_app_exceptions=raises, client=place)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        if current_thread() is main_thread():
            around = asyncio._get_running_loop()
            asyncio._set_running_loop(None)
            try:
                return own_loop().run_until_complete(self._answer(request))
            finally:
                asyncio._set_running_loop(around)
        assert self.portal
        return self.portal.call(self._answer, request)

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self.asgi.handle_async_request(request)
        assert isinstance(answer.stream, httpx2.AsyncByteStream)
        body = b"".join([part async for part in answer.stream])
        return httpx2.Response(answer.status_code, headers=answer.headers, stream=httpx2.ByteStream(body))


class LocalClient(TestClient):
    """FastAPI's TestClient at an address of this machine. All of them share an event loop."""

    def __init__(self, app: Any, *, client: tuple[str, int] = OWN_PLACE, **kwargs: Any) -> None:
        super().__init__(app, **{"base_url": OWN_URL, **kwargs})
        self.portal = event_loop()
        self._transport = OneTrip(self, client, raises=kwargs.get("raise_server_exceptions", True))


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


def words(html: str) -> str:
    """The text of a page with ordinary spaces: what a test compares sentences with."""
    return re.sub(r"\s+", " ", tree(html).text(separator=" ")).strip()


class Element(NamedTuple):
    """A tag of a page: its name, its attributes ("" without a value), its node."""

    name: str
    attributes: dict[str, str]
    node: LexborNode

    @property
    def words(self) -> str:
        return self.node.text().strip()

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")


def elements(page: LexborNode) -> list[Element]:
    return [
        Element(node.tag or "", {name: value or "" for name, value in node.attributes.items()}, node)
        for node in page.css("*")
    ]


def problems(html: str) -> list[str]:
    """Returns the problems of a page or fragment, as sentences."""
    page = tree(html)
    tags, whole = elements(page), page.tag == "html"
    return [
        *(_of_whole_page(tags) if whole else ()),
        *_of_ids(page, tags),
        *_of_inline_code(tags),
        *_of_controls(tags),
        *_of_forms(tags, html),
        *_of_links(tags),
        *of_errors(html),
    ]


def _named(tags: list[Element], *names: str) -> list[Element]:
    return [tag for tag in tags if tag.name in names]


def _inside(node: LexborNode, name: str) -> LexborNode | None:
    """Returns the nearest element of this name around a node."""
    around = node.parent
    while around is not None and around.tag != name:
        around = around.parent
    return around


def _of_whole_page(tags: list[Element]) -> list[str]:
    said = []
    titles = [tag for tag in _named(tags, "title") if tag.node.parent and tag.node.parent.tag == "head"]
    if len(titles) != 1 or not titles[0].words:
        said.append("a page has one title, not empty")
    if tags[0].get("lang") != "fr":
        said.append("the page is in French: lang=fr")
    if (count := len(_named(tags, "h1"))) != 1:
        said.append(f"a page has one h1, not {count}")
    if len(_named(tags, "main")) != 1:
        said.append("a page has one main")
    return said


def _of_ids(page: LexborNode, tags: list[Element]) -> list[str]:
    ids = Counter(tag.get("id") for tag in tags if "id" in tag.attributes)
    said = [f"id {name} stands twice" for name, count in sorted(ids.items()) if count > 1]
    for attribute in ("aria-describedby", "aria-labelledby", "for") if page.tag == "html" else ():
        for node in page.css(f"[{attribute}]"):
            names = (node.attributes[attribute] or "").split()
            said += [f"{attribute}={name} points to nothing" for name in names if name not in ids]
    return said


def _of_inline_code(tags: list[Element]) -> list[str]:
    said = [
        f"inline {tag.name}"
        for tag in _named(tags, "script", "style")
        if tag.name == "style" or "src" not in tag.attributes
    ]
    for tag in tags:
        for name, value in tag.attributes.items():
            if name == "style" or name.startswith(("on", "hx-on")):
                said.append(f"inline {name} on {tag.name}")
            if name in ("href", "action", "src") and value.startswith("javascript:"):
                said.append(f"javascript: in {name}")
    return said


def _of_controls(tags: list[Element]) -> list[str]:
    labels = {tag.get("for"): tag for tag in reversed(_named(tags, "label")) if "for" in tag.attributes}
    controls = [tag for tag in _named(tags, *LABELLED) if tag.get("type") not in UNLABELLED]
    return [f"no label for {tag.get('name') or tag.name}" for tag in controls if not _label(tag, labels)]


def _label(tag: Element, labels: dict[str, Element]) -> str:
    if named := tag.get("aria-label").strip() or tag.get("aria-labelledby"):
        return named
    if tag.get("id"):
        return labels[tag.get("id")].words if tag.get("id") in labels else ""
    around = _inside(tag.node, "label")
    return around.text().strip() if around else ""


def _of_forms(tags: list[Element], html: str) -> list[str]:
    said = []
    for form in _named(tags, "form"):
        method, action = form.get("method").lower(), form.get("action")
        if method not in ("get", "post", "dialog"):
            said.append(f"form {action}: no method")
        if not action.startswith("/"):
            said.append(f"form {action}: no action of ours")
        if method == "post" and form.get("enctype") != "multipart/form-data" and form.node.css("input[type=file]"):
            said.append(f"form {action}: a file needs enctype multipart/form-data")
    return [*said, *_inner_forms(html)]


def _inner_forms(html: str) -> Iterator[str]:
    """A browser leaves out a form inside another one, so the source tells it."""
    forms = html.split("<form")[1:]
    for outer, inner in pairwise(forms):
        if "</form" not in outer:
            action = re.search('^[^>]*action="([^"]*)"', inner)
            yield f"form {action[1] if action else ''}: inside another form"


def of_errors(html: str, *, sent_by_page: bool = False) -> list[str]:
    """A summary of errors links to every field in error, in the order of the page.

    A form that the page sent has no other errors: a stranger's may have errors of fields that no page shows.
    """
    page, said = tree(html), list[str]()
    summaries = page.css(".errors:not(.meanwhile)")
    ids = [f"#{node.id}" for node in page.css("[id]")] if summaries else []
    for summary in summaries:
        linked = [link.attributes["href"] or "" for link in summary.css("a[href^='#']")]
        form = _inside(summary, "form") or _next_form(page, summary)
        errors = [node for node in form.css(".error[id]") if node.text().strip()] if form else []
        wrong = [f"#{(node.id or '').removesuffix('-error')}" for node in errors]
        nowhere = [name for name in linked if name not in ids] if sent_by_page else []
        said += [f"the summary of errors links to nothing: {name}" for name in nowhere]
        said += [f"the summary of errors forgets {name}" for name in wrong if name not in linked]
        known = [name for name in linked if name in ids]
        if known != sorted(known, key=ids.index):
            said.append(f"the summary of errors is not in the order of the page: {known}")
    return said


def _next_form(page: LexborNode, summary: LexborNode) -> LexborNode | None:
    """Returns the first form after a summary."""
    following = dropwhile(lambda node: node.mem_id != summary.mem_id, page.css(".errors, form"))
    return next((node for node in following if node.tag == "form"), None)


def _of_links(tags: list[Element]) -> list[str]:
    said = []
    for link in _named(tags, "a", "button", "summary"):
        if link.name == "a" and not link.get("href"):
            said.append(f"link without address: {link.words}")
        if not (link.words or link.get("aria-label")):
            said.append(f"{link.name} without words: {link.get('href')}")
    return said
