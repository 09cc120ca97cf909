"""Journal: the events of the structure, the latest first, with filters; and as files."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response

from pixflow.actor import SYSTEM
from pixflow.dossier.state import Dossier
from pixflow.events.base import Recorded
from pixflow.events.intake import ExportReceived, ExportTakenBack
from pixflow.events.values import LogStandard
from pixflow.folding import retractions_by_version
from pixflow.identity import normalise
from pixflow.protocol.drafting import issue_event_log, issue_linked_log
from pixflow.streams import kind_of
from pixflow.team.notices import stream_of
from projections import audit_trail, directory, result_routing
from projections.audit_trail import TrailFilter
from projections.figures import event_log as projected
from projections.store.folds import folds_of
from web.desk.commands import issue, must
from web.desk.dependencies import allowed, must_be_fresh
from web.desk.desk import READERS, Desk, why_no_day
from web.desk.exports import MOST_ROWS, ExportedList, Value, as_file
from web.desk.names import is_erased, names_for
from web.french import dates, indicators, lists, privacy
from web.french.events import sentences
from web.french.typography import say
from web.http.addresses import SIZE, PageNumber, Pager, address, read_day
from web.http.forms import FormData, text_of
from web.http.people import listed, note
from web.http.templates import redirect, show
from web.pages.audit.access_journal import ACCESS_READERS
from web.pages.search import lookup

router = APIRouter()
AtJournal = Annotated[Desk, allowed(*READERS)]
TOO_MANY = "Ce fichier porterait sur trop de personnes : choisissez une période plus courte."
STANDARDS: Mapping[str, tuple[LogStandard, str]] = {
    "xes": ("xes", "application/xml"),
    "jsonocel": ("ocel", "application/json"),
}
"""The standard of an event log and its media type, by the end of its address."""
GROUPS: dict[str, tuple[str, ...]] = {
    "Dossiers": ("dossier",),
    "Participations": ("participation",),
    "Campagnes et exports": ("campaign", "intake"),
    "Ateliers": ("workshop",),
    "Équipe": ("staff", "notices"),
    "Protocole et grille": ("protocol", "grille"),
    "Partenaires": ("partner", "catalogue", "contact"),
    "Ressources et questions": ("resource", "question"),
    "Indicateurs": ("indicators",),
    "Structure": ("structure",),
}
"""The kinds of streams, in groups."""
SUBJECTS = {
    "workshop": "atelier", "staff": "équipe", "campaign": "campagne", "intake": "export",
    "participation": "participation", "notices": "courriel", "protocol": "protocole", "grille": "grille",
    "partner": "partenaire", "catalogue": "fichier de lieux", "contact": "personne à joindre",
    "resource": "ressource", "question": "question",
    "indicators": "indicateurs",
}  # fmt: skip
"""The subject of an event that has no name."""


# --- its filters


@dataclass(frozen=True, slots=True)
class JournalFilters:
    """The filters as parameters of the address; "" is all."""

    par: str = ""
    sorte: str = ""
    dossier: str = ""
    du: str = ""
    au: str = ""

    @property
    def params(self) -> dict[str, str]:
        return asdict(self)

    @property
    def known(self) -> dict[str, str]:
        """The parameters without a text that is no date: it filters nothing."""
        return {name: text for name, text in self.params.items() if name not in ("du", "au") or read_day(text)}

    @property
    def is_wrong(self) -> bool:
        """True for a text that is no date."""
        return any(text and read_day(text) is None for text in (self.du, self.au))

    def but(self, dossier: UUID | str) -> str:
        """Returns the address of these filters with another dossier."""
        return address("/journal", {**self.params, "dossier": str(dossier)})

    def on_trail(self, desk: Desk) -> TrailFilter:
        """Returns the same filters of the audit trail: until the end of the last day."""
        since, until = read_day(self.du), read_day(self.au)
        ends = until and until + timedelta(days=1)
        dossier = UUID(self.dossier) if self.dossier else None
        return TrailFilter(self.par, self.sorte, dossier, _starts(desk, since), _starts(desk, ends))


def _read_filters(
    par: str = "", sorte: str = "", dossier: UUID | None = None, du: str = "", au: str = ""
) -> JournalFilters:
    return JournalFilters(par, sorte, str(dossier or ""), du, au)


Asked = Annotated[JournalFilters, Depends(_read_filters)]
"""The events of an author (`par`), of a kind (`sorte`), of a dossier, from a day (`du`) to another (`au`)."""


def _starts(desk: Desk, day: date | None) -> datetime | None:
    return datetime.combine(day, time(), ZoneInfo(desk.zone)) if day else None


def _whose(desk: Desk, filters: JournalFilters) -> str:
    """Returns the name of the person of a dossier. Raises 404 for no dossier that this person reads."""
    if not filters.dossier:
        return ""
    if desk.erased(UUID(filters.dossier)):
        return privacy.SOMEBODY
    dossier = desk.dossier(UUID(filters.dossier))
    return f"{dossier.first_name} {dossier.last_name}"


# --- its page


@router.get("/journal")
def read(request: Request, desk: AtJournal, asked: Asked, p: PageNumber = 1) -> Response:
    """Lists the events that pass the filters."""
    return _page(request, desk, asked, p, whose=_whose(desk, asked))


@router.post("/journal")
def look(request: Request, desk: AtJournal, data: FormData) -> Response:
    """Redirects to the filters as an address, which names the dossier by its id; lists the dossiers of a search."""
    filters = JournalFilters(**{name: str(data.get(name, "")).strip() for name in JournalFilters().params})
    search = lookup.look(desk, text_of(data, "q"), SIZE)
    if len(search.found) == 1:
        return redirect(request, filters.but(search.found[0].stream))
    if not search.text:
        return redirect(request, filters.but(filters.dossier))
    return _page(request, desk, filters, looked=search)


def _page(
    request: Request,
    desk: Desk,
    filters: JournalFilters,
    p: int = 1,
    *,
    whose: str = "",
    looked: lookup.Search | None = None,
    problem: str = "",
) -> Response:
    """Shows the events that pass; or the dossiers found for a search, and those with similar names.

    `whose` is the name of the dossier filtered by; `problem` says why there is no file.
    """
    pager, rows = None, list[dict[str, Any]]()
    if looked is None:
        wanted = filters.on_trail(desk)
        pager = Pager.at(audit_trail.total(desk.read, wanted), p, "/journal", filters.params)
        rows = _rows(desk, audit_trail.page(desk.read, wanted, SIZE, pager.offset))
    groups = (looked.found, looked.near) if looked else ((), ())
    dossier_rows, near = ([lookup.found_row(desk, one) for one in group] for group in groups)
    names = names_for(desk)
    authors = [(id, names.staff(id)) for id in (*map(str, desk.refs.team), *SYSTEM)]
    return show(
        request,
        "audit/journal.html",
        "journal",
        listed((row["person"] for row in rows), (row.stream for row in (*dossier_rows, *near))),
        status=422 if problem else 200,
        asked=filters,
        filtered=any(filters.params.values()),
        authors=[("", "Tout le monde"), *sorted(authors, key=_by_name)],
        kinds=[
            (
                label,
                sorted((kind for kind in sentences.TITLES.items() if kind[0].split(".")[0] in streams), key=_by_name),
            )
            for label, streams in GROUPS.items()
        ],
        rows=rows,
        pager=pager,
        whose=whose,
        looked=looked,
        found=dossier_rows,
        near=near,
        sees_access=not desk.roles.isdisjoint(ACCESS_READERS),
        event_logs=_event_logs(filters),
        linked_logs=_event_logs(filters, relie="oui") if desk.may(issue_linked_log) else [],
        leads_back=indicators.LEADS_BACK,
        problem=problem,
    )


def _event_logs(asked: JournalFilters, **more: str) -> list[str]:
    """Returns the addresses of the event logs of the days that are shown, one a standard."""
    return [address(f"/journal.{end}", {"du": asked.du, "au": asked.au, **more}) for end in STANDARDS]


def _by_name(pair: tuple[str, str]) -> str:
    return normalise(pair[1])


@router.get("/journal/appris")
def list_learned(request: Request, desk: AtJournal, au: str = "", p: PageNumber = 1) -> Response:
    """Lists the events recorded since a day that change what is known of it; of a day that is none, the journal."""
    day = read_day(au)
    if why_no_day(desk, day) or day is None:
        return redirect(request, "/journal")
    calendar = desk.refs.calendar
    pager = Pager.at(audit_trail.learned_total(desk.read, day, calendar), p, "/journal/appris", {"au": au})
    rows = _rows(desk, audit_trail.learned(desk.read, day, calendar, SIZE, pager.offset))
    people = listed(row["person"] for row in rows)
    return show(request, "audit/learned.html", "learned", people, day=day, pager=pager, rows=rows)


# --- its rows


def _rows(desk: Desk, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Returns these rows of the audit trail in words, in the same order."""
    histories = desk.trails({row.stream for row in rows})
    dossiers = folds_of(desk.read, {row.stream for row in rows if row.kind == "dossier"})
    events = audit_trail.open_rows(desk.engine, rows)
    subjects = _Subjects(desk, events)
    return [_row(desk, recorded, histories[recorded.originator_id], dossiers, subjects) for recorded in events]


def _row(
    desk: Desk, recorded: Recorded, history: Sequence[Recorded], dossiers: dict[UUID, Any], subjects: "_Subjects"
) -> dict[str, Any]:
    """Returns an event: its position, its sentence, its stamps, its subject and the link to it.

    `retracted` is the reason of its retraction, `person` the dossier or participation that it is about.
    """
    version, state = recorded.originator_version, dossiers.get(recorded.originator_id)
    names = names_for(desk, state if isinstance(state, Dossier) else None)
    until = [one for one in history if one.originator_version <= version]
    retracted = retractions_by_version(history).get(version)
    about, href = subjects.of(recorded)
    return {
        "position": recorded.position,
        "said": sentences.sentence(recorded, names, zone=desk.zone, history=until),
        "when": sentences.when(recorded, desk.zone),
        "who": sentences.who(recorded, names),
        "about": about,
        "href": href,
        "retracted": getattr(retracted.event, "reason", "") if retracted else "",
        "person": recorded.originator_id if kind_of(recorded.event) in ("dossier", "participation") else None,
    }


class _Subjects:
    """The subjects of events, looked up once for all of them."""

    def __init__(self, desk: Desk, events: Sequence[Recorded]) -> None:
        streams = {recorded.originator_id for recorded in events}
        self._desk = desk
        self._participations = result_routing.many(desk.read, streams)
        matched = {row.dossier for row in self._participations.values() if row.dossier}
        found = directory.find_people(desk.read, streams | matched)
        self._people = {id: one.name for id, one in found.items() if desk.scope.reads(one.advisor)}
        self._written = {stream_of(person): person for person in desk.refs.team}

    def of(self, recorded: Recorded) -> tuple[str, str]:
        """Returns the subject in words, and the address of its page, "" when this reader has none."""
        stream, kind = recorded.originator_id, kind_of(recorded.event)
        match kind:
            case "dossier" if stream in self._people:
                return self._people[stream], f"/rejouer/{stream}?version={recorded.originator_version}"
            case "dossier" if is_erased(self._desk.read, stream):
                return privacy.ERASED, f"/dossiers/{stream}"
            case "participation" if stream in self._participations:
                return self._participation(self._participations[stream])
            case "staff" | "notices":
                person = self._written.get(stream, stream)
                member = self._desk.refs.team.get(person)
                return (member.name, f"/equipe/{person}") if member else (SUBJECTS[kind], "")
            case "campaign":
                return self._campaign(stream)
            case "intake" if isinstance(recorded.event, (ExportReceived, ExportTakenBack)):
                return self._campaign(recorded.event.campaign)
            case "workshop":
                return SUBJECTS[kind], f"/ateliers/{stream}"
        return SUBJECTS.get(kind, "structure"), ""

    def _participation(self, row: Any) -> tuple[str, str]:
        """Returns the young person matched, else the name typed on Pix for somebody who reads every dossier."""
        if row.dossier in self._people:
            return self._people[row.dossier], f"/rejouer/{row.dossier}"
        if row.dossier or self._desk.scope.whose != "all":
            return SUBJECTS["participation"], ""
        typed = say("{name}, sur Pix", name=f"{row.first_name} {row.last_name}")
        return typed, "/resultats" if "referent" in self._desk.roles else ""

    def _campaign(self, stream: UUID) -> tuple[str, str]:
        known = self._desk.refs.campaigns.get(stream)
        href = f"/resultats/campagnes/{stream}" if "referent" in self._desk.roles else ""
        return (known.name, href) if known else (SUBJECTS["campaign"], "")


# --- its files


@as_file(router, "/journal")
def export(desk: AtJournal, filters: Asked) -> ExportedList:
    """Returns the same events, with ids of dossiers and no name of a young person."""
    _whose(desk, filters)
    names, zone, wanted = names_for(desk), ZoneInfo(desk.zone), filters.on_trail(desk)
    columns: dict[str, Callable[[Any], Value]] = {
        "n°": lambda row: row.position,
        "enregistré le": lambda row: f"{row.at.replace(tzinfo=UTC).astimezone(zone):%Y-%m-%d %H:%M:%S}",
        "par": lambda row: names.staff(row.by),
        "au nom de": lambda row: names.staff(row.acting_for) if row.acting_for else "",
        "fait": lambda row: sentences.TITLES.get(row.topic, row.topic),
        "à propos de": lambda row: SUBJECTS.get(row.kind, row.kind),
        "fiche": lambda row: str(row.stream),
        "version": lambda row: row.version,
        "annule la version": lambda row: row.retracts,
    }
    return ExportedList(
        page="journal",
        name="journal",
        path="/journal",
        params=filters.known,
        filters=list(_in_words(desk, filters)),
        columns=columns,
        total=audit_trail.total(desk.read, wanted),
        read=lambda: audit_trail.page(desk.read, wanted, MOST_ROWS, 0),
        people=lambda row: [row.stream] if row.kind in ("dossier", "participation") else [],
        narrow="choisissez une période plus courte, ou un dossier",
    )


def _in_words(desk: Desk, filters: JournalFilters) -> Iterator[str]:
    """Yields the filters in words. A dossier stays an id: the file names no young person."""
    if filters.par:
        is_known = filters.par in SYSTEM or filters.par in map(str, desk.refs.team)
        yield lists.filter_of("Qui", names_for(desk).staff(filters.par) if is_known else filters.par)
    if filters.sorte:
        yield lists.filter_of("Quoi", sentences.TITLES.get(filters.sorte, filters.sorte))
    if filters.dossier:
        yield lists.filter_of("Dossier", filters.dossier)
    for label, text in (("Du", filters.du), ("Au", filters.au)):
        if day := read_day(text):
            yield lists.filter_of(label, dates.day(day, year=True))


@router.get("/journal.xes")
@router.get("/journal.jsonocel")
def event_log(request: Request, desk: AtJournal, du: str = "", au: str = "", relie: str = "") -> Response:
    """Returns the paths begun from a day (`du`) to another (`au`), for process mining: under aliases, without a name.

    The address says the standard. A year by default. It is about as many people as the other file at most, and leaves
    a fact first. A linked one (`relie`) leads back to dossiers: an auditor asks for it.
    """
    linked = bool(relie)
    decision = issue_linked_log if linked else issue_event_log
    must(desk, decision)
    standard, media = STANDARDS[request.url.path.rpartition(".")[2]]
    last = read_day(au) or desk.today
    first = read_day(du) or projected.a_year_until(last)
    filters = JournalFilters(du=du, au=au)
    if filters.is_wrong or last < first:
        problem = "Choisissez des jours qui existent, du premier au dernier."
        return _page(request, desk, filters, problem=problem)
    must_be_fresh(request, desk)
    made = projected.event_log(desk.read, desk.engine, first, last, standard, linked=linked)
    if len(made.dossiers) > desk.refs.protocol(desk.today).reading.people // 2:
        return _page(request, desk, filters, problem=TOO_MANY)
    streams = {"indicators": desk.served.opened.stream("indicators")}
    issue(request, desk, streams, decision, reason="pris en fichier depuis le Journal", **made.said)
    note(request, listed(made.dossiers))
    name = request.url.path.rpartition("/")[2].replace("journal", "parcours-relies" if linked else "parcours")
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(made.content, media_type=media, headers=headers)
