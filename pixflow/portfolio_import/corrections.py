"""From a row of the file to decisions: its sites, members and programmes; its differences from a dossier."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from msgspec.structs import asdict, replace

from pixflow.actor import OPERATOR
from pixflow.decision import OWN_DOSSIERS_AND_MANAGER, Argument, Decision, decision
from pixflow.dossier import assignment, identity
from pixflow.dossier.state import Dossier
from pixflow.events.base import Event, Recorded
from pixflow.identity import normalise, words
from pixflow.portfolio_import.columns import FIELDS, Field
from pixflow.portfolio_import.entries import Entry
from pixflow.portfolio_import.problems import PortfolioProblem
from pixflow.reference_data import References
from pixflow.team.staff import Staff

_CIVILITIES = frozenset({"m", "mr", "mme", "mlle", "monsieur", "madame", "mademoiselle"})
_PROGRAMMES = {
    "contrat d engagement jeune": "CEJ",
    "contrat engagement jeune": "CEJ",
    "parcours contractualise d accompagnement vers l emploi et l autonomie": "PACEA",
}

_OLDER_NAME = re.compile(r"\b(garantie jeunes?|gj)\b")
"""The name of CEJ before March 2022."""


ResolvedRow = Entry[UUID]
"""One row; None for what is absent or unknown to the structure."""


class Resolver:
    """Resolves rows for one structure. `problems` collects the unknown texts."""

    def __init__(self, refs: References, today: date) -> None:
        self.problems: list[PortfolioProblem] = []
        self._sites = {normalise(site): site for site in refs.structure.sites}
        self._team = {member: state for member, state in refs.team.items() if "advisor" in state.roles_on(today)}
        self._advisors: dict[str, UUID | str] = {}

    def resolve(self, entry: Entry[str]) -> ResolvedRow:
        found = {"site": self._site(entry), "programme": self._programme(entry), "advisor": self._advisor(entry)}
        return ResolvedRow(**asdict(entry) | found)

    def _site(self, entry: Entry[str]) -> str | None:
        if entry.site is None:
            return None
        entry_form = normalise(entry.site)
        words = set(entry_form.split())
        within = [site for form, site in self._sites.items() if set(form.split()) <= words]
        structure_site = self._sites.get(entry_form) or (within[0] if len(within) == 1 else None)
        if structure_site is None:
            self._warn("site-unknown", entry, "site")
        return structure_site

    def _programme(self, entry: Entry[str]) -> str | None:
        if entry.programme and _OLDER_NAME.search(normalise(entry.programme)):
            self._warn("programme-older-name", entry, "programme")
            return "CEJ"
        return programme(entry.programme)

    def _advisor(self, entry: Entry[str]) -> UUID | None:
        if entry.advisor is None:
            return None
        if entry.advisor not in self._advisors:
            self._advisors[entry.advisor] = find_advisor(entry.advisor, self._team)
        advisor = self._advisors[entry.advisor]
        if isinstance(advisor, str):
            self._warn(advisor, entry, "advisor")
            return None
        return advisor

    def _warn(self, code: str, entry: Entry[str], field: Field) -> None:
        self.problems.append(PortfolioProblem("warning", code, entry.line, field, getattr(entry, field)))


def find_advisor(text: str, team: Mapping[UUID, Staff]) -> UUID | str:
    """Returns the only member with this e-mail, these name words, or more words; else the code of the warning."""
    by_email = [member for member, state in team.items() if state.email.casefold() == text.casefold()]
    words = set(normalise(text).split()) - _CIVILITIES
    names = {member: set(normalise(state.name).split()) for member, state in team.items()}
    for members in (
        by_email,
        [member for member, name in names.items() if name == words],
        [member for member, name in names.items() if words and words < name],
    ):
        if len(members) == 1:
            return members[0]
        if members:
            return "advisor-ambiguous"
    return "advisor-unknown"


def programme(text: str | None) -> str | None:
    """Returns CEJ or PACEA for any of their names, and other programmes as typed."""
    if text is None:
        return None
    plain = normalise(text)
    short = next((known for known in ("CEJ", "PACEA") if known.lower() in plain.split()), None)
    return _PROGRAMMES.get(plain) or short or text


CONTACT: tuple[Field, ...] = ("phone", "email")
TAKEN: dict[Decision[..., list[Event]], tuple[Field, ...]] = {
    identity.correct_identity: ("last_name", "first_name", "birth_date", "imilo_number", "site"),
    identity.correct_contact: CONTACT,
    identity.join_programme: ("programme", "group", "collective_end", "programme_end"),
    identity.state_project: ("project",),
    identity.state_commune: ("commune",),
}
"""The decisions that correct a dossier, and the fields of each."""

Command = tuple[Decision[..., list[Event]], dict[str, Any]]


def differences(row: ResolvedRow, dossier: Dossier) -> tuple[Field, ...]:
    """Returns the fields that differ. Empty cells, accents, case and spaces are no difference."""
    same_words = words(row.last_name, row.first_name) == words(dossier.last_name, dossier.first_name)
    silent: set[Field] = {"last_name", "first_name"} if same_words else set()
    if (row.programme or dossier.programme) != "CEJ":
        silent |= {"group", "collective_end"}
    if not (row.programme or dossier.programme):
        silent.add("programme_end")
    return tuple(field for field in FIELDS if field not in silent and _differs(row, dossier, field))


def _differs(row: ResolvedRow, dossier: Dossier, field: Field) -> bool:
    new, old = getattr(row, field), getattr(dossier, field)
    if new is None or new == old:
        return False
    if isinstance(new, str) and isinstance(old, str) and field not in CONTACT:
        return normalise(new) != normalise(old)
    return True


def corrections(row: ResolvedRow, differs: Collection[Field]) -> Iterator[Command]:
    """Returns the decisions that write these fields to the dossier, with their arguments."""
    told = {field: getattr(row, field) for fields in TAKEN.values() for field in fields if field in differs}
    if told:
        yield correct_from_portfolio, {"told": told}
    if "advisor" in differs:
        yield assignment.assign_advisor, {"advisor": row.advisor}


def opening(row: ResolvedRow, site: str) -> Command:
    """Returns the decision that opens the dossier of a row, with its arguments."""
    told = {"site": site, "programme": row.programme or "", "project": row.project or "", "commune": row.commune or ""}
    return identity.open_dossier, {field: getattr(row, field) for field in FIELDS} | told


def with_history(correct: Decision[..., list[Event]], history: Sequence[Recorded]) -> dict[str, Any]:
    """Returns the history for a decision that needs it."""
    return {"history": history} if Argument.HISTORY in correct.needs else {}


@decision("correct_from_portfolio", OWN_DOSSIERS_AND_MANAGER, system=(OPERATOR,))
def correct_from_portfolio(
    dossier: Dossier, *, told: Mapping[str, Any], on: date, history: Sequence[Recorded]
) -> list[Event]:
    """Corrects one young person from a file, for anyone who may import it (authorization.py). Keeps the rest."""
    events: list[Event] = []
    base_dossier = replace(dossier, programme_end=None) if "programme" in told else dossier
    for correct, fields in TAKEN.items():
        if any(field in told for field in fields):
            values = {field: told[field] if field in told else getattr(base_dossier, field) for field in fields}
            events += correct(dossier, **values, on=on, **with_history(correct, history))
    return events
