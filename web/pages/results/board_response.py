"""The answers of the board: itself, with errors or a form, or a redirect to it with a receipt."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.refused import Refused
from web.desk import refusals
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.http.addresses import PageNumber
from web.http.pagination import address
from web.http.templates import page
from web.pages.results.board import BoardForm, board_page
from web.pages.results.board_place import BoardPlace

AtBoard = Annotated[Desk, allowed("referent")]


def _place(
    p: PageNumber = 1,
    t: PageNumber = 1,
    e: PageNumber = 1,
    d: PageNumber = 1,
    s: PageNumber = 1,
    rapprocher: str = "",
    transmettre: str = "",
) -> BoardPlace:
    return BoardPlace(p, t, e, d, s, rapprocher, transmettre)


Where = Annotated[BoardPlace, Depends(_place)]


def draw_board(request: Request, desk: Desk, where: BoardPlace, *, status: int = 200, **shown: Any) -> Response:
    return page(request, board_page(desk, where, **shown), status=status)


def answer(request: Request, desk: Desk, where: BoardPlace, refused: Refused | None, reference: str) -> Response:
    """Redirects to the board with a receipt, or draws it with the refusal."""
    if refused is None:
        return see_board(where, reference)
    return show_errors(request, desk, where, {"": refusals.sentence(desk, refused)})


def see_board(where: BoardPlace, reference: str) -> Response:
    return RedirectResponse(address("/resultats", {**where.params(), "recu": reference}), 303)


def show_errors(request: Request, desk: Desk, where: BoardPlace, errors: Mapping[str, str]) -> Response:
    """Draws the board as it is now, with the errors of a form that has no place to show them."""
    desk.refresh()
    return draw_board(request, desk, where, errors={"": " ".join(dict.fromkeys(errors.values()))}, status=422)


def show_form(request: Request, desk: Desk, where: BoardPlace, opened: BoardForm) -> Response:
    """Draws the board as it is now, with the form as it was sent."""
    desk.refresh()
    return draw_board(request, desk, where, opened=opened, status=422)
