"""More than twenty dossiers, in every state, over four months with three grids and three protocols."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from pixflow import presets
from pixflow.actor import CLOCK, OPERATOR, Actor
from pixflow.dossier import assignment, follow_up, identity, retraction
from pixflow.dossier.stages import certification, orientation, parcours, prescription
from pixflow.events.values import Partner
from pixflow.partner_links import issuing
from pixflow.protocol import publishing
from pixflow.team.absences import declare_absence
from pixflow.workshop import booking, scheduling
from tests import erasures
from tests.web import arranged
from tests.web.arranged import MONDAY, scheduled, seat
from tests.web.filled import fill, hire
from tests.web.paths import House
from tests.web.pressing import press
from tests.web.story import PRESET
from web.pages.privacy.erasure import erase

NADIA, PAUL, SOPHIE, HELENE, INES = "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Hélène Morin", "Inès Kowalski"
GRIDS = ((45, date(2026, 4, 1)), (38, date(2026, 5, 4)))
ARRANGED = (
    "opened", "meeting", "referred", "closed", "late", "in_trouble", "at_ease", "studying", "taken", "to_retake",
    "seated",
)  # fmt: skip


def play(at_work: House) -> dict[str, UUID]:
    """Plays the months and returns the dossiers, by what they show."""
    hire(at_work, INES, "advisor")
    at_work.day(MONDAY)
    dossiers = {name: getattr(arranged, name)(at_work)[0] for name in ARRANGED}
    dossiers |= _merged(at_work)
    dossiers |= {"lent": _lent(at_work), "handed": _handed(at_work), "deputised": _deputised(at_work)}
    dossiers |= _workshop(at_work)
    dossiers["read by several grids"], first = at_work.dispatched("0.45", last="Lecture")
    dossiers["several results"] = _several_results(at_work)
    dossiers["corrected"] = _corrected(at_work)
    for high, day in GRIDS:
        at_work.day(day)
        publish(at_work, high)
        _later(at_work, dossiers)
    dossier = dossiers["read by several grids"]
    at_work.on(dossier, prescription.hold_debrief, participation=first, channel="meeting", note="")
    prescribe(at_work, dossier, first)
    at_work.day(date(2026, 5, 20))
    publish(at_work, 41)
    at_work.on(dossier, follow_up.take_note, text="grille changée depuis")
    said = {"proposal": "", "label": "Atelier mobilité", "reason": "sans voiture"}
    context = {"grille": None, "action": uuid4()}
    at_work.on(dossier, prescription.add_action, participation=first, **said, context=context)
    at_work.day(date(2026, 7, 6))
    _later(at_work, dossiers)
    dossiers |= {"by link": _by_link(at_work), "to the end": _to_the_end(at_work)}
    _erase(at_work, dossiers.pop("merged and back"))
    return dossiers


def publish(at_work: House, high: int) -> None:
    """A grid whose first band ends there, and a protocol with a longer delay."""
    changed = PRESET.replace("high = 40", f"high = {high}").replace("low = 41", f"low = {high + 1}")
    read = presets.read(changed.replace("hold_debrief = 5", f"hold_debrief = {high - 30}"))
    for name, decide, document in (
        ("grille", publishing.publish_grille, read.grille),
        ("protocol", publishing.publish_protocol, read.protocol),
    ):
        streams = {name: at_work.served.opened.stream(name)}
        at_work.says(OPERATOR, decide, streams, document=document, from_day=at_work.today)


def prescribe(at_work: House, dossier: UUID, participation: UUID) -> None:
    """A prescription by the grid of today, with one of its proposals and a wish."""
    grille = at_work.served.refs.grille(at_work.today)
    band = next(band for band in grille.document.bands if band.low <= 45 <= band.high)
    kept = tuple(proposal.id for proposal in band.proposals)
    at_work.on(
        dossier,
        prescription.build_prescription,
        participation=participation,
        kept=kept[:1],
        added=("Permis de conduire : code en ligne",),
        wish="Passer le permis",
        project="vente en boutique",
        reason="Le code se révise en ligne",
        context={"grille": grille.document, "number": grille.number, "action_ids": (uuid4(), uuid4())},
    )


def _merged(at_work: House) -> dict[str, UUID]:
    kept, _ = at_work.scored("0.62", first="Lou", last="Martin")
    duplicate = at_work.planned(first="Lou", last="Martain")
    at_work.took(duplicate, "0.30", ordinal=77)
    undone = at_work.presented(first="Lou", last="Martine")
    for other in (duplicate, undone):
        _join(at_work, other, kept)
    answer = at_work.client(SOPHIE).post(
        f"/dossiers/{undone}/fusion/defaire", data={"command_id": str(uuid4()), "reason": "deux personnes"}
    )
    assert answer.status_code == 303, answer.text
    return {"kept": kept, "duplicate": duplicate, "merged and back": undone}


def _join(at_work: House, other: UUID, kept: UUID) -> None:
    data = {"command_id": str(uuid4()), "into": str(kept)}
    answer = at_work.client(SOPHIE).post(f"/dossiers/{other}/fusion", data=data)
    assert answer.status_code == 303, answer.text


def _erase(at_work: House, dossier: UUID) -> None:
    """A person whom another dossier names, erased at once: a merge with it was undone."""
    page = erasures.request(at_work.served.opened, dossier)
    erase(at_work.served, dossier, page, by=Actor(OPERATOR), command_id=uuid4(), via="cli")


def _lent(at_work: House) -> UUID:
    dossier = at_work.prescribed(last="Prêt")[0]
    to, until = at_work.people[PAUL], at_work.today + timedelta(days=20)
    at_work.on(dossier, assignment.lend_dossier, SOPHIE, advisor=to, until=until)
    return dossier


def _handed(at_work: House) -> UUID:
    dossier, found = at_work.dispatched(last="Confié")
    key, to = f"hold-debrief:{found}", at_work.people[INES]
    until = at_work.today + timedelta(days=10)
    at_work.on(dossier, follow_up.hand_over_task, task=key, to=to, until=until, note="")
    at_work.on(dossier, follow_up.snooze_task, task=key, until=until, reason="en stage")
    return dossier


def _deputised(at_work: House) -> UUID:
    dossier = at_work.planned(last="Suppléance")
    at_work.on(dossier, assignment.assign_advisor, SOPHIE, advisor=at_work.people[INES])
    days = {"first": MONDAY, "last": MONDAY + timedelta(days=30), "deputy": at_work.people[NADIA]}
    at_work.says(HELENE, declare_absence, {"staff": at_work.people[INES]}, absence=uuid4(), **days)
    assert press(at_work.client(NADIA), dossier, "note", text="vue pour Inès").status_code == 303
    return dossier


def _workshop(at_work: House) -> dict[str, UUID]:
    """A full workshop, moved, with a waiting list and a seat offered; another one, cancelled."""
    later = at_work.today + timedelta(days=25)
    starts = datetime(later.year, later.month, later.day, 13, tzinfo=UTC)
    hours: dict[str, Any] = {"starts": starts, "ends": starts + timedelta(hours=2), "day": later}
    made, gone = scheduled(at_work, capacity=6, **hours), scheduled(at_work, **hours)
    names = ("seat released", "seat kept", "waiting", "waiting second")
    dossiers = {name: at_work.presented(last=name.title()) for name in names}
    guests = list(dossiers.values())
    for dossier in (*guests[:2], *fill(at_work, 4), *guests[2:]):
        seat(at_work, made, dossier)
    seat(at_work, gone, dossiers["waiting second"])
    at_work.on(dossiers["waiting"], follow_up.take_note, text="attend une place")
    at_work.day(MONDAY + timedelta(days=2))
    moved: dict[str, Any] = {"starts": starts + timedelta(days=1), "ends": starts + timedelta(days=1, hours=3)}
    moved |= {"day": later + timedelta(days=1), "place": "Salle 1"}
    _changed(at_work, made, scheduling.move_workshop, **moved)
    at_work.on(dossiers["waiting second"], follow_up.take_note, text="attend encore")
    released = {"workshop": made, "dossier": dossiers["seat released"]}
    at_work.says(NADIA, booking.release_seat, released, context={"until": at_work.today + timedelta(days=5)})
    _changed(at_work, gone, scheduling.cancel_workshop, reason="room")
    for dossier in guests:
        at_work.on(dossier, follow_up.take_note, text="place rendue")
    return dossiers


def _changed(at_work: House, workshop: UUID, decide: Any, **sent: Any) -> None:
    seats = tuple(at_work.served.engine.state("workshop", workshop).seats)
    at_work.says(SOPHIE, decide, {"workshop": workshop}, **sent, context={"registrants": seats})
    for dossier in seats:
        at_work.says(SOPHIE, booking.apply_workshop_change, {"workshop": workshop, "dossier": dossier})


def _several_results(at_work: House) -> UUID:
    """Two initial results, a complete diagnostic, a participation begun; the first prescription built."""
    dossier, _ = at_work.prescribed("0.37", last="Plusieurs")
    at_work.day(MONDAY + timedelta(days=1))
    at_work.took(dossier, "0.52")
    at_work.took(dossier, "0.90", purpose="complete", badges=(("Cléa numérique", True),))
    at_work.took(dossier, None, progress="0.4")
    return dossier


def _referred(at_work: House, dossier: UUID, action: UUID) -> UUID:
    """Refers somebody to a partner with an address, who sees the request by the link that left."""
    referral, link, until = uuid4(), uuid4(), at_work.today + timedelta(days=8)
    partner = Partner(None, "Médiathèque de Mortagne")
    said = {"partner": partner, "starts": None, "ends": None, "note": "le matin", "email": "accueil@mediatheque.fr"}
    context = {"referral": referral, "link": link, "until": until}
    at_work.on(dossier, parcours.send_referral, action=action, agreed=True, **said, context=context)
    at_work.on(dossier, issuing.note_mailed_link, CLOCK, link=link)
    at_work.on(dossier, issuing.see_referral, f"partner:{referral}", link=link)
    return referral


def _link(at_work: House, dossier: UUID, referral: UUID) -> UUID:
    made, until = uuid4(), at_work.today + timedelta(days=8)
    said = {"referral": referral, "channel": "paper", "address": ""}
    at_work.on(dossier, issuing.issue_link, **said, context={"link": made, "until": until})
    return made


def _by_link(at_work: House) -> UUID:
    """A partner studies the request, accepts, and says twice how it went; the advisor undoes one word, and confirms."""
    dossier, (_, refused, action) = at_work.prescribed(last="Par lien")
    _refused_by_link(at_work, dossier, refused)
    referral, today = _referred(at_work, dossier, action), at_work.today
    partner = f"partner:{referral}"
    at_work.on(dossier, parcours.chase_partner, referral=referral, channel="phone", reached=False, note="occupé")
    link = _link(at_work, dossier, referral)
    at_work.on(dossier, issuing.promise_answer, partner, link=link, until=today + timedelta(days=5))
    accepted = {"answer": "accepted", "starts": today, "place": "Salle 2", "refusal": None, "reason": ""}
    at_work.on(dossier, issuing.answer_by_link, partner, link=link, **accepted)
    at_work.on(dossier, parcours.start_action, action=action, ends=today + timedelta(days=20))
    link = _link(at_work, dossier, referral)
    for outcome in ("came", "done"):
        at_work.on(dossier, issuing.report_outcome, partner, link=link, outcome=outcome, day=today, note="assidue")
    last = at_work.served.engine.history(dossier)[-1]
    at_work.on(dossier, retraction.retract, version=last.originator_version, reason="pas encore finie")
    at_work.on(dossier, parcours.end_action, action=action, outcome="done", note="assidue")
    return dossier


def _refused_by_link(at_work: House, dossier: UUID, action: UUID) -> None:
    """A partner refuses, which the advisor undoes; the link that follows is revoked, and the action dropped."""
    referral = _referred(at_work, dossier, action)
    refused = {"answer": "refused", "starts": None, "place": "", "refusal": "session-full", "reason": "en mai"}
    link = _link(at_work, dossier, referral)
    at_work.on(dossier, issuing.answer_by_link, f"partner:{referral}", link=link, **refused)
    last = at_work.served.engine.history(dossier)[-1]
    at_work.on(dossier, retraction.retract, version=last.originator_version, reason="autre groupe")
    _link(at_work, dossier, referral)
    at_work.on(dossier, issuing.revoke_link, referral=referral)
    at_work.on(dossier, parcours.drop_action, action=action, reason="autre projet")


def _to_the_end(at_work: House) -> UUID:
    """Facts that follow a result: a difficulty explored, tutorials followed, an appointment missed, a certification."""
    dossier, found = at_work.dispatched("0.30", last="Jusqu’au bout")
    task, study = f"hold-debrief:{found}", uuid4()
    at = {"at": at_work.now + timedelta(hours=1), "day": at_work.today, "place": "Mortagne"}
    at_work.on(dossier, follow_up.set_appointment, task=task, **at)
    at_work.on(dossier, follow_up.miss_appointment, task=task, note="")
    at_work.on(dossier, follow_up.chase_young_person, about=task, channel="phone", reached=False, note="répondeur")
    at_work.on(dossier, assignment.break_glass, PAUL, reason="à l’accueil", nth=1)
    at_work.on(dossier, prescription.hold_debrief, participation=found, channel="meeting", note="")
    explored = {"cause": "digital", "note": "", "tutorials": "Pix : chercher sur le web"}
    at_work.on(dossier, prescription.explore_difficulty, **explored, context={"study": study})
    for outcome in ("ongoing", "done"):
        at_work.on(dossier, prescription.follow_self_study, study=study, outcome=outcome, note="")
    at_work.on(dossier, certification.decline_complete_diagnostic, reason="plus tard")
    at_work.on(dossier, certification.propose_certification, note="")
    at_work.on(dossier, certification.register_certification, session=at_work.today, place="Alençon")
    for obtained, level in ((False, ""), (True, "3")):
        at_work.on(dossier, certification.obtain_certification, obtained=obtained, level=level, note="")
        if not obtained:
            at_work.on(dossier, certification.register_certification, session=at_work.today, place="Alençon")
    at_work.on(dossier, certification.add_result_to_cv)
    retake = {"campaign": at_work.campaign, "planned_for": at_work.today + timedelta(days=60)}
    at_work.on(dossier, certification.plan_retake, **retake)
    at_work.on(dossier, certification.decline_retake, reason="en emploi")
    return dossier


def _corrected(at_work: House) -> UUID:
    """Another name, other contacts, another project, another advisor; then closed and reopened."""
    dossier = at_work.planned(last="Corigé", programme="CEJ", phone="0612345678", imilo_number="12399")
    names = {"last_name": "Corrigé", "first_name": "Ada", "birth_date": date(2005, 3, 11), "imilo_number": "12398"}
    at_work.on(dossier, identity.correct_identity, **names, site="L’Aigle")
    at_work.on(dossier, identity.state_project, project="Cuisine")
    at_work.on(dossier, identity.correct_contact, phone="0611223344", email="ada@exemple.fr")
    presented = next(r for r in at_work.served.engine.history(dossier) if r.event.TOPIC == "dossier.PixPresented")
    at_work.on(dossier, retraction.retract, version=presented.originator_version, reason="erreur de dossier")
    at_work.on(dossier, assignment.assign_advisor, SOPHIE, advisor=at_work.people[PAUL])
    at_work.on(dossier, follow_up.close_dossier, SOPHIE, reason="moved", note="")
    at_work.on(dossier, follow_up.reopen_dossier, SOPHIE, reason="revenue")
    return dossier


def _later(at_work: House, dossiers: dict[str, UUID]) -> None:
    """A note in every dossier that takes one: each has a position after each grid."""
    for name, dossier in dossiers.items():
        if at_work.state(dossier).closed is None:
            at_work.on(dossier, follow_up.take_note, SOPHIE, text=f"revu : {name}")
    at_work.on(dossiers["opened"], orientation.decline_diagnostic, reason="essai")
