"""Who may do what on whose dossier: one table, asked by the engine where it stamps, and by queries for their scope."""

from datetime import date
from typing import Literal
from uuid import UUID

from msgspec import Struct

from pixflow.dossier.state import Dossier
from pixflow.events.values import Role
from pixflow.reference_data import References
from pixflow.refused import Refused
from pixflow.team.absences import deputised
from pixflow.workshop.state import Workshop

Whose = Literal["own", "all"]

OPERATOR = "system:operator"
CLOCK = "system:clock"
IMPORT = "system:import"

_FOLLOWING: dict[Role, Whose] = {"advisor": "own", "referent": "all"}
_ENDING: dict[Role, Whose] = {"advisor": "own", "referent": "all", "manager": "all"}
_RESULTS: dict[Role, Whose] = {"referent": "all"}
_STEERING: dict[Role, Whose] = {"referent": "all", "manager": "all"}
_ACCOUNTS: dict[Role, Whose] = {"manager": "all", "administrator": "all"}
_OWN_STEPS: dict[Role, Whose] = {
    "advisor": "own", "facilitator": "own", "auditor": "own", "administrator": "own", "referent": "all",
    "manager": "all",
}  # fmt: skip
_OWN_DAYS: dict[Role, Whose] = {**_OWN_STEPS, "administrator": "all"}
_DRAFTING: dict[Role, Whose] = {"referent": "all"}
_BOOKING: dict[Role, Whose] = {"advisor": "own", "facilitator": "all", "referent": "all"}
_TEAM: dict[Role, Whose] = {"advisor": "all", "facilitator": "all", "referent": "all", "manager": "all"}

TABLE: dict[str, dict[Role, Whose]] = {
    # the young person's path
    "present_pix": _FOLLOWING,
    "plan_diagnostic": _FOLLOWING,
    "decline_diagnostic": _FOLLOWING,
    "hold_debrief": _FOLLOWING,
    "build_prescription": _FOLLOWING,
    "send_referral": _FOLLOWING,
    "answer_referral": _FOLLOWING,
    "start_action": _FOLLOWING,
    "end_action": _FOLLOWING,
    "drop_action": _FOLLOWING,
    "assess_need": _FOLLOWING,
    "explore_difficulty": _FOLLOWING,
    "assign_self_study": _FOLLOWING,
    "follow_self_study": _FOLLOWING,
    "chase_partner": _FOLLOWING,
    "take_complete_diagnostic": _FOLLOWING,
    "decline_complete_diagnostic": _FOLLOWING,
    "propose_certification": _FOLLOWING,
    "decline_certification": _FOLLOWING,
    "register_certification": _FOLLOWING,
    "take_certification": _FOLLOWING,
    "obtain_certification": _FOLLOWING,
    "add_result_to_cv": _FOLLOWING,
    "plan_retake": _FOLLOWING,
    "decline_retake": _FOLLOWING,
    # the dossier itself
    "open_dossier": {"advisor": "all", "referent": "all", "manager": "all"},
    "correct_identity": _FOLLOWING,
    "correct_contact": _FOLLOWING,
    "state_project": _FOLLOWING,
    "join_programme": _FOLLOWING,
    "correct_group": _ENDING,
    "undo_group": _ENDING,
    "set_appointment": _FOLLOWING,
    "miss_appointment": _FOLLOWING,
    "chase": _FOLLOWING,
    "correct_from_portfolio": {"advisor": "own", "referent": "all", "manager": "all"},
    "take_note": _FOLLOWING,
    "snooze": _FOLLOWING,
    "hand_over": _ENDING,
    "retract": _FOLLOWING,
    "close": _ENDING,
    "reopen": _ENDING,
    "assign_advisor": _STEERING,
    "merge": _STEERING,
    "take_over": _STEERING,
    "move_match": _STEERING,
    "unmerge": _STEERING,
    "give_back_merged": _STEERING,
    "move_back": _STEERING,
    "lend": _STEERING,
    "undo_assignment": _STEERING,
    "give_back": {},
    "review_late_event": _STEERING,
    "request_erasure": _STEERING,
    "decline_erasure": {"manager": "all"},
    "erase_person": {"manager": "all"},
    "erase_again": {"manager": "all"},
    "erase_participation": {"manager": "all"},
    # workshops
    "schedule_workshop": _TEAM,
    "set_facilitators": _TEAM,
    "move_workshop": _TEAM,
    "cancel_workshop": _TEAM,
    "follow_workshop": _TEAM,
    "book_seat": _BOOKING,
    "release_seat": _BOOKING,
    "undo_release": _BOOKING,
    "lapse_offer": {},
    "mark_attendance": _BOOKING,
    "walk_in": _BOOKING,
    "undo_mark": _BOOKING,
    "close_workshop": _BOOKING,
    "ask_help": _BOOKING,
    "give_help": _BOOKING,
    # what comes from Pix Orga
    "dispatch_result": _RESULTS,
    "declare_campaign": _RESULTS,
    "settle_purpose": _RESULTS,
    "correct_purpose": _RESULTS,
    "resettle_purpose": _RESULTS,
    "close_campaign": _RESULTS,
    "reopen_campaign": _RESULTS,
    "find_campaign": _RESULTS,
    "choose_external_id_column": _RESULTS,
    "receive_export": _RESULTS,
    "import_participation": _RESULTS,
    "follow": _RESULTS,
    "vanish": _RESULTS,
    "match_by_number": _RESULTS,
    "confirm_match": _RESULTS,
    "reject_match": _RESULTS,
    "set_aside": _RESULTS,
    "bring_back": _RESULTS,
    "unmatch": _RESULTS,
    # the house
    "open_structure": {},
    "send_notice": {},
    "start_program": {},
    "publish_protocol": {},
    "publish_grille": {},
    "draft_protocol": _DRAFTING,
    "draft_grille": _DRAFTING,
    "drop_protocol_draft": _DRAFTING,
    "drop_grille_draft": _DRAFTING,
    "endorse_protocol": _TEAM,
    "endorse_grille": _TEAM,
    "publish_protocol_draft": _STEERING,
    "publish_grille_draft": _STEERING,
    # the team
    "add": _ACCOUNTS,
    "change_roles": _ACCOUNTS,
    "leave": _ACCOUNTS,
    "come_back": _ACCOUNTS,
    "designate_referent": _ACCOUNTS,
    "state_contact": _OWN_DAYS,
    "declare_absence": _OWN_DAYS,
    "cancel_absence": _OWN_DAYS,
    "take_pix": _OWN_STEPS,
    "attend_training": _OWN_STEPS,
    "hold_briefing": _OWN_STEPS,
    "take_back": _OWN_STEPS,
}

OF_WORKSHOP = frozenset({"mark_attendance", "walk_in", "undo_mark", "close_workshop", "ask_help", "give_help"})
"""The decisions whose "own" is a workshop that one runs, not a dossier that one follows."""

OWNING = frozenset[Role]({"advisor", "facilitator", "referent"})
"""Who may have tasks of their own: an advisor's dossiers, the workshops that somebody runs, what was handed to them."""

SAID_BY: dict[str, str] = {
    "dossier.AdvisorAssigned": "assign_advisor",
    "dossier.DossierLent": "lend",
    "dossier.ResultDispatched": "dispatch_result",
    "dossier.LateEventReviewed": "review_late_event",
    "dossier.DossierMerged": "unmerge",
    "dossier.DuplicateJoined": "unmerge",
}
"""The decisions that not everybody who may retract may take: their events are taken back by those who may."""

SYSTEM: dict[str, frozenset[str]] = {
    OPERATOR: frozenset(
        {"open_structure", "start_program", "publish_protocol", "publish_grille", "add", "open_dossier"}
        | {"correct_identity", "correct_contact", "state_project", "join_programme", "assign_advisor"}
        | {"correct_from_portfolio", "declare_absence", "cancel_absence", "leave", "come_back"}
        | {"request_erasure", "erase_person", "erase_again", "erase_participation"}
    ),
    IMPORT: frozenset({"match_by_number"}),
    CLOCK: frozenset({"give_back", "lapse_offer", "send_notice"}),
}


ERASING = frozenset({"erase_person", "erase_again", "erase_participation"})
"""The only decisions on a stream whose person is erased: they find nothing left to do."""
FROM_OUTSIDE = frozenset({"follow", "vanish", "settle_purpose", "resettle_purpose", "match_by_number", "give_back"})
"""What is said by files and by the clock: of an erased person it is not recorded, and stops nothing else."""


class Actor(Struct, frozen=True):
    """Who acts: a staff id or one of the system's names, and for whom when deputising."""

    id: str
    acting_for: str | None = None


class Scope(Struct, frozen=True):
    """Whose dossiers somebody reads on a day: their own (`advisor`) and those of tasks handed to them, all, or none.

    `deputised` are the colleagues away that day whose dossiers they see to: they read them too.
    """

    whose: Literal["own", "all", "none"]
    advisor: UUID | None = None
    day: date = date.min
    deputised: frozenset[UUID] = frozenset()

    @property
    def advisors(self) -> frozenset[UUID]:
        """Whose dossiers are read, where only some are."""
        return self.deputised | ({self.advisor} if self.advisor else frozenset())

    def reads(self, advisor: UUID | None) -> bool:
        """Whether the dossiers of somebody are read; None is nobody's."""
        return self.whose == "all" or (self.whose == "own" and advisor in self.advisors)

    def sees(self, dossier: Dossier) -> bool:
        if self.whose != "own":
            return self.whose == "all"
        return any(follows(person, dossier, self.day) for person in self.advisors)


def follows(person: UUID, dossier: Dossier, day: date) -> bool:
    """Whether somebody follows this dossier: it is theirs, or a colleague handed them a task of it."""
    return dossier.advisor == person or any(h.to == person and h.stands(day) for h in dossier.handed.values())


def check(
    actor: Actor,
    decision: str,
    refs: References,
    dossier: Dossier | None,
    today: date,
    member: UUID | None = None,
    workshop: Workshop | None = None,
) -> None:
    """Raises Refused("not-allowed") unless the table lets this actor take this decision on this dossier.

    `member` is the colleague that a decision about the team is about, `workshop` what one of OF_WORKSHOP is about.
    """
    if not allows(actor, decision, refs, dossier, today, member, workshop):
        raise Refused("not-allowed", decision=decision)


def allows(
    actor: Actor,
    decision: str,
    refs: References,
    dossier: Dossier | None,
    today: date,
    member: UUID | None = None,
    workshop: Workshop | None = None,
) -> bool:
    """Whether the table lets this actor take this decision; who acts for another may what the other may.

    A deputy acts on the absent colleague's work, never on the team.
    """
    if actor.id in SYSTEM:
        return decision in SYSTEM[actor.id]
    person = in_whose_place(actor, refs, today)
    if person is None or (actor.acting_for and member):
        return False
    whose = _reach(refs.team[person].roles_on(today), decision)
    own = member == person or (dossier is not None and follows(person, dossier, today))
    if decision in OF_WORKSHOP:
        own = workshop is not None and workshop.runs(str(person))
    return whose == "all" or (whose == "own" and own)


def in_whose_place(actor: Actor, refs: References, today: date) -> UUID | None:
    """Whose roles and dossiers count: the actor's, or those of the absent colleague whose deputy they are today.

    None for strangers, for who has left, and for who acts for somebody without being their deputy.
    """
    me = _member(actor.id, refs)
    if me is None or not refs.team[me].works(today):
        return None
    if actor.acting_for is None:
        return me
    other = _member(actor.acting_for, refs)
    return other if other in deputised(refs.team, me, today) else None


def roles(actor: Actor, refs: References, today: date) -> frozenset[Role]:
    """The roles held that day, those of colleagues deputised for included; none for the system and for strangers."""
    me = _member(actor.id, refs)
    if me is None or not refs.team[me].works(today):
        return frozenset()
    held = (refs.team[person].roles_on(today) for person in (me, *deputised(refs.team, me, today)))
    return frozenset[Role]().union(*held)


def scope(actor: Actor, refs: References, today: date) -> Scope:
    """Own for advisors, the structure for référents, managers and auditors, nothing for administrators.

    A deputy also reads what the absent colleague reads.
    """
    held = roles(actor, refs, today)
    if actor.id == OPERATOR or held & {"referent", "manager", "auditor"}:
        return Scope("all")
    if "advisor" in held:
        return Scope("own", me := UUID(actor.id), today, deputised(refs.team, me, today))
    return Scope("none")


def _reach(held: frozenset[Role], decision: str) -> Whose | None:
    """The widest reach that these roles give for a decision; None when they give none."""
    allowed = TABLE[decision]
    reach = {allowed[role] for role in held if role in allowed}
    return "all" if "all" in reach else "own" if reach else None


def _member(id: str, refs: References) -> UUID | None:
    person = None if ":" in id else UUID(id)
    return person if person in refs.team else None
