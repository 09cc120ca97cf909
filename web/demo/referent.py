"""What the référente of the demonstration does: exports on Mondays and Thursdays, matches, dispatches."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from pixflow import campaign as campaigns
from pixflow import tasks
from pixflow.dossier import assignment, prescription
from pixflow.importing import Answers, Importer
from pixflow.matching import Match, Person, rank
from pixflow.participation import confirm_match, set_aside, unmatch
from pixflow.people import Actor
from projections import result_routing
from projections.catch_up import ReadSide
from web.demo import pix
from web.demo.people import Try, Youth
from web.demo.world import World, at
from web.proposals import proposals

NAME = "Sophie Lecomte"
LEFT_FOR_YOU = 2  # working days before the end during which what is doubtful and what came last is left on the board


def declare(world: World) -> None:
    """The campaign is declared before anyone takes the test."""
    world.say(
        NAME, {"campaign": world.command()}, campaigns.declare_campaign,
        name=pix.CAMPAIGN.name, code=pix.CAMPAIGN.code, purpose="initial", site=None,
    )  # fmt: skip


def work(world: World, read: ReadSide, everyone: list[Youth], last: date) -> None:
    """One morning: on Mondays and Thursdays the export, then what it brought."""
    if world.today.weekday() in (0, 3) or world.today == last:
        world.clock.go(at(world.today, 8, 40))
        _import(world, read, pix.export(everyone, world.clock.now, world.random))
    if world.today == last:
        _import(world, read, _workshop(world, everyone))
    world.clock.go(at(world.today, 8, 50))
    left = world.calendar.count(world.today, last) <= LEFT_FOR_YOU
    read.catch_up()
    _correct(world)
    if not left:
        _match(world, read)
    _dispatch(world, read, 2 if left else 50)
    _late(world)


def _workshop(world: World, everyone: list[Youth]) -> tuple[str, bytes]:
    """An export of a campaign that nobody has declared: three people took it yesterday."""
    began = world.clock.now - timedelta(hours=18)
    one = Try(began, began + timedelta(minutes=40), None, Decimal("0.6"), Decimal(1))
    there = [replace(youth, tries=[one]) for youth in everyone[:3]]
    return pix.export(there, world.clock.now, world.random, pix.UNDECLARED)


def _import(world: World, read: ReadSide, export: tuple[str, bytes]) -> None:
    def known(campaign: UUID) -> list[result_routing.Known]:
        read.catch_up()
        with read.database.connect() as connection:
            return result_routing.known(connection, campaign)

    name, data = export
    importer = Importer(world.engine, known)
    prepared = importer.prepare(
        data, name, Answers(exported_at=world.clock.now, accept_vanished=True, doubtful="leave")
    )
    if not prepared.export.rows:
        return  # nobody has begun the test yet
    importer.record(prepared, by=_me(world), command_id=world.command())


def _match(world: World, read: ReadSide) -> None:
    with read.database.connect() as connection:
        for row in result_routing.waiting(connection):
            found = [(one.stream, match) for one, match in proposals(connection, [row])[row.stream]]
            if not found:
                world.say(NAME, {"participation": row.stream}, set_aside, reason="Compte d’essai de l’équipe")
                continue
            _confirm(world, row.stream, found)


def _confirm(world: World, participation: UUID, found: list[tuple[UUID, Match]]) -> None:
    """It is the first one's."""
    (best, match), others = found[0], tuple(key for key, _ in found[1:])
    world.clock.go(world.clock.now + timedelta(minutes=2))
    world.say(
        NAME, {"participation": participation, "dossier": best}, confirm_match,
        score=match.score, reasons=match.reasons, warnings=match.warnings, others=others, automatic=False,
        context={"participation_id": participation, "dossier_id": best},
    )  # fmt: skip


def _correct(world: World) -> None:
    """What was matched yesterday to a sister is taken back, and given to the right one."""
    numbers = {youth.number: id for id, youth in world.dossiers.items()}
    sisters = {id: numbers[youth.sibling] for id, youth in world.dossiers.items() if youth.sibling in numbers}
    for wrong, state in world.engine.states("dossier", sisters).items():
        for participation in state.diagnostic.participations:
            world.say(
                NAME, {"participation": participation, "dossier": wrong}, unmatch,
                reason="C’est le test de sa sœur Marie-Lou, vu avec elles", context={"participation_id": participation},
            )  # fmt: skip
            typed, right = (
                Person(known.last_name, known.first_name, None)
                for known in (
                    world.engine.state("participation", participation), world.engine.state("dossier", sisters[wrong])
                )
            )  # fmt: skip
            _confirm(world, participation, rank(typed, [(sisters[wrong], right)]))


def _dispatch(world: World, read: ReadSide, most: int) -> None:
    read.catch_up()
    with read.database.connect() as connection:
        for row in result_routing.to_dispatch(connection, most):
            if row.advisor is None:
                continue
            world.clock.go(world.clock.now + timedelta(minutes=1))
            world.say(
                NAME, {"dossier": row.stream}, prescription.dispatch_result,
                participation=row.participation, advisor=row.advisor,
            )  # fmt: skip


def _late(world: World) -> None:
    """What came in on closed dossiers, once it has waited two days."""
    for id, state in world.engine.states("dossier", world.dossiers).items():
        for task in tasks.of_dossier(state, world.engine.references()):
            if task.kind == "review-late-event" and world.calendar.count(task.opens, world.today) >= 2:
                world.say(NAME, {"dossier": id}, assignment.review_late_event, note="Vu avec le conseiller")


def _me(world: World) -> Actor:
    return world.actor(NAME)
