"""Reads one record of the file as a Row or a ProfileRow."""

from functools import partial
from typing import Any

from pixflow.identity import contains_control, contains_nir, normalise
from pixflow.pix_orga import profiles
from pixflow.pix_orga.cells import ABSENT, count, unguard, yes_no
from pixflow.pix_orga.columns.layout import Layout
from pixflow.pix_orga.columns.profile_columns import ProfileTail
from pixflow.pix_orga.columns.result_columns import Tail
from pixflow.pix_orga.dates import CellDate, moment
from pixflow.pix_orga.export import AssessmentRow, ExportCampaign, Pairs, ProfileRow
from pixflow.pix_orga.results import RowCells, empty_results, read_results


def read_campaign(line: RowCells, layout: Layout[Any]) -> ExportCampaign | None:
    """Returns the campaign of a record, None after noting its problem."""
    head = layout.head
    number = line.take(count, head.campaign_id)
    if number is None:
        return None
    code = None if head.code is None else unguard(line.cells[head.code]) or None
    return ExportCampaign(number, code, unguard(line.cells[head.campaign_name]))


def read_organisation(line: RowCells) -> str:
    """Returns the name of the organisation, the first cell of every record, in one line; "" when nothing is to read."""
    shown = "".join(one if one.isprintable() else " " for one in unguard(line.cells[0]))
    return " ".join(shown.split()) if normalise(shown) else ""


def read_course(line: RowCells, layout: Layout[Any]) -> str | None:
    """Returns the internal name of the target profile, if the file has it."""
    course = layout.head.course
    return None if course is None else unguard(line.cells[course]) or None


def read_row(line: RowCells, layout: Layout[Tail]) -> AssessmentRow | None:
    """Returns the participation of a record with the right number of cells; None if its sharing is unclear."""
    tail = layout.tail
    _check_texts(line, layout)
    shared = line.take(yes_no, tail.shared)
    started = _moment(line, tail.started, tail.started_zone)
    progress = None if tail.progress is None else line.take_rate(tail.progress)
    if shared is None:
        return None
    results = read_results(line, tail) if shared else empty_results(line, tail)
    shared_at = _moment(line, tail.shared_at, tail.shared_zone) if shared else None
    if shared and line.cells[tail.shared_at] == "":
        line.problems.warn("shared-without-date", line.number)
    return AssessmentRow(
        **_who(line, layout),
        progress=progress,
        started=started.at if started else None,
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


def read_profile(line: RowCells, layout: Layout[ProfileTail]) -> ProfileRow | None:
    """Returns the profile of a record with the right number of cells; None if its sending is unclear."""
    tail = layout.tail
    _check_texts(line, layout)
    sent = line.take(yes_no, tail.shared)
    if sent is None:
        return None
    profile = profiles.read_profile(line, tail) if sent else profiles.empty_profile(line, tail)
    at = _moment(line, tail.shared_at, tail.shared_zone) if sent else None
    if sent and line.cells[tail.shared_at] == "":
        line.problems.refuse("sent-without-date", line.number, column=line.headers[tail.shared_at])
    return ProfileRow(
        **_who(line, layout),
        shared=sent,
        shared_at=at.at if at else None,
        pix=profile.pix,
        certifiable=profile.certifiable,
        certifiable_competences=profile.certifiable_competences,
        levels=profile.levels,
    )


def _who(line: RowCells, layout: Layout[Any]) -> dict[str, Any]:
    return {
        "line": line.number,
        "last_name": unguard(line.cells[layout.head.last_name]),
        "first_name": unguard(line.cells[layout.head.first_name]),
        "external_id": _external_id(line, layout),
        "imported": _imported(line, layout),
    }


def _moment(line: RowCells, place: int, zone: str) -> CellDate | None:
    text = line.cells[place]
    if text in ABSENT:
        return None
    time = line.take(partial(moment, zone=zone), place)
    if time is not None and time.ambiguous:
        line.problems.warn("ambiguous-hour", line.number, column=line.headers[place], value=text)
    return time


def _external_id(line: RowCells, layout: Layout[Any]) -> str | None:
    place = layout.middle.external_id
    return None if place is None else unguard(line.cells[place]) or None


def _imported(line: RowCells, layout: Layout[Any]) -> Pairs:
    return tuple((line.headers[place], unguard(line.cells[place])) for place in layout.middle.imported)


def _check_texts(line: RowCells, layout: Layout[Any]) -> None:
    for place in range(layout.tail.start):
        if contains_control(line.cells[place]):
            line.problems.refuse("control-character", line.number, column=line.headers[place])
    for place in range(layout.head.last_name, layout.tail.start):
        if contains_nir(line.cells[place]):
            line.problems.refuse("nir", line.number, column=line.headers[place])
