"""Whose each participation is: what the import could not match, the référent does, and is wrong now and then."""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from uuid import UUID

from pixflow.identity import normalise
from pixflow.participation.matches import confirm_match, set_participation_aside, undo_match
from pixflow.participation.matching import Match, Person, rank, score
from pixflow.participation.state import Participation
from pixflow.unit_of_work import Step
from web.samples.population import parameters
from web.samples.population.actors.pix_orga import Season
from web.samples.population.agenda import Errand, Said
from web.samples.population.simulation import Play
from web.samples.population.youth import Young

BY_HAND = Match(0, ())
FOUND, MOST = 2, 60


class Matching:
    """Knows everybody by the words of their names, as the référent's board does."""

    def __init__(self, play: Play) -> None:
        self._play = play
        self._words: dict[str, list[Young]] = defaultdict(list)
        self._seen: set[UUID] = set()

    def meet(self, young: Young) -> None:
        for word in dict.fromkeys(normalise(young.name).split()):
            self._words[word].append(young)

    def imported(self, season: Season) -> None:
        """What waits for a match is matched within days."""
        whose = {_key(*young.typed): young for young, _ in season.rows}
        waiting = [stream for stream, one in season.known.items() if one.waiting and stream not in self._seen]
        for stream in waiting:
            self._seen.add(stream)
            one = season.known[stream]
            self._plan(season, stream, whose.get(_key(one.last_name, one.first_name, one.external_id)))

    def _plan(self, season: Season, stream: UUID, young: Young | None) -> None:
        about = (stream, young.dossier) if young else (stream,)
        moment = self._play.on(self._play.in_days(parameters.MATCHED_IN))
        self._play.agenda.add(moment, Errand(about, partial(self._match, season, stream, young)))

    def _match(self, season: Season, stream: UUID, young: Young | None) -> Iterator[Said]:
        """With whom it is; a stranger is set aside; where two are as likely, the wrong one may be taken."""
        referent, one = self._play.house.referent(season.site, self._play.today), season.known.get(stream)
        if one is None or not one.waiting:
            return
        if referent is None:
            self._plan(season, stream, young)
        elif young is None:
            step = Step({"participation": stream}, set_participation_aside, {"reason": "Compte d’essai de l’équipe"})
            yield Said(referent.actor, (step,))
        else:
            found = self._likely(one)
            likely = [other for other, match in found if other is not young and match.score >= _of(found, young)]
            chosen = likely[0] if likely and self._play.chance(parameters.WRONG_MATCH) else young
            if chosen is not young:
                self._find_out(season, stream, chosen, young)
            yield Said(referent.actor, (_confirm(stream, chosen, one, found),))

    def _find_out(self, season: Season, stream: UUID, wrong: Young, right: Young) -> None:
        moment = self._play.on(self._play.in_days(parameters.WRONG_FOUND_IN))
        errand = Errand((stream, wrong.dossier, right.dossier), partial(self._correct, season, stream, wrong, right))
        self._play.agenda.add(moment, errand)

    def _correct(self, season: Season, stream: UUID, wrong: Young, right: Young) -> Iterator[Said]:
        referent, one = self._play.house.referent(season.site, self._play.today), season.known.get(stream)
        if one is None or one.dossier != wrong.dossier:
            return
        if referent is None:
            self._find_out(season, stream, wrong, right)
            return
        reason = {"reason": f"C’est le test de {right.name}, vu avec l’intéressé·e"}
        yield Said(
            referent.actor,
            (
                Step({"participation": stream, "dossier": wrong.dossier}, undo_match, reason),
                _confirm(stream, right, one, self._likely(one)),
            ),
        )

    def _likely(self, one: Participation) -> list[tuple[Young, Match]]:
        """As the board proposes: those who share two words of the name, the likeliest first."""
        count: dict[Young, int] = defaultdict(int)
        for word in dict.fromkeys(normalise(f"{one.last_name} {one.first_name}").split()):
            for young in self._words.get(word, ()):
                count[young] += 1
        near = [young for young, words in count.items() if words >= FOUND][:MOST]
        return rank(_typed(one), ((young, _person(young)) for young in near))


def _confirm(stream: UUID, young: Young, one: Participation, found: list[tuple[Young, Match]]) -> Step:
    match = dict(found).get(young) or score(_typed(one), _person(young)) or BY_HAND
    others = tuple(other.dossier for other, _ in found if other is not young)
    said = {"score": match.score, "reasons": match.reasons, "warnings": match.warnings, "others": others}
    return Step({"participation": stream, "dossier": young.dossier}, confirm_match, {**said, "automatic": False})


def _of(found: list[tuple[Young, Match]], young: Young) -> int:
    return next((match.score for other, match in found if other is young), 0)


def _key(last: str, first: str, number: str | None) -> tuple[str, str, str | None]:
    return normalise(last), normalise(first), number


def _typed(one: Participation) -> Person:
    return Person(one.last_name, one.first_name, one.external_id)


def _person(young: Young) -> Person:
    return Person(young.last_name, young.first_name, young.number or None, young.birth_date)
