"""Who may do what on whose dossier: one table, asked by the engine where it stamps, and by queries for their scope."""

from typing import Literal
from uuid import UUID

from msgspec import Struct

from pixflow.dossier.state import Dossier
from pixflow.events.values import Role
from pixflow.references import References
from pixflow.refused import Refused

Whose = Literal["own", "all"]

OPERATOR = "system:operator"
CLOCK = "system:clock"
IMPORT = "system:import"

_FOLLOWING: dict[Role, Whose] = {"advisor": "own", "referent": "all"}
_ENDING: dict[Role, Whose] = {"advisor": "own", "referent": "all", "manager": "all"}
_RESULTS: dict[Role, Whose] = {"referent": "all"}
_STEERING: dict[Role, Whose] = {"referent": "all", "manager": "all"}

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
    # the dossier itself
    "open_dossier": {"advisor": "all", "referent": "all", "manager": "all"},
    "correct_identity": _FOLLOWING,
    "correct_contact": _FOLLOWING,
    "state_project": _FOLLOWING,
    "join_programme": _FOLLOWING,
    "set_appointment": _FOLLOWING,
    "miss_appointment": _FOLLOWING,
    "chase": _FOLLOWING,
    "take_note": _FOLLOWING,
    "retract": _FOLLOWING,
    "close": _ENDING,
    "reopen": _ENDING,
    "assign_advisor": _STEERING,
    "review_late_event": _STEERING,
    # what comes from Pix Orga
    "dispatch_result": _RESULTS,
    "declare_campaign": _RESULTS,
    "settle_purpose": _RESULTS,
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
    "start_program": {},
    "publish_protocol": {},
    "publish_grille": {},
    "add": {"administrator": "all"},
}

SAID_BY: dict[str, str] = {
    "dossier.AdvisorAssigned": "assign_advisor",
    "dossier.ResultDispatched": "dispatch_result",
    "dossier.LateEventReviewed": "review_late_event",
}
"""The decisions that not everybody who may retract may take: their events are taken back by those who may."""

SYSTEM: dict[str, frozenset[str]] = {
    OPERATOR: frozenset(
        {"open_structure", "start_program", "publish_protocol", "publish_grille", "add", "open_dossier"}
        | {"correct_identity", "correct_contact", "state_project", "join_programme", "assign_advisor"}
    ),
    IMPORT: frozenset({"match_by_number"}),
    CLOCK: frozenset(),
}


class Actor(Struct, frozen=True):
    """Who acts: a staff id or one of the system's names, and for whom when deputising."""

    id: str
    acting_for: str | None = None


class Scope(Struct, frozen=True):
    """Whose dossiers somebody reads: their own (`advisor`), all of the structure, or none."""

    whose: Literal["own", "all", "none"]
    advisor: UUID | None = None

    def sees(self, dossier: Dossier) -> bool:
        return self.whose == "all" or (self.whose == "own" and dossier.advisor == self.advisor)


def check(actor: Actor, decision: str, refs: References, dossier: Dossier | None) -> None:
    """Raises Refused("not-allowed") unless the table lets this actor take this decision on this dossier."""
    if actor.id in SYSTEM:
        if decision in SYSTEM[actor.id]:
            return
        raise Refused("not-allowed", decision=decision)
    whose = whose_for(actor, decision, refs)
    if whose == "all" or (whose == "own" and dossier is not None and str(dossier.advisor) == actor.id):
        return
    raise Refused("not-allowed", decision=decision)


def whose_for(actor: Actor, decision: str, refs: References) -> Whose | None:
    """The widest reach that the actor's roles give for a decision; None when they give none."""
    allowed = TABLE[decision]
    reach = {allowed[role] for role in roles(actor, refs) if role in allowed}
    return "all" if "all" in reach else "own" if reach else None


def roles(actor: Actor, refs: References) -> frozenset[Role]:
    """The roles held today; none for the system, for partners and for strangers."""
    if ":" in actor.id:
        return frozenset()
    member = refs.team.get(UUID(actor.id))
    return member.roles if member else frozenset()


def scope(actor: Actor, refs: References) -> Scope:
    """Own for advisors, the structure for référents, managers and auditors, nothing for administrators."""
    held = roles(actor, refs)
    if actor.id == OPERATOR or held & {"referent", "manager", "auditor"}:
        return Scope("all")
    if "advisor" in held:
        return Scope("own", UUID(actor.id))
    return Scope("none")
