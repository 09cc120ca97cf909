"""Routes for a monitor: is the process alive, is it ready. They answer codes and counts, never a name.

They are `async`, and outside the limit of concurrent requests: they answer when every thread and every turn is taken.
"""

import time
from functools import lru_cache
from typing import Any

from anyio import CapacityLimiter, fail_after, to_thread
from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from web.hosting.health import Finding
from web.hosting.host import Host
from web.hosting.machine.metrics import Metrics

router = APIRouter()
NEEDED = ("durability", "tables", "tick")
"""The checks that a ready process passes. The others only raise an alarm."""
LOOPBACK = "127.0.0.1"
"""Address of a request of this machine; on a UNIX socket it has none."""
LATE = 180
"""Seconds since a tick ended with a structure, after which the periodic jobs hang."""
SECONDS = 5
_ONE_AT_A_TIME = CapacityLimiter(1)
"""A thread of its own for the measures: threads of pages may all be busy."""


@router.get("/healthz")
async def health() -> Response:
    """Answers while the process runs."""
    return PlainTextResponse("ok")


def from_this_machine(request: Request) -> None:
    """Raises 404 for a request that a proxy passed on, or that another machine sent."""
    client = request.client.host if request.client else LOOPBACK
    if client != LOOPBACK or "x-forwarded-for" in request.headers:
        raise HTTPException(404)


OfThisMachine = Depends(from_this_machine)


@router.get("/readyz", dependencies=[OfThisMachine])
async def readiness(request: Request) -> Response:
    """Answers this machine 200 when a structure is open and all read tables answer, 503 otherwise.

    It asks no store: it says what the last ticks found. `closed` counts the structures that do not open, `lag` the
    events missing from the read tables, `stopped` the streams they cannot show, `jumps` the jumps of the clock. `age`
    is in seconds since a tick last ended with a structure. `alarms` are the checks that `pixflow doctor` explains;
    `tick` is among them when that is more than three minutes ago.
    """
    report = _report(request.app.state.host)
    return JSONResponse(report, 200 if report["ready"] else 503, {"Cache-Control": "no-store"})


@router.get("/metrics", dependencies=[OfThisMachine])
async def metrics(request: Request) -> Response:
    """Answers this machine the measures of this process, as Prometheus reads them; 404 without the extra `metrics`."""
    measured: Metrics | None = request.app.state.metrics
    if measured is None:
        raise HTTPException(404)
    with fail_after(SECONDS):
        text = await to_thread.run_sync(measured.text, limiter=_ONE_AT_A_TIME, abandon_on_cancel=True)
    return Response(text, media_type="text/plain; version=0.0.4")


def _report(host: Host) -> dict[str, Any]:
    (found, lag, streams), age = _sum_findings(host, host.looked), time.monotonic() - host.ticked
    beside = {"store": bool(host.closed), "tick": age > LATE}
    alarms = sorted(found | {one for one in beside if beside[one]})
    return {
        "ready": bool(host.structures) and not set(alarms).intersection(NEEDED),
        "structures": len(host.structures),
        "closed": len(host.closed),
        "lag": lag,
        "stopped": streams,
        "jumps": host.clock_jumps,
        "age": round(age),
        "alarms": alarms,
    }


@lru_cache(1)
def _sum_findings(host: Host, looked: float) -> tuple[frozenset[str], int, int]:
    """Returns the alarms, the events missing and the streams stopped of all structures, added once after a look."""
    found = [one for served in host.structures.values() for one in served.findings]
    alarms = frozenset(one.check for one in found if one.level == "alarm")
    return alarms, _sum(found, "lag"), _sum(found, "streams")


def _sum(found: list[Finding], name: str) -> int:
    counts: list[Any] = [one.details.get(name, 0) for one in found]
    return sum(counts)
