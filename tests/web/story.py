"""One young person's long story, for what is shown fact by fact."""

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

from pixflow import presets
from pixflow.actor import OPERATOR
from pixflow.dossier import assignment, follow_up, identity, retraction
from pixflow.dossier.stages import orientation, parcours, prescription
from pixflow.protocol import publishing
from tests.web.paths import House

NADIA, PAUL, SOPHIE = "Nadia Benali", "Paul Rey", "Sophie Lecomte"
PRESET = Path(presets.__file__).with_name("laigle-mortagne.toml").read_text()


def long_story(at_work: House) -> UUID:
    """Thirty facts and more over two months: late entries, a retraction, a new protocol, new advisors, a refusal."""
    dossier = at_work.opened(advisor=None, programme="CEJ", phone="0612345678", project="Vente", imilo_number="12347")
    at_work.day(date(2026, 3, 17))
    at_work.on(dossier, assignment.assign_advisor, SOPHIE, advisor=at_work.people[NADIA])
    wrong = at_work.on(dossier, orientation.present_pix, occasion="cej", on=date(2026, 3, 16)).recorded[0]
    at_work.on(dossier, retraction.retract, version=wrong.originator_version, reason="erreur de date")
    at_work.on(dossier, orientation.present_pix, occasion="cej")
    plan = uuid4()
    at_work.on(
        dossier,
        orientation.plan_diagnostic,
        campaign=at_work.campaign,
        modality="home",
        mediator=False,
        place="",
        planned_for=at_work.today,
        context={"plan": plan},
    )
    shorter = at_work.served.refs.protocols.published[0][1]
    at_work.day(date(2026, 4, 1))
    document = presets.read(PRESET.replace("hold_debrief = 5", "hold_debrief = 9")).protocol
    assert document != shorter
    at_work.says(
        OPERATOR,
        publishing.publish_protocol,
        {"protocol": at_work.served.opened.stream("protocol")},
        document=document,
        from_day=at_work.today,
    )
    at_work.day(date(2026, 4, 9))
    chased = {"about": f"chase-diagnostic:{plan}", "channel": "phone", "note": ""}
    at_work.on(dossier, follow_up.chase_young_person, reached=False, **chased)
    at_work.on(dossier, follow_up.chase_young_person, reached=True, **chased)
    participation = at_work.took(dossier, "0.40")
    at_work.day(date(2026, 4, 10))
    at_work.on(dossier, identity.correct_contact, phone="0611223344", email="a@exemple.fr")
    at_work.on(dossier, assignment.assign_advisor, SOPHIE, advisor=at_work.people[PAUL])
    at_work.on(dossier, assignment.assign_advisor, SOPHIE, advisor=at_work.people[NADIA])
    at_work.on(
        dossier, prescription.dispatch_result, SOPHIE, participation=participation, advisor=at_work.people[NADIA]
    )
    key = f"hold-debrief:{participation}"
    at = datetime(2026, 4, 14, 12, tzinfo=UTC)
    at_work.on(dossier, follow_up.set_appointment, task=key, at=at, day=date(2026, 4, 14), place="Mortagne")
    at_work.day(date(2026, 4, 15))
    at_work.on(dossier, follow_up.miss_appointment, task=key, note="", on=date(2026, 4, 14))
    at_work.on(dossier, prescription.hold_debrief, participation=participation, channel="meeting", note="")
    grille = at_work.served.refs.grille(at_work.today)
    ids = (uuid4(), uuid4())
    at_work.on(
        dossier,
        prescription.build_prescription,
        participation=participation,
        kept=("cap-lec", "cap-digital"),
        added=(),
        wish="",
        project="Vente",
        reason="",
        context={"grille": grille.document, "number": grille.number, "action_ids": ids},
    )
    first = at_work.referred(dossier, ids[0], ends=date(2026, 5, 20))
    second = at_work.referred(dossier, ids[1])
    at_work.on(dossier, parcours.answer_referral, referral=second, answer="refused", reason="complet")
    at_work.on(dossier, parcours.answer_referral, referral=first, answer="accepted", reason="")
    at_work.on(dossier, parcours.start_action, action=ids[0], ends=date(2026, 5, 22))
    at_work.on(dossier, parcours.drop_action, action=ids[1], reason="ne souhaite plus")
    at_work.day(date(2026, 5, 26))
    at_work.on(dossier, parcours.end_action, action=ids[0], outcome="done", note="")
    at_work.on(dossier, follow_up.take_note, text="bilan fait")
    at_work.on(dossier, follow_up.close_dossier, reason="done", note="")
    at_work.on(dossier, follow_up.reopen_dossier, SOPHIE, reason="encore suivie")
    return dossier
