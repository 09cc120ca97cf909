"""A result that came without a score: the grid proposes nothing, the advisor says what is done and why."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from pixflow.dossier.stages import prescription
from pixflow.events.values import Moment, Result
from pixflow.participation.matches import record_progress
from tests.web.client import words
from tests.web.paths import House

NADIA, SOPHIE = "Nadia Benali", "Sophie Lecomte"


@pytest.fixture
def debriefed(locale: House) -> UUID:
    """A dossier whose result was shared without a rate, sent and debriefed."""
    dossier = locale.opened()
    participation = locale.took(dossier, None)
    locale.says(
        SOPHIE,
        record_progress,
        {"participation": participation, "dossier": dossier},
        participation_id=participation,
        progress=Decimal(1),
        result=Result(shared=Moment(locale.today), mastery=None),
        exported_at=locale.served.engine.clock() + timedelta(minutes=1),
    )
    advisor = locale.people[NADIA]
    locale.on(dossier, prescription.dispatch_result, SOPHIE, participation=participation, advisor=advisor)
    locale.on(dossier, prescription.hold_debrief, participation=participation, channel="meeting", note="")
    return dossier


def test_the_form_says_that_nothing_is_proposed_and_asks_why(locale: House, debriefed: UUID) -> None:
    client = locale.client(NADIA)
    page = words(client.get(f"/dossiers/{debriefed}?formulaire=prescription").text)
    assert "Pix n’a donné aucun score pour ce résultat : la grille ne peut pas se lire." in page
    assert "Pix n’a donné aucun score pour ce résultat : la grille ne propose rien." in page
    participation = next(iter(locale.state(debriefed).diagnostic.participations))
    sent = {
        "on": locale.today.isoformat(),
        "participation": str(participation),
        "added": "Refaire le test ensemble",
        "command_id": str(uuid4()),
    }
    refused = client.post(f"/dossiers/{debriefed}/prescription", data=sent)
    assert refused.status_code == 422
    assert "Dites pourquoi" in words(refused.text)
    done = client.post(f"/dossiers/{debriefed}/prescription", data={**sent, "reason": "panne pendant le test"})
    assert done.status_code == 303
    page = words(client.get(f"/dossiers/{debriefed}").text)
    assert "Prescription construite sans score : Refaire le test ensemble" in page
    assert "Pix n’a donné aucun score : la grille n’a rien proposé" in page
    assert "Orienter" in page
    assert "Pix emploi : sans score" in page


def test_it_is_replayed_without_a_band(locale: House, debriefed: UUID) -> None:
    participation = next(iter(locale.state(debriefed).diagnostic.participations))
    published = locale.served.refs.grille(locale.today)
    locale.on(
        debriefed,
        prescription.build_prescription,
        participation=participation,
        kept=(),
        added=("Refaire le test",),
        wish="",
        project="",
        reason="panne",
        context={"grille": published.document, "number": published.number, "action_ids": (uuid4(),)},
    )
    version = locale.state(debriefed).version
    page = words(locale.client(SOPHIE).get(f"/rejouer/{debriefed}?version={version}").text)
    assert "1 action, sans score" in page
