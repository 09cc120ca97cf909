"""Pix Orga and matching of a script."""

from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

from pixflow.events.values import Purpose
from pixflow.participation.matches import undo_match
from pixflow.participation.state import Participation
from web.samples.agenda import PlannedCommand, command
from web.samples.behaviours.campaigns import PixOrga, Season
from web.samples.behaviours.matching import Found, Matching
from web.samples.demo.people import ScriptedYoung
from web.samples.pix_exports import Offer
from web.samples.simulation import Simulation
from web.samples.youth import Attempt, Young


class ScriptedPixOrga(PixOrga):
    """One season for each offer, of all sites."""

    def __init__(self, sim: Simulation, imported: Callable[[Season], object], offers: Sequence[Offer]) -> None:
        super().__init__(sim, imported)
        self.everyone: list[ScriptedYoung] = []
        for offer in offers:
            self.seasons[offer.purpose, 0].append(Season(offer, 0, date.min, date.max))

    def seasons_until_today(self, purpose: Purpose, site: int) -> list[Season]:
        return self.seasons[purpose, 0]

    def rows(self, season: Season) -> list[tuple[Young, Attempt]]:
        complete = season.offer.purpose != "initial"
        told = [(young, one) for young in self.everyone for one in (young.complete if complete else young.attempts)]
        return season.rows or [*told]


class ScriptedMatching(Matching):
    """Keeps what waits for a match until the référent works on it."""

    def __init__(self, sim: Simulation) -> None:
        super().__init__(sim)
        self._waiting: list[tuple[Season, UUID]] = []
        self._mistakes: list[tuple[Season, UUID, Young, Young]] = []

    def plan_match(self, season: Season, stream: UUID, young: Young | None) -> None:
        self._waiting.append((season, stream))

    def work(self) -> None:
        """Matches all that waits."""
        while self._waiting:
            self.sim.execute(self.match_participation(*self._waiting.pop(0), None))

    def choose(self, found: Found, owner: Young | None) -> tuple[Young | None, Young | None]:
        """Chooses, in two minutes, the best candidate; the test of a sister is another one's."""
        if not found:
            return None, None
        chosen = found[0][0]
        self.sim.log.wait(2)
        sister = chosen.sibling if isinstance(chosen, ScriptedYoung) else ""
        return chosen, next((young for young in self.sim.young.values() if sister and young.number == sister), chosen)

    def candidates(self, one: Participation) -> list[Young]:
        """Returns all who were not ruled out: the board, too, finds by number and by spelling."""
        return [young for young in self.sim.young.values() if young.dossier not in one.rejected]

    def plan_correction(self, season: Season, stream: UUID, wrong: Young, right: Young) -> None:
        self._mistakes.append((season, stream, wrong, right))

    def correct(self) -> None:
        """Gives the tests that were matched to a sister to whom took them."""
        referent = self.sim.roster.of("referent")[0].actor
        while self._mistakes:
            season, stream, wrong, right = self._mistakes.pop(0)
            streams = {"participation": stream, "dossier": wrong.dossier}
            reason = f"C’est le test de sa sœur {right.first_name}, vu avec elles"
            self.sim.execute([command(referent, streams, undo_match, reason=reason)])
            self.sim.log.wait(2)
            confirm = self.confirmation(stream, right, season.known[stream])
            self.sim.execute([PlannedCommand(referent, (confirm,))])
