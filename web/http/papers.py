"""Papers, as a page to print and as a PDF (docs/domain.md#papers).

No paper says a score, a difficulty, or what the grid keeps for the advisor.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from io import BytesIO
from typing import Any

import segno
from fastapi import Request, Response

from pixflow.team.staff import Staff
from web.french import dates
from web.french.typography import phone, say
from web.http.people import People, note
from web.http.templates import show
from web.typesetting import compile_template


@dataclass(frozen=True, slots=True)
class PaperEntry:
    """A thing on a paper, with labels and values. `map` is the address of a map of its place, drawn as a QR."""

    label: str
    facts: Sequence[tuple[str, str]] = ()
    map: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One sheet. `name` is its subject, `facts` are labels and values, `entries` are things with facts of their own.

    `code` is drawn large beside a QR of `link`; `links` are labels and addresses, each drawn as a QR. A table has
    `titles` and `rows` of cells; `signatures` names those who sign at the bottom. `issued` is the line at the foot of
    each page, such as its date of issue. `proof` is an address drawn as a small QR beside it, `attached` the names and
    texts of files in the PDF.
    """

    structure: str
    title: str
    name: str
    lead: str = ""
    code: str = ""
    link: str = ""
    facts: Sequence[tuple[str, str]] = ()
    entries: Sequence[PaperEntry] = ()
    links: Sequence[tuple[str, str]] = ()
    titles: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    closing: str = ""
    signatures: Sequence[str] = ()
    issued: str
    proof: str = ""
    attached: Sequence[tuple[str, str]] = ()


_MASK = 4
"""Mask of the QR of a proof. Hashes look like chance: to weigh all eight masks takes 8 ms, and finds none better."""


def qr_code(link: str, mask: int | None = None) -> str:
    """Returns a link as a QR code, an SVG in a data URI."""
    return segno.make(link, mask=mask).svg_data_uri(border=2, dark="#000", light="#fff")


def _svg(link: str, mask: int | None = None) -> str:
    drawn = BytesIO()
    segno.make(link, mask=mask).save(drawn, kind="svg", border=2, dark="#000", light="#fff")
    return drawn.getvalue().decode()


def whom_to_call(member: Staff | None) -> str:
    """Returns the name, telephone and e-mail of an advisor, or the reception of the Mission locale."""
    if member is None:
        return "l’accueil de la Mission locale"
    return ", ".join(filter(None, (member.name, phone(member.phone or ""), member.email)))


def phrase_foot(day: date, *more: str) -> str:
    """Returns the foot of a paper: its date of issue, then the versions that it relies on."""
    return " · ".join((say("Document établi le {day}", day=dates.day(day, year=True)), *more))


def pdf(paper: Paper) -> bytes:
    """Returns a paper as a PDF, A4, in French."""
    return compile_template("papers/paper.typ", lambda: {**asdict(paper), **_drawn(paper, _svg)})


def _drawn(paper: Paper, draw: Callable[..., str]) -> dict[str, Any]:
    """Returns the QR codes of a paper, "" for those that it has not."""
    return {
        "qr": paper.link and draw(paper.link),
        "qrs": [(label, draw(link)) for label, link in paper.links],
        "proof": paper.proof and draw(paper.proof, _MASK),
        "maps": [entry.map and draw(entry.map) for entry in paper.entries],
    }


PDF = "application/pdf"


def paper_page(request: Request, paper: Paper, back: str, about: People) -> Response:
    """Shows a paper to print, with a link to its PDF."""
    drawn = _drawn(paper, qr_code)
    file = f"{request.url.path}.pdf"
    return show(request, "papers/paper.html", None, about, paper=paper, drawn=drawn, back=back, pdf=file)


def pdf_response(request: Request, paper: Paper, name: str, about: People) -> Response:
    """Sends a paper as a PDF, and notes whom it is about. The name of the file names no young person."""
    note(request, about)
    return Response(pdf(paper), media_type=PDF, headers={"Content-Disposition": f'inline; filename="{name}.pdf"'})
