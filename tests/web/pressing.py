"""Open a form of a dossier as a browser would, fill it, press its button."""

import re
from typing import Any
from uuid import UUID

from bs4 import Tag

from tests.web.client import InspectingClient, parsed

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def opened(client: InspectingClient, dossier: UUID, form: str, about: object = "") -> dict[str, Any]:
    """The values that the form sends when nothing is touched."""
    page = client.get(f"/dossiers/{dossier}", params={"formulaire": form, "sur": str(about)})
    assert page.status_code == 200, page.text
    return values(page.text)


def values(html: str) -> dict[str, Any]:
    """Returns the values of the page's open form."""
    page = parsed(html)
    assert len(page.select("#form")) == 1, "one form is open"
    return sent_by(page.select_one("#form form"))


def sent_by(form: Any) -> dict[str, Any]:
    """Returns the values of a form, without a button."""
    sent: dict[str, Any] = {}
    for tag in form.select("[name]"):
        for value in _sent(tag):
            known = sent.get(str(tag["name"]))
            sent[str(tag["name"])] = (
                value if known is None else [*(known if isinstance(known, list) else [known]), value]
            )
    return sent


def press(
    client: InspectingClient, dossier: UUID, form: str, about: object = "", *, hx: bool = False, **said: Any
) -> Any:
    """Open a form, fill it with what is said, send it."""
    return send(client, dossier, form, {**opened(client, dossier, form, about), **said}, hx=hx)


def send(client: InspectingClient, dossier: UUID, form: str, sent: dict[str, Any], *, hx: bool = False) -> Any:
    return client.post(f"/dossiers/{dossier}/{form}", data=sent, headers=HTMX if hx else {})


def sheet(html: str) -> str:
    """The sheet of a page or of a fragment, with the fresh ids of commands made alike."""
    found = parsed(html).select_one("#sheet")
    assert found is not None, html[:500]
    return re.sub(r'(name="command_id"[^>]*value=")[^"]*', r"\1…", str(found))


def undo_form(html: str) -> dict[str, Any]:
    """Returns the values of the page's first *Annuler*."""
    page = parsed(html)
    return {str(tag["name"]): str(tag["value"]) for tag in page.select("form[action$='/undo']")[0].select("[name]")}


def _sent(tag: Tag) -> list[str]:
    if tag.name == "textarea":
        return [tag.get_text().lstrip("\n")]
    if tag.name == "select":
        options = tag.select("option")
        chosen = next((one for one in options if one.has_attr("selected")), options[0] if options else None)
        return [str(chosen["value"])] if chosen else []
    if tag.get("type") in ("checkbox", "radio"):
        return [str(tag["value"])] if tag.has_attr("checked") else []
    return [] if tag.name == "button" else [str(tag.get("value", ""))]
