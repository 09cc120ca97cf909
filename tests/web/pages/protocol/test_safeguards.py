"""A protocol that changes retention or reading limits: the second person, the notice, and who is told."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from pixflow.documents.protocol import ReadingLimits, Retention
from pixflow.protocol.drafting import NOTICE
from tests.web.client import words
from tests.web.hosting.test_notices import Kept, tick
from tests.web.pages.protocol.test_drafts import HELENE, LAIGLE, NADIA, PROTOCOL, SOPHIE, act, drafted, facts, read
from tests.web.paths import House
from tests.web.tags import parsed
from web.cli.app import app

MONDAY = date(2026, 3, 16)
SOON = MONDAY + timedelta(days=NOTICE)
SHORTER = replace(LAIGLE.protocol, retention=Retention(cej=12))
SAID = "Ce projet change la durée de conservation ou les limites de lecture"
TOLD = "change la durée de conservation ou les limites de lecture à partir du 23 mars"


def publish(at_work: House, by: str, day: date = SOON, **said: str) -> Any:
    return act(at_work, by, "publier", PROTOCOL, from_day=day.isoformat(), alone="true", **said)


def boxes(at_work: House, by: str) -> str:
    return words(at_work.client(by).get("/boite").text)


@pytest.mark.parametrize("document", [SHORTER, replace(LAIGLE.protocol, reading=ReadingLimits(soon=120))])
def test_a_referente_alone_publishes_neither(at_work: House, document: Any) -> None:
    """By the page's own form, then by a forged one that says everything that a form may say."""
    drafted(at_work, document)
    page = read(at_work, PROTOCOL)
    assert SAID in words(page)
    assert parsed(page).select_one("#publier input[name=from_day]")["min"] == SOON.isoformat()
    for said in ({}, {"team": "[]", "actor": str(at_work.people[HELENE])}):
        for day in (MONDAY, SOON):
            assert publish(at_work, SOPHIE, day, **said).status_code == 422
    assert "autre que celle qui le propose" in words(publish(at_work, SOPHIE).text)
    assert len(facts(at_work, "protocol")) == 1


def test_a_change_of_anything_else_says_nothing_of_it(at_work: House) -> None:
    drafted(at_work, replace(LAIGLE.protocol, tries=7))
    assert SAID not in words(read(at_work, PROTOCOL))
    assert publish(at_work, SOPHIE, MONDAY).status_code == 303
    assert TOLD not in boxes(at_work, NADIA)


def test_the_direction_approves_and_everybody_reads_it_before(at_work: House) -> None:
    drafted(at_work, SHORTER)
    assert act(at_work, HELENE, "avis", PROTOCOL, endorsed="true").status_code == 303
    early = publish(at_work, SOPHIE, MONDAY)
    assert "il compte au plus tôt le 23 mars" in words(early.text)
    assert publish(at_work, SOPHIE).status_code == 303
    for by in (NADIA, SOPHIE, HELENE):
        assert f"Le protocole n° 2 {TOLD}" in boxes(at_work, by)
    at_work.day(SOON)
    assert TOLD not in boxes(at_work, NADIA)
    assert at_work.served.refs.protocol(SOON).retention.cej == 12


def test_the_direction_may_publish_what_a_referente_proposes(at_work: House) -> None:
    drafted(at_work, SHORTER)
    assert publish(at_work, HELENE, SOON - timedelta(days=1)).status_code == 422
    assert publish(at_work, HELENE).status_code == 303


def test_who_keeps_accounts_or_directs_is_told_of_the_draft_then_of_the_publication(at_work: House) -> None:
    kept = Kept()
    drafted(at_work, SHORTER)
    tick(at_work, kept)
    waits = [mail for mail in kept.mails if "attend une deuxième personne" in words(mail.subject)]
    assert sorted(mail.to for mail in waits) == ["helene@exemple.fr", "yann@exemple.fr"]
    publish(at_work, HELENE)
    for _ in range(2):
        tick(at_work, kept)
    comes = [mail for mail in kept.mails if "les limites de lecture changent" in words(mail.subject)]
    assert sorted(mail.to for mail in comes) == ["helene@exemple.fr", "yann@exemple.fr"]
    assert "à partir du 23 mars 2026" in words(comes[0].text)


def test_a_publication_to_come_is_withdrawn_and_asks_for_the_notice_again(at_work: House) -> None:
    drafted(at_work, SHORTER)
    act(at_work, HELENE, "avis", PROTOCOL, endorsed="true")
    publish(at_work, SOPHIE)
    client = at_work.client(SOPHIE)
    client.post(f"{PROTOCOL}/annuler", data={"command_id": str(uuid4()), "number": "2"})
    assert TOLD not in boxes(at_work, NADIA)
    at_work.day(MONDAY + timedelta(days=2))
    assert publish(at_work, SOPHIE).status_code == 422
    assert publish(at_work, SOPHIE, SOON + timedelta(days=2)).status_code == 303


def test_the_terminal_publishes_no_protocol() -> None:
    commands = {command.name or command.callback.__name__ for command in app.registered_commands}
    groups = {group.name for group in app.registered_groups}
    assert not [name for name in commands | groups if name and "protoc" in name]
