"""Whether a dossier is in a state to be offered a form: what its page proposes, never what a decision refuses."""

from collections.abc import Callable

from pixflow.dossier.state import Dossier

Fits = Callable[[Dossier], bool]


def always(dossier: Dossier) -> bool:
    return True


def still_open(dossier: Dossier) -> bool:
    return dossier.closed is None


def followed(dossier: Dossier) -> bool:
    return still_open(dossier) and dossier.advisor is not None


def closed(dossier: Dossier) -> bool:
    return dossier.closed is not None and dossier.merged is None


def late(dossier: Dossier) -> bool:
    return dossier.late is not None


def begun(dossier: Dossier) -> bool:
    """Somebody was at a workshop, or something was shared, or what follows was noted already."""
    state, links = dossier.parcours, dossier.diagnostic.participations.values()
    noted = (state.complete, state.certification, state.on_cv, state.retake, dossier.prescription.explored)
    shared = any(link.result or link.profile for link in links)
    return shared or any(noted) or bool(dossier.prescription.studies) or dossier.diagnostic.last_attended is not None


# --- 1 to 3


def to_present(dossier: Dossier) -> bool:
    return still_open(dossier) and dossier.orientation.presented is None


def to_decline(dossier: Dossier) -> bool:
    return (
        still_open(dossier) and not dossier.orientation.declined and not dossier.diagnostic.has_participation("initial")
    )


def to_assess(dossier: Dossier) -> bool:
    return still_open(dossier) and dossier.orientation.presented is None and dossier.diagnostic.last_attended is None


def tested(dossier: Dossier) -> bool:
    return still_open(dossier) and dossier.diagnostic.current("initial") is not None


def to_debrief(dossier: Dossier) -> bool:
    current = dossier.diagnostic.current("initial")
    return still_open(dossier) and current is not None and current[0] not in dossier.prescription.debriefs


def to_prescribe(dossier: Dossier) -> bool:
    current, state = dossier.diagnostic.current("initial"), dossier.prescription
    debriefed = current is not None and current[0] in state.debriefs and current[0] not in state.built
    return still_open(dossier) and debriefed


def to_explore(dossier: Dossier) -> bool:
    """Somebody was at a workshop, or a result came in: there may be a difficulty to speak of."""
    return still_open(dossier) and (dossier.diagnostic.last_attended is not None or tested(dossier))


# --- 4


def to_complete(dossier: Dossier) -> bool:
    said = dossier.parcours.complete
    return still_open(dossier) and begun(dossier) and not (said and said.accepted)


def to_value(dossier: Dossier) -> bool:
    shared = any(link.result for link in dossier.diagnostic.participations.values())
    return still_open(dossier) and shared and dossier.parcours.on_cv is None


def to_certify(dossier: Dossier) -> bool:
    """After the complete diagnostic, a profile that can be certified, or a prescription that kept it."""
    state, profile = dossier.parcours, dossier.diagnostic.profile
    complete = state.complete is not None and state.complete.accepted
    kept = any(known.action.kind == "certification" for known in state.actions.values())
    return complete or kept or bool(profile and profile.certifiable)


def certifying(*steps: str) -> Fits:
    """Where the certification stands; "" for not at all yet, though it might."""

    def fits(dossier: Dossier) -> bool:
        known = dossier.parcours.certification
        return still_open(dossier) and (known.step in steps if known else "" in steps and to_certify(dossier))

    return fits
