"""Matches participations that no import could match. The référent is wrong now and then."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import partial
from uuid import UUID

from pixflow.identity import normalise
from pixflow.participation.matches import confirm_match, set_participation_aside, undo_match
from pixflow.participation.scoring import Match, Person, rank, score
from pixflow.participation.state import Participation
from pixflow.unit_of_work import Step
from projections.match_proposals import BY_HAND, confirmation, participant
from web.french.typography import say
from web.samples import parameters
from web.samples.agenda import PlannedCommand, command
from web.samples.behaviours.campaigns import Season
from web.samples.simulation import Simulation
from web.samples.youth import Young

FOUND, MOST = 2, 60
Found = list[tuple[Young, Match]]
"""Candidates for a participation, the best first."""


class Matching:
    """Index of young people by the words of their names, as the référent's board searches them."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self._words: dict[str, list[Young]] = defaultdict(list)
        self._seen: set[UUID] = set()

    def meet(self, young: Young) -> None:
        for word in dict.fromkeys(normalise(young.name).split()):
            self._words[word].append(young)

    def imported(self, season: Season) -> None:
        """Plans the match of each new participation that waits for one."""
        whose = {_key(*young.typed): young for young, _ in season.rows}
        waiting = [stream for stream, one in season.known.items() if one.waiting and stream not in self._seen]
        for stream in waiting:
            self._seen.add(stream)
            one = season.known[stream]
            self.plan_match(season, stream, whose.get(_key(one.last_name, one.first_name, one.external_id)))

    def plan_match(self, season: Season, stream: UUID, young: Young | None) -> None:
        about = (stream, young.dossier) if young else (stream,)
        moment = self.sim.on(self.sim.in_days(parameters.MATCHED_IN))
        self.sim.plan(moment, partial(self.match_participation, season, stream, young), *about)

    def match_participation(self, season: Season, stream: UUID, owner: Young | None) -> Iterator[PlannedCommand]:
        """Confirms a match, or sets a stranger's participation aside."""
        referent, participation = self.sim.roster.referent(season.site, self.sim.today), season.known.get(stream)
        if participation is None or not participation.waiting:
            return
        if referent is None:
            self.plan_match(season, stream, owner)
            return
        chosen, right = self.choose(self.likely(participation), owner)
        if chosen is None:
            yield command(
                referent.actor, {"participation": stream}, set_participation_aside, reason="Compte d’essai de l’équipe"
            )
            return
        if right and chosen is not right:
            self.plan_correction(season, stream, chosen, right)
        yield PlannedCommand(referent.actor, (self.confirmation(stream, chosen, participation),))

    def choose(self, candidates: Found, owner: Young | None) -> tuple[Young | None, Young | None]:
        """Returns who the référent chooses, and who it is: now and then the wrong one of two likely people."""
        own = next((match.score for other, match in candidates if other is owner), 0)
        likely = [other for other, match in candidates if other is not owner and match.score >= own]
        wrong = owner and likely and self.sim.chance(parameters.WRONG_MATCH)
        return (likely[0] if wrong else owner), owner

    def plan_correction(self, season: Season, stream: UUID, wrong: Young, right: Young) -> None:
        moment = self.sim.on(self.sim.in_days(parameters.WRONG_FOUND_IN))
        correct = partial(self._correct, season, stream, wrong, right)
        self.sim.plan(moment, correct, stream, wrong.dossier, right.dossier)

    def _correct(self, season: Season, stream: UUID, wrong: Young, right: Young) -> Iterator[PlannedCommand]:
        referent, participation = self.sim.roster.referent(season.site, self.sim.today), season.known.get(stream)
        if participation is None or participation.dossier != wrong.dossier:
            return
        if referent is None:
            self.plan_correction(season, stream, wrong, right)
        else:
            said = {"reason": say("C’est le test de {name}, vu avec l’intéressé·e", name=right.name)}
            undo = Step({"participation": stream, "dossier": wrong.dossier}, undo_match, said)
            yield PlannedCommand(referent.actor, (undo, self.confirmation(stream, right, participation)))

    def confirmation(self, stream: UUID, young: Young, one: Participation) -> Step:
        found = self.likely(one)
        match = dict(found).get(young) or score(participant(one), _person(young)) or BY_HAND
        others = tuple(other.dossier for other, _ in found if other is not young)
        return Step({"participation": stream, "dossier": young.dossier}, confirm_match, confirmation(match, others))

    def likely(self, one: Participation) -> Found:
        """Ranks the candidates, as the board does."""
        return rank(participant(one), ((young, _person(young)) for young in self.candidates(one)))

    def candidates(self, one: Participation) -> list[Young]:
        """Returns the people who share two words of the name."""
        words = dict.fromkeys(normalise(f"{one.last_name} {one.first_name}").split())
        count = Counter(young for word in words for young in self._words.get(word, ()))
        return [young for young, shared in count.items() if shared >= FOUND][:MOST]


def _key(last: str, first: str, number: str | None) -> tuple[str, str, str | None]:
    return normalise(last), normalise(first), number


def _person(young: Young) -> Person:
    return Person(young.last_name, young.first_name, young.number or None, young.birth_date)
