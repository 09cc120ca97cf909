"""One record of the file as a Row."""

from functools import partial

from pixflow.pix_orga.cells import ABSENT, count, unguard, yes_no
from pixflow.pix_orga.dates import Moment, moment
from pixflow.pix_orga.export import Campaign, Pairs, Row
from pixflow.pix_orga.layout import Layout
from pixflow.pix_orga.nir import looks_like_nir
from pixflow.pix_orga.results import Line, hidden, shown


def read_campaign(line: Line, layout: Layout) -> Campaign | None:
    """The campaign a record belongs to; None once its problem is noted."""
    head = layout.head
    number = line.take(count, head.campaign_id)
    if number is None:
        return None
    code = None if head.code is None else unguard(line.cells[head.code]) or None
    return Campaign(number, code, unguard(line.cells[head.campaign_name]))


def read_course(line: Line, layout: Layout) -> str | None:
    """The internal name of the target profile, where the file has it."""
    course = layout.head.course
    return None if course is None else unguard(line.cells[course]) or None


def read_row(line: Line, layout: Layout) -> Row | None:
    """The participation in a record with the right number of cells; None once a problem leaves its sharing unknown."""
    tail = layout.tail
    _refuse_nir(line, layout)
    shared = line.take(yes_no, tail.shared)
    started = _moment(line, tail.started, tail.started_zone)
    progress = None if tail.progress is None else line.take_rate(tail.progress)
    if shared is None:
        return None
    results = shown(line, tail) if shared else hidden(line, tail)
    shared_at = _moment(line, tail.shared_at, tail.shared_zone) if shared else None
    if shared and line.cells[tail.shared_at] == "":
        line.problems.warn("shared-without-date", line.number)
    return Row(
        line=line.number,
        last_name=unguard(line.cells[layout.head.last_name]),
        first_name=unguard(line.cells[layout.head.first_name]),
        external_id=_external_id(line, layout),
        imported=_imported(line, layout),
        progress=progress,
        started=started.at if started else None,
        ambiguous_time=any(time is not None and time.ambiguous for time in (started, shared_at)),
        shared=shared,
        shared_at=shared_at.at if shared_at else None,
        mastery=results.mastery,
        palier=results.palier,
        paliers=tail.paliers,
        badges=results.badges,
        competences=results.competences,
        domains=results.domains,
        skills=results.skills,
    )


def _moment(line: Line, place: int, zone: str) -> Moment | None:
    text = line.cells[place]
    if text in ABSENT:
        return None
    time = line.take(partial(moment, zone=zone), place)
    if time is not None and time.ambiguous:
        line.problems.warn("ambiguous-hour", line.number, column=line.headers[place], value=text)
    return time


def _external_id(line: Line, layout: Layout) -> str | None:
    place = layout.middle.external_id
    return None if place is None else unguard(line.cells[place]) or None


def _imported(line: Line, layout: Layout) -> Pairs:
    return tuple((line.headers[place], unguard(line.cells[place])) for place in layout.middle.imported)


def _refuse_nir(line: Line, layout: Layout) -> None:
    for place in range(layout.head.last_name, layout.tail.start):
        if looks_like_nir(line.cells[place]):
            line.problems.refuse("nir", line.number, column=line.headers[place])
