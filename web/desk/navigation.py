"""The frame of every page: the rail with its counters, the person at work."""

from typing import Any

from fastapi import Request
from msgspec.structs import asdict

from pixflow import authorization as people
from pixflow.identity import normalise
from projections import advisor_queue, directory, dossier_sheet, result_routing, workshops
from projections import dispatch as projections_dispatch
from projections import piles as projections_piles
from projections.directory import YoungPerson
from web.accounts import views
from web.desk.colleagues import portfolios, role_labels
from web.desk.desk import Desk
from web.desk.names import names_for
from web.desk.team.help_calls import calls
from web.french.errors import pages
from web.http.filters import lateness
from web.http.templates import Frame


def frame_of(request: Request, desk: Desk, blocked: int, tag: str) -> Frame:
    member = desk.refs.team[desk.me]
    return Frame(
        structure_name=desk.refs.structure.name,
        person_name=member.name,
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
        views=lambda: _views(request.url.path, desk),
        tag=tag,
        texts=desk.memory.texts,
        staff=names_for(desk).staff,
    )


def _views(path: str, desk: Desk) -> list[dict[str, str]] | None:
    """Returns the views of a path that this person keeps with their account. None in a demonstration."""
    if desk.host.site is None:
        return None
    kept = views.of_member(desk.host.site.store, desk.served.opened.id, desk.me)
    return [asdict(one) for one in kept if one.address.partition("?")[0] == path]


def _nav(path: str, desk: Desk) -> list[tuple[str, str, int | None, bool]]:
    """Returns the links of the rail, in their order: address, label, counter, and True for the page shown."""
    counts, key = desk.memory.counts, ("rail", desk.me, desk.today)
    items = counts.get(key) or counts.put(key, _links(desk))
    return [(href, label, count, path == href or path.startswith(href + "/")) for href, label, count in items]


def _links(desk: Desk) -> list[tuple[str, str, int | None]]:
    items: list[tuple[str, str, int | None]] = []
    if desk.roles & {"advisor", "facilitator", "referent", "manager"}:
        items.append(("/boite", "Ma boîte", queue_count(desk)))
    if "referent" in desk.roles:
        waiting = result_routing.waiting_total(desk.read) + projections_dispatch.to_dispatch_total(desk.read, desk.refs)
        items.append(("/resultats", "Résultats", waiting))
    if desk.scope.whose != "none":
        items.append(("/dossiers", "Dossiers", _open_dossiers(desk)))
    if desk.roles - {"administrator"}:
        items.append(("/ateliers", "Ateliers", workshop_count(desk)))
    if desk.roles - {"administrator"}:
        items.append(("/partenaires", "Partenaires", None))
        items.append(("/ressources", "Ressources", None))
    items.append(("/equipe", "Équipe", None))
    if desk.roles & {"referent", "manager", "auditor"}:
        items.append(("/indicateurs", "Indicateurs", None))
    if "advisor" in desk.roles:
        items.append(("/mon-activite", "Mon activité", None))
    if desk.roles & {"auditor", "referent", "manager"}:
        items += [("/rejouer", "Rejouer", None), ("/journal", "Journal", None)]
    items.append(("/protocole", "Protocole et grille", None))
    return items


def _open_dossiers(desk: Desk) -> int:
    if desk.scope.whose == "all":
        return sum(portfolios(desk).values())
    return dossier_sheet.total(desk.read, desk.scope, dossier_sheet.DossierFilter())


def workshop_count(desk: Desk) -> int:
    """Counts what waits in Ateliers: workshops to mark, seats kept for one's young people, calls for help."""
    to_mark = sum(workshops.to_mark(desk.read, person, desk.today) for person in desk.owners)
    return to_mark + len(seats_kept(desk)) + len(calls(desk))


def seats_kept(desk: Desk) -> list[tuple[Any, YoungPerson]]:
    """Returns the seats kept for the young people whom this person follows, with these people."""
    rows = workshops.offers(desk.read, desk.today) if "advisor" in desk.roles else []
    people = directory.named(desk.read, {row.dossier for row in rows}) if rows else {}
    known = ((row, people[row.dossier]) for row in rows if row.dossier in people)
    return [(row, person) for row, person in known if person.advisor in desk.owners]


def queue_count(desk: Desk) -> int:
    """Counts the rows of Ma boîte: one's own, one a pile, and for référents and the direction those that wait long."""
    count = advisor_queue.total(desk.read, desk.owners, desk.today) if desk.roles & people.TASK_OWNERS else 0
    late = lateness(desk.refs.calendar, desk.today)
    count += len(projections_piles.piles(desk.read, desk.roles, desk.today, late))
    return count + projections_piles.waiting_long_total(desk.read, desk.roles, desk.owners, desk.today)
