"""Routes for a monitor: is the process alive, is it ready. They answer codes and counts, never a name."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from web.hosting.health import Finding, quick_findings
from web.hosting.host import Host

router = APIRouter()
NEEDED = ("durability", "tables")
"""The checks that a ready process passes. The others only raise an alarm."""


@router.get("/healthz")
def health() -> Response:
    """Answers while the process runs."""
    return PlainTextResponse("ok")


@router.get("/readyz")
def readiness(request: Request) -> Response:
    """Answers 200 when stores and read tables answer, 503 otherwise.

    `closed` counts the structures that do not open, `lag` the events missing from the read tables, `stopped` the
    streams they cannot show, `jumps` the jumps of the clock. `alarms` are the checks that `pixflow doctor` explains.
    """
    host: Host = request.app.state.host
    found = [one for served in host.structures.values() for one in quick_findings(served.opened, served.reads)]
    alarms = sorted({one.check for one in found if one.level == "alarm"} | ({"store"} if host.closed else set()))
    good = not set(alarms).intersection(NEEDED)
    report = {
        "ready": good,
        "structures": len(host.structures),
        "closed": len(host.closed),
        "lag": _sum(found, "lag"),
        "stopped": _sum(found, "streams"),
        "jumps": host.clock_jumps,
        "alarms": alarms,
    }
    return JSONResponse(report, 200 if good else 503, {"Cache-Control": "no-store"})


def _sum(found: list[Finding], name: str) -> int:
    counts: list[Any] = [one.details.get(name, 0) for one in found]
    return sum(counts)
