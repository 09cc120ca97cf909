"""The dependencies of routes: the desk of the person at work, the tables up to date, and the frame of the pages."""

from collections.abc import Iterator
from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, HTTPException, Request
from msgspec.structs import asdict

from pixflow import authorization
from pixflow.actor import Actor
from pixflow.events.values import Role
from pixflow.identity import normalise
from pixflow.team.staff import Staff, colleagues_deputised_by
from pixflow.workshop.scheduling import reached
from pixflow.workshop.state import Workshop
from projections import directory, dossier_sheet, result_routing, workshops
from projections.directory import YoungPerson
from projections.dossier_sheet import DossierFilter
from projections.store.folds import fold_of, must_not_be_damaged
from web.accounts import sessions, views
from web.desk.box_count import box_count
from web.desk.colleagues import portfolios
from web.desk.commands import must_be_asked_here
from web.desk.desk import Desk, bar_of, desk_at, moment_of
from web.desk.journal_writer import DeskJournalWriter
from web.desk.names import names_for, role_labels
from web.desk.signed_in import ReauthenticationAsked, signed_in
from web.french.errors import pages
from web.hosting.host import Host
from web.hosting.served_structure import Present, ServedStructure
from web.http.addresses import address
from web.http.day_bar import LISTS, DayBar
from web.http.templates import Frame

COOKIE = "pixflow_person"
VIEWED = ("/boite", "/dossiers")
"""The lists whose filters a person keeps as views."""


class NotModified(Exception):
    """Raised when nothing was recorded since the page was drawn, on the same day: the answer is 304."""


def desk(request: Request) -> Iterator[Desk]:
    """Yields the desk of the person of this browser; without one, redirects to the sign-in.

    Raises NotModified, having read nothing, for a page that asks whether it is still what it was (HX-PTag), and
    StreamDamaged for the page of a stream that the tables cannot show, because one of its events does not open.
    """
    host: Host = request.app.state.host
    served, actor, now = _who(request, host)
    if request.headers.get("HX-PTag") == now.tag:
        raise NotModified
    with served.reading(now.head) as tables:
        side = tables.side
        memory = side.memory.take_snapshot()
        if side.position != now.head:
            now = served.present()
        refs, today = now.refs, now.today
        roles, away = authorization.roles(actor, refs, today), colleagues_deputised_by(refs.team, UUID(actor.id), today)
        scope = authorization.scope(actor, refs, today)
        request.state.me = UUID(actor.id)
        fresh = host.demo or not host.site or sessions.is_fresh(host.site.store, request.state.session)
        made = Desk(host, served, actor, roles, scope, refs, tables, today, away, memory, is_fresh=fresh)
        moment, wrong = moment_of(request, made)
        request.state.journal_writer = DeskJournalWriter(request, made, moment)
        for named in request.path_params.values() if side.blocked else ():
            if isinstance(named, UUID):
                must_not_be_damaged(made.read, named)
        request.state.frame = frame = frame_of(request, made, side.blocked, now.tag)
        with desk_at(made, moment) if moment else nullcontext(made) as there:
            bar = bar_of(request, made, there, moment, wrong)
            if bar:
                request.state.frame = frame_on(frame, bar)
            yield there


AtDesk = Annotated[Desk, Depends(desk)]


def allowed(*roles: Role, fresh: bool = False) -> Any:
    """A dependency: 403 unless the person holds one of these roles. `fresh`: they signed in a moment ago."""

    def check(request: Request, made: AtDesk) -> Desk:
        if not made.roles & set(roles):
            raise HTTPException(403)
        if fresh:
            must_be_fresh(request, made)
        return made

    return Depends(check)


def must_be_fresh(request: Request, desk: Desk) -> None:
    """Raises ReauthenticationAsked unless a factor was proved within ten minutes: an open desk must not suffice.

    A demonstration has no factors. Raises FromElsewhere when a page of another site led here.
    """
    must_be_asked_here(request)
    if not desk.is_fresh:
        raise ReauthenticationAsked


def served_for(request: Request) -> ServedStructure:
    """Returns the structure of the person named by the cookie."""
    return _who(request, request.app.state.host)[0]


def _who(request: Request, host: Host) -> tuple[ServedStructure, Actor, Present]:
    """Returns the structure and the person of this browser: chosen in a demonstration, else signed in. And the moment.

    One look at the store, for all that the request asks of it.
    """
    if not host.demo:
        return signed_in(request)
    slug, _, person = request.cookies.get(COOKIE, "").partition("/")
    served = host.structures.get(slug)
    with suppress(ValueError):
        if served and (now := served.present()).works(UUID(person)):
            return served, Actor(person), now
    raise HTTPException(303, headers={"Location": "/qui"})


# --- the frame of every page: the rail with its counters, the person at work


def frame_of(request: Request, desk: Desk, blocked: int, tag: str) -> Frame:
    member = desk.refs.team[desk.me]
    return Frame(
        structure_name=desk.refs.structure.name,
        person_name=member.name,
        printed=desk.today,
        role_label=", ".join(role_labels(member, desk.today, "en attente de confirmation")),
        acting_for=sorted((desk.refs.team[one].name for one in desk.deputised), key=normalise),
        nav=_nav(request.url.path, desk),
        demo=desk.host.demo,
        search=desk.scope.whose != "none",
        theme=theme if (theme := request.cookies.get("pixflow_theme")) in ("light", "dark") else None,
        change="/qui" if desk.host.demo else None,
        account=not desk.host.demo,
        lone=not desk.host.demo and request.state.session.is_lone,
        toasts=[(pages.BLOCKED, "late")] if blocked else (),
        me=desk.actor.id,
        views=_views(request.url.path, desk),
        tag=tag,
        texts=desk.memory.texts,
        staff=names_for(desk).staff,
    )


def frame_on(frame: Frame, bar: DayBar) -> Frame:
    """Returns the frame of a list with its bar. On an earlier day its links lead to that day, and nothing counts."""
    if not bar.moment:
        return replace(frame, day=bar)
    nav = [(address(to, bar.params) if to in LISTS else to, label, None, on) for to, label, _, on in frame.nav]
    return replace(frame, day=bar, nav=nav, tag="", texts=None, printed=bar.moment.day)


def _views(path: str, desk: Desk) -> list[dict[str, str]] | None:
    """Returns the views of a list that this person keeps with their account. None in a demonstration."""
    if desk.host.site is None or path not in VIEWED:
        return None
    kept = views.of_member(desk.host.site.store, desk.served.opened.id, desk.me)
    return [asdict(one) for one in kept if one.address.partition("?")[0] == path]


def _nav(path: str, desk: Desk) -> list[tuple[str, str, int | None, bool]]:
    """Returns the links of the rail, in their order: address, label, counter, and True for the page shown."""
    items = desk.memory.counts.get_or_make(("rail", desk.me, desk.today), lambda: _links(desk))
    return [(href, label, count, path == href or path.startswith(href + "/")) for href, label, count in items]


def _links(desk: Desk) -> list[tuple[str, str, int | None]]:
    items: list[tuple[str, str, int | None]] = []
    if desk.roles & {"advisor", "facilitator", "referent", "manager"}:
        items.append(("/boite", "Ma boîte", box_count(desk).todo))
    if "referent" in desk.roles:
        waiting = result_routing.waiting_total(desk.read) + result_routing.to_dispatch_total(desk.read, desk.refs)
        items.append(("/resultats", "Résultats", waiting))
    if desk.scope.whose != "none":
        every = sum(portfolios(desk).values()) if desk.scope.whose == "all" else None
        count = dossier_sheet.total(desk.read, desk.scope, DossierFilter()) if every is None else every
        items.append(("/dossiers", "Dossiers", count))
    if desk.roles - {"administrator"}:
        items.append(("/ateliers", "Ateliers", workshop_count(desk)))
        items += [("/partenaires", "Partenaires", None), ("/ressources", "Ressources", None)]
    items.append(("/equipe", "Équipe", None))
    if desk.roles & {"referent", "manager", "auditor"}:
        items.append(("/indicateurs", "Indicateurs", None))
    if "advisor" in desk.roles:
        items.append(("/mon-activite", "Mon activité", None))
    if desk.roles & {"auditor", "referent", "manager"}:
        items += [("/rejouer", "Rejouer", None), ("/journal", "Journal", None)]
    if "auditor" in desk.roles:
        items.append(("/registre", "Registre", None))
    items.append(("/protocole", "Protocole et grille", None))
    return items


def workshop_count(desk: Desk) -> int:
    """Counts what waits in Ateliers: workshops to mark, seats kept for one's young people, calls for help."""
    to_mark = sum(workshops.to_mark(desk.read, person, desk.today) for person in desk.owners)
    return to_mark + len(seats_kept(desk)) + len(calls(desk))


def seats_kept(desk: Desk) -> list[tuple[Any, YoungPerson]]:
    """Returns the seats kept for the young people whom this person follows, with these people."""
    rows = workshops.offers(desk.read, desk.today) if "advisor" in desk.roles else []
    people = directory.find_people(desk.read, {row.dossier for row in rows}) if rows else {}
    known = ((row, people[row.dossier]) for row in rows if row.dossier in people)
    return [(row, person) for row, person in known if person.advisor in desk.owners]


# --- the calls for help of today's workshops that reach the person at the desk


def calls(desk: Desk) -> list[Any]:
    """Returns the rows of the workshops that call the person at the desk, the oldest call first."""
    asked = [] if desk.is_past else workshops.calls(desk.read, desk.today)
    return [row for row in asked if desk.me in _reached(desk, fold_of(desk.read, row.stream), row.help_by)]


def helpers(desk: Desk, workshop: Workshop) -> list[Staff]:
    """Returns by name the people whom a call of this workshop reaches: of the open call, or of one made now."""
    caller = workshop.help.by if workshop.help else desk.actor.id
    return sorted((desk.refs.team[id] for id in _reached(desk, workshop, caller)), key=lambda one: one.name)


def _reached(desk: Desk, workshop: Any, caller: str) -> frozenset[UUID]:
    return reached(workshop.facilitators, caller, desk.refs.team, desk.today)
