"""Bodies are read whole, within their time and size, before the application runs."""

from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import pytest
from anyio import create_task_group, sleep, wait_all_tasks_blocked
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.http import errors
from web.http.security import WholeMessages

SCOPE: dict[str, Any] = {
    "type": "http", "method": "POST", "path": "/", "raw_path": b"/", "query_string": b"", "root_path": "",
    "scheme": "http", "server": ("127.0.0.1", 80), "headers": [(b"transfer-encoding", b"chunked")],
}  # fmt: skip
SMALL: dict[str, Any] = {"most": 1_000_000, "held": 500_000, "seconds": 60, "pause": 60}
BRIEF = {**SMALL, "seconds": 0.3, "pause": 0.1}


def run(asked: Callable[..., Awaitable[Any]], *given: Any) -> Any:
    """Runs a coroutine in a thread of its own: that of the tests may hold the loop of a browser."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, asked, *given).result()


class Echo:
    """An application that answers with the length of the body, and counts its calls."""

    calls = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.calls += 1
        message = await receive()
        assert not message["more_body"]
        await PlainTextResponse(str(len(message["body"])))(scope, receive, send)


def sent(parts: list[bytes], every: float = 0, *, left: bool = False, whole: bool = True) -> Receive:
    """A client that sends a part each time; then it has sent all, leaves, or falls silent."""
    left_to_send: Iterator[bytes] = iter(parts)

    async def receive() -> Message:
        await sleep(every)
        part = next(left_to_send, None)
        if part is not None:
            return {"type": "http.request", "body": part, "more_body": True}
        if left:
            return {"type": "http.disconnect"}
        if not whole:
            await sleep(60)
        return {"type": "http.request", "body": b"", "more_body": False}

    return receive


async def asked(app: ASGIApp, receive: Receive, headers: list[tuple[bytes, bytes]] | None = None) -> tuple[int, bytes]:
    """Returns the status and the body of the answer, (0, b"") when there is none."""
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    await app({**SCOPE, **({"headers": headers} if headers is not None else {})}, receive, send)
    if not messages:
        return 0, b""
    return messages[0]["status"], b"".join(message.get("body", b"") for message in messages[1:])


def test_the_application_gets_the_body_in_one_piece() -> None:
    assert run(asked, WholeMessages(Echo(), errors.refuse, **SMALL), sent([b"a" * 10, b"b" * 20])) == (200, b"30")


@pytest.mark.parametrize(
    ("client", "limits", "status", "words"),
    [
        (sent([b"a"], whole=False), BRIEF, 408, "n’est pas arrivé en entier à temps"),
        (sent([b"a"] * 60, every=0.05), BRIEF, 408, "n’est pas arrivé en entier à temps"),
        (sent([b"a" * 400_000] * 3), SMALL, 503, "Recommencez dans quelques secondes"),
        (sent([b"a" * 50_000] * 40), SMALL, 503, "Recommencez dans quelques secondes"),
    ],
)
def test_a_body_too_slow_or_too_much_at_once_never_reaches_it(
    client: Receive, limits: dict[str, Any], status: int, words: str
) -> None:
    app = Echo()
    answer = run(asked, WholeMessages(app, errors.refuse, **limits), client)
    assert answer[0] == status
    assert words in answer[1].decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "Votre action n’est pas enregistrée" in answer[1].decode()
    assert app.calls == 0


@pytest.mark.parametrize("headers", [[(b"content-length", b"1000001")], [(b"transfer-encoding", b"chunked")]])
def test_a_body_too_large_is_refused(headers: list[tuple[bytes, bytes]]) -> None:
    app = Echo()
    limits = {**SMALL, "held": 10_000_000}
    assert run(asked, WholeMessages(app, errors.refuse, **limits), sent([b"a" * 600_000] * 2), headers)[0] == 413
    assert app.calls == 0


@pytest.mark.parametrize(
    ("sender", "back"),
    [
        ("http://ici.exemple/resultats?p=2#x", "/resultats?p=2"),
        ("http://ici.exemple//ailleurs.exemple/x", "/ailleurs.exemple/x"),
        ("http://ici.exemple/\\ailleurs.exemple/x", "/ailleurs.exemple/x"),
        ("http://ici.exemple", "/"),
        ("http://ailleurs.exemple/resultats", ""),
        ("http://ici.exemple:81/resultats", ""),
        ("http://[", ""),
        ("javascript:alert(1)", ""),
        ('http://ici.exemple/"><script>', "/&#34;&gt;&lt;script&gt;"),
        ("", ""),
    ],
)
def test_the_page_leads_back_to_the_form_when_it_is_ours(sender: str, back: str) -> None:
    headers = [(b"content-length", b"1000001"), (b"host", b"ici.exemple"), (b"referer", sender.encode())]
    page = run(asked, WholeMessages(Echo(), errors.refuse, **SMALL), sent([]), headers)[1].decode()
    assert ("Revenir au formulaire" in page) == bool(back)
    assert not back or f'href="{back}">Revenir au formulaire' in page
    assert 'href="/">Revenir à l’accueil' in page


def test_who_leaves_in_the_middle_is_not_answered() -> None:
    app = Echo()
    assert run(asked, WholeMessages(app, errors.refuse, **SMALL), sent([b"a"], left=True)) == (0, b"")
    assert app.calls == 0


def test_the_memory_of_a_body_is_given_back() -> None:
    app = WholeMessages(Echo(), errors.refuse, **{**SMALL, "pause": 1})

    async def again_and_again() -> set[int]:
        large, silent = [b"a" * 50_000] * 9, sent([b"a" * 50_000] * 9, whole=False)
        first = [(await asked(app, client))[0] for client in (sent(large), silent, sent(large, left=True), sent(large))]
        assert first == [200, 408, 0, 200]
        return {(await asked(app, sent(large)))[0] for _ in range(5)}

    assert run(again_and_again) == {200}


def test_small_forms_pass_while_the_memory_is_taken() -> None:
    app = WholeMessages(Echo(), errors.refuse, **SMALL)

    async def beside() -> tuple[int, int]:
        async with create_task_group() as group:
            group.start_soon(asked, app, sent([b"a" * 50_000] * 10, whole=False))
            await wait_all_tasks_blocked()
            small, large = await asked(app, sent([b"a" * 1_000])), await asked(app, sent([b"a" * 100_000]))
            group.cancel_scope.cancel()
        return small[0], large[0]

    assert run(beside) == (200, 503)


def test_a_client_that_reads_slowly_does_not_keep_the_application() -> None:
    """The application ended, with all that it held, before the first part of its answer leaves."""
    ended: list[bool] = []

    async def held(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("ok")(scope, receive, send)
        ended.append(True)

    async def send(message: Message) -> None:
        assert ended

    run(WholeMessages(held, errors.refuse, **SMALL), SCOPE, sent([]), send)
