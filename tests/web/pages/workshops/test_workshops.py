"""Ateliers, from a date to the last mark: what each may see and press, what is recorded, what each paper carries."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow.actor import CLOCK, Actor
from pixflow.documents.protocol import Workshops
from pixflow.dossier import identity
from pixflow.dossier.stages import orientation
from pixflow.events import dossier as d
from pixflow.events import workshop as w
from pixflow.events.base import Event
from pixflow.refused import Refused
from pixflow.team.absences import declare_absence
from pixflow.unit_of_work import Step
from pixflow.workshop import booking, scheduling
from pixflow.workshop import state as workshop_state
from projections import workshops
from tests.web import pressing
from tests.web.access_lines import NewLines
from tests.web.arranged import MONDAY, scheduled, seat, to_book
from tests.web.client import InspectingClient, words
from tests.web.filled import HTMX, fill, hire, part, said, texts
from tests.web.paths import House, house
from tests.web.tags import parsed

NADIA, PAUL, SOPHIE, CLAIRE, YANN, HELENE = (
    "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Claire Vasseur", "Yann Le Goff", "Hélène Morin",
)  # fmt: skip
SAMIR = "Samir Haddad"
FRIDAY = date(2026, 3, 20)

FRESH = re.compile(r'(?<=name="command_id" value=")[0-9a-f-]{36}')


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    """L'Aigle-Mortagne on a Monday, with an assistant who runs workshops."""
    with house(tmp_path) as made:
        hire(made, SAMIR, "facilitator")
        made.day(MONDAY)
        yield made


def afternoon(day: date) -> dict[str, Any]:
    """Two hours of a day, from 14:00 here in winter."""
    starts = datetime(day.year, day.month, day.day, 13, tzinfo=UTC)
    return {"day": day, "starts": starts, "ends": starts + timedelta(hours=2)}


def held(
    at_work: House,
    day: date = FRIDAY,
    *,
    runners: tuple[str, ...] = (NADIA, SAMIR),
    capacity: int = 8,
    by: str = SOPHIE,
) -> UUID:
    """A workshop of that day in Mortagne."""
    people = tuple(at_work.people[name] for name in runners)
    return scheduled(at_work, by, **afternoon(day), facilitators=people, capacity=capacity)


def seated(at_work: House, made: UUID, count: int, advisor: str = NADIA) -> list[UUID]:
    """Prénom0 Nom, Prénom1 Nom…: each has a seat, or waits."""
    people = [at_work.opened(f"Prénom{n}", "Nom", advisor) for n in range(count)]
    for dossier in people:
        seat(at_work, made, dossier)
    return people


def state(at_work: House, made: UUID) -> workshop_state.Workshop:
    found: workshop_state.Workshop = at_work.served.engine.state("workshop", made)
    return found


def events(at_work: House, made: UUID) -> list[Event]:
    return [recorded.event for recorded in at_work.served.engine.history(made)]


def values(form: Any) -> dict[str, Any]:
    """Returns the values of an untouched form; repeated names give lists."""
    sent: dict[str, list[str]] = {}
    for tag in form.select("input, select, textarea"):
        if tag.get("type") in ("checkbox", "radio") and not tag.has_attr("checked"):
            continue
        value = tag.get("value", "")
        if tag.name == "select":
            options = tag.select("option")
            value = next((one["value"] for one in options if one.has_attr("selected")), options[0]["value"])
        sent.setdefault(tag["name"], []).append(value)
    return {name: many if len(many) > 1 else many[0] for name, many in sent.items()}


def form_of(html: str, action: str, holding: str = "") -> Any:
    """The one form that goes there, whose words hold a text."""
    found = [one for one in parsed(html).select(f'form[action*="{action}"]') if holding in said(one)]
    assert len(found) == 1, f"{len(found)} forms to {action} with {holding!r}"
    return found[0]


def block(html: str, id: str) -> str:
    """A part of a page or of a fragment, with the fresh ids of commands made alike."""
    return re.sub(r'(name="command_id"[^>]*value=")[^"]*', r"\1…", str(parsed(html).select_one(f"#{id}")))


def press(client: InspectingClient, page: str, action: str, holding: str = "", **changes: Any) -> Any:
    """Open a page, press its form; the answer, and where it leads, opened."""
    form = form_of(client.get(page).text, action, holding)
    answer = client.post(form["action"].partition("#")[0], data={**values(form), **changes})
    return client.get(answer.headers["location"].partition("#")[0]) if answer.status_code == 303 else answer


# --- the list


def test_a_list_without_workshops_says_what_they_are_and_offers_one(at_work: House) -> None:
    page = at_work.client(NADIA).get("/ateliers")
    assert "0 atelier à venir" in words(page.text)
    assert "Aucun atelier à venir. Un atelier se fixe ici, seul ou chaque semaine" in words(page.text)
    assert "Fixer un atelier" not in words(at_work.client(CLAIRE).get("/ateliers").text), "an auditor writes nothing"


def test_a_line_says_when_where_who_and_how_full(at_work: House) -> None:
    made = held(at_work, capacity=6)
    seated(at_work, made, 8)
    html = at_work.client(NADIA).get("/ateliers").text
    (line,) = texts(html, ".workshops .item")
    who = "Vendredi 20 mars 14:00-16:00 Mortagne, Salle 2 Diagnostic initial, printemps · vous et Samir Haddad"
    assert line == f"{who} places prises : 6 / 6 complet, 2 en attente"
    assert FRESH.sub("", part(at_work.client(NADIA), "/ateliers").strip()) in FRESH.sub("", html)


def test_seats_are_a_bar_in_the_list_and_on_the_page(at_work: House) -> None:
    made = held(at_work, capacity=6)
    seated(at_work, made, 3)
    client = at_work.client(NADIA)
    for url in ("/ateliers", f"/ateliers/{made}"):
        (bar,) = parsed(client.get(url).text).select("svg.seat-bar")
        assert bar["aria-hidden"] == "true"
        assert [one.get("width") for one in bar.select(".fill")] == ["50.0%"]
        assert not bar.select(".offered")


def test_offered_seats_stand_apart_in_the_bar(at_work: House) -> None:
    made = held(at_work, capacity=6)
    people = seated(at_work, made, 7)
    at_work.client(NADIA).post(f"/ateliers/{made}/rendre", data={"command_id": str(uuid4()), "dossier": str(people[0])})
    (bar,) = parsed(at_work.client(NADIA).get("/ateliers").text).select("svg.seat-bar")
    assert [one["width"] for one in bar.select(".fill, .offered")] == ["83.3%", "16.7%"]


def test_lists_are_filtered_by_time_site_and_who_runs_them(at_work: House) -> None:
    mine, his = held(at_work, runners=(NADIA,)), held(at_work, MONDAY + timedelta(days=7), runners=(PAUL,))
    elsewhere = scheduled(at_work, **afternoon(FRIDAY), site="L’Aigle", facilitators=(at_work.people[PAUL],))
    client = at_work.client(NADIA)

    def there(query: str) -> set[str]:
        found = parsed(client.get(f"/ateliers{query}").text).select(".item-who a")
        return {link["href"].rpartition("/")[2] for link in found}

    assert there("") == {str(mine), str(his), str(elsewhere)}
    assert there("?miens=oui") == {str(mine)}
    assert there("?site=Mortagne") == {str(mine), str(his)}
    assert there("?quand=past") == set()
    at_work.day(FRIDAY + timedelta(days=1))
    assert there("?quand=past") == {str(mine), str(elsewhere)}
    at_work.says(SOPHIE, scheduling.cancel_workshop, {"workshop": his}, reason="room", context={"registrants": ()})
    assert there("") == set()
    assert there("?quand=cancelled") == {str(his)}


def test_fifty_one_workshops_are_two_pages(at_work: House) -> None:
    said_once = {"site": "Mortagne", "place": "", "capacity": 8, "facilitators": (at_work.people[PAUL],)}
    steps = [
        Step(
            {"workshop": uuid4(), "campaign": at_work.campaign},
            scheduling.schedule_workshop,
            {**said_once, **afternoon(FRIDAY + timedelta(days=n))},
            {"series": None, "rules": Workshops()},
        )
        for n in range(51)
    ]
    at_work.served.engine.execute_all(
        steps, "many", by=Actor(str(at_work.people[SOPHIE])), command_id=uuid4(), via="cli"
    )
    first, last = (at_work.client(NADIA).get(f"/ateliers?p={n}").text for n in (1, 2))
    assert "51 ateliers à venir" in words(first)
    assert [len(texts(page, ".items .item")) for page in (first, last)] == [50, 1]
    assert "51 à 51 sur 51" in words(last)


@pytest.mark.parametrize(
    ("query", "days", "shown"),
    [
        ("?vue=mois&le=2026-03-16", 42, "Mars 2026"),
        ("?vue=semaine&le=2026-03-16", 7, "Du lundi 16 mars au dimanche 22 mars 2026"),
    ],
)
def test_a_calendar_is_a_table_of_weeks(at_work: House, query: str, days: int, shown: str) -> None:
    made = held(at_work)
    page = at_work.client(NADIA).get(f"/ateliers{query}").text
    assert shown in words(page)
    cells = parsed(page).select(".calendar td")
    assert len(cells) == days
    (cell,) = [one for one in cells if one.select(".held")]
    assert "vendredi 20" in said(cell)
    assert [link["href"] for link in cell.select("a")] == [f"/ateliers/{made}"]
    assert said(cell.select_one("a")) == "14:00-16:00 Mortagne, Salle 2 0 / 8"


def test_a_calendar_goes_on_and_back(at_work: House) -> None:
    held(at_work)
    pager = parsed(at_work.client(NADIA).get("/ateliers?vue=mois&le=2026-03-31").text).select(".pager a")
    assert [link["href"] for link in pager] == ["/ateliers?vue=mois&le=2026-02-28", "/ateliers?vue=mois&le=2026-04-02"]
    wrong = at_work.client(NADIA).get("/ateliers?vue=mois&le=hier")
    assert "Mars 2026" in words(wrong.text)


# --- a new one


FILLED: dict[str, Any] = {
    "day": "2026-03-23", "starts": "14:00", "ends": "16:30", "times": "1", "site": "Mortagne", "place": "Salle 2",
    "capacity": "8",
}  # fmt: skip


def schedule(at_work: House, name: str = NADIA, **changes: Any) -> Any:
    client = at_work.client(name)
    sent = {**FILLED, "campaign": str(at_work.campaign), "facilitators": [str(at_work.people[NADIA]), ""], **changes}
    return press(client, "/ateliers/nouveau", "/ateliers/nouveau", **sent)


def test_a_workshop_is_scheduled_at_an_hour_of_here(at_work: House) -> None:
    page = schedule(at_work, SAMIR)
    assert "Enregistré" in words(page.text) or "2 lignes enregistrées" in words(page.text)
    assert "Lundi 23 mars, de 14:00 à 16:30" in words(page.text)
    made = UUID(str(page.url).partition("?")[0].rpartition("/")[2])
    found = state(at_work, made)
    assert (found.starts, found.ends) == (
        datetime(2026, 3, 23, 13, tzinfo=UTC),
        datetime(2026, 3, 23, 15, 30, tzinfo=UTC),
    )
    assert (found.day, found.capacity, found.facilitators) == (date(2026, 3, 23), 8, (at_work.people[NADIA],))


def test_a_series_keeps_its_hour_over_the_change_of_clocks_and_leaves_holidays_out(at_work: House) -> None:
    page = schedule(at_work, times="4")
    assert "3 ateliers fixés :" in words(page.text)
    assert "Lundi 13 avril 2026 Pas d’atelier le 6 avril 2026 : jour férié" in words(page.text)
    with at_work.served.read().database.connect() as connection:
        rows = workshops.page(connection, MONDAY, workshops.WorkshopFilter())
    assert [row.starts for row in rows] == [
        datetime(2026, 3, 23, 13),
        datetime(2026, 3, 30, 12),
        datetime(2026, 4, 13, 12),
    ]
    assert {state(at_work, row.stream).series for row in rows} != {None}
    assert len({recorded.command for row in rows for recorded in at_work.served.engine.history(row.stream)}) == 1


def test_what_was_just_scheduled_is_taken_back_in_one_press_while_nobody_has_a_place(at_work: House) -> None:
    back = "form[action='/ateliers/nouveau/annuler']"
    for times, where in (("1", "?recu="), ("4", "/ateliers?quand=cancelled")):
        made = schedule(at_work, times=times)
        form = parsed(made.text).select_one(back)
        assert form
        undone = at_work.client(NADIA).post(form["action"], data=values(form))
        assert undone.status_code == 303
        assert where in undone.headers["location"]
        page = at_work.client(NADIA).get(undone.headers["location"]).text
        assert ("Atelier annulé : fixé par erreur" if times == "1" else "3 ateliers annulés") in words(page)
        assert not parsed(page).select(back)
        assert at_work.client(NADIA).post(form["action"], data=values(form)).status_code == 303
    made = schedule(at_work)
    form = parsed(made.text).select_one(back)
    seat(at_work, UUID(str(made.url).partition("?")[0].rpartition("/")[2]), at_work.opened())
    assert not parsed(at_work.client(NADIA).get(str(made.url)).text).select(back)
    assert at_work.client(NADIA).post(form["action"], data=values(form)).status_code == 422
    assert at_work.client("Claire Vasseur").post(form["action"], data=values(form)).status_code == 403


def test_weeks_that_end_the_year_leave_one_workshop_and_say_so(at_work: House) -> None:
    page = schedule(at_work, day="2026-12-18", times="3")
    told = "1 atelier fixé : Vendredi 18 décembre 2026 Pas d’atelier le 25 décembre 2026 : jour férié"
    assert f"{told} Pas d’atelier le 1er janvier 2027 : jour férié" in words(page.text)
    none = schedule(at_work, day="2027-08-14", times="2")
    assert none.status_code == 422
    assert "Aucun de ces jours n’est travaillé : le 14 août 2027 est un samedi." in words(none.text)


def test_one_day_that_nobody_works_is_asked_about(at_work: House) -> None:
    asked = schedule(at_work, day="2026-05-01")
    assert asked.status_code == 422
    assert "Le 1er mai 2026 est un jour férié. Choisissez un autre jour, ou cochez ici." in words(asked.text)
    form = form_of(asked.text, "/ateliers/nouveau")
    done = at_work.client(NADIA).post("/ateliers/nouveau", data={**values(form), "anyway": "true"})
    assert done.status_code == 303


def test_somebody_away_or_taken_that_hour_is_told_before(at_work: House) -> None:
    samir, away = at_work.people[SAMIR], {"first": date(2026, 5, 4), "last": date(2026, 5, 5), "deputy": None}
    at_work.says("Hélène Morin", declare_absence, {"staff": samir}, absence=uuid4(), **away)
    asked = schedule(at_work, day="2026-05-04", facilitators=[str(samir)])
    assert asked.status_code == 422
    assert f"{SAMIR} est absent·e le 4 mai. Changez, ou cochez ici." in words(asked.text)
    sent = {**values(form_of(asked.text, "/ateliers/nouveau")), "anyway": "true"}
    first, again = (at_work.client(NADIA).post("/ateliers/nouveau", data=sent) for _ in range(2))
    assert first.status_code == again.status_code == 303, "sent twice"
    at_work.day(date(2026, 3, 16))
    assert schedule(at_work, day="2026-05-07", facilitators=[str(samir)]).status_code == 200
    taken = schedule(at_work, day="2026-05-07", starts="15:00", ends="17:00", facilitators=[str(samir)])
    assert f"{SAMIR} anime déjà un atelier le jeudi 7 mai, de 14:00 à 16:30." in words(taken.text)
    assert (
        schedule(at_work, day="2026-05-07", starts="16:30", ends="17:00", facilitators=[str(samir)]).status_code == 200
    )


def test_who_joins_or_is_moved_with_a_workshop_must_be_free_too(at_work: House) -> None:
    samir, nadia = (str(at_work.people[name]) for name in (SAMIR, NADIA))
    early = schedule(at_work, day="2026-05-11", ends="16:00", facilitators=[samir]).url.path
    late = schedule(at_work, day="2026-05-11", starts="16:00", ends="18:00", facilitators=[nadia]).url.path
    client = at_work.client(NADIA)

    def change(page: str, form: str, action: str, **said: Any) -> Any:
        sent = values(form_of(client.get(f"{page}?formulaire={form}").text, action))
        return client.post(f"{page}/{action}", data={**sent, **said})

    assert change(early, "facilitators", "animation", facilitators=[nadia, ""]).status_code == 303
    refused = change(early, "move", "deplacer", starts="15:00", ends="17:00")
    assert refused.status_code == 422
    assert f"{NADIA} anime déjà un atelier le lundi 11 mai, de 16:00 à 18:00." in words(refused.text)
    joined = change(late, "facilitators", "animation", facilitators=[nadia, samir])
    assert joined.status_code == 303, "neither their own workshop nor the next one counts"
    assert change(early, "move", "deplacer", starts="15:00", ends="17:00", anyway="true").status_code == 303


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"capacity": "12"}, "Le protocole prévoit de 6 à 10 places par atelier."),
        ({"ends": "13:00"}, "L’atelier se termine avant de commencer"),
        ({"day": "2026-03-02"}, "Le 2 mars 2026 est déjà passé"),
        ({"day": ""}, "Choisissez le jour de l’atelier."),
        ({"facilitators": ["", ""]}, "Choisissez qui anime l’atelier."),
        ({"site": "Ailleurs"}, "Choisissez l’une des réponses proposées."),
        ({"campaign": str(UUID(int=1))}, "Choisissez l’une des réponses proposées."),
        ({"facilitators": [str(UUID(int=1)), ""]}, "Choisissez l’une des réponses proposées."),
        ({"times": "50"}, "Écrivez un nombre d’au plus 20."),
    ],
    ids=str,
)
def test_what_cannot_be_is_said_and_every_value_is_kept(at_work: House, changes: dict[str, Any], sentence: str) -> None:
    answer = schedule(at_work, **changes)
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    kept = values(form_of(answer.text, "/ateliers/nouveau"))
    wanted = {name: changes.get(name, value) for name, value in FILLED.items() if name != "site"}
    assert {name: kept[name] for name in wanted} == wanted


def test_a_form_sent_twice_schedules_one(at_work: House) -> None:
    client = at_work.client(NADIA)
    sent = values(form_of(client.get("/ateliers/nouveau").text, "/ateliers/nouveau"))
    sent |= {**FILLED, "campaign": str(at_work.campaign), "facilitators": [str(at_work.people[NADIA])]}
    one, other = (client.post("/ateliers/nouveau", data=sent) for _ in range(2))
    head = at_work.served.engine.head()
    assert one.status_code == other.status_code == 303
    assert one.headers["location"] == other.headers["location"]
    client.get(one.headers["location"])
    assert at_work.served.engine.head() == head


def test_who_runs_it_is_changed(at_work: House) -> None:
    made = held(at_work)
    page = press(
        at_work.client(SOPHIE),
        f"/ateliers/{made}?formulaire=facilitators",
        "animation",
        facilitators=[str(at_work.people[PAUL]), ""],
    )
    assert "animé par Paul Rey" in words(page.text)
    assert state(at_work, made).facilitators == (at_work.people[PAUL],)


# --- who sees what


def test_names_are_read_by_those_who_run_workshops_and_those_who_read_dossiers(at_work: House) -> None:
    made = held(at_work, runners=(PAUL,))
    mine, his = at_work.opened("Aminata", "Diallo", NADIA), at_work.opened("Tom", "Colin", PAUL)
    seat(at_work, made, mine)
    seat(at_work, made, his)

    def listed(name: str) -> tuple[list[str], list[str]]:
        page = parsed(at_work.client(name).get(f"/ateliers/{made}").text)
        names = [said(one) for one in page.select(".seats .entry b")]
        return names, [link["href"] for link in page.select(".seats .entry a")]

    assert listed(NADIA) == (["Diallo Aminata", "suivi·e par Paul Rey"], [f"/dossiers/{mine}"])
    assert listed(PAUL) == (["Diallo Aminata", "Colin Tom"], [f"/dossiers/{his}"]), "who runs it reads every name"
    assert listed(SAMIR) == (["Diallo Aminata", "Colin Tom"], []), "names, and no dossier"
    assert listed(CLAIRE)[0] == ["Diallo Aminata", "Colin Tom"]
    assert at_work.client(YANN).get("/ateliers").status_code == 403
    assert at_work.client(YANN).get(f"/ateliers/{made}").status_code == 403


def test_who_joins_by_themselves_reads_names_a_day_later_or_when_a_colleague_agrees(at_work: House) -> None:
    made = held(at_work, runners=(SAMIR,))
    (his,) = seated(at_work, made, 1, PAUL)

    def read(name: str) -> list[object]:
        client = at_work.client(name)
        pages = [client.get(f"/ateliers/{made}{page}") for page in ("", ".csv", "/emargement", "/avis", "/presence")]
        return [page.status_code if page.status_code != 200 else "Prénom0" in page.text for page in pages]

    hidden: list[object] = [False, False, 403, False, False]
    sent: Any = {"facilitators": [str(at_work.people[one]) for one in (SAMIR, NADIA)]}
    joined = press(at_work.client(NADIA), f"/ateliers/{made}?formulaire=facilitators", "animation", **sent)
    assert "dès qu’un·e collègue l’accepte, sinon le 17 mars 2026, 10:12." in words(joined.text)
    assert read(NADIA) == hidden
    own = {"command_id": str(uuid4()), "facilitator": str(at_work.people[NADIA])}
    assert at_work.client(NADIA).post(f"/ateliers/{made}/animation/accepter", data=own).status_code == 422
    assert read(NADIA) == hidden
    lines = NewLines(at_work.served)
    press(at_work.client(PAUL), f"/ateliers/{made}", "animation/accepter", "Accepter")
    assert events(at_work, made)[-1] == w.FacilitatorAccepted(facilitator=at_work.people[NADIA], on=at_work.today)
    lines.take()
    assert read(NADIA) == [True] * 5
    assert {(line.why, line.people, tuple(line.ids)) for line in lines.take()} == {("task", 1, (his,))}


def test_who_joins_by_the_name_of_an_absent_colleague_waits_too(at_work: House) -> None:
    """A deputy of today adds the colleague for whom they stand in: they gain by it themselves."""
    hire(at_work, "Omar Sy", "advisor")
    made, omar = held(at_work, MONDAY, runners=(SAMIR,)), at_work.people["Omar Sy"]
    seated(at_work, made, 1, PAUL)
    away = {"first": at_work.today, "last": at_work.today, "deputy": at_work.people[NADIA]}
    at_work.says("Omar Sy", declare_absence, {"staff": omar}, absence=uuid4(), **away)
    at_work.day(MONDAY, AFTERNOON)
    sent: Any = {"facilitators": [str(at_work.people[SAMIR]), str(omar)], "anyway": "true"}
    press(at_work.client(NADIA), f"/ateliers/{made}?formulaire=facilitators", "animation", **sent)
    assert omar in state(at_work, made).newcomers
    assert "Prénom0" not in at_work.client(NADIA).get(f"/ateliers/{made}").text
    at_work.opened("Zoé", "Haddad", PAUL)
    assert "Zoé" not in words(search(at_work, made, NADIA, "haddad", BORN).text)
    press(at_work.client(PAUL), f"/ateliers/{made}", "animation/accepter", "Accepter")
    assert "Prénom0" in at_work.client(NADIA).get(f"/ateliers/{made}").text


def test_a_day_later_no_colleague_is_needed(at_work: House) -> None:
    made = held(at_work, runners=(SAMIR,))
    seated(at_work, made, 1, PAUL)
    sent: Any = {"facilitators": [str(at_work.people[one]) for one in (SAMIR, NADIA)]}
    press(at_work.client(NADIA), f"/ateliers/{made}?formulaire=facilitators", "animation", **sent)
    for hours, shown in ((23, False), (1, True)):
        at_work.pass_by(hours=hours)
        page = at_work.client(NADIA).get(f"/ateliers/{made}").text
        assert ("Prénom0" in page, "collègue l’accepte" in words(page)) == (shown, not shown)


def test_an_auditor_and_the_direction_press_nothing_about_people(at_work: House) -> None:
    made = held(at_work, MONDAY)
    seat(at_work, made, at_work.opened())
    for name in (CLAIRE, HELENE):
        client = at_work.client(name)
        page = client.get(f"/ateliers/{made}")
        assert not parsed(page.text).select("main form")
        assert client.get(f"/ateliers/{made}/presence").status_code == 403
        assert client.get(f"/ateliers/{made}/emargement").status_code == 200
    assert "formulaire=move" in at_work.client(HELENE).get(f"/ateliers/{made}").text
    assert "formulaire=move" not in at_work.client(CLAIRE).get(f"/ateliers/{made}").text


def test_what_is_no_workshop_is_not_found(at_work: House) -> None:
    client = at_work.client(NADIA)
    for path in ("", ".ics", "/presence", "/emargement", "/avis"):
        assert client.get(f"/ateliers/{uuid4()}{path}").status_code == 404
        assert client.get(f"/ateliers/{at_work.opened()}{path}").status_code == 404


# --- its people


def test_those_who_wait_are_added_by_ticking_cej_first_then_by_the_names_shown(at_work: House) -> None:
    made = held(at_work)
    later = [to_book(at_work, first=first, last=last)[0] for first, last in (("Zoé", "D'Amico"), ("Awa", "Nguyen"))]
    cej, _ = to_book(at_work)
    at_work.on(cej, identity.join_programme, programme="CEJ", group="mars", collective_end=date(2026, 6, 30))
    client = at_work.client(NADIA)
    page = client.get(f"/ateliers/{made}").text
    assert "Attendent une place · 3 CEJ d’abord : l’atelier y est obligatoire." in words(page)
    boxes = [box["value"] for box in parsed(page).select("#remplir input[name=dossier]")]
    assert boxes == list(map(str, [cej, *later]))
    after = press(client, f"/ateliers/{made}", "inscrire", dossier=[str(cej), str(later[0])])
    assert "2 lignes enregistrées :" in words(after.text)
    assert list(state(at_work, made).seats) == [cej, later[0]]
    assert "Attendent une place · 1" in words(after.text)
    commands = {at_work.served.engine.history(dossier)[-1].command for dossier in (cej, later[0])}
    assert len(commands) == 2, "one command a person"


def test_seats_just_booked_are_taken_back_in_one_press(at_work: House) -> None:
    made = held(at_work)
    two = [to_book(at_work)[0] for _ in range(2)]
    client = at_work.client(NADIA)
    page = press(client, f"/ateliers/{made}", "inscrire", dossier=[str(one) for one in two])
    form = form_of(page.text, "inscrire/annuler")
    back = client.post(form["action"], data=values(form))
    assert "2 lignes enregistrées :" in words(client.get(back.headers["location"]).text)
    assert not state(at_work, made).seats
    assert [at_work.state(one).diagnostic.seat.status for one in two] == ["cancelled", "cancelled"]


def test_who_is_in_cej_waits_for_a_seat_from_the_day_they_join(at_work: House) -> None:
    """The workshop is where it is taken (docs/domain.md#presets): nobody has to plan it in each dossier first."""
    made, other = held(at_work), at_work.opened("Sofia", "Lopez")
    cej = at_work.opened("Enzo", "Abadie")
    at_work.on(cej, identity.join_programme, programme="CEJ", group="mars", collective_end=date(2026, 6, 30))
    client = at_work.client(NADIA)
    page = client.get(f"/ateliers/{made}").text
    assert [box["value"] for box in parsed(page).select("#remplir input[name=dossier]")] == [str(cej)]
    assert "Abadie Enzo CEJ Mortagne · diagnostic à prévoir" in words(page)
    press(client, f"/ateliers/{made}", "inscrire", dossier=[str(cej)])
    assert list(state(at_work, made).seats) == [cej]
    assert at_work.state(cej).orientation.plan.modality == "workshop"
    assert at_work.state(other).orientation.plan is None


def test_each_row_of_many_has_its_own_result(at_work: House) -> None:
    made, other = held(at_work, capacity=6), held(at_work, MONDAY)
    seated(at_work, made, 5)
    one, two = (to_book(at_work)[0] for _ in range(2))
    elsewhere, _ = to_book(at_work)
    client = at_work.client(NADIA)
    form = form_of(client.get(f"/ateliers/{made}").text, "inscrire")
    seat(at_work, other, elsewhere)
    sent = {**values(form), "dossier": [str(one), str(two), str(elsewhere)]}
    del sent["or_wait"]
    answer = client.post(form["action"], data=sent)
    assert answer.status_code == 422
    told = words(answer.text)
    assert "1 sur 3 enregistrés :" in told
    assert "les 6 places sont prises : choisissez un autre atelier" in told
    assert "une place est déjà réservée le 16 mars 2026" in told
    nobody = client.post(form["action"], data={"command_id": str(uuid4())})
    assert "Cochez au moins une personne." in words(nobody.text)
    waiting = client.post(
        form["action"], data={**sent, "command_id": str(uuid4()), "dossier": str(two), "or_wait": "true"}
    )
    assert waiting.status_code == 303
    assert list(state(at_work, made).waiting) == [two]


def test_fifty_one_who_wait_are_two_pages(at_work: House) -> None:
    made = held(at_work)
    plan = {"modality": "workshop", "mediator": False, "place": "", "planned_for": MONDAY, "campaign": at_work.campaign}
    steps = [Step({"dossier": id}, orientation.plan_diagnostic, plan, {"plan": uuid4()}) for id in fill(at_work, 51)]
    at_work.served.engine.execute_all(
        steps, "many", by=Actor(str(at_work.people[SOPHIE])), command_id=uuid4(), via="cli"
    )
    page = at_work.client(NADIA).get(f"/ateliers/{made}?a=2").text
    assert "Attendent une place · 51" in words(page)
    assert len(parsed(page).select("#remplir input[name=dossier]")) == 1
    assert "51 à 51 sur 51" in words(page)
    assert not parsed(at_work.client(PAUL).get(f"/ateliers/{made}").text).select("#remplir input[name=dossier]")


def test_a_seat_given_up_is_kept_for_who_waits_and_their_advisor_is_told(at_work: House) -> None:
    made = held(at_work, capacity=6)
    first = at_work.opened("Aminata", "Diallo", PAUL)
    seat(at_work, made, first)
    seated(at_work, made, 5, PAUL)
    waits = at_work.opened("Zoé", "Haddad", NADIA)
    seat(at_work, made, waits)
    after = press(at_work.client(PAUL), f"/ateliers/{made}", "rendre", "Diallo Aminata")
    assert "Place proposée jusqu’au 18 mars : un autre dossier" in words(after.text), "not Paul's to name"
    nadia = at_work.client(NADIA)
    for page in ("/boite", "/ateliers"):
        assert "Zoé Haddad : une place à l’atelier du vendredi 20 mars est gardée jusqu’au mercredi 18 mars" in words(
            nadia.get(page).text
        )
    assert said(parsed(nadia.get("/boite").text).select_one(".rail a[href='/ateliers']")).startswith(
        "Ateliers 1 à traiter"
    )
    sheet = nadia.get(f"/dossiers/{waits}").text
    assert "Une place est gardée jusqu’au mercredi 18 mars" in words(sheet)
    accepted = press(nadia, f"/ateliers/{made}", "accepter", "Haddad Zoé")
    assert "Place prise : Zoé Haddad" in words(accepted.text)
    assert waits in state(at_work, made).seats
    assert isinstance(at_work.events(waits)[-1], d.SeatBooked)


def test_a_seat_kept_for_somebody_who_takes_another_one_is_told_no_more_and_passes_on(at_work: House) -> None:
    made, other = held(at_work, capacity=6), held(at_work, date(2026, 3, 27))
    first = at_work.opened("Aminata", "Diallo", PAUL)
    seat(at_work, made, first)
    seated(at_work, made, 5, PAUL)
    waits, next_in_line = at_work.opened("Zoé", "Haddad", NADIA), at_work.opened("Léo", "Petit", NADIA)
    seat(at_work, made, waits)
    seat(at_work, made, next_in_line)
    press(at_work.client(PAUL), f"/ateliers/{made}", "rendre", "Diallo Aminata")
    nadia = at_work.client(NADIA)
    assert "Zoé Haddad : une place" in words(nadia.get("/boite").text)
    seat(at_work, other, waits)
    page = nadia.get("/boite").text
    assert "est gardée" not in words(page)
    assert said(parsed(page).select_one(".rail a[href='/ateliers']")).startswith("Ateliers 0 à traiter")
    at_work.served.tick()
    assert list(state(at_work, made).waiting) == [next_in_line]
    assert "Léo Petit : une place à l’atelier du vendredi 20 mars est gardée" in words(nadia.get("/boite").text)


GIVEN_UP = "place gardée rendue : vendredi 20 mars 2026, Mortagne"


def kept_and_another(at_work: House) -> tuple[UUID, UUID]:
    """Zoé Haddad, for whom a seat is kept on Friday, and a workshop of the week after."""
    made, other = held(at_work, capacity=6), held(at_work, date(2026, 3, 27))
    seated(at_work, made, 6, PAUL)
    waits = at_work.opened("Zoé", "Haddad", NADIA)
    seat(at_work, made, waits)
    press(at_work.client(PAUL), f"/ateliers/{made}", "rendre", "Nom Prénom0")
    return waits, other


def test_a_seat_elsewhere_says_before_and_after_which_kept_one_it_gives_up(at_work: House) -> None:
    (waits, other), nadia = kept_and_another(at_work), at_work.client(NADIA)
    form = parsed(nadia.get(f"/dossiers/{waits}?formulaire=book").text).select_one("#form")
    assert "Une place lui est gardée jusqu’au mercredi 18 mars : vendredi 20 mars" in words(form.text)
    assert "Une place ailleurs la rend à qui attend ensuite" in words(form.text)
    answer = pressing.press(nadia, waits, "book", workshop=str(other))
    assert GIVEN_UP in said(parsed(nadia.get(answer.headers["location"]).text).select_one(".notice"))


def test_several_seats_say_before_and_after_which_kept_ones_they_give_up(at_work: House) -> None:
    (_, other), nadia = kept_and_another(at_work), at_work.client(NADIA)
    page = nadia.get("/boite/plusieurs?faire=book").text
    row = said(parsed(page).select_one(".item-due"))
    assert row.startswith("place gardée le vendredi 20 mars, Mortagne, Salle 2 : une place ailleurs la rend")
    pick = parsed(page).select_one(".pick-box input")["value"]
    sent = {"command_id": str(uuid4()), "task": pick, "workshop": str(other)}
    told = nadia.get(nadia.post("/boite/plusieurs/book", data=sent).headers["location"])
    assert "Zoé Haddad" in words(told.text)
    assert GIVEN_UP in said(parsed(told.text).select_one(".notice"))


def test_a_workshop_says_before_and_after_which_kept_seats_it_takes_people_from(at_work: House) -> None:
    (waits, other), nadia = kept_and_another(at_work), at_work.client(NADIA)
    assert "place gardée le vendredi 20 mars, Mortagne" in words(nadia.get(f"/ateliers/{other}").text)
    told = press(nadia, f"/ateliers/{other}", "inscrire", dossier=str(waits))
    notice = said(parsed(told.text).select_one(".notice"))
    assert "Place prise : Zoé Haddad" in notice
    assert GIVEN_UP in notice


def test_a_seat_given_up_in_one_press_is_kept_in_another(at_work: House) -> None:
    made = held(at_work, capacity=6)
    people = seated(at_work, made, 7)
    client = at_work.client(NADIA)
    released = press(client, f"/ateliers/{made}", "rendre", "Nom Prénom0")
    kept = form_of(released.text, "garder", "Annuler")
    answer = client.post(kept["action"], data=values(kept))
    assert answer.status_code == 303
    page = client.get(answer.headers["location"]).text
    assert "Annulé : Place rendue : Prénom0 Nom" in words(page)
    assert not parsed(page).select("form[action$=garder]")
    assert list(state(at_work, made).seats) == people[:6]
    assert state(at_work, made).waiting[people[6]].until is None
    assert at_work.state(people[0]).diagnostic.seats[made].status == "booked"


def test_a_seat_that_somebody_took_meanwhile_is_gone(at_work: House) -> None:
    made = held(at_work, capacity=6)
    people = seated(at_work, made, 7)
    client = at_work.client(NADIA)
    released = press(client, f"/ateliers/{made}", "rendre", "Nom Prénom0")
    kept = form_of(released.text, "garder", "Annuler")
    seat(at_work, made, people[6])
    refused = client.post(kept["action"], data=values(kept))
    assert refused.status_code == 422
    assert "La place est à quelqu’un d’autre" in words(refused.text)
    again = client.get(str(released.url)).text
    assert "Place rendue" in words(again)
    assert not parsed(again).select("form[action$=garder]"), "nothing is offered that would fail"


def test_the_clock_passes_on_what_nobody_accepted(at_work: House) -> None:
    made = held(at_work, capacity=6)
    people = seated(at_work, made, 8)
    press(at_work.client(NADIA), f"/ateliers/{made}", "rendre", "Nom Prénom0")
    at_work.day(date(2026, 3, 18))
    at_work.served.tick()
    assert list(state(at_work, made).waiting) == people[6:]
    at_work.day(date(2026, 3, 19))
    at_work.served.tick()
    at_work.served.tick()
    waiting = state(at_work, made).waiting
    assert {id: one.until for id, one in waiting.items()} == {people[7]: FRIDAY}
    last = at_work.served.engine.history(made)[-2:]
    assert [type(one.event) for one in last] == [w.SeatOfferLapsed, w.SeatOffered]
    assert {one.by for one in last} == {CLOCK}


def test_a_seat_is_given_up_from_the_dossier_too(at_work: House) -> None:
    made, dossier = held(at_work), at_work.opened()
    seat(at_work, made, dossier)
    client = at_work.client(NADIA)
    page = client.get(f"/dossiers/{dossier}").text
    assert "Inscrit·e en atelier : vendredi 20 mars, de 14:00 à 16:00, Mortagne, Salle 2." in words(page)
    after = press(client, f"/dossiers/{dossier}?formulaire=release&sur={made}", "/release")
    assert "Enregistré pour Aminata Diallo : Place en atelier rendue" in words(after.text)
    assert not state(at_work, made).seats


def test_others_may_not_press_what_is_not_theirs(at_work: House) -> None:
    made, dossier = held(at_work, runners=(SAMIR,)), at_work.opened("Aminata", "Diallo", PAUL)
    seat(at_work, made, dossier)
    sent = {"command_id": str(uuid4()), "dossier": str(dossier)}
    refused = at_work.client(NADIA).post(f"/ateliers/{made}/rendre", data=sent)
    assert refused.status_code == 422
    assert "Vous ne pouvez pas rendre une place ici" in words(refused.text)
    assert dossier in state(at_work, made).seats
    assert at_work.client(NADIA).get(f"/ateliers/{made}/presence").status_code == 403
    assert at_work.client(NADIA).post(f"/ateliers/{made}/rendre", data={"dossier": "?"}).status_code == 422


def test_the_page_tells_what_happened_to_the_workshop(at_work: House) -> None:
    made, dossier = held(at_work), at_work.opened()
    seat(at_work, made, dossier)
    history = texts(at_work.client(SAMIR).get(f"/ateliers/{made}").text, ".timeline li > p:first-child")
    assert history == [
        "Place prise : Aminata Diallo",
        "Animé par Samir Haddad",
        "Animé par Nadia Benali",
        "Atelier fixé : vendredi 20 mars 2026, de 14:00 à 16:00, Salle 2 (Mortagne), 8 places",
    ]
    streams = {"workshop": made, "dossier": dossier}
    done = at_work.says(SOPHIE, booking.release_seat, streams, context={"until": FRIDAY})
    address = f"/ateliers/{made}?recu={done.recorded[0].command}"
    assert "Enregistré" in words(at_work.client(SOPHIE).get(address).text)
    told = words(at_work.client(NADIA).get(address).text)
    assert "Enregistré" not in told, "somebody else said it"


# --- moved, cancelled


def test_a_moved_workshop_tells_every_registrant_even_one_who_came_meanwhile(at_work: House) -> None:
    made, one, two = held(at_work), at_work.opened(), at_work.opened("Tom", "Colin", PAUL)
    seat(at_work, made, one)
    client = at_work.client(SAMIR)
    form = form_of(client.get(f"/ateliers/{made}?formulaire=move").text, "deplacer")
    was = {"day": "2026-03-20", "starts": "14:00", "ends": "16:00", "place": "Salle 2"}
    assert {**values(form), "command_id": ""} == {"command_id": "", **was}
    seat(at_work, made, two)
    sent = {**values(form), "day": "2026-04-02", "place": "Salle 1"}
    answer = client.post(form["action"].partition("#")[0], data=sent)
    assert answer.status_code == 303
    moved = client.get(answer.headers["location"]).text
    assert "Cet atelier a été déplacé. Avis à imprimer, un par inscrit" in words(moved)
    for dossier in (one, two):
        last = at_work.events(dossier)[-1]
        assert last == d.SeatBooked(workshop=made, day=date(2026, 4, 2), on=MONDAY)
    assert state(at_work, made).starts == datetime(2026, 4, 2, 12, tzinfo=UTC), "14:00 in summer"
    papers = words(client.get(f"/ateliers/{made}/avis").text)
    assert "Votre atelier est déplacé Aminata Diallo" in papers
    assert "Au lieu de Vendredi 20 mars, de 14:00 à 16:00, Salle 2" in papers
    head = at_work.served.engine.head()
    assert client.post(form["action"].partition("#")[0], data=sent).status_code == 303
    assert at_work.served.engine.head() == head, "sent twice"


def test_a_cancelled_workshop_tells_every_registrant_and_prints_a_notice_each(at_work: House) -> None:
    made, dossier = held(at_work), to_book(at_work)[0]
    seat(at_work, made, dossier)
    client = at_work.client(SOPHIE)
    unsaid = press(client, f"/ateliers/{made}?formulaire=cancel", "annuler")
    assert unsaid.status_code == 422
    assert "Choisissez la raison." in words(unsaid.text)
    page = press(client, f"/ateliers/{made}?formulaire=cancel", "annuler", reason="room")
    assert "Atelier annulé le 16 mars 2026 : salle indisponible." in words(page.text)
    assert at_work.events(dossier)[-1] == d.SeatCancelled(workshop=made, reason="cancelled", on=MONDAY)
    last = [at_work.served.engine.history(stream)[-1].command for stream in (made, dossier)]
    assert last[0] == last[1], "one transaction"
    papers = words(client.get(f"/ateliers/{made}/avis").text)
    assert "Votre atelier est annulé Aminata Diallo" in papers
    assert "Une question Nadia Benali, nadia@exemple.fr" in papers or "Nadia Benali, nadia@exemple.fr" in papers
    assert "Réinscrire à un atelier" in words(at_work.client(NADIA).get("/boite").text)
    assert client.get(f"/ateliers/{made}/presence").status_code == 404


def test_papers_carry_no_score_and_no_difficulty(at_work: House) -> None:
    dossier, _ = at_work.scored("0.12", first="Léa", last="Martin")
    made = held(at_work, MONDAY)
    seat(at_work, made, dossier)
    said_ = {"presence": "present", "trouble": True, "ease": False}
    at_work.says(NADIA, booking.mark_attendance, {"workshop": made, "dossier": dossier}, **said_)
    client = at_work.client(NADIA)
    sheet = client.get(f"/ateliers/{made}/emargement").text
    assert "Feuille d’émargement Lundi 16 mars 2026, de 14:00 à 16:00" in words(sheet)
    assert "Martin Léa" in words(sheet)
    notices = client.get(f"/ateliers/{made}/avis").text
    assert "Convocation à un atelier Pix Léa Martin" in words(notices)
    for paper in (sheet, notices):
        for secret in ("12 %", "difficulté", "illettrisme", "2005"):
            assert secret not in words(paper)
    assert client.get(f"/ateliers/{made}/emargement.pdf").content.startswith(b"%PDF")
    assert b"trouble" not in b"".join(bytes(one.state) for one in at_work.served.engine.recorder.select_events(made)), (
        "the stream of a workshop holds ids and counts"
    )


def test_an_advisor_prints_for_their_own_and_who_does_not_run_it_has_no_sheet(at_work: House) -> None:
    made = held(at_work, runners=(PAUL,))
    seat(at_work, made, at_work.opened("Aminata", "Diallo", NADIA))
    seat(at_work, made, at_work.opened("Tom", "Colin", PAUL))
    client = at_work.client(NADIA)
    assert texts(client.get(f"/ateliers/{made}/avis").text, ".half-page .lead") == ["Aminata Diallo"]
    assert client.get(f"/ateliers/{made}/emargement").status_code == 403


def test_two_workshops_in_one_room_at_the_same_hours_are_said_and_allowed(at_work: House) -> None:
    made, other = held(at_work, runners=(NADIA,)), held(at_work, runners=(SAMIR,))
    said_ = "Un autre atelier a lieu dans la même salle, de 14:00 à 16:00."
    for one, link in ((made, other), (other, made)):
        page = at_work.client(NADIA).get(f"/ateliers/{one}").text
        assert said_ in words(page)
        assert f'href="/ateliers/{link}"' in page
    at_work.says(SOPHIE, scheduling.cancel_workshop, {"workshop": other}, reason="room", context={"registrants": ()})
    assert said_ not in words(at_work.client(NADIA).get(f"/ateliers/{made}").text)
    elsewhere = held(at_work, MONDAY)
    assert said_ not in words(at_work.client(NADIA).get(f"/ateliers/{elsewhere}").text)


# --- presence


@pytest.fixture
def today(at_work: House) -> tuple[UUID, list[UUID]]:
    """A workshop of today run by Nadia and Samir, with three registrants."""
    made = held(at_work, MONDAY)
    people = [at_work.opened(first, "Nom", PAUL) for first in ("Aya", "Bob", "Cléo")]
    for dossier in people:
        seat(at_work, made, dossier)
    return made, people


def say(at_work: House, made: UUID, dossier: UUID, said_: str, name: str = SAMIR, **more: Any) -> Any:
    """One press on somebody's card."""
    client = at_work.client(name)
    form = next(
        one
        for one in parsed(client.get(f"/ateliers/{made}/presence").text).select(".card-line .marks")
        if one.select_one(f"input[value='{dossier}']")
    )
    assert said_ in [button["value"] for button in form.select("button")], "it is offered"
    return client.post(form["action"], data={**values(form), "mark": said_}, **more)


def test_one_press_is_one_fact_on_both_sides(at_work: House, today: tuple[UUID, list[UUID]]) -> None:
    made, (aya, bob, cleo) = today
    answer = say(at_work, made, aya, "present")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/ateliers/{made}/presence#p-{aya}")
    assert at_work.events(aya)[-1] == d.WorkshopAttended(
        workshop=made, trouble=False, ease=False, by_advisor=False, on=MONDAY
    )
    say(at_work, made, aya, "trouble")
    say(at_work, made, bob, "absent")
    say(at_work, made, cleo, "excused")
    assert [type(event).__name__ for event in events(at_work, made)[-3:]] == ["AttendanceMarked"] * 3
    assert at_work.state(aya).diagnostic.seats[made].trouble
    assert at_work.events(cleo)[-1] == d.WorkshopMissed(workshop=made, excused=True, on=MONDAY)
    page = at_work.client(SAMIR).get(f"/ateliers/{made}/presence").text
    assert "tout est noté" in words(page)
    pressed = texts(page, "button[aria-pressed=true]")
    assert pressed == ["Présent·e", "En difficulté", "Absent·e", "Excusé·e"]
    assert block(part(at_work.client(SAMIR), f"/ateliers/{made}/presence"), "presence") == block(page, "presence")


def test_a_press_is_corrected_by_another_and_a_flag_by_itself(at_work: House, today: tuple[UUID, list[UUID]]) -> None:
    made, (aya, _, _) = today
    say(at_work, made, aya, "ease")
    assert state(at_work, made).attendance[aya] == "present", "ease is presence too"
    assert at_work.state(aya).diagnostic.seats[made].ease
    say(at_work, made, aya, "trouble")
    flagged = at_work.state(aya).diagnostic.seats[made]
    assert (flagged.trouble, flagged.ease) == (True, False)
    say(at_work, made, aya, "present")
    assert not at_work.state(aya).diagnostic.seats[made].trouble, "pressed again, it is off"
    say(at_work, made, aya, "absent")
    assert state(at_work, made).attendance[aya] == "absent"
    assert at_work.state(aya).diagnostic.seats[made].status == "missed"


def test_the_others_are_all_here_in_one_press(at_work: House, today: tuple[UUID, list[UUID]]) -> None:
    made, (aya, bob, cleo) = today
    say(at_work, made, bob, "absent")
    page = press(at_work.client(NADIA), f"/ateliers/{made}/presence", "presence/tous", "Les 2 autres sont présent·es")
    assert "tout est noté" in words(page.text)
    assert state(at_work, made).attendance == {bob: "absent", aya: "present", cleo: "present"}
    (undo,) = parsed(page.text).select("form.undo-all")
    at_work.client(NADIA).post(undo["action"], data=values(undo))
    assert state(at_work, made).attendance == {bob: "absent"}


def test_nothing_is_noted_before_the_day(at_work: House) -> None:
    made = held(at_work)
    dossier = at_work.opened()
    seat(at_work, made, dossier)
    page = at_work.client(SAMIR).get(f"/ateliers/{made}/presence").text
    assert "La présence se notera à partir du vendredi 20 mars." in words(page)
    assert not parsed(page).select("main button[name=said]")
    sent = {"command_id": str(uuid4()), "dossier": str(dossier), "mark": "present"}
    refused = at_work.client(SAMIR).post(f"/ateliers/{made}/presence", data=sent, headers=HTMX)
    assert refused.status_code == 422
    assert "L’atelier est le 20 mars 2026" in words(refused.text)
    assert at_work.client(SAMIR).post(f"/ateliers/{made}/presence", data={"mark": "?"}).status_code == 422


AFTERNOON, BORN = 13, "2005-11-03"


def search(at_work: House, made: UUID, name: str, typed: str, born: str = "") -> Any:
    """Somebody looks for a person who came without a seat."""
    client = at_work.client(name)
    form = form_of(client.get(f"/ateliers/{made}/presence").text, "presence/chercher")
    sent = {**values(form), "q": typed} | ({"born": born} if born else {})
    return client.post(form["action"], data=sent)


def test_somebody_who_comes_without_a_seat_is_found_by_name_and_birth_date_and_added(
    at_work: House, today: tuple[UUID, list[UUID]]
) -> None:
    made, _ = today
    came = at_work.opened("Zoé", "Haddad", NADIA, imilo_number="12001")
    at_work.day(MONDAY, AFTERNOON)
    client = at_work.client(SAMIR)
    nobody = search(at_work, made, SAMIR, "Personne", BORN)
    assert "Aucun autre dossier ouvert à ce nom et à cette date de naissance." in words(nobody.text)
    hidden = search(at_work, made, SAMIR, "hadad")
    assert "Quelqu’un d’autre suit peut-être cette personne : donnez aussi sa date" in words(hidden.text)
    found = search(at_work, made, SAMIR, "hadad", BORN)
    (line,) = parsed(found.text).select(".after .entry")
    assert said(line).startswith("Zoé Haddad Mortagne Présent"), "no number, no age, no advisor"
    assert "12001" not in words(found.text)
    come = form_of(found.text, "venu", "Présent")
    assert client.post(come["action"], data=values(come)).status_code == 303
    assert state(at_work, made).attendance[came] == "present"
    assert [type(event).__name__ for event in at_work.events(came)[-2:]] == ["DiagnosticPlanned", "WorkshopAttended"]
    assert client.post(come["action"], data=values(come)).status_code == 303, "sent twice"


def test_three_letters_and_the_birth_date_are_asked_to_look_among_all(
    at_work: House, today: tuple[UUID, list[UUID]]
) -> None:
    made, _ = today
    at_work.opened("Zoé", "Haddad", NADIA, imilo_number="12001")
    at_work.day(MONDAY, AFTERNOON)

    def searched() -> int:
        return [type(event) for event in events(at_work, made)].count(w.YoungPeopleSearched)

    for typed, born in (("ha", BORN), ("h a", BORN), ("haddad", ""), ("12001", BORN)):
        assert parsed(search(at_work, made, SAMIR, typed, born).text).select(".after .entry form") == [], typed
        assert searched() == 0, typed
    assert parsed(search(at_work, made, SAMIR, "haddad", "2004-01-02").text).select(".after .entry form") == []
    assert searched() == 1


def test_each_search_among_all_is_recorded_without_its_text(at_work: House, today: tuple[UUID, list[UUID]]) -> None:
    made, _ = today
    for number, last in enumerate(("Haddad", "Hadad")):
        at_work.opened("Zoé", last, PAUL, imilo_number=f"1200{number}")
    at_work.day(MONDAY, AFTERNOON)
    search(at_work, made, NADIA, "haddad", BORN)
    recorded = at_work.served.engine.history(made)[-1]
    assert (recorded.event, recorded.by) == (w.YoungPeopleSearched(shown=2, on=MONDAY), str(at_work.people[NADIA]))
    page = at_work.client(NADIA).get(f"/ateliers/{made}").text
    assert "Recherche parmi tous les jeunes : 2 noms montrés" in words(page)
    search(at_work, made, NADIA, "personne", BORN)
    assert events(at_work, made)[-1] == w.YoungPeopleSearched(shown=0, on=MONDAY)
    before = events(at_work, made)
    search(at_work, made, NADIA, "haddad")
    assert events(at_work, made) == before, "among their own dossiers"


def test_ten_searches_among_all_are_answered_in_a_day(at_work: House, today: tuple[UUID, list[UUID]]) -> None:
    made, _ = today
    at_work.opened("Zoé", "Haddad", PAUL)
    at_work.day(MONDAY, AFTERNOON)
    for number in range(10):
        assert ("Zoé Haddad" in words(search(at_work, made, NADIA, "haddad" if number else "personne", BORN).text)) is (
            number > 0
        )
    spent = search(at_work, made, NADIA, "haddad", BORN)
    assert (spent.status_code, "Zoé Haddad" in words(spent.text)) == (422, False)
    assert "Vous avez cherché plusieurs fois aujourd’hui" in words(spent.text)
    assert "Zoé Haddad" in words(search(at_work, made, SAMIR, "haddad", BORN).text), "each has their own"


def test_one_looks_among_all_at_the_hours_of_the_workshop(at_work: House, today: tuple[UUID, list[UUID]]) -> None:
    """From 13:30 to 18:00 here, for a workshop from 14:00 to 16:00; hours are UTC, twelve minutes past."""
    made, _ = today
    at_work.opened("Zoé", "Haddad", PAUL)
    for hour, reaches in ((9, False), (12, False), (13, True), (16, True), (18, False)):
        at_work.day(MONDAY, hour)
        found = search(at_work, made, NADIA, "zoe haddad", BORN)
        assert ("Zoé Haddad" in words(found.text)) is reaches, hour


def test_who_set_the_hours_looks_among_their_own_only(at_work: House, today: tuple[UUID, list[UUID]]) -> None:
    other, own = at_work.opened("Zoé", "Haddad", PAUL), at_work.opened("Zoé", "Hadad", NADIA)
    made = held(at_work, MONDAY, by=NADIA)
    moved = held(at_work, MONDAY)
    at_work.says(
        NADIA, scheduling.move_workshop, {"workshop": moved}, place="", registrants=(),
        **{**afternoon(MONDAY), "ends": afternoon(MONDAY)["ends"] + timedelta(hours=1)},
    )  # fmt: skip
    at_work.day(MONDAY, AFTERNOON)
    for one in (made, moved):
        found = search(at_work, one, NADIA, "zoe", BORN)
        assert [str(own) in found.text, str(other) in found.text] == [True, False]
        sent = {"command_id": str(uuid4()), "dossier": str(other)}
        refused = at_work.client(NADIA).post(f"/ateliers/{one}/presence/venu", data=sent)
        assert refused.status_code == 422
        assert "Quelqu’un d’autre suit cette personne" in words(refused.text)
        assert other not in state(at_work, one).seats
    assert type(at_work.events(other)[-1]) is d.AdvisorAssigned


def test_a_difficulty_on_a_colleague_s_dossier_follows_the_same_rule(at_work: House) -> None:
    colleague_s, own = at_work.opened("Zoé", "Haddad", PAUL), at_work.opened("Aya", "Nom", NADIA)
    made = held(at_work, MONDAY, by=NADIA)
    at_work.day(MONDAY, AFTERNOON)
    streams = {"workshop": made, "dossier": colleague_s}
    context = {"initial": True, "plan": uuid4()}
    for dossier in (colleague_s, own):
        by = SOPHIE if dossier == colleague_s else NADIA
        at_work.says(by, booking.walk_in, {**streams, "dossier": dossier}, context=context)
    mark = {"presence": "present", "trouble": True, "ease": False}
    at_work.says(NADIA, booking.mark_attendance, streams, **mark)
    assert at_work.state(colleague_s).diagnostic.seats[made].trouble, "Sophie registered them"

    theirs = held(at_work, MONDAY)
    there = {"workshop": theirs, "dossier": at_work.opened("Léo", "Nom", PAUL)}
    at_work.says(NADIA, booking.walk_in, there, context={**context, "plan": uuid4()})
    at_work.says(NADIA, booking.mark_attendance, there, **mark)
    at_work.day(MONDAY + timedelta(days=1))
    with pytest.raises(Refused, match="not-entrusted"):
        at_work.says(NADIA, booking.mark_attendance, there, **{**mark, "trouble": False, "ease": True})
    at_work.says(NADIA, booking.mark_attendance, there, **{**mark, "trouble": False})


def door(at_work: House, made: UUID, typed: str, born: str) -> Any:
    """Somebody at the door is found by what is typed, and said to be here."""
    found = search(at_work, made, SAMIR, typed, born)
    come = parsed(found.text).select_one(".after .entry form")
    return at_work.client(SAMIR).post(come["action"], data=values(come))


def test_the_wrong_namesake_is_taken_out_again_and_owes_what_they_owed(
    at_work: House, today: tuple[UUID, list[UUID]]
) -> None:
    made, _ = today
    wrong = at_work.opened("Zoé", "Haddad", NADIA, imilo_number="12001")
    at_work.opened("Zoé", "Haddad", PAUL, imilo_number="12002", birth_date=date(2001, 3, 17))
    home = {"campaign": at_work.campaign, "modality": "home", "mediator": False, "place": "", "planned_for": MONDAY}
    at_work.on(wrong, orientation.plan_diagnostic, **home, context={"plan": uuid4()})
    before = at_work.state(wrong)
    at_work.day(MONDAY, AFTERNOON)
    assert door(at_work, made, "haddad", BORN).status_code == 303
    assert at_work.state(wrong).orientation.plan.modality == "workshop"
    say(at_work, made, wrong, "absent")
    assert "Réinscrire" in words(at_work.client(NADIA).get(f"/dossiers/{wrong}").text)
    page = press(at_work.client(SAMIR), f"/ateliers/{made}/presence", "presence/annuler", "Haddad Zoé")
    assert "Haddad Zoé" not in words(page.text)
    after = at_work.state(wrong)
    assert (after.orientation, after.diagnostic) == (before.orientation, before.diagnostic)
    assert wrong not in state(at_work, made).seats
    commands = {at_work.served.engine.history(stream)[-1].command for stream in (made, wrong)}
    assert len(commands) == 1, "one transaction"
    dossier = at_work.client(NADIA).get(f"/dossiers/{wrong}").text
    assert "Réinscrire" not in words(dossier)
    retracted = texts(dossier, ".timeline .struck s")
    assert [one.partition(",")[0] for one in retracted][:2] == ["Absent·e à l’atelier", "Présent·e à l’atelier"]
    assert "annulé : noté par erreur (Samir Haddad" in words(dossier)
    history = texts(at_work.client(SAMIR).get(f"/ateliers/{made}").text, ".timeline .struck s")
    assert history == ["Zoé Haddad : absent·e", "Zoé Haddad : présent·e", "Place prise : Zoé Haddad"]


def test_a_mark_given_to_somebody_else_is_taken_back_until_somebody_acted(
    at_work: House, today: tuple[UUID, list[UUID]]
) -> None:
    made, (aya, bob, _) = today
    other = held(at_work)
    say(at_work, made, aya, "absent")
    page = press(at_work.client(SAMIR), f"/ateliers/{made}/presence", "presence/annuler", "Nom Aya")
    assert "3 à noter sur 3" in words(page.text)
    assert at_work.state(aya).diagnostic.seats[made].status == "booked"
    say(at_work, made, bob, "absent")
    sent = values(form_of(at_work.client(SAMIR).get(f"/ateliers/{made}/presence").text, "presence/annuler"))
    seat(at_work, other, bob)
    client = at_work.client(SAMIR)
    assert "presence/annuler" not in client.get(f"/ateliers/{made}/presence").text, "nothing is offered that would fail"
    refused = client.post(f"/ateliers/{made}/presence/annuler", data=sent)
    assert refused.status_code == 422
    assert "Depuis, quelqu’un a agi sur ce dossier : notez ce qui est juste" in words(refused.text)


def test_who_comes_when_the_room_is_full_is_told_whose_seat_may_be_free(at_work: House) -> None:
    made = held(at_work, MONDAY, capacity=6)
    people = seated(at_work, made, 6, PAUL)
    at_work.opened("Zoé", "Haddad", NADIA)
    at_work.day(MONDAY, AFTERNOON)
    full = door(at_work, made, "haddad", BORN)
    assert full.status_code == 422
    told = "Les 6 places sont prises : notez d’abord qui n’est pas venu (6 à noter), sa place se libère."
    assert told in words(full.text)
    say(at_work, made, people[0], "absent")
    assert door(at_work, made, "haddad", BORN).status_code == 303


def test_a_seat_already_marked_is_not_offered_to_be_given_up(at_work: House, today: tuple[UUID, list[UUID]]) -> None:
    made, (aya, bob, _) = today
    say(at_work, made, aya, "absent")
    dossier = words(at_work.client(PAUL).get(f"/dossiers/{aya}").text)
    assert "Réinscrire" in dossier
    assert "Inscrit·e en atelier" not in dossier
    assert "Rendre la place" not in dossier
    assert "Rendre la place" in words(at_work.client(PAUL).get(f"/dossiers/{bob}").text)


def test_a_call_for_help_reaches_the_assistants_until_one_goes(at_work: House, today: tuple[UUID, list[UUID]]) -> None:
    made, _ = today
    press(at_work.client(NADIA), f"/ateliers/{made}/presence", "appeler")
    samir = at_work.client(SAMIR)
    for page in ("/boite", "/ateliers"):
        told = "Mortagne, Salle 2 : Nadia Benali demande de l’aide depuis 10:12"
        assert told in words(samir.get(page).text)
    assert "demande de l’aide" not in words(at_work.client(PAUL).get("/ateliers").text)
    press(samir, "/ateliers", f"/ateliers/{made}/aide", "J’y vais")
    assert "demande de l’aide" not in words(samir.get("/ateliers").text)
    assert [type(event) for event in events(at_work, made)[-2:]] == [w.HelpAsked, w.HelpGiven]


def test_a_call_for_help_reaches_whoever_may_come_and_says_who(at_work: House, today: tuple[UUID, list[UUID]]) -> None:
    made, _ = today
    hire(at_work, "Zita Roux", "facilitator")
    away = {"absence": uuid4(), "first": MONDAY, "last": FRIDAY, "deputy": None}
    at_work.says("Zita Roux", declare_absence, {"staff": at_work.people["Zita Roux"]}, **away)
    page = at_work.client(NADIA).get(f"/ateliers/{made}/presence").text
    assert "L’appel s’affichera chez Samir Haddad, Sophie Lecomte." in words(page)
    page = press(at_work.client(NADIA), f"/ateliers/{made}/presence", "appeler").text
    assert "L’appel s’affiche chez Samir Haddad, Sophie Lecomte." in words(page)
    for name in (SAMIR, SOPHIE):
        page = at_work.client(name).get("/boite").text
        assert "Nadia Benali demande de l’aide" in words(page)
        assert said(parsed(page).select_one(".rail a[href='/ateliers']")).startswith("Ateliers ")
    for name in (NADIA, "Zita Roux", PAUL):
        assert "demande de l’aide" not in words(at_work.client(name).get("/boite").text)


def test_a_call_that_reaches_nobody_says_so(at_work: House, today: tuple[UUID, list[UUID]]) -> None:
    made, _ = today
    for name in (SAMIR, SOPHIE):
        away = {"absence": uuid4(), "first": MONDAY, "last": FRIDAY, "deputy": None}
        at_work.says(name, declare_absence, {"staff": at_work.people[name]}, **away)
    page = at_work.client(NADIA).get(f"/ateliers/{made}/presence").text
    assert "Personne à appeler aujourd’hui" in words(page)
    assert "Appeler l’assistant" not in words(page)


def test_both_of_a_pair_owe_the_presence_and_it_escalates_once(at_work: House) -> None:
    made = held(at_work, MONDAY, runners=(SAMIR, NADIA))
    seat(at_work, made, at_work.opened())
    for name in (SAMIR, NADIA):
        rows = [said(row) for row in parsed(at_work.client(name).get("/boite").text).select(".item")]
        assert sum("Noter la présence" in row for row in rows) == 1, name
    at_work.day(date(2026, 3, 25))
    late = parsed(at_work.client(SOPHIE).get("/boite").text).select("[aria-labelledby=en-attente] .item")
    assert sum("Noter la présence" in said(row) for row in late) == 1


def test_only_who_may_note_the_presence_is_led_there(at_work: House) -> None:
    made = held(at_work, MONDAY, runners=(SAMIR,))
    seat(at_work, made, at_work.opened())
    for name, led in ((SAMIR, True), (SOPHIE, True), (NADIA, False), (HELENE, False), (CLAIRE, False)):
        page = at_work.client(name).get("/ateliers").text
        assert ("Noter la présence" in page, "présence à noter</span>" in page) == (led, not led), name


def test_a_workshop_is_closed_once_all_are_marked_and_may_still_be_corrected(
    at_work: House, today: tuple[UUID, list[UUID]]
) -> None:
    made, (_, bob, _) = today
    client = at_work.client(SAMIR)
    assert "Clore l’atelier" not in words(client.get(f"/ateliers/{made}/presence").text)
    press(client, f"/ateliers/{made}/presence", "presence/tous")
    page = press(client, f"/ateliers/{made}/presence", "clore")
    assert "Atelier clos le 16 mars : une erreur se corrige encore ici." in words(page.text)
    assert events(at_work, made)[-1] == w.WorkshopClosed(present=3, absent=0, excused=0, on=MONDAY)
    say(at_work, made, bob, "absent")
    assert state(at_work, made).attendance[bob] == "absent"


def test_the_facilitator_finds_the_workshop_in_ma_boite(at_work: House) -> None:
    made = held(at_work, MONDAY, runners=(SAMIR, NADIA))
    client = at_work.client(SAMIR)
    assert "La présence de vos ateliers se notera ici" in words(client.get("/boite").text)
    seat(at_work, made, at_work.opened())
    page = client.get("/boite").text
    row = parsed(page).select_one(".item")
    assert said(row).startswith("Salle 2 Noter la présence atelier du 16 mars · Diagnostic initial, printemps")
    assert row.select_one(".item-act > a.btn")["href"] == f"/ateliers/{made}/presence"
    assert said(parsed(page).select_one(".rail a[href='/boite']")) == "Ma boîte 1 à faire"
    assert client.get("/").headers["location"] == "/ateliers"


def test_a_deputy_marks_in_the_place_of_who_is_away_and_both_are_named(at_work: House) -> None:
    made, dossier = held(at_work, MONDAY, runners=(NADIA,)), at_work.opened("Tom", "Colin", NADIA)
    seat(at_work, made, dossier)
    assert at_work.client(PAUL).get(f"/ateliers/{made}/presence").status_code == 403
    away = {"absence": uuid4(), "first": MONDAY, "last": FRIDAY, "deputy": at_work.people[PAUL]}
    at_work.says(HELENE, declare_absence, {"staff": at_work.people[NADIA]}, **away)
    assert "Noter la présence" in words(at_work.client(PAUL).get("/boite").text)
    assert say(at_work, made, dossier, "present", PAUL).status_code == 303
    for stream in (made, dossier):
        last = at_work.served.engine.history(stream)[-1]
        assert (last.by, last.acting_for) == (str(at_work.people[PAUL]), str(at_work.people[NADIA]))


def test_a_dossier_lists_workshops_with_free_seats_and_waiting_lists(at_work: House) -> None:
    made, dossier = held(at_work, capacity=6), at_work.opened()
    seated(at_work, made, 6)
    held(at_work, MONDAY + timedelta(days=7))
    client = at_work.client(NADIA)
    page = client.get(f"/dossiers/{dossier}?formulaire=book").text
    assert texts(page, "#workshop option") == [
        "Choisir…",
        "vendredi 20 mars, 14:00 · Mortagne, Salle 2 · complet",
        "lundi 23 mars, 14:00 · Mortagne, Salle 2 · 8 places libres",
    ]
    after = press(client, f"/dossiers/{dossier}?formulaire=book", "/book", workshop=str(made))
    assert "En attente d’une place : atelier du vendredi 20 mars" in words(after.text)
    assert "place n° 1 sur la liste d’attente" in words(after.text)
    another = f"/dossiers/{at_work.opened()}?formulaire=book"
    refused = press(client, another, "/book", workshop=str(made), or_wait="false")
    assert refused.status_code == 422
    assert "Les 6 places sont prises" in words(refused.text)
