"""Conditions on a dossier to offer a form on its page. A decision has its own conditions, and refuses by itself."""

from collections.abc import Callable

from pixflow.dossier.state import Dossier

Condition = Callable[[Dossier], bool]


def can_always(dossier: Dossier) -> bool:
    return True


def is_open(dossier: Dossier) -> bool:
    return dossier.closed is None


def is_followed(dossier: Dossier) -> bool:
    return is_open(dossier) and dossier.advisor is not None


def is_closed(dossier: Dossier) -> bool:
    return dossier.closed is not None and dossier.merged is None


def has_late_event(dossier: Dossier) -> bool:
    return dossier.late is not None


def has_begun(dossier: Dossier) -> bool:
    """True after a workshop, a shared result, or a note of what comes after the actions."""
    state, links = dossier.parcours, dossier.diagnostic.participations.values()
    noted = (state.complete, state.certification, state.on_cv, state.retake, dossier.prescription.explored)
    shared = any(link.result or link.profile for link in links)
    return shared or any(noted) or bool(dossier.prescription.studies) or dossier.diagnostic.last_attended is not None


# --- 1 to 3


def can_present(dossier: Dossier) -> bool:
    return is_open(dossier) and dossier.orientation.presented is None


def can_decline(dossier: Dossier) -> bool:
    return is_open(dossier) and not dossier.orientation.declined and not dossier.diagnostic.has_participation("initial")


def can_assess(dossier: Dossier) -> bool:
    return is_open(dossier) and dossier.orientation.presented is None and dossier.diagnostic.last_attended is None


def has_initial_result(dossier: Dossier) -> bool:
    return is_open(dossier) and dossier.diagnostic.current("initial") is not None


def can_debrief(dossier: Dossier) -> bool:
    current = dossier.diagnostic.current("initial")
    return is_open(dossier) and current is not None and current[0] not in dossier.prescription.debriefs


def can_prescribe(dossier: Dossier) -> bool:
    current, state = dossier.diagnostic.current("initial"), dossier.prescription
    debriefed = current is not None and current[0] in state.debriefs and current[0] not in state.built
    return is_open(dossier) and debriefed


def can_explore(dossier: Dossier) -> bool:
    """True after a workshop or a result: there may be a difficulty to speak of."""
    return is_open(dossier) and (dossier.diagnostic.last_attended is not None or has_initial_result(dossier))


# --- 4


def can_complete(dossier: Dossier) -> bool:
    said = dossier.parcours.complete
    return is_open(dossier) and has_begun(dossier) and not (said and said.accepted)


def can_value(dossier: Dossier) -> bool:
    shared = any(link.result for link in dossier.diagnostic.participations.values())
    return is_open(dossier) and shared and dossier.parcours.on_cv is None


def can_certify(dossier: Dossier) -> bool:
    """True after the complete diagnostic, with a certifiable profile, or when a prescription kept the certification."""
    state, profile = dossier.parcours, dossier.diagnostic.profile
    complete = state.complete is not None and state.complete.accepted
    kept = any(known.action.kind == "certification" for known in state.actions.values())
    return complete or kept or bool(profile and profile.certifiable)


def certification_is(*steps: str) -> Condition:
    """Returns the condition that the certification is at one of these steps; "" is before the first one."""

    def condition(dossier: Dossier) -> bool:
        known = dossier.parcours.certification
        return is_open(dossier) and (known.step in steps if known else "" in steps and can_certify(dossier))

    return condition
