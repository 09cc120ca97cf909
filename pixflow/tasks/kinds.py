"""The kinds of tasks, in the order of the path: who owes each, its stage, and the decisions that it gives."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from pixflow.events.base import Stage
from pixflow.events.values import Role

Kind = Literal[
    "present-pix", "plan-diagnostic", "book-workshop", "mark-attendance", "rebook-absent", "chase-diagnostic",
    "chase-sharing", "declare-campaign", "match-participation", "dispatch-result", "hold-debrief",
    "explore-difficulty", "follow-self-study", "build-prescription", "review-reading", "refer", "chase-partner",
    "offer-alternative", "record-outcome", "complete-path", "propose-certification", "record-certification",
    "plan-retake", "assign-advisor", "review-late-event", "confirm-erasure", "close-or-plan", "inform-holder", "recall",
    "answer-question", "revise-resource", "take-pix", "brief-newcomer", "review-partner", "verify-partner",
    "update-contact", "confirm-team", "designate-referent",
]  # fmt: skip


class TaskKind(Struct, frozen=True):
    """A kind of task. A colleague who receives an advisor's task may take its `decisions`, by their stored names.

    `with_subject`: these decisions name the subject of the task, such as a participation, an action or a reminder.
    """

    role: Role
    stage: Stage | None = None
    decisions: tuple[str, ...] = ()
    with_subject: bool = False


_PLAN = ("plan_diagnostic", "decline_diagnostic")
_SEAT = (*_PLAN, "book_seat", "release_seat", "undo_release")
_ACTION = ("start_action", "end_action", "drop_action")
_REFER = (*_ACTION, "send_referral")
_SESSION = ("register_certification", "take_certification", "obtain_certification", "decline_certification")
_CHASE = ("chase_partner", "answer_referral", "issue_link", "revoke_link")

TASK_KINDS: Mapping[str, TaskKind] = {
    "present-pix": TaskKind("advisor", "orientation", ("present_pix", "assess_need", "decline_diagnostic")),
    "plan-diagnostic": TaskKind("advisor", "orientation", _SEAT),
    "book-workshop": TaskKind("advisor", "orientation", _SEAT),
    "mark-attendance": TaskKind("facilitator", "diagnostic"),
    "rebook-absent": TaskKind("advisor", "orientation", _SEAT),
    "chase-diagnostic": TaskKind("advisor", "diagnostic", _PLAN),
    "chase-sharing": TaskKind("advisor", "diagnostic"),
    "declare-campaign": TaskKind("referent"),
    "match-participation": TaskKind("referent", "diagnostic"),
    "dispatch-result": TaskKind("referent", "prescription"),
    "hold-debrief": TaskKind("advisor", "prescription", ("hold_debrief",), with_subject=True),
    "explore-difficulty": TaskKind("advisor", "prescription", ("explore_difficulty", "assign_self_study")),
    "follow-self-study": TaskKind("advisor", "prescription", ("follow_self_study",), with_subject=True),
    "build-prescription": TaskKind("advisor", "prescription", ("build_prescription",), with_subject=True),
    "review-reading": TaskKind("advisor", "prescription", ("review_reading",), with_subject=True),
    "refer": TaskKind("advisor", "parcours", _REFER, with_subject=True),
    "chase-partner": TaskKind("advisor", "parcours", _CHASE, with_subject=True),
    "offer-alternative": TaskKind("advisor", "parcours", _REFER, with_subject=True),
    "record-outcome": TaskKind("advisor", "parcours", _ACTION, with_subject=True),
    "complete-path": TaskKind("advisor", "parcours", ("take_complete_diagnostic", "decline_complete_diagnostic")),
    "propose-certification": TaskKind("advisor", "parcours", ("propose_certification", "decline_certification")),
    "record-certification": TaskKind("advisor", "parcours", _SESSION),
    "plan-retake": TaskKind("advisor", "parcours", ("plan_retake", "decline_retake")),
    "assign-advisor": TaskKind("referent"),
    "review-late-event": TaskKind("referent"),
    "confirm-erasure": TaskKind("manager"),
    "close-or-plan": TaskKind("advisor", None, ("close", "plan_diagnostic")),
    "inform-holder": TaskKind("advisor", None, ("inform_holder",), with_subject=True),
    "recall": TaskKind("advisor", None, ("set_reminder", "close_reminder"), with_subject=True),
    "answer-question": TaskKind("referent"),
    "revise-resource": TaskKind("referent"),
    "take-pix": TaskKind("advisor"),
    "brief-newcomer": TaskKind("referent"),
    "review-partner": TaskKind("referent"),
    "verify-partner": TaskKind("referent"),
    "update-contact": TaskKind("referent"),
    "confirm-team": TaskKind("manager"),
    "designate-referent": TaskKind("manager"),
}
