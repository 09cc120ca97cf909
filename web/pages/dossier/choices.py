"""The lists that one form of a dossier shows: partners and offers, actions to add, people to call."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from pixflow.documents.grille import Proposal
from pixflow.dossier.stages import prescription
from pixflow.dossier.state import ActionState, Dossier
from pixflow.events.values import Action
from pixflow.folding import Stamp
from pixflow.score_reading import counting_grid
from web.desk.desk import Desk
from web.desk.territory import contacts, referral_offers
from web.french.territory import partners as french_partners
from web.http.forms import OpenForm

NEW = UUID(int=0)
"""The id of an action that is not recorded yet."""
Choices = Mapping[str, Any]
"""The values and labels of each list of a form."""


def find_action(dossier: Dossier, about: str) -> ActionState | None:
    """Returns the action named by its own id, or by the id of one of its referrals."""
    actions = dossier.parcours.actions.values()
    ids = ((str(state.action.id), *(str(sent.id) for sent in state.referrals)) for state in actions)
    return next((state for state, named in zip(actions, ids, strict=True) if about in named), None)


def to_refer(desk: Desk, dossier: Dossier, opened: OpenForm) -> Choices:
    """Returns the offers for an action, and the partners that were asked already."""
    action = find_action(dossier, opened.about)
    referrals = action.referrals if action and not opened.corrects else ()
    asked = [(one.partner.name, french_partners.of_partner(one, desk.today)) for one in referrals]
    return {**_offers(desk, dossier, action, opened), "asked": asked}


def to_add(desk: Desk, dossier: Dossier, opened: OpenForm) -> Choices:
    """Returns the proposals that may be added, and the offers for the action that is typed."""
    action = Action(NEW, str(opened.get("label")), "action", str(opened.get("proposal")) or None)
    offers = _offers(desk, dossier, ActionState(action, Stamp(date.min, 0)), opened)
    return {**offers, "addable": additions(desk, dossier, str(opened.get("proposal")))}


def to_remind(desk: Desk, dossier: Dossier, opened: OpenForm) -> Choices:
    """Returns who is to be called at a partner, and the other offers for the action."""
    action = find_action(dossier, opened.about)
    others = referral_offers.alternatives(desk, dossier, action.action.id) if action else []
    return {**to_link(desk, dossier, opened), "alternatives": [(one.title, one.about) for one in others]}


def to_link(desk: Desk, dossier: Dossier, opened: OpenForm) -> Choices:
    """Returns who is to be called at the partner of a referral."""
    action = find_action(dossier, opened.about)
    referral = next((one for one in action.referrals if str(one.id) == opened.about), None) if action else None
    return {"callees": contacts.callees(desk, referral) if referral else []}


def additions(desk: Desk, dossier: Dossier, chosen: str) -> list[Proposal]:
    """Returns the proposals of the grid of the current prescription that may be added to it, and the `chosen` one."""
    current = dossier.diagnostic.current("initial")
    built = dossier.prescription.built.get(current[0]) if current else None
    if current is None or built is None:
        return []
    grid = counting_grid(desk.refs, dossier, current[0], desk.today).document
    shown = prescription.proposals_of(dossier, built, grid)
    free = {one.id for one in shown if prescription.may_be_added(dossier, Action(NEW, one.label, one.kind, one.id))}
    return [one for one in shown if one.id in {*free, chosen}]


def _offers(desk: Desk, dossier: Dossier, action: ActionState | None, opened: OpenForm) -> Choices:
    chooser = referral_offers.Chooser()
    if action is not None:
        searched, offered = str(opened.get("cherche")), str(opened.get("offered"))
        chooser = referral_offers.choose(desk, dossier, action, searched, offered)
    return {
        "lists": chooser.lists,
        "notes": (chooser.origin, chooser.found),
        "found": chooser.only if opened.get("cherche") and not opened.get("partner") else "",
        "contact": contacts.options(desk, {one.partner: one.name for one in chooser.shown}),
    }
