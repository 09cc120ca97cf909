"""Results of a dossier by purpose, compared to the ones before; the current one as the grid reads it; prescriptions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from uuid import UUID

from pixflow.discretion import marked_actions, without_marked
from pixflow.documents.grille import Explanation, Proposal, explain, percent
from pixflow.dossier.state import ActionState, AddedAction, BuiltPrescription, Dossier, LinkedParticipation
from pixflow.events.values import Action, Moment, Part, Profile, Purpose, Result
from pixflow.pix_orga.framework import DOMAINS
from pixflow.score_reading import ReadingChange, changes, counting_grid
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import dates, typography, vocabulary
from web.french.dossier import path, profiles
from web.french.typography import say
from web.http.templates import ScoreBand

Shared = tuple[UUID, LinkedParticipation]


@dataclass(frozen=True, slots=True)
class Bar:
    """A domain or a competence: a value out of a total; `change` is "" when nothing changed."""

    name: str
    value: int
    total: int
    change: str = ""


@dataclass(frozen=True, slots=True)
class Bars:
    """The parts of a result; `compared` is true when one of them changed since the result before."""

    domains: Sequence[Bar]
    competences: Sequence[Bar]

    @property
    def compared(self) -> bool:
        return any(bar.change for bar in (*self.domains, *self.competences))


Try = tuple[str, int, str]
"""A shared result among several of its purpose: its day, percent, and change since the one before, "" for none."""


@dataclass(frozen=True, slots=True)
class SharedOutcome:
    """The latest complete result, or the latest profile: its score, its details, its parts.

    `groups` are a profile's competences, domain by domain; `tries` the results of several tries.
    """

    participation: UUID
    title: str
    said: str
    about: Sequence[str]
    bars: Bars
    groups: Sequence[tuple[str, Sequence[Bar]]] = ()
    tries: Sequence[Try] = ()

    @property
    def compared(self) -> bool:
        return self.bars.compared or any(bar.change for _, bars in self.groups for bar in bars)


def initial(dossier: Dossier) -> Bars:
    """Returns the parts of the current initial result, none without one."""
    now, before = latest(dossier, "initial")
    return _bars(now, before)


def progress(dossier: Dossier, purpose: Purpose = "initial") -> str:
    """Returns the change since the result shared before, like "+ 8 points depuis 32 %"; "" without both."""
    now, before = (_result(one) for one in latest(dossier, purpose))
    if now is None or before is None or now.mastery is None or before.mastery is None:
        return ""
    then = percent(before.mastery)
    change = path.points(percent(now.mastery) - then)
    return say("{change} depuis {before}", change=change, before=typography.percent(then))


def latest(dossier: Dossier, purpose: Purpose) -> tuple[Shared | None, Shared | None]:
    """Returns the participation of a purpose that was shared last, and the one before it."""
    shared = _list_shared(dossier, purpose)
    return (shared[-1] if shared else None), (shared[-2] if len(shared) > 1 else None)


def tries(dossier: Dossier, purpose: Purpose, today: date) -> list[Try]:
    """Returns the results of a purpose that have a rate, the oldest first; none without two of them."""
    results = (_result(one) for one in _list_shared(dossier, purpose))
    rated = [(one.shared.day, percent(one.mastery)) for one in results if one and one.mastery is not None]
    changes = ["", *(path.points(now - before) for (_, before), (_, now) in pairwise(rated))]
    made = [(path.short(day, today), rate, change) for (day, rate), change in zip(rated, changes, strict=False)]
    return made if len(made) > 1 else []


def _list_shared(dossier: Dossier, purpose: Purpose) -> list[Shared]:
    """Returns the participations of a purpose that were shared, the oldest first."""

    def order(one: tuple[Shared, Moment]) -> tuple[date, str, date]:
        (_, link), shared = one
        return shared.day, shared.at.isoformat() if shared.at else "", link.started.day if link.started else shared.day

    links = [one for one in dossier.diagnostic.participations.items() if one[1].purpose == purpose]
    outcomes = ((one, one[1].result or one[1].profile) for one in links)
    return [one for one, _ in sorted(((one, found.shared) for one, found in outcomes if found), key=order)]


def others(dossier: Dossier, today: date) -> list[SharedOutcome]:
    """Returns the complete diagnostic, then the profile: the grid reads neither."""
    return [*_complete(dossier, today), *_profile(dossier, today)]


def _complete(dossier: Dossier, today: date) -> Iterator[SharedOutcome]:
    now, before = latest(dossier, "complete")
    result = _result(now)
    if now and result:
        palier = "" if result.palier is None else f"palier {result.palier}"
        palier += f" sur {result.paliers}" if palier and result.paliers else ""
        badges = [say("badge {title}", title=title) for title, earned in result.badges if earned]
        details = (
            _shared_on(result.shared, today),
            progress(dossier, "complete"),
            palier,
            *badges,
            _phrase_withdrawal(now[1], today),
        )
        yield SharedOutcome(
            now[0],
            typography.upper_first(vocabulary.PURPOSES["complete"]),
            path.scored(now[1]),
            tuple(filter(None, details)),
            _bars(now, before),
            tries=tries(dossier, "complete", today),
        )


def _profile(dossier: Dossier, today: date) -> Iterator[SharedOutcome]:
    now, before = latest(dossier, "profile")
    profile, earlier = (one[1].profile if one else None for one in (now, before))
    if now and profile:
        change = ""
        if earlier and profile.pix is not None and earlier.pix is not None:
            change = typography.phrase_change(profile.pix - earlier.pix, "pix", "pix")
            change = say("{change} depuis {before}", change=change, before=profiles.pix(earlier.pix))
            change = "sans changement" if profile.pix == earlier.pix else change
        details = (
            profiles.certifiable(profile),
            _shared_on(profile.shared, today, "partagé"),
            change,
            _phrase_withdrawal(now[1], today),
        )
        groups = list(_levels(profile, earlier))
        title = typography.upper_first(vocabulary.PURPOSES["profile"])
        about = tuple(filter(None, details))
        yield SharedOutcome(now[0], title, profiles.total(profile), about, Bars((), ()), groups)


def _bars(now: Shared | None, before: Shared | None) -> Bars:
    result, earlier = _result(now), _result(before)
    if result is None:
        return Bars((), ())
    then = earlier or Result(shared=result.shared, mastery=None)
    return Bars(_parts(result.domains, then.domains), _parts(result.competences, then.competences))


def _parts(now: Sequence[Part], before: Sequence[Part]) -> list[Bar]:
    known, bars = {part.name: part for part in before if part.targeted}, []
    for part in now:
        then = known.get(part.name)
        points = _percent(part) - _percent(then) if then and part.targeted else 0
        bars.append(Bar(part.name, part.mastered, part.targeted, path.points(points) if points else ""))
    return bars


def _percent(part: Part) -> int:
    return int((Decimal(100 * part.mastered) / part.targeted).quantize(Decimal(1), ROUND_HALF_UP))


def _levels(now: Profile, before: Profile | None) -> Iterator[tuple[str, list[Bar]]]:
    """Domain by domain, as Pix orders them; competences that it does not know come last."""
    level_by_name, bars = {one.name: one.level for one in before.levels} if before else {}, {}
    for competence in now.levels:
        if competence.level is not None:
            was = level_by_name.get(competence.name)
            change = competence.level - was if was is not None else 0
            said = typography.phrase_change(change, "niveau", "niveaux") if change else ""
            bars[competence.name] = Bar(competence.name, competence.level, profiles.HIGHEST, said)
    for domain, names in DOMAINS.items():
        if inside := [bars.pop(name) for name in names if name in bars]:
            yield domain, inside
    if bars:
        yield "Autres compétences", list(bars.values())


def _shared_on(moment: Moment, today: date, verb: str = "partagé") -> str:
    return f"{verb} le {path.short(moment.day, today)}"


def _phrase_withdrawal(link: LinkedParticipation, today: date) -> str:
    return f"disparu de Pix Orga le {path.short(link.withdrawn.on, today)}, gardé ici" if link.withdrawn else ""


def _result(shared: Shared | None) -> Result | None:
    return shared[1].result if shared else None


# --- the current result as the grid reads it, the prescriptions built on it, and their text for i-Milo


@dataclass(frozen=True, slots=True)
class PrescriptionRow:
    """A prescription beside the proposals of the grid, each with what became of it: "retenu", "laissé"…

    `reserved` are the actions that only the advisor sees, `since` says when, by whom and why some were added.
    """

    built: BuiltPrescription
    participation: UUID
    proposals: Sequence[tuple[Proposal, str]]
    added: Sequence[Action]
    actions: Sequence[tuple[ActionState, str]]
    reserved: frozenset[UUID]
    since: Mapping[UUID, tuple[str, str]]


def participations(dossier: Dossier) -> list[tuple[UUID, LinkedParticipation]]:
    """Returns the participations in the order of their starts."""

    def begun(one: Shared) -> tuple[date, int]:
        link = one[1]
        return (link.started.day if link.started else link.stamp.on, link.stamp.version)

    return sorted(dossier.diagnostic.participations.items(), key=begun)


def read_grid(desk: Desk, dossier: Dossier, on: date | None = None) -> Explanation | None:
    """Reads the current initial result by the grid that was told, else by that of a day (default: today)."""
    current = dossier.diagnostic.current("initial")
    mastery = current[1].result.mastery if current and current[1].result else None
    if current is None or mastery is None:
        return None
    counting = counting_grid(desk.refs, dossier, current[0], on or desk.today)
    return explain(counting.document, counting.number, mastery, dossier.programme)


def reading_changes(desk: Desk, dossier: Dossier) -> list[ReadingChange]:
    """Returns the grid in force, if it reads a told result otherwise and nobody answered."""
    day = desk.today
    return [one for one in changes(desk.refs, dossier) if one.first <= day and (one.until is None or day < one.until)]


def bands(desk: Desk, reading: Explanation | None) -> list[ScoreBand]:
    known = desk.refs.grilles.numbered(reading.grille_number) if reading else None
    return [ScoreBand(band.low, band.high, band.short) for band in (known.bands if known else ())]


def prescribed(desk: Desk, dossier: Dossier) -> Iterator[PrescriptionRow]:
    """Returns the prescriptions, the latest first."""
    built = sorted(dossier.prescription.built.items(), key=lambda item: -item[1].stamp.version)
    marked = marked_actions(desk.refs, dossier)
    for participation, prescription in built:
        relied_on = desk.refs.grilles.numbered(prescription.grille)
        bands_then = relied_on.bands if relied_on else ()
        proposal_by_id = {p.id: p for band in bands_then if band.low == prescription.low for p in band.proposals}
        added = {new.action.proposal: f"ajouté le {path.short(new.stamp.on, desk.today)}" for new in prescription.added}
        choice_by_proposal = {action.proposal: "retenu" for action in prescription.actions}
        states = [dossier.parcours.actions[action.id] for action in prescription.all_actions]
        yield PrescriptionRow(
            prescription,
            participation,
            [
                (proposal_by_id[id], {**added, **choice_by_proposal}.get(id, "laissé"))
                for id in prescription.proposed
                if id in proposal_by_id
            ],
            [action for action in prescription.actions if action.proposal is None],
            [(state, path.action(state, desk.today)) for state in states],
            marked,
            {new.action.id: (_added_by(desk, new), new.reason) for new in prescription.added},
        )


def _added_by(desk: Desk, new: AddedAction) -> str:
    text = "le {day} par {name}"
    return say(text, day=dates.day(new.stamp.on, year=True), name=names_for(desk).staff(new.by))


def rank(dossier: Dossier) -> int:
    """Returns the rank of the current result among the initial participations, from 1; 0 without one."""
    current = dossier.diagnostic.current("initial")
    initial = [id for id, link in participations(dossier) if link.purpose == "initial"]
    return initial.index(current[0]) + 1 if current else 0


def imilo(desk: Desk, dossier: Dossier) -> list[str]:
    """Returns each prescription as plain text for i-Milo, without the actions reserved to the advisor."""
    unmarked_dossier = without_marked(desk.refs, dossier)
    return [
        path.imilo_block(
            row.built,
            unmarked_dossier.diagnostic.participations.get(row.participation),
            [state for state, _ in row.actions],
        )
        for row in prescribed(desk, unmarked_dossier)
    ]
