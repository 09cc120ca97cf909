"""What is printed: the same paper as a page and as a PDF, with what each may carry (docs/domain.md#papers).

No paper says a score, a difficulty, or what the grid keeps for the advisor.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from json import dumps
from pathlib import Path
from typing import Any

import segno
import typst
from fastapi import HTTPException, Request, Response

from pixflow.team.staff import Staff
from web.french.vocabulary import phone
from web.http.templates import page

_TEMPLATES = Path(__file__).parents[1] / "templates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One sheet. `name` is whom or what it is about, `facts` are labels and values, `entries` things with a detail.

    `code` is drawn large beside a QR of `link`; a table has `titles` and `rows` of cells; `signatures` are who signs
    at the bottom.
    """

    structure: str
    title: str
    name: str
    lead: str = ""
    code: str = ""
    link: str = ""
    facts: Sequence[tuple[str, str]] = ()
    entries: Sequence[tuple[str, str]] = ()
    titles: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    closing: str = ""
    signatures: Sequence[str] = ()

    @property
    def qr(self) -> str:
        """The link as an SVG in the address of an image, "" without one."""
        return segno.make(self.link).svg_data_uri(border=2, dark="#000", light="#fff") if self.link else ""


def whom_to_call(member: Staff | None) -> str:
    """Who answers a question, and how to reach them."""
    if member is None:
        return "l’accueil de la Mission locale"
    return ", ".join(filter(None, (member.name, phone(member.phone or ""), member.email)))


def pdf(paper: Paper) -> bytes:
    """The paper as a tagged PDF, A4, in French."""
    drawn = BytesIO()
    if paper.link:
        segno.make(paper.link).save(drawn, kind="svg", border=2, dark="#000", light="#fff")
    return compiled("papers/paper.typ", {**asdict(paper), "qr": drawn.getvalue().decode()})


def compiled(template: str, paper: Mapping[str, Any]) -> bytes:
    """A paper of another shape, by the template that knows it: a tagged PDF, A4, in French."""
    said = {"paper": dumps(paper, ensure_ascii=False)}
    made = typst.compile(_TEMPLATES / template, format="pdf", sys_inputs=said, ignore_system_fonts=True)
    assert isinstance(made, bytes)
    return made


PDF = "application/pdf"


def printed(request: Request, paper: Paper | None, back: str) -> Response:
    """The paper as a page to print, with a link to its PDF; 404 when there is nothing to print."""
    if paper is None:
        raise HTTPException(404)
    return page(request, "papers/paper.html", {"paper": paper, "back": back, "pdf": f"{request.url.path}.pdf"})


def as_pdf(paper: Paper | None, name: str) -> Response:
    """The same as a file of that name; no young person's name in it."""
    if paper is None:
        raise HTTPException(404)
    return Response(pdf(paper), media_type=PDF, headers={"Content-Disposition": f'inline; filename="{name}.pdf"'})
