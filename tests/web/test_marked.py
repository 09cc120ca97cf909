"""Nothing that the grid keeps for the advisor leaves: the walk of access_matrix.csv over a grid that marks a word.

What leaves is a paper, a file, a calendar, an e-mail, a page without an account, a text to copy. A page of the team may
show it. The whole of a person's data has it too: the law gives it to them.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from pypdf import PdfReader
from typer.testing import CliRunner

from pixflow.actor import OPERATOR
from pixflow.documents.grille import Band, Grille, Proposal
from pixflow.dossier.stages import parcours, prescription
from pixflow.events.values import Partner
from pixflow.partner_links import issuing
from pixflow.protocol import drafting, publishing
from tests.web.access import ROLES, SOPHIE, World, world
from tests.web.client import InspectingClient
from tests.web.pages.partner_link.conftest import URL
from tests.web.tags import parsed
from tests.web.test_access import LEAVES, MATRIX, PUBLIC, asked, text_of
from web.cli.app import app

MARKED, OPEN = "Zanzibar", "Casamance"
"""Words of the proposals that the grid keeps for the advisor, and of those of everybody."""
OF_THE_PERSON = {f"GET /dossiers/{{dossier_id:uuid}}/droits/tout.{kind}" for kind in ("pdf", "json")}
LATER = date(2026, 3, 26)
FILE = re.compile(r"\.(csv|xlsx|pdf|ics|xes|jsonocel)(\?|$)")
TOLD = ("to-do", "silent", "refused", "started", "done", "dropped")
"""Ends of an action of each sort."""

_SHEET = "GET /dossiers/{dossier_id:uuid}/prescription/{participation:uuid}"
EVERYBODY_S = {
    "GET /boite.csv", "GET /boite.xlsx", "GET /dossiers/{dossier_id:uuid} copied", _SHEET, f"{_SHEET}.pdf",
    "the week copied", "a partner's request", "pixflow queue []", "pixflow queue ['--json']",
}  # fmt: skip
"""Texts that say the proposals of everybody: the marked ones would stand beside them."""


def grid(before: Grille, *, draft: bool = False) -> Grille:
    """A grid with marked proposals of both kinds beside open ones; a draft loses them all."""

    def proposals(band: Band) -> tuple[Proposal, ...]:
        said = [(word, kind, n) for word in (MARKED, OPEN) for kind in ("action", "check") for n in TOLD]
        return tuple(
            Proposal(f"{word}-{kind}-{n}".lower(), f"{word} {kind} {n}", kind, advisor_only=word == MARKED)
            for word, kind, n in said
        )

    first, *others = before.bands
    kept = first.proposals[:1] if draft else proposals(first)
    return replace(before, bands=(replace(first, proposals=kept), *others))


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("marked")) as made:
        at_work = made.at_work
        preset = at_work.served.refs.grille(at_work.today).document
        streams = {"grille": at_work.served.opened.stream("grille")}
        at_work.says(OPERATOR, publishing.publish_grille, streams, document=grid(preset), from_day=at_work.today)
        dossier = _prescribed(made)
        made.ids["{dossier_id:uuid}"]["own"] = made.ids["{subject:uuid}"]["own"] = dossier
        made.prescribed["own"] = next(iter(at_work.state(dossier).prescription.built))
        at_work.day(LATER)
        lost = {"document": grid(preset, draft=True), "note": "", "replaces": 0}
        at_work.says(SOPHIE, drafting.draft_grille, streams, **lost)
        yield made


def _prescribed(there: World) -> UUID:
    """Returns a dossier where every proposal was kept, and became something."""
    at_work = there.at_work
    dossier, found = at_work.debriefed("0.37", first="Lou", last="Alcazar", email="lou@exemple.fr")
    known = at_work.served.refs.grille(at_work.today)
    kept = tuple(one.id for one in known.document.bands[0].proposals)
    said = {"kept": kept, "added": (), "wish": "", "project": "vente", "reason": ""}
    context = {"grille": known.document, "number": known.number, "action_ids": tuple(uuid4() for _ in kept)}
    at_work.on(dossier, prescription.build_prescription, participation=found, **said, context=context)
    for id, state in at_work.state(dossier).parcours.actions.items():
        _become(there, dossier, id, state.action.label.rpartition(" ")[2])
    return dossier


def _become(there: World, dossier: UUID, action: UUID, told: str) -> None:
    at_work, soon = there.at_work, there.at_work.today + timedelta(days=9)
    if told in ("silent", "refused"):
        referral = at_work.referred(dossier, action, partner=Partner(None, f"Lieu de {action}"))
        link = {"link": uuid4(), "until": soon}
        at_work.on(dossier, issuing.issue_link, referral=referral, channel="paper", address="", context=link)
        if told == "refused":
            answer = {"answer": "refused", "reason": "complet"}
            at_work.on(dossier, parcours.answer_referral, referral=referral, **answer)
    if told in ("started", "done"):
        at_work.on(dossier, parcours.start_action, action=action, ends=soon)
    if told == "done":
        at_work.on(dossier, parcours.end_action, action=action, outcome="done", note="")
    if told == "dropped":
        at_work.on(dossier, parcours.drop_action, action=action, reason="autre projet")


def whole_text(got: Any) -> str:
    if got.headers.get("content-type") == "application/pdf" and len(got.content) > len(b"%PDF-1.7"):
        return " ".join(page.extract_text() for page in PdfReader(BytesIO(got.content)).pages)
    return text_of(got)


def leaving(there: World) -> Iterator[tuple[str, str]]:
    """Yields where a text leaves, and the text."""
    files = set()
    for row in MATRIX:
        of_post = row["method"] == "POST" and asked(row) in LEAVES
        if (row["method"] != "GET" and not of_post) or asked(row) in OF_THE_PERSON:
            continue
        for role, who in ROLES.items():
            address = there.address(row["route"], "own", there.at_work.people[who])
            got = there.browsers[role].request(row["method"], address)
            if got.status_code != 200:
                continue
            if "text/html" not in got.headers["content-type"] or asked(row) in {*LEAVES, *PUBLIC}:
                yield asked(row), whole_text(got)
                continue
            page = parsed(got.text)
            for copied in page.select("pre.copy"):
                yield f"{asked(row)} copied", copied.text
            linked = (str(one["href"]) for one in page.select("a[href]") if FILE.search(str(one["href"])))
            files |= {(role, one) for one in linked if one.startswith("/") and "/droits/" not in one}
    for role, address in sorted(files):
        yield address, whole_text(there.browsers[role].get(address))
    week = parsed(there.browsers["advisor"].get("/mon-activite?semaine=2026-03-16").text)
    yield "the week copied", week.select_one(".week-days .fold").text
    for address in ("?liste=ecarts", *(f"?liste=action%3A{word}-check-to-do".lower() for word in (MARKED, OPEN))):
        for kind in ("csv", "xlsx"):
            path = f"/protocole/projet/grille/et-si/liste.{kind}{address}"
            yield path, whole_text(there.browsers["referent"].get(path))
    yield from _of_partners(there)
    runner = CliRunner()
    for more in ([], ["--json"]):
        yield (
            f"pixflow queue {more}",
            runner.invoke(app, ["queue", "--structure", there.at_work.slug, "--as", "nadia@exemple.fr", *more]).output,
        )


def _of_partners(there: World) -> Iterator[tuple[str, str]]:
    """Yields the e-mails that leave, and the pages of the partners by the links that they bring."""
    at_work = there.at_work
    dossier = there.ids["{dossier_id:uuid}"]["own"]
    mails: list[Any] = []
    for state in at_work.state(dossier).parcours.actions.values():
        if state.referral:
            link = {"link": uuid4(), "until": LATER + timedelta(days=8)}
            sent = {"referral": state.referral.id, "channel": "email", "address": "lieu@exemple.fr"}
            at_work.on(dossier, issuing.issue_link, **sent, agreed=True, context=link)
    at_work.served.tick(mails.append, URL)
    for mail in mails:
        yield "an e-mail", repr(mail)
        for path in re.findall(rf"{URL}(/p/\S+)", mail.text):
            partner = InspectingClient(at_work.app, base_url="http://127.0.0.1")
            yield "a partner's link", partner.get(path).text
            yield "a partner's request", partner.post(f"{path}/demande").text


def test_nothing_that_the_grid_keeps_for_the_advisor_leaves(there: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIXFLOW_DATA", str(there.at_work.host.data))
    texts = list(leaving(there))
    assert {where for where, text in texts if re.search(MARKED, text, re.IGNORECASE)} == set()
    assert {where for where, text in texts if OPEN in text} >= EVERYBODY_S
