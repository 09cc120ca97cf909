"""The decisions that a handed task gives to its receiver, and no others (docs/domain.md#tasks)."""

from collections.abc import Collection, Mapping

SEATS = frozenset({"book_seat", "release_seat", "undo_release"})
DIAGNOSTIC = frozenset({"plan_diagnostic", "decline_diagnostic"})

OF_KIND: Mapping[str, frozenset[str]] = {
    "present-pix": frozenset({"present_pix", "assess_need", "decline_diagnostic"}),
    "plan-diagnostic": DIAGNOSTIC | SEATS,
    "book-workshop": DIAGNOSTIC | SEATS,
    "rebook-absent": DIAGNOSTIC | SEATS,
    "chase-diagnostic": DIAGNOSTIC,
    "chase-sharing": frozenset(),
    "hold-debrief": frozenset({"hold_debrief"}),
    "explore-difficulty": frozenset({"explore_difficulty", "assign_self_study"}),
    "follow-self-study": frozenset({"follow_self_study"}),
    "build-prescription": frozenset({"build_prescription"}),
    "refer": frozenset({"send_referral", "start_action", "end_action", "drop_action"}),
    "chase-partner": frozenset({"chase_partner", "answer_referral", "issue_link", "revoke_link"}),
    "offer-alternative": frozenset({"send_referral", "start_action", "end_action", "drop_action"}),
    "record-outcome": frozenset({"start_action", "end_action", "drop_action"}),
    "complete-path": frozenset({"take_complete_diagnostic", "decline_complete_diagnostic"}),
    "propose-certification": frozenset({"propose_certification", "decline_certification"}),
    "plan-retake": frozenset({"plan_retake", "decline_retake"}),
    "close-or-plan": frozenset({"close", "plan_diagnostic"}),
}
"""The decisions that close each kind of task of an advisor, by their stored names."""

ABOUT_A_TASK = frozenset({"set_appointment", "miss_appointment", "chase", "snooze", "hand_over"})
"""The decisions about any task: each names its key."""

BESIDE = frozenset({"take_note", "retract", "reinstate"})
"""The decisions that every receiver may take, and who broke a glass.

They retract and reinstate their own events alone.
"""

WITH_SUBJECT = frozenset(
    {"hold-debrief", "build-prescription", "refer", "record-outcome"}
    | {"follow-self-study", "chase-partner", "offer-alternative"}
)
"""The kinds whose decisions name the subject of the task: a participation, an action, a referral, tutorials."""


def gives(key: str, decision: str, sent: Collection[str] | None) -> bool:
    """Tells if a handed task gives a decision. `sent` are the values sent with it; None asks about any values."""
    if decision in BESIDE:
        return True
    if decision in ABOUT_A_TASK:
        return sent is None or key in sent
    kind, _, subject = key.partition(":")
    named = sent is None or kind not in WITH_SUBJECT or subject in sent
    return named and decision in OF_KIND.get(kind, ())
