"""What a monitor asks: whether the process lives, and whether it may be relied upon. Codes and counts, no name."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from web.hosting.health import Finding, quick_findings
from web.hosting.host import Host

router = APIRouter()
NEEDED = ("durability", "tables")
"""Without these nothing should be asked of this process; what else is wrong is told."""


@router.get("/healthz")
def alive() -> Response:
    """This process answers."""
    return PlainTextResponse("ok")


@router.get("/readyz")
def ready(request: Request) -> Response:
    """Whether stores answer and tables follow: 503 when one does not.

    `closed` counts the structures that do not open, `lag` the events that some tables do not show yet, `stopped` what
    they cannot show, `jumps` how often the clock was seen to jump; `alarms` are the checks to look at with
    `pixflow doctor`.
    """
    host: Host = request.app.state.host
    found = [one for served in host.structures.values() for one in quick_findings(served.opened, served.reads)]
    alarms = sorted({one.check for one in found if one.level == "alarm"} | ({"store"} if host.closed else set()))
    good = not set(alarms).intersection(NEEDED)
    told = {
        "ready": good,
        "structures": len(host.structures),
        "closed": len(host.closed),
        "lag": _sum(found, "lag"),
        "stopped": _sum(found, "streams"),
        "jumps": host.clock_jumps,
        "alarms": alarms,
    }
    return JSONResponse(told, 200 if good else 503, {"Cache-Control": "no-store"})


def _sum(found: list[Finding], name: str) -> int:
    counts: list[Any] = [one.details.get(name, 0) for one in found]
    return sum(counts)
