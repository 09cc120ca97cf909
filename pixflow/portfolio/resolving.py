"""Resolves the texts of a row to sites, members of the team and programmes of the structure."""

import re
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from msgspec import Struct

from pixflow.identity import normalise
from pixflow.portfolio.entries import Entry
from pixflow.portfolio.problems import PortfolioProblem
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


class ResolvedRow(Struct, frozen=True):
    """One row; None for what is absent or unknown to the structure."""

    line: int
    last_name: str
    first_name: str
    imilo_number: str | None
    birth_date: date | None
    phone: str | None
    email: str | None
    site: str | None
    programme: str | None
    group: str | None
    collective_end: date | None
    advisor: UUID | None
    project: str | None
    figures: bool = False


class Resolver:
    """Resolves rows for one structure. `problems` collects the unknown texts."""

    def __init__(self, refs: References, today: date) -> None:
        self.problems: list[PortfolioProblem] = []
        self._sites = {normalise(site): site for site in refs.structure.sites}
        self._team = {member: state for member, state in refs.team.items() if "advisor" in state.roles_on(today)}
        self._advisors: dict[str, UUID | str] = {}

    def resolve(self, entry: Entry) -> ResolvedRow:
        return ResolvedRow(
            entry.line,
            entry.last_name,
            entry.first_name,
            entry.imilo_number,
            entry.birth_date,
            entry.phone,
            entry.email,
            self._site(entry),
            self._programme(entry),
            entry.group,
            entry.collective_end,
            self._advisor(entry),
            entry.project,
            entry.figures,
        )

    def _site(self, entry: Entry) -> str | None:
        if entry.site is None:
            return None
        asked = normalise(entry.site)
        words = set(asked.split())
        within = [site for form, site in self._sites.items() if set(form.split()) <= words]
        found = self._sites.get(asked) or (within[0] if len(within) == 1 else None)
        if found is None:
            self.problems.append(PortfolioProblem("warning", "site-unknown", entry.line, "site", entry.site))
        return found

    def _programme(self, entry: Entry) -> str | None:
        if entry.programme and _OLDER_NAME.search(normalise(entry.programme)):
            self.problems.append(
                PortfolioProblem("warning", "programme-older-name", entry.line, "programme", entry.programme)
            )
            return "CEJ"
        return programme(entry.programme)

    def _advisor(self, entry: Entry) -> UUID | None:
        if entry.advisor is None:
            return None
        if entry.advisor not in self._advisors:
            self._advisors[entry.advisor] = find_advisor(entry.advisor, self._team)
        found = self._advisors[entry.advisor]
        if isinstance(found, str):
            self.problems.append(PortfolioProblem("warning", found, entry.line, "advisor", entry.advisor))
            return None
        return found


def find_advisor(text: str, team: Mapping[UUID, Staff]) -> UUID | str:
    """Returns the only member with this e-mail, these name words, or more words; else the code of the warning."""
    by_email = [member for member, state in team.items() if state.email.casefold() == text.casefold()]
    words = set(normalise(text).split()) - _CIVILITIES
    names = {member: set(normalise(state.name).split()) for member, state in team.items()}
    for found in (
        by_email,
        [member for member, name in names.items() if name == words],
        [member for member, name in names.items() if words and words < name],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            return "advisor-ambiguous"
    return "advisor-unknown"


def programme(text: str | None) -> str | None:
    """Returns CEJ or PACEA for any of their names, and other programmes as typed."""
    if text is None:
        return None
    plain = normalise(text)
    short = next((known for known in ("CEJ", "PACEA") if known.lower() in plain.split()), None)
    return _PROGRAMMES.get(plain) or short or text
