"""Open a form of a dossier as a browser would, fill it, press its button."""

import re
from typing import Any
from uuid import UUID

from selectolax.lexbor import LexborNode

from tests.web.client import InspectingClient
from tests.web.tags import tree

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def opened(client: InspectingClient, dossier: UUID, form: str, about: object = "") -> dict[str, Any]:
    """The values that the form sends when nothing is touched."""
    page = client.get(f"/dossiers/{dossier}", params={"formulaire": form, "sur": str(about)})
    assert page.status_code == 200, page.text
    return values(page.text)


def values(html: str) -> dict[str, Any]:
    """Returns the values of the page's open form."""
    assert len(tree(html).css("#form")) == 1, "one form is open"
    return sent_by(html, "#form form[method=post]")


def sent_by(html: str, form: str = "form") -> dict[str, Any]:
    """Returns the values of the first form that a selector finds, without a button."""
    return values_of(tree(html).css(form)[0])


def values_of(form: LexborNode) -> dict[str, Any]:
    sent: dict[str, Any] = {}
    for tag in form.css("[name]:not([form])"):
        name = tag.attributes["name"] or ""
        for value in _sent(tag):
            known = sent.get(name)
            sent[name] = value if known is None else [*(known if isinstance(known, list) else [known]), value]
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
    found = tree(html).css_first("#sheet")
    assert found, html[:500]
    return re.sub(r'(name="command_id"[^>]*value=")[^"]*', r"\1…", str(found.html))


def undo_form(html: str) -> dict[str, Any]:
    """Returns the values of the page's first *Annuler*."""
    return sent_by(html, "form[action$='/undo']")


def _sent(tag: LexborNode) -> list[str]:
    value = tag.attributes.get("value") or ""
    if tag.tag == "textarea":
        return [tag.text().lstrip("\n")]
    if tag.tag == "select":
        options = tag.css("option")
        chosen = next((one for one in options if "selected" in one.attributes), options[0] if options else None)
        return [chosen.attributes["value"] or ""] if chosen else []
    if tag.attributes.get("type") in ("checkbox", "radio"):
        return [value] if "checked" in tag.attributes else []
    return [] if tag.tag == "button" else [value]
