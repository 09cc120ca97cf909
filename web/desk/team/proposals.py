"""The advisors who may take a dossier: the one proposed and why, and the options of a list with their load."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pixflow.identity import normalise
from pixflow.team.staff import Candidate, ranked
from projections import dossier_sheet
from web.desk.colleagues import IDLE, list_absences, loads
from web.desk.desk import Desk
from web.french.typography import plural


@dataclass(frozen=True, slots=True)
class AdvisorProposal:
    """An advisor proposed, with the reasons in words."""

    id: UUID
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Advisors:
    """The advisors of today. `absences` says until when those away are absent."""

    candidates: Sequence[Candidate]
    absences: dict[UUID, str]

    def proposed(self, site: str = "", group: str = "") -> AdvisorProposal | None:
        """Returns the first who is present, None when nobody is."""
        present = [one for one in ranked(self.candidates, site, group) if not one.absent]
        return AdvisorProposal(present[0].id, present[0].name, _why(present[0], site, group)) if present else None

    def options(self, site: str = "", group: str = "") -> list[tuple[UUID, str]]:
        """Returns everybody with their load, the best first when a site or a group is given, else by name."""
        if site or group:
            order = ranked(self.candidates, site, group)
        else:
            order = sorted(self.candidates, key=lambda one: normalise(one.name))
        return [(one.id, self._label(one, site)) for one in order]

    def _label(self, candidate: Candidate, site: str) -> str:
        place = [] if candidate.serves(site) else [candidate.site]
        absence = [f"absence {self.absences[candidate.id]}"] if candidate.id in self.absences else []
        return f"{candidate.name} ({', '.join([load(candidate.dossiers, candidate.tasks), *place, *absence])})"


def advisors(desk: Desk) -> Advisors:
    """Returns the advisors of today."""
    return desk.memory.counts.get_or_make(("advisors", desk.today), lambda: _advisors(desk))


def _advisors(desk: Desk) -> Advisors:
    of = loads(desk)
    groups, absences = dossier_sheet.groups_by_advisor(desk.read), list_absences(desk)
    candidates = []
    for id, name in desk.staff("advisor"):
        one, site, followed = of.get(id, IDLE), desk.refs.team[id].site or "", frozenset(groups.get(id, ()))
        candidates.append(Candidate(id, name, site, followed, id in absences, one.dossiers, one.tasks))
    return Advisors(candidates, absences)


def load(dossiers: int, tasks: int) -> str:
    return f"{plural(dossiers, 'dossier')}, {plural(tasks, 'tâche')}"


def _why(candidate: Candidate, site: str, group: str) -> str:
    reasons = ["suit déjà ce groupe"] if candidate.follows(group) else []
    reasons += ["du même site"] if site and candidate.site == site else []
    return " · ".join([*reasons, load(candidate.dossiers, candidate.tasks)])
