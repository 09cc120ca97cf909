"""What the référent of a demonstration does: exports on Mondays and Thursdays, matches, dispatches."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from pixflow import tasks
from pixflow.dossier import closing
from pixflow.dossier.stages import prescription
from pixflow.importing import Answers, Importer
from pixflow.participation import campaign as participation_campaign
from pixflow.participation.matches import confirm_match, set_participation_aside
from pixflow.participation.matching import Match
from projections import result_routing
from projections.match_proposals import proposals
from projections.store.catch_up import ReadSide
from web.samples import pix_exports
from web.samples.clock import at
from web.samples.demo.people import Youth
from web.samples.demo.world import World
from web.samples.pix_exports import Offer

LEFT_FOR_YOU = 2  # working days before the end during which what is doubtful is left on the board
UNSENT = 4  # results that are left to be sent
MONDAY, THURSDAY = 0, 3


def declare(world: World, offers: Sequence[Offer]) -> None:
    """The campaigns are declared before anyone takes a test."""
    for offer in offers:
        world.say(
            world.cast.referent,
            {"campaign": world.command()},
            participation_campaign.declare_campaign,
            name=offer.campaign.name,
            code=offer.campaign.code,
            purpose=offer.purpose,
            site=None,
        )


def work(world: World, read: ReadSide, everyone: Sequence[Youth], offers: Sequence[Offer]) -> None:
    """One morning: on Mondays and Thursdays the exports, then what they brought."""
    last = world.days[-1]
    for offer in offers:
        if world.today == last or world.today.weekday() in _days(offer):
            world.clock.go(at(world.today, 8, 40))
            bring_in(world, read, exported(world, offer, everyone))
    world.clock.go(at(world.today, 8, 50))
    left = world.calendar.count(world.today, last) <= LEFT_FOR_YOU
    read.catch_up()
    if not left:
        _match(world, read)
    if world.protocol.result_route != "advisor":
        _dispatch(world, read, UNSENT if left else 0)
    _late(world)


def _days(offer: Offer) -> Iterable[int]:
    return (MONDAY, THURSDAY) if offer.purpose == "initial" else (THURSDAY,)


def exported(world: World, offer: Offer, everyone: Sequence[Youth]) -> tuple[str, bytes]:
    """What Pix Orga says of a campaign now."""
    if offer.purpose == "profile":
        return pix_exports.profiles(offer, everyone, world.clock.now)
    complete = offer.purpose == "complete"
    tries = [(youth, one) for youth in everyone for one in (youth.complete if complete else youth.tries)]
    return pix_exports.export(offer, tries, world.clock.now, world.random, stranger=offer.strangers)


def bring_in(world: World, read: ReadSide, export: tuple[str, bytes]) -> None:
    """Imported, unless nobody has begun yet."""

    def known(campaign: UUID) -> list[result_routing.Known]:
        read.catch_up()
        with read.database.connect() as connection:
            return result_routing.known(connection, campaign)

    name, data = export
    importer = Importer(world.engine, known)
    answers = Answers(exported_at=world.clock.now, accept_vanished=True, doubtful="leave")
    prepared = importer.prepare(data, name, answers)
    if prepared.export.entries:
        importer.record(prepared, by=world.actor(world.cast.referent), command_id=world.command())


def _match(world: World, read: ReadSide) -> None:
    with read.database.connect() as connection:
        for row in result_routing.waiting(connection):
            found = [(one.stream, match) for one, match in proposals(connection, [row])[row.stream]]
            if not found:
                streams = {"participation": row.stream}
                world.say(world.cast.referent, streams, set_participation_aside, reason="Compte d’essai de l’équipe")
                continue
            confirm(world, row.stream, found)


def confirm(world: World, participation: UUID, found: list[tuple[UUID, Match]]) -> None:
    """It is the first one's."""
    (best, match), others = found[0], tuple(key for key, _ in found[1:])
    world.clock.go(later(world, 2))
    world.say(
        world.cast.referent,
        {"participation": participation, "dossier": best},
        confirm_match,
        score=match.score,
        reasons=match.reasons,
        warnings=match.warnings,
        others=others,
        automatic=False,
        context={"participation_id": participation, "dossier_id": best},
    )


def _dispatch(world: World, read: ReadSide, unsent: int) -> None:
    read.catch_up()
    with read.database.connect() as connection:
        rows = [row for row in result_routing.to_dispatch(connection) if row.advisor]
        for row in rows[: max(0, len(rows) - unsent)]:
            world.clock.go(later(world, 1))
            world.say(
                world.cast.referent,
                {"dossier": row.stream},
                prescription.dispatch_result,
                participation=row.participation,
                advisor=row.advisor,
            )


def _late(world: World) -> None:
    """What came in on closed dossiers, once it has waited two days."""
    for id, youth, state in world.states():
        for task in tasks.of_dossier(state, world.engine.references()) if state.closed else ():
            waited = world.calendar.count(task.opens, world.today) >= 2
            if task.kind == "review-late-event" and waited and not youth.never(task.kind):
                world.say(world.cast.referent, {"dossier": id}, closing.review_late_event, note="Vu avec le conseiller")


def later(world: World, minutes: int) -> datetime:
    return world.clock.now + timedelta(minutes=minutes)
