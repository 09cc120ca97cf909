"""Invented exports with the traps of docs/pix-orga.md#example-481516, and the board of results, pressed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pixflow.pix_orga import AssessmentRow, ExportCampaign
from pixflow.pix_orga.samples import file_name, write_export
from tests.result_import.house import row, shared
from tests.web.client import InspectingClient, words
from tests.web.filled import HTMX
from tests.web.paths import House
from tests.web.tags import Tag, parsed

SOPHIE, NADIA, PAUL = "Sophie Lecomte", "Nadia Benali", "Paul Rey"
CAMPAIGN = ExportCampaign(481516, "KMRTWX482", 'Diagnostic initial - CEJ "printemps" 2026')
DAY = date(2026, 5, 12)
FIRST = datetime(2026, 5, 12, 7, 10, tzinfo=UTC)
LATER = datetime(2026, 5, 19, 7, 10, tzinfo=UTC)


def _at(month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


ZOE = shared(row("Haddad", "Zoé", "12-345", started=_at(4, 1, 12, 0)), "0.7")
TOM = shared(row("=Colin", "@Tom", "0012345", started=_at(3, 2, 8, 5)), "0.4")
FATOU = row("Traoré", "Fatou", "12347", started=_at(5, 11, 13, 0), progress=Decimal("0.55"))
FATOU_BEFORE = shared(row("Traoré", "Fatou", "12347", started=_at(3, 3, 9, 0)), "0.4")
ANAIS = shared(row('D\'Arc; dit "Le Chat"', "Anaïs", "+33612345678", started=_at(3, 30, 7, 10)), "1")
LEO = shared(row("Guérin", "Léo", None, started=_at(3, 2, 8, 6)), "0")
LINA = row("Perrin", "Lina", "12349", started=_at(3, 2, 8, 7), progress=Decimal(1))
IBRAHIM = row(
    "KAMARA Jo", "Ibrahim", "12350", started=datetime(2025, 10, 26, 0, 30, tzinfo=UTC), progress=Decimal("0.05")
)
YANN = row("Le Bihan", "Yann", "13000", started=_at(5, 18, 8, 0), progress=Decimal("0.1"))

ROWS = (ZOE, TOM, FATOU, FATOU_BEFORE, ANAIS, LEO, LINA, IBRAHIM)
LATER_ROWS = (ZOE, TOM, FATOU, FATOU_BEFORE, LEO, shared(LINA, "0.62"), replace(IBRAHIM, progress=Decimal("0.6")), YANN)


def dossiers(at_work: House) -> dict[str, UUID]:
    """Those whom the export shows, but Anaïs and Yann."""
    said = {
        "Zoé Haddad": ("12-345", NADIA),
        "Tom Colin": ("0012345", NADIA),
        "Fatou Traoré": ("12347", None),
        "Léo Guérin": (None, PAUL),
        "Lina Perrin": ("12349", PAUL),
        "Ibrahim Kamara": ("12350", PAUL),
    }
    made = {}
    for name, (number, advisor) in said.items():
        first, last = name.split()
        made[name] = at_work.opened(first, last, advisor, imilo_number=number, programme="CEJ")
    return made


def export(
    rows: Sequence[AssessmentRow], at: datetime = FIRST, campaign: ExportCampaign = CAMPAIGN, **form: Any
) -> dict[str, Any]:
    """The file as a form sends it; `form` is that of the file."""
    return {"export": (file_name(campaign, at), write_export(campaign, rows, **form), "text/csv")}


class Board:
    """The board of somebody of the team."""

    def __init__(self, at_work: House, name: str = SOPHIE) -> None:
        self.house = at_work
        self.client: InspectingClient = at_work.client(name)

    def page(self, url: str = "/resultats") -> str:
        answer = self.client.get(url)
        assert answer.status_code == 200, answer.text
        return str(answer.text)

    def said(self, url: str = "/resultats") -> str:
        return words(self.page(url))

    def upload(
        self, rows: Sequence[AssessmentRow], at: datetime = FIRST, campaign: ExportCampaign = CAMPAIGN, **form: Any
    ) -> str:
        """Uploads the file, and returns the address of its preview."""
        answer = self.client.post("/resultats/import", files=export(rows, at, campaign, **form))
        assert answer.status_code == 303, words(answer.text)
        return str(answer.headers["Location"])

    def record(
        self, rows: Sequence[AssessmentRow], at: datetime = FIRST, campaign: ExportCampaign = CAMPAIGN, **said: Any
    ) -> str:
        """Upload, then press Enregistrer; returns where that leads."""
        where = self.upload(rows, at, campaign)
        answer = self.press(where, f"form[action='{where}']", **said)
        assert answer.status_code == 303, words(answer.text)
        return str(answer.headers["Location"])

    def press(self, url: str, selector: str, *, hx: bool = False, **said: Any) -> Any:
        """Draw a page, fill the one form that the selector finds, send it."""
        found = parsed(self.page(url)).select(selector)
        assert found, f"no {selector} on {url}"
        return self.send(found[0], hx=hx, **said)

    def send(self, form: Tag, *, hx: bool = False, **said: Any) -> Any:
        return self.client.post(str(form["action"]), data={**fields(form), **said}, headers=HTMX if hx else {})

    def card(self, name: str, url: str = "/resultats") -> Tag:
        """The row of somebody, in either column."""
        return entry(self.page(url), name)

    def stream(self, name: str) -> UUID:
        """The participation, or the dossier, whose row bears that name."""
        return UUID(str(self.card(name)["id"])[2:])

    def act(self, name: str, action: str, url: str = "/resultats", **said: Any) -> str:
        """The words of the board after a form of somebody's row."""
        return self.follow(self.send(form_of(self.card(name, url), action), **said))

    def follow(self, answer: Any) -> str:
        """The words of the page an answer leads to."""
        assert answer.status_code == 303, words(answer.text)
        return self.said(answer.headers["Location"])


def entry(html: str, name: str) -> Tag:
    """The row whose title bears that name."""
    rows: list[Tag] = sorted(parsed(html).select(".entry"), key=lambda one: one.select_one("h3") is None)
    return next(one for one in rows if name in (one.select_one("h3") or one).get_text())


def form_of(tag: Tag, action: str) -> Tag:
    """The form whose address ends so."""
    found: Tag | None = tag.select_one(f"form[action$='{action}']")
    assert found is not None, f"no form to {action}"
    return found


def fields(form: Tag) -> dict[str, Any]:
    """Returns the values of an untouched form."""
    sent: dict[str, Any] = {}
    for tag in form.select("[name]"):
        if tag.get("type") in ("radio", "checkbox") and not tag.has_attr("checked"):
            continue
        value = _value(tag)
        known = sent.get(str(tag["name"]))
        sent[str(tag["name"])] = value if known is None else [*(known if isinstance(known, list) else [known]), value]
    return sent


def _value(tag: Tag) -> str:
    if tag.name != "select":
        return str(tag.get("value", ""))
    chosen = tag.select("option[selected]") or tag.select("option")
    return str(chosen[0]["value"]) if chosen else ""
