"""The workshops of a demonstration: scheduled, filled, moved, cancelled, held; whoever is there takes the test."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from pixflow.engine import new_id
from pixflow.events.values import Presence, Purpose
from pixflow.unit_of_work import Step
from pixflow.workshop import booking, scheduling
from pixflow.workshop.state import Workshop
from web.samples.clock import at
from web.samples.demo.people import Youth, take_test
from web.samples.demo.world import World

HOURS = (14, 16)
MUCH, LITTLE = Decimal("0.8"), Decimal("0.3")
_ABSENT: dict[str, Presence] = {"absent": "absent", "excused": "excused"}


def campaign(world: World, purpose: Purpose) -> UUID:
    """The first campaign declared for that."""
    return next(id for id, known in world.engine.references().campaigns.items() if known.purpose == purpose)


def schedule(
    world: World, name: str, day: date, *runners: str, by: str, site: str, place: str = "", capacity: int = 8
) -> None:
    """An afternoon; `name` is what this script calls it."""
    world.workshops[name] = world.command()
    world.say(
        by,
        {"workshop": world.workshops[name], "campaign": campaign(world, "initial")},
        scheduling.schedule_workshop,
        site=site,
        place=place,
        starts=at(day, HOURS[0]),
        ends=at(day, HOURS[1]),
        day=day,
        capacity=capacity,
        facilitators=tuple(world.staff[runner] for runner in runners),
        context={"series": None, "rules": world.protocol.workshops},
    )


def book(world: World, dossier: UUID, by: str, among: Sequence[str] = ()) -> bool:
    """A seat in the first workshop to come that has one, or the one kept for them; else the list of the last one."""
    known = [(id, state) for id, state in _to_come(world, among) if dossier not in state.seats]
    offered = [(id, state) for id, state in known if (w := state.waiting.get(dossier)) and w.until]
    free = [(id, state) for id, state in known if state.free > 0]
    chosen = (*offered, *free, *known[-1:])[:1]
    for id, _ in chosen:
        command = world.command()
        world.say(
            by,
            {"workshop": id, "dossier": dossier},
            booking.book_seat,
            or_wait=True,
            context={"initial": True, "plan": new_id(command, "plan")},
        )
    return bool(chosen)


def fill(world: World, name: str, by: str, *young_people: str) -> None:
    """These have a seat in that workshop, or are on its list."""
    for dossier in world.named(*young_people):
        book(world, dossier, by, [name])


def release(world: World, name: str, by: str, young_person: str) -> None:
    world.say(
        by,
        {"workshop": world.workshops[name], "dossier": world.named(young_person)[0]},
        booking.release_seat,
        context={"until": booking.offer_deadline(world.engine.references(), world.today)},
    )


def move(world: World, name: str, by: str, day: date, place: str) -> None:
    said = {"place": place, "starts": at(day, HOURS[0]), "ends": at(day, HOURS[1]), "day": day}
    _with_registrants(world, by, name, Step({"workshop": world.workshops[name]}, scheduling.move_workshop, said))


def cancel(world: World, name: str, by: str, reason: str) -> None:
    _with_registrants(
        world, by, name, Step({"workshop": world.workshops[name]}, scheduling.cancel_workshop, {"reason": reason})
    )


def _with_registrants(world: World, by: str, name: str, step: Step) -> None:
    id = world.workshops[name]
    there = tuple(world.engine.state("workshop", id).seats)
    first = Step(step.streams, step.decision, step.sent, {"registrants": there})
    follow = [Step({"workshop": id, "dossier": dossier}, booking.apply_workshop_change) for dossier in there]
    world.say_all(by, [first, *follow])


def hold(world: World, calls: Sequence[str], kept: Sequence[str]) -> None:
    """The workshops of today, but for those `kept`: the test is taken, the assistant called to `calls`, all marked."""
    for name, id in world.workshops.items():
        state: Workshop = world.engine.state("workshop", id)
        if state.day != world.today or state.cancelled or not state.seats or name in kept:
            continue
        runner = _name(world, state.facilitators[0])
        if name in calls:
            _help(world, id, runner)
        for place, dossier in enumerate(state.seats):
            _mark(world, id, dossier, runner, place)
        world.clock.go(at(world.today, HOURS[1], 20))
        world.say(runner, {"workshop": id}, scheduling.close_workshop)


def _help(world: World, id: UUID, runner: str) -> None:
    assistant = next(name for name, roles in world.cast.staff if "facilitator" in roles)
    world.clock.go(at(world.today, HOURS[0], 20))
    world.say(runner, {"workshop": id}, scheduling.ask_help)
    world.clock.go(at(world.today, HOURS[0], 27))
    world.say(assistant, {"workshop": id}, scheduling.give_help)


def _mark(world: World, id: UUID, dossier: UUID, runner: str, place: int) -> None:
    youth = world.dossiers[dossier]
    presence = youth.presence or ("absent" if youth.manner == "no-test" else "present")
    if presence not in _ABSENT:
        take_test(youth, at(world.today, HOURS[0], 15 + place), world.random)
        presence = youth.presence or _seen(youth)
    youth.presence = ""
    world.clock.go(at(world.today, HOURS[1] - 1, 50 + place))
    world.say(
        runner,
        {"workshop": id, "dossier": dossier},
        booking.mark_attendance,
        presence=_ABSENT.get(presence, "present"),
        trouble=presence == "trouble",
        ease=presence == "ease",
    )


def _seen(youth: Youth) -> str:
    """How it went, as somebody sees it who stands by."""
    one = youth.tries[-1] if youth.tries else None
    if one is None or one.finished is None or one.mastery <= LITTLE:
        return "trouble"
    return "ease" if one.mastery >= MUCH else "present"


def _to_come(world: World, among: Sequence[str]) -> Iterator[tuple[UUID, Workshop]]:
    """Those that take bookings, the soonest first; only those named when some are."""
    ids = [id for name, id in world.workshops.items() if name in among or not among]
    known = [(id, state) for id, state in world.engine.states("workshop", ids).items() if _bookable(world, state)]
    yield from sorted(known, key=lambda one: one[1].day or date.max)


def _bookable(world: World, state: Workshop) -> bool:
    return state.day is not None and state.day > world.today and not state.cancelled


def _name(world: World, person: UUID) -> str:
    return next(name for name, id in world.staff.items() if id == person)
