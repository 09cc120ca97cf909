"""Ma semaine: what somebody recorded, by day; counts by kind; other weeks; lines for i-Milo; whose name is read."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from pixflow.actor import Actor
from pixflow.dossier import assignment, follow_up, identity, retraction
from pixflow.dossier.stages import orientation, parcours
from pixflow.events.dossier import PixPresented
from pixflow.team.absences import declare_absence
from pixflow.unit_of_work import Step
from projections import audit_trail
from tests.damage import flip
from tests.erasures import erase
from tests.web.access_lines import NewLines
from tests.web.arranged import scheduled, seat
from tests.web.client import words
from tests.web.filled import fill, hire, said, texts
from tests.web.paths import House, house
from tests.web.pressing import press, sent_by
from tests.web.tags import parsed
from web.pages.indicators.week import MOST

NADIA, PAUL, SOPHIE, HELENE = "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Hélène Morin"
MONDAY = date(2026, 3, 16)
PAGE = "/mon-activite"


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, MONDAY) as made:
        yield made


def page(at_work: House, query: str = "", who: str = NADIA) -> str:
    answer = at_work.client(who).get(f"{PAGE}{query}")
    assert answer.status_code == 200
    return str(answer.text)


def acts(html: str) -> list[tuple[str, list[str]]]:
    """The days of the page, each with its lines."""
    found = parsed(html).select(".week-days h3, .week-days .item")
    made: list[tuple[str, list[str]]] = []
    for one in found:
        if one.name == "h3" and not one.get("id"):
            made.append((said(one), []))
        elif one.name == "li":
            made[-1][1].append(said(one))
    return made


def weeks(html: str) -> dict[str, str]:
    return {said(link): link["href"] for link in parsed(html).select(".weeks a")}


# --- 0, 1 and many


def test_a_week_without_a_fact_says_what_will_come(at_work: House) -> None:
    found = page(at_work)
    assert said(parsed(found).select_one("#week")) == "Ma semaine du lundi 16 mars au dimanche 22 mars 2026"
    assert said(parsed(found).select_one(".week .empty")) == (
        "Vous n’avez encore rien noté cette semaine. "
        "Ce que vous notez dans un dossier ou un atelier se lit ici, jour par jour."
    )
    assert not weeks(found)
    assert "Copier pour i-Milo" not in found


def test_a_fact_has_its_day_its_hour_its_person_and_its_sentence(at_work: House) -> None:
    dossier = at_work.presented(imilo_number="12345")
    found = page(at_work)
    assert acts(found) == [("Lundi 16 mars", ["10:12 Aminata Diallo Pix présenté au premier accueil"])]
    assert parsed(found).select_one(".week-days .item a")["href"] == f"/dossiers/{dossier}"
    assert said(parsed(found).select_one("#counts")) == "1 ligne notée"
    assert texts(found, ".week-days .parts li") == ["Présentation de Pix 1"]
    assert acts(page(at_work, who=PAUL)) == []


def test_a_week_has_its_days_in_order_and_its_counts_by_kind(at_work: House) -> None:
    at_work.day(date(2026, 3, 17))
    at_work.planned()
    at_work.day(date(2026, 3, 22), 22)
    dossier = at_work.presented(first="Hugo", last="Masson")
    at_work.on(dossier, follow_up.take_note, text="Rappelle lundi")
    found = page(at_work)
    assert [day for day, _ in acts(found)] == ["Mardi 17 mars", "Dimanche 22 mars"]
    assert acts(found)[1][1][1] == "23:12 Hugo Masson Note : Rappelle lundi"
    assert texts(found, ".week-days .parts li") == ["Présentation de Pix 2", "Note 1", "Prévision du diagnostic 1"]
    assert said(parsed(found).select_one("#counts")) == "4 lignes notées"


def test_many_facts_are_paged_and_the_counts_are_of_the_whole_week(at_work: House) -> None:
    steps = [Step({"dossier": id}, orientation.present_pix, {"occasion": "welcome"}) for id in fill(at_work, MOST + 5)]
    nadia = Actor(str(at_work.people[NADIA]))
    at_work.served.engine.execute_all(steps, 0, by=nadia, command_id=uuid4(), via="web")
    found = page(at_work)
    assert len(parsed(found).select(".week-days .item")) == MOST
    assert texts(found, ".week-days .parts li") == [f"Présentation de Pix {MOST + 5}"]
    assert f"Lignes 1 à {MOST} sur {MOST + 5}" in words(found)
    assert texts(found, ".week-days summary") == ["Les lignes pour i-Milo, de cette page"]
    last = page(at_work, "?p=2")
    assert len(parsed(last).select(".week-days .item")) == 5
    assert page(at_work, "?p=99") == last


# --- other weeks


def test_each_week_leads_to_the_one_before_and_after(at_work: House) -> None:
    at_work.presented()
    at_work.day(date(2026, 4, 1))
    found = page(at_work)
    assert list(weeks(found)) == ["Semaine d’avant"]
    before = page(at_work, weeks(found)["Semaine d’avant"].removeprefix(PAGE))
    assert "du lundi 23 mars au dimanche 29 mars 2026" in words(before)
    assert "Vous n’avez rien noté cette semaine-là." in words(before)
    assert list(weeks(before)) == ["Semaine d’avant", "Cette semaine", "Semaine d’après"]
    assert weeks(before)["Semaine d’après"] == weeks(before)["Cette semaine"] == PAGE
    first = page(at_work, "?semaine=2026-03-18&periode=mois")
    assert len(acts(first)) == 1
    assert list(weeks(first)) == ["Cette semaine", "Semaine d’après"], (
        "nothing was recorded before the structure opened"
    )
    assert weeks(first)["Semaine d’après"] == f"{PAGE}?periode=mois&semaine=2026-03-23"
    assert "semaine=2026-03-16" in parsed(first).select_one(".chips a")["href"], "the period keeps the week"
    assert parsed(first).select_one(".weeks input[name=semaine]")["value"] == "2026-03-16"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("2026-03-30", "Cette semaine n’est pas encore commencée."),
        ("2100-12-31", "Cette semaine n’est pas encore commencée."),
        ("2026-03-15", "Rien n’était encore enregistré : cette structure a été ouverte le 16 mars 2026."),
        ("1900-01-01", "Rien n’était encore enregistré : cette structure a été ouverte le 16 mars 2026."),
        ("hier", "Écrivez une date qui existe, comme 16/03/2026. Voici cette semaine."),
        ("2026-02-30", "Écrivez une date qui existe, comme 16/03/2026. Voici cette semaine."),
        ("9999-12-31", "Écrivez une date qui existe, comme 16/03/2026. Voici cette semaine."),
    ],
)
def test_a_week_that_has_nothing_to_show_says_why(at_work: House, asked: str, told: str) -> None:
    answer = at_work.client(NADIA).get(f"{PAGE}?semaine={asked}")
    assert told in words(answer.text)
    for href in weeks(answer.text).values():
        assert at_work.client(NADIA).get(href).status_code == 200


def test_a_week_is_the_structure_s_own(at_work: House) -> None:
    at_work.day(date(2026, 3, 22), 23)  # Monday, 00:12 in Paris
    at_work.presented()
    assert acts(page(at_work)) == [("Lundi 23 mars", ["00:12 Aminata Diallo Pix présenté au premier accueil"])]
    assert acts(page(at_work, "?semaine=2026-03-22")) == []


# --- what is not as it was


def test_what_was_retracted_is_struck_and_not_counted(at_work: House) -> None:
    dossier = at_work.presented()
    at_work.on(dossier, retraction.retract, version=at_work.version(dossier, PixPresented), reason="mauvaise personne")
    found = page(at_work)
    ((_, (line,)),) = acts(found)
    assert line.startswith("10:12 Aminata Diallo Pix présenté au premier accueil · annulé : mauvaise personne")
    assert said(parsed(found).select_one(".week-days s")) == "Pix présenté au premier accueil"
    assert said(parsed(found).select_one("#counts")) == "0 ligne notée"
    assert not parsed(found).select("pre.copy")


def test_a_fact_of_another_day_says_so(at_work: House) -> None:
    at_work.day(date(2026, 3, 18))
    dossier = at_work.opened()
    at_work.on(dossier, orientation.present_pix, occasion="welcome", on=date(2026, 3, 16))
    found = page(at_work)
    ((day, (line,)),) = acts(found)
    assert (day, line) == ("Mercredi 18 mars", "10:12 Aminata Diallo Pix présenté au premier accueil · du 16 mars")
    assert "- 16 mars 2026 : Pix présenté au premier accueil" in words(parsed(found).select_one("pre").text)


def test_what_is_done_for_an_absent_colleague_says_so(at_work: House) -> None:
    dossier = at_work.opened(advisor=PAUL)
    days = {"first": MONDAY, "last": MONDAY, "deputy": at_work.people[NADIA]}
    at_work.says(HELENE, declare_absence, {"staff": at_work.people[PAUL]}, absence=uuid4(), **days)
    press(at_work.client(NADIA), dossier, "present", occasion="welcome")
    ((_, (line,)),) = acts(page(at_work))
    assert line == "10:12 Aminata Diallo Pix présenté au premier accueil · pour Paul Rey"
    assert acts(page(at_work, who=PAUL)) == []


def test_who_may_not_read_a_dossier_any_more_sees_neither_its_name_nor_its_words(at_work: House) -> None:
    dossier = at_work.opened()
    at_work.on(dossier, follow_up.take_note, text="Cherche un logement")
    at_work.on(dossier, assignment.assign_advisor, SOPHIE, advisor=at_work.people[PAUL])
    lines = NewLines(at_work.served)
    found = page(at_work)
    assert acts(found) == [("Lundi 16 mars", ["10:12 un dossier que vous ne suivez pas Note"])]
    assert not parsed(found).select(".week-days .item a, pre.copy")
    assert lines.take() == []


def test_an_erased_person_has_no_name(at_work: House) -> None:
    dossier = at_work.presented()
    erase(at_work.served.opened, dossier)
    found = page(at_work)
    assert acts(found) == [("Lundi 16 mars", ["10:12 personne effacée Présentation de Pix"])]
    assert "Diallo" not in found


def test_a_fact_that_does_not_open_says_so_and_the_others_stay(at_work: House) -> None:
    at_work.presented()
    bad = at_work.presented(first="Léo", last="Martin")
    at_work.on(bad, follow_up.take_note, text="Rappelle lundi")
    flip(at_work.served.opened, at_work.served.engine.head())
    ((_, told),) = acts(page(at_work))
    assert [line.removeprefix("10:12 ") for line in told] == [
        "Aminata Diallo Pix présenté au premier accueil",
        "Léo Martin Pix présenté au premier accueil",
        "Léo Martin Note : ne se lit plus",
    ]
    at_work.served.rebuild(lambda done, total: None)
    ((_, told),) = acts(page(at_work))
    assert "Aminata Diallo" in told[0]


def test_a_workshop_is_named_by_what_was_done(at_work: House) -> None:
    hire(at_work, "Zita Roux", "advisor", "facilitator")
    workshop = scheduled(at_work, "Zita Roux")
    found = page(at_work, who="Zita Roux")
    assert parsed(found).select_one(".week-days .item a")["href"] == f"/ateliers/{workshop}"


def test_what_comes_along_with_an_opening_is_no_fact_of_its_own(at_work: House) -> None:
    dossier, by = uuid4(), at_work.people[NADIA]
    person = {"last_name": "Roux", "first_name": "Zoé", "birth_date": None, "imilo_number": None}
    more = {"site": "Mortagne", "advisor": by, "programme": "PACEA", "phone": "0612345678", "project": "Vente"}
    at_work.on(dossier, identity.open_dossier, **person, **more)
    at_work.on(dossier, identity.correct_contact, phone="0611111111", email=None)
    ((_, told),) = acts(page(at_work))
    assert told == [
        "10:12 Zoé Roux Dossier ouvert, site de Mortagne",
        "10:12 Zoé Roux Coordonnées corrigées : téléphone 06 12 34 56 78 → 06 11 11 11 11",
    ]


def test_a_merge_and_a_workshop_that_moves_or_is_cancelled_are_one_fact_each(at_work: House) -> None:
    hire(at_work, "Omar Diop", "advisor", "referent")
    omar = at_work.client("Omar Diop")
    duplicate, kept, workshop = at_work.prescribed()[0], at_work.opened(), scheduled(at_work)
    for number in range(3):
        seat(at_work, workshop, at_work.opened(first=f"Jeune{number}"))
    omar.post(
        f"/dossiers/{duplicate}/fusion",
        data=sent_by(omar.get(f"/dossiers/{duplicate}/fusion?avec={kept}").text, "#merge form"),
    )
    move = f"/ateliers/{workshop}?formulaire=move"
    moved = sent_by(omar.get(move).text, "form[action*=deplacer]") | {"day": "2026-04-02"}
    assert omar.post(f"/ateliers/{workshop}/deplacer", data=moved).status_code == 303
    cancelled = sent_by(omar.get(f"/ateliers/{workshop}?formulaire=cancel").text, "form[action*=annuler]")
    assert omar.post(f"/ateliers/{workshop}/annuler", data=cancelled | {"reason": "room"}).status_code == 303
    ((_, told),) = acts(page(at_work, who="Omar Diop"))
    assert told == [
        "10:12 Aminata Diallo Réuni avec le dossier d’Aminata Diallo (doublon)",
        "10:12 Atelier Atelier déplacé : jeudi 2 avril, de 14:00 à 16:00, Salle 2",
        "10:12 Atelier Atelier annulé : salle indisponible",
    ]


# --- i-Milo, the readings, what is due


def test_the_lines_for_i_milo_stand_by_person_without_the_work_of_the_office(at_work: House) -> None:
    hugo = at_work.presented(first="Hugo", last="Masson", imilo_number="777")
    aminata = at_work.planned()
    at_work.on(hugo, follow_up.take_note, text="Cherche\nun logement")
    key = f"chase-diagnostic:{at_work.state(aminata).orientation.plan.id}"
    at_work.on(aminata, follow_up.snooze_task, task=key, until=date(2026, 3, 30), reason="En stage")
    found = page(at_work)
    fold = parsed(found).select_one("details.fold")
    assert [block.text.replace("\xa0", " ").split("\n") for block in fold.select("pre.copy")] == [
        [
            "Aminata Diallo",
            "- 16 mars 2026 : Pix présenté au premier accueil",
            (
                "- 16 mars 2026 : Diagnostic prévu à partir du 16 mars, au bureau (Mortagne) : "
                "Diagnostic initial, printemps"
            ),
        ],
        [
            "Hugo Masson, n° i-Milo 777",
            "- 16 mars 2026 : Pix présenté au premier accueil",
            "- 16 mars 2026 : Note : Cherche un logement",
        ],
    ]
    buttons = [said(one) for one in fold.parent.select("[data-copy-text]")]
    assert buttons == [
        "Copier pour i-Milo : Aminata Diallo", "Copier pour i-Milo : Hugo Masson", "Tout copier pour i-Milo",
    ]  # fmt: skip


def test_the_lines_for_i_milo_say_nothing_that_the_grid_keeps_for_the_advisor(at_work: House) -> None:
    dossier, (check, *_) = at_work.prescribed()
    at_work.on(dossier, parcours.end_action, action=check, outcome="done", note="")
    copied = words(parsed(page(at_work)).select_one("pre.copy").text)
    assert "Café numérique, Permis de conduire" in copied
    assert "llettrisme" not in copied
    assert "Illettrisme à vérifier" in str(acts(page(at_work))), "the page is the advisor's own"


def test_papers_come_last_among_the_counts(at_work: House) -> None:
    dossier = at_work.planned()
    for day in (17, 18):
        at_work.day(date(2026, 3, day))
        assert at_work.client(NADIA).get(f"/dossiers/{dossier}/fiche").status_code == 200
    assert texts(page(at_work), ".week-days .parts li")[-1] == "Papier d’un dossier 2"


def test_each_person_of_the_page_is_read_once(at_work: House) -> None:
    at_work.planned()
    lines = NewLines(at_work.served)
    page(at_work)
    assert [(line.page, line.why, line.people) for line in lines.take()] == [(f"GET {PAGE}", "own", 1)]


def test_what_is_due_is_the_same_number_in_the_rail_in_the_box_and_here(at_work: House) -> None:
    hire(at_work, "Omar Diop", "advisor", "referent")
    fill(at_work, 3)
    fill(at_work, 2, advisor="Omar Diop")
    at_work.scored(first="Zoé")
    at_work.day(date(2026, 4, 29))
    for name in (NADIA, "Omar Diop"):
        here, box = (at_work.client(name).get(path).text for path in (PAGE, "/boite"))
        told = said(parsed(here).select_one(".head .noprint")).removeprefix("Ma boîte : ")
        assert told in said(parsed(box).select_one(".head p"))
        assert texts(here, "#rail a")[0] == f"Ma boîte {told.partition(' à faire')[0]} à faire"


def test_the_page_is_for_advisors(at_work: House) -> None:
    for name, status in ((SOPHIE, 403), (HELENE, 403), ("Claire Vasseur", 403), ("Yann Le Goff", 403)):
        assert at_work.client(name).get(PAGE).status_code == status


def test_the_facts_are_found_between_two_instants_by_the_index_of_authors(at_work: House) -> None:
    at_work.presented()
    by = str(at_work.people[NADIA])
    since, until = (datetime(2026, 3, day, tzinfo=UTC) for day in (16, 17))
    with at_work.served.reading() as tables:
        read = tables.connection
        assert [row.topic for row in audit_trail.list_recorded(read, by, since, until, 10)] == ["dossier.PixPresented"]
        assert audit_trail.recorded_totals(read, by, since, until) == [("dossier.PixPresented", 1, 1)]
        at = audit_trail.list_recorded(read, by, since, until, 10)[0].at.replace(tzinfo=UTC)
        assert len(audit_trail.list_recorded(read, by, at, until, 10)) == 1, "the first instant is included"
        assert audit_trail.list_recorded(read, by, since, at, 10) == [], "the last one is not"
