"""Decisions of a partner, by link: they see a referral, answer it, and say how it ended."""

from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from pixflow.actor import PARTNER
from pixflow.decision import NOBODY, decision
from pixflow.dossier.state import Dossier
from pixflow.events.base import Event
from pixflow.events.dossier import AnswerPromised, OutcomeReported, ReferralAnswered, ReferralSeen
from pixflow.events.values import LinkPurpose, PartnerRefusal
from pixflow.partner_links.validity import LinkedReferral, is_open, referral_of
from pixflow.refused import Refused, required

ONE_DAY = timedelta(days=1)
LONGEST_STUDY = timedelta(days=60)
LATEST_START = timedelta(days=366)


@decision("see_referral", NOBODY, system=(PARTNER,))
def see_referral(dossier: Dossier, *, link: UUID, on: date) -> list[Event]:
    """Records that the partner sees the referral, once. Raises Refused("link-over")."""
    found = _open(dossier, link, on)
    return [] if found.referral.seen else [ReferralSeen(referral=found.referral.id, link=link, on=on)]


@decision("answer_by_link", NOBODY, system=(PARTNER,))
def answer_by_link(
    dossier: Dossier,
    *,
    link: UUID,
    answer: Literal["accepted", "refused"],
    starts: date | None,
    place: str,
    refusal: PartnerRefusal | None,
    reason: str,
    on: date,
) -> list[Event]:
    """Records the partner's answer: the first day of an acceptance, or the reason of a refusal.

    Raises Refused("link-over"), or "already-answered" when another answer stands: the advisor alone undoes it.
    """
    known = _open(dossier, link, on, "answer").referral
    if answer == "accepted":
        if starts is None:
            raise Refused("required", field="starts")
        if not known.stamp.on <= starts <= on + LATEST_START:
            raise Refused("day-out-of-range", field="starts", first=known.stamp.on, last=on + LATEST_START)
        said = ReferralAnswered(
            referral=known.id, answer=answer, reason="", on=on, starts=starts, place=place.strip(), refusal=None
        )
    else:
        if refusal is None:
            raise Refused("required", field="refusal")
        reason = required(reason, "reason") if refusal == "other" else reason.strip()
        said = ReferralAnswered(referral=known.id, answer=answer, reason=reason, on=on, refusal=refusal)
    if known.answered is None:
        return [said]
    same = (known.answer, known.place, known.refusal, known.reason) == (answer, said.place, said.refusal, said.reason)
    if same and (answer == "refused" or known.starts == starts):
        return []
    raise Refused("already-answered", answer=known.answer, on=known.answered.on)


@decision("promise_answer", NOBODY, system=(PARTNER,))
def promise_answer(dossier: Dossier, *, link: UUID, until: date | None, on: date) -> list[Event]:
    """Records the day by which the partner answers, once. Raises Refused, "day-out-of-range" beyond 60 days."""
    known = _open(dossier, link, on, "answer").referral
    if known.answered:
        raise Refused("already-answered", answer=known.answer, on=known.answered.on)
    if until is None:
        raise Refused("required", field="until")
    if known.promised == until:
        return []
    if known.promised:
        raise Refused("already-promised", until=known.promised)
    if not on < until <= on + LONGEST_STUDY:
        raise Refused("day-out-of-range", field="until", first=on + ONE_DAY, last=on + LONGEST_STUDY)
    return [AnswerPromised(referral=known.id, until=until, on=on)]


@decision("report_outcome", NOBODY, system=(PARTNER,))
def report_outcome(
    dossier: Dossier, *, link: UUID, outcome: Literal["came", "done", "stopped"], day: date, note: str, on: date
) -> list[Event]:
    """Records the partner's word about the young person. It changes nothing until the advisor confirms it.

    Somebody who came may finish or stop later; nothing else changes a first word.
    """
    known = _open(dossier, link, on, "outcome").referral
    report, note = known.report, note.strip()
    if report and (report.outcome, report.day, report.note) == (outcome, day, note):
        return []
    if report and (report.outcome != "came" or outcome == "came"):
        raise Refused("already-reported", on=report.stamp.on)
    if not known.stamp.on <= day <= on:
        raise Refused("day-out-of-range", field="day", first=known.stamp.on, last=on)
    return [OutcomeReported(referral=known.id, outcome=outcome, day=day, note=note, on=on)]


def _open(dossier: Dossier, link: UUID, on: date, purpose: LinkPurpose | None = None) -> LinkedReferral:
    """Returns the referral that a link opens. Raises Refused("link-over")."""
    found = referral_of(dossier, link)
    if found is None or not is_open(dossier, found, on) or purpose not in (None, found.link.purpose):
        raise Refused("link-over")
    return found
