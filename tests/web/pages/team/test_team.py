"""Équipe: the board, one person, absences and deputies, roles, steps, departures."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from pixflow.dossier.follow_up import close_dossier
from tests.web.client import InspectingClient, words
from tests.web.filled import fill, hire, part, said, texts
from tests.web.paths import House
from tests.web.pressing import sent_by
from tests.web.tags import parsed

NADIA, PAUL, SOPHIE, HELENE, YANN = "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Hélène Morin", "Yann Le Goff"
NBSP = "\N{NO-BREAK SPACE}"
MONDAY, TUESDAY, FRIDAY = date(2026, 3, 16), date(2026, 3, 17), date(2026, 3, 20)


def opened(client: InspectingClient, path: str) -> dict[str, Any]:
    """The values that the one open form of a page would send."""
    form = parsed(client.get(path).text).select_one("#form form")
    sent: dict[str, Any] = {}
    for tag in form.select("input[name], select[name]"):
        if tag.name == "select":
            chosen = tag.select_one("option[selected]") or tag.option
            sent[tag["name"]] = chosen["value"]
        elif tag.get("type") != "checkbox":
            sent[tag["name"]] = tag.get("value", "")
        elif tag.has_attr("checked"):
            sent.setdefault(tag["name"], []).append(tag["value"])
    return sent


def press(client: InspectingClient, person: UUID, name: str, about: object = "", **said: Any) -> Any:
    """Open a form about somebody, fill it, send it."""
    sent = opened(client, f"/equipe/{person}?formulaire={name}&sur={about}")
    return client.post(f"/equipe/{person}/{name}", data={**sent, **said})


def away(at_work: House, who: str = NADIA, deputy: str | None = PAUL, first: date = MONDAY, last: date = FRIDAY) -> Any:
    chosen = str(at_work.people[deputy]) if deputy else ""
    days = {"first": first.isoformat(), "last": last.isoformat(), "deputy": chosen}
    accepted = {} if deputy else {"anyway": "true"}
    answer = press(at_work.client(who), at_work.people[who], "absence", **days, **accepted)
    assert answer.status_code == 303, texts(answer.text, ".errors")
    return answer


def confirm(at_work: House, name: str, who: str) -> str:
    """Presses the button that confirms a role; returns the page that follows."""
    client, person = at_work.client(name), at_work.people[who]
    form = parsed(client.get(f"/equipe/{person}").text).select_one(f"form[action='/equipe/{person}/confirm']")
    answer = client.post(form["action"], data={tag["name"]: tag["value"] for tag in form.select("[name]")})
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def seen(at_work: House, name: str = NADIA, path: str = "/equipe") -> str:
    answer = at_work.client(name).get(path)
    assert answer.status_code == 200
    return str(answer.text)


# --- the board


def test_everybody_sees_the_board_with_roles_absences_and_steps(at_work: House) -> None:
    at_work.opened()
    away(at_work)
    page = seen(at_work, "Claire Vasseur")
    assert "6 personnes · 1 absence aujourd’hui · référent·e Pix : Sophie Lecomte" in words(page)
    row = parsed(page).select_one(f"#personne-{at_work.people[NADIA]}")
    away_until = "jusqu’au 20 mars, suppléance : Paul Rey"
    cells = [NADIA, "conseiller·ère", away_until, "non", "non", "non", "1", "1", ""]
    assert [said(cell) for cell in row.select("td, th")] == cells
    assert not parsed(page).select("form[method=post][action^='/equipe']")
    assert texts(page, "#rail [aria-current]") == ["Équipe"]


def test_the_board_is_filtered_by_state_role_and_site_and_each_chip_counts_its_rows(at_work: House) -> None:
    hire(at_work, "Zoé Double", "advisor", "referent", of_site="Mortagne")
    hire(at_work, "Inès Kowalski", "facilitator", of_site="L’Aigle")
    away(at_work)
    press(at_work.client(HELENE), at_work.people[PAUL], "leave", last_day="2026-03-16")
    at_work.day(TUESDAY)
    page = seen(at_work)
    assert texts(page, ".chips > li") == [
        "Dans l’équipe 7",
        "Absences du jour 1",
        "Départs 1",
        "Rôle conseiller·ère 2 référent·e Pix 2 animateur·rice 1 direction 1 auditeur·rice 1 administrateur·rice 1",
        "Site L’Aigle 1 Mortagne 1",
    ]
    for chip in parsed(page).select(".chips a"):
        found = parsed(seen(at_work, path=chip["href"]))
        assert len(found.select("tr[id^=personne-]")) == int(said(chip.select_one(".number"))), chip["href"]
    none = words(seen(at_work, path="/equipe?role=advisor&site=L’Aigle"))
    assert "Personne avec ces filtres." in none
    assert "Départs" in none


def test_fifty_one_people_are_two_pages(at_work: House) -> None:
    for number in range(45):
        hire(at_work, f"Personne {number:02}", "advisor")
    page = seen(at_work)
    assert "51 personnes" in words(page)
    assert len(parsed(page).select("tr[id^=personne-]")) == 50
    assert "1 à 50 sur 51" in words(page)
    assert "51 à 51 sur 51" in words(seen(at_work, path="/equipe?p=2"))
    assert seen(at_work, path="/equipe?p=999") == seen(at_work, path="/equipe?p=2")


def test_the_fragment_is_the_same_as_the_page(at_work: House) -> None:
    client = at_work.client(NADIA)
    assert part(client, "/equipe") in client.get("/equipe").text
    person = f"/equipe/{at_work.people[PAUL]}"
    assert part(client, person) in client.get(person).text


def test_who_steers_sees_what_to_see_to(at_work: House) -> None:
    at_work.opened()
    away(at_work, deputy=None)
    press(at_work.client(HELENE), at_work.people[SOPHIE], "leave", last_day="2026-03-16", anyway="true")
    assert texts(seen(at_work), ".notice") == []
    at_work.day(TUESDAY)
    notices = texts(seen(at_work, HELENE), ".notice")
    assert notices == [
        "Nadia Benali, absence du 16 au 20 mars : personne ne voit ses tâches (1 dossier). Choisir une suppléance",
        "Personne n’est référent·e Pix : aucun résultat ne peut être transmis.",
    ]
    press(at_work.client(HELENE), at_work.people[NADIA], "leave", last_day="2026-03-17")
    at_work.day(date(2026, 3, 18))
    link = parsed(seen(at_work, HELENE)).select_one(".notice a")
    assert said(link.parent) == "Nadia Benali, départ le 17 mars : 1 dossier à confier. Confier"
    assert link["href"] == f"/equipe/{at_work.people[NADIA]}/confier"


def test_an_absence_says_before_and_after_what_it_leaves_to_nobody(at_work: House) -> None:
    dossier, client, nadia = at_work.opened(), at_work.client(NADIA), at_work.people[NADIA]
    days = {"first": "2026-03-30", "last": "2026-04-10"}
    asked = press(client, nadia, "absence", **days)
    left = "1 tâche à faire d’ici au 10 avril, 1 dossier"
    assert asked.status_code == 422
    assert f"Sans suppléance, personne ne verra son travail : {left}." in words(asked.text)
    assert press(client, nadia, "absence", **days, anyway="true").status_code == 303
    told = f"{NADIA}, absence du 30 mars au 10 avril : personne ne voit ses tâches ({left}). Choisir une suppléance"
    for name in (HELENE, SOPHIE):
        assert told in words(at_work.client(name).get("/boite").text)
    assert "personne ne voit ses tâches" not in words(at_work.client(PAUL).get("/boite").text)
    at_work.on(dossier, close_dossier, reason="done", note="")
    assert f"{NADIA}, absence du 30 mars au 10 avril : personne ne voit ses tâches." in words(
        at_work.client(HELENE).get("/boite").text
    )
    assert press(at_work.client(NADIA), nadia, "absence", first="2026-05-04", last="2026-05-05").status_code == 303


# --- whom to call


def test_everybody_says_their_own_phone_and_those_who_steer_that_of_all(at_work: House) -> None:
    nadia, page = at_work.people[NADIA], f"/equipe/{at_work.people[NADIA]}"
    answer = press(at_work.client(NADIA), nadia, "contact", phone="01 99 00 12 34")
    told = words(at_work.client(NADIA).get(answer.headers["Location"]).text).replace(NBSP, " ")
    assert "Téléphone de Nadia Benali : 01 99 00 12 34" in told
    assert parsed(seen(at_work, PAUL, page)).select_one('a[href="tel:+33199001234"]')
    assert "Changer le téléphone" not in words(seen(at_work, PAUL, page))
    wrong = press(at_work.client(SOPHIE), nadia, "contact", phone="112")
    assert "Ce téléphone ne se lit pas" in words(wrong.text)
    assert press(at_work.client(SOPHIE), nadia, "contact", phone="").status_code == 303
    assert "Ajouter un téléphone" in words(seen(at_work, NADIA, page))


# --- joining


def test_a_manager_adds_somebody_who_can_then_work(at_work: House) -> None:
    client = at_work.client(HELENE)
    sent = opened(client, "/equipe/nouveau") | {
        "name": "Zoé Petit",
        "email": "Zoe.Petit@exemple.fr",
        "site": "Mortagne",
        "roles": ["advisor", "facilitator"],
        "phone": "01 99 00 12 34",
    }
    answer = client.post("/equipe/nouveau", data=sent)
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).text
    assert said(parsed(page).h1) == "Zoé Petit"
    assert "conseiller·ère, animateur·rice" in words(page)
    assert "Mortagne" in words(page)
    assert client.post("/equipe/nouveau", data=sent).headers["Location"] == answer.headers["Location"]
    at_work.people["Zoé Petit"] = UUID(answer.headers["Location"].split("/")[2].partition("?")[0])
    assert at_work.client("Zoé Petit").get("/boite").status_code == 200


def test_somebody_added_with_what_is_missing_or_taken_keeps_the_form(at_work: House) -> None:
    client = at_work.client(YANN)
    sent = opened(client, "/equipe/nouveau")
    blank = client.post("/equipe/nouveau", data=sent)
    assert blank.status_code == 422
    assert texts(blank.text, ".errors li") == ["Écrivez le nom.", "Écrivez le courriel professionnel."]
    taken = client.post(
        "/equipe/nouveau", data=sent | {"name": "Autre", "email": "nadia@exemple.fr", "roles": "advisor"}
    )
    assert taken.status_code == 422
    assert "déjà celle d’une autre personne de l’équipe (Nadia Benali)" in words(taken.text)
    assert parsed(taken.text).select_one(".notice a")["href"] == f"/equipe/{at_work.people[NADIA]}"
    assert parsed(taken.text).select_one("#name")["value"] == "Autre"
    assert parsed(taken.text).select_one("input[value=advisor]").has_attr("checked")
    off = client.post(
        "/equipe/nouveau", data=sent | {"name": "A", "email": "a@b.fr", "site": "Paris", "roles": "advisor"}
    )
    assert texts(off.text, ".errors li") == ["Choisissez l’une des réponses proposées."]


def test_somebody_who_had_left_comes_back_with_their_address(at_work: House) -> None:
    press(at_work.client(HELENE), at_work.people[PAUL], "leave", last_day="2026-03-16")
    at_work.day(TUESDAY)
    client = at_work.client(HELENE)
    sent = opened(client, "/equipe/nouveau") | {"name": PAUL, "email": "paul@exemple.fr", "roles": "facilitator"}
    answer = client.post("/equipe/nouveau", data=sent)
    assert answer.headers["Location"] == f"/equipe/{at_work.people[PAUL]}?fait=1"
    assert client.post("/equipe/nouveau", data=sent).status_code == 303
    assert at_work.served.refs.team[at_work.people[PAUL]].roles_on(TUESDAY) == {"advisor", "facilitator"}


def test_others_are_offered_to_add_nobody(at_work: House) -> None:
    for name in (NADIA, SOPHIE, "Claire Vasseur"):
        assert "Ajouter quelqu’un" not in words(seen(at_work, name))


# --- roles


def test_roles_change_and_open_what_they_give(at_work: House) -> None:
    client, person = at_work.client(YANN), at_work.people[PAUL]
    assert opened(client, f"/equipe/{person}?formulaire=roles")["roles"] == ["advisor"]
    answer = press(client, person, "roles", roles=["facilitator", "manager"])
    page = client.get(answer.headers["Location"]).text
    assert "animateur·rice (à confirmer), direction (à confirmer)" in words(page)
    assert "Confirmer" not in words(page), "who granted it is no second person"
    assert texts(page, ".timeline li p:first-child")[:3] == [
        "Rôle retiré à Paul Rey : conseiller·ère",
        "Rôle donné à Paul Rey : direction, à confirmer",
        "Rôle donné à Paul Rey : animateur·rice, à confirmer",
    ]
    assert at_work.client(PAUL).get("/rejouer").status_code == 403
    mine = words(seen(at_work, PAUL, f"/equipe/{person}"))
    assert "Direction : en attente de confirmation Rôle donné par Yann Le Goff aujourd’hui." in mine
    assert "direction (en attente de confirmation)" in mine, "and on every page"
    assert "Paul Rey, direction : rôle à confirmer depuis aujourd’hui." not in words(seen(at_work, YANN))
    assert "Paul Rey, direction : rôle à confirmer depuis aujourd’hui." in words(seen(at_work, HELENE))
    confirm(at_work, HELENE, PAUL)
    confirmed = confirm(at_work, HELENE, PAUL)
    assert "Rôle de Paul Rey confirmé : direction" in words(at_work.client(HELENE).get(confirmed).text)
    assert at_work.client(PAUL).get("/boite").status_code == 200
    assert at_work.client(PAUL).get("/rejouer").status_code == 200


def test_the_last_referent_is_let_go_only_when_it_is_confirmed(at_work: House) -> None:
    client, person = at_work.client(HELENE), at_work.people[SOPHIE]
    refused = press(client, person, "roles", roles=["advisor"])
    assert refused.status_code == 422
    assert "Plus personne ne serait référent·e Pix" in words(refused.text)
    assert parsed(refused.text).select_one("input[name=roles][value=advisor]").has_attr("checked")
    form = {tag["name"]: tag["value"] for tag in parsed(refused.text).select("#form input[type=hidden]")}
    assert parsed(refused.text).select_one("#anyway")
    answer = client.post(f"/equipe/{person}/roles", data=form | {"roles": ["advisor"], "anyway": "true"})
    assert answer.status_code == 303
    assert at_work.served.refs.team[person].roles == {"advisor"}


# --- absences


def test_everybody_declares_their_own_absence(at_work: House) -> None:
    link = parsed(seen(at_work)).select_one(".head a.btn")
    assert link["href"] == f"/equipe/{at_work.people[NADIA]}?formulaire=absence#form"
    answer = away(at_work)
    page = seen(at_work, path=answer.headers["Location"])
    assert texts(page, ".notice.done p") == [
        "Enregistré : absence de Nadia Benali du 16 au 20 mars, suppléance : Paul Rey"
    ]
    assert texts(page, "#absences ~ .items .entry p") == ["Jusqu’au 20 mars, suppléance : Paul Rey"]
    other = seen(at_work, PAUL, f"/equipe/{at_work.people[NADIA]}")
    assert not parsed(other).select("#absences ~ .items .btn")
    assert texts(seen(at_work, path=f"/equipe/{at_work.people[PAUL]}"), "#absences ~ .plain li") == [
        "de Nadia Benali, du 16 au 20 mars"
    ]


def test_an_absence_is_changed_and_cancelled(at_work: House) -> None:
    away(at_work)
    client, person = at_work.client(NADIA), at_work.people[NADIA]
    (absence,) = at_work.served.refs.team[person].absences
    sent = opened(client, f"/equipe/{person}?formulaire=absence&sur={absence}")
    assert (sent["first"], sent["last"], sent["deputy"]) == ("2026-03-16", "2026-03-20", str(at_work.people[PAUL]))
    press(client, person, "absence", absence, last="2026-03-18")
    assert at_work.served.refs.team[person].absences[absence].last == date(2026, 3, 18)
    page = parsed(client.get(f"/equipe/{person}").text)
    form = page.select_one("form[action$='/cancel']")
    answer = client.post(form["action"], data={tag["name"]: tag["value"] for tag in form.select("input")})
    assert answer.status_code == 303
    assert at_work.served.refs.team[person].absences == {}
    assert "Absence de Nadia Benali annulée" in words(client.get(answer.headers["Location"]).text)


def test_a_deputy_who_is_away_too_is_refused_and_the_form_keeps_its_values(at_work: House) -> None:
    away(at_work, PAUL, None, FRIDAY, date(2026, 3, 27))
    days = {"first": "2026-03-16", "last": "2026-03-20", "deputy": str(at_work.people[PAUL])}
    refused = press(at_work.client(NADIA), at_work.people[NADIA], "absence", **days)
    assert refused.status_code == 422
    assert "Cette personne est absente elle-même du 20 au 27 mars 2026" in words(refused.text)
    assert parsed(refused.text).select_one("#last")["value"] == "2026-03-20"
    assert said(parsed(refused.text).select_one("#deputy option[selected]")).startswith(PAUL)


def test_a_deputy_is_chosen_knowing_their_own_absence(at_work: House) -> None:
    away(at_work, PAUL, None, FRIDAY, date(2026, 3, 27))
    page = parsed(at_work.client(NADIA).get(f"/equipe/{at_work.people[NADIA]}?formulaire=absence").text)
    assert "aucune tâche, absence du 20 au 27 mars" in said(page.select_one("#deputy"))


def test_somebody_s_deputy_goes_away_once_it_is_confirmed(at_work: House) -> None:
    away(at_work)
    days = {"first": "2026-03-19", "last": "2026-03-19", "deputy": ""}
    refused = press(at_work.client(PAUL), at_work.people[PAUL], "absence", **days)
    assert "Nadia Benali compte sur cette personne du 16 au 20 mars 2026" in words(refused.text)
    form = {tag["name"]: tag.get("value", "") for tag in parsed(refused.text).select("#form input[type=hidden]")}
    answer = at_work.client(PAUL).post(f"/equipe/{at_work.people[PAUL]}/absence", data=form | days | {"anyway": "true"})
    assert answer.status_code == 303
    assert "Nadia Benali, absence du 16 au 20 mars" in " ".join(texts(seen(at_work, HELENE), ".notice"))


def test_others_do_not_declare_a_colleague_s_absence_but_the_direction_does(at_work: House) -> None:
    person = at_work.people[PAUL]
    client = at_work.client(NADIA)
    assert "Déclarer une absence" not in words(client.get(f"/equipe/{person}?formulaire=absence").text)
    sent = {"command_id": str(uuid4()), "first": "2026-03-16", "last": "2026-03-20"}
    assert client.post(f"/equipe/{person}/absence", data=sent).status_code == 403
    for name in (SOPHIE, HELENE, YANN):
        assert "Déclarer une absence" in words(at_work.client(name).get(f"/equipe/{person}").text)


# --- making Pix one's own


def test_one_notes_one_s_own_steps_and_takes_them_back(at_work: House) -> None:
    client, person = at_work.client(NADIA), at_work.people[NADIA]
    press(client, person, "pix", on="2026-03-12")
    press(client, person, "training", title="Médiation numérique", on="2026-03-13")
    page = client.get(f"/equipe/{person}").text
    facts = [said(tag) for tag in parsed(page).select("#pix ~ .facts > *")]
    trained = ["Formation", "le 13 mars 2026, Médiation numérique"]
    assert facts == ["Pix passé", "le 12 mars 2026", *trained, "Information", "pas encore"]
    assert "form=pix#form" not in page
    link = parsed(page).select_one("a[href*='take-back']")
    press(client, person, "take-back", link["href"].split("sur=")[1].removesuffix("#form"), reason="autre date")
    steps = at_work.served.refs.team[person].milestones
    assert [one.kind for one in steps] == ["pix"]
    assert "Annulé : Nadia Benali a suivi une formation" in words(client.get(f"/equipe/{person}").text)


def test_a_referent_is_designated_by_the_direction(at_work: House) -> None:
    client, person = at_work.client(HELENE), at_work.people[PAUL]
    press(client, person, "designate", site="Mortagne")
    page = words(client.get(f"/equipe/{person}").text)
    assert "référent·e désigné·e le 16 mars 2026, site de Mortagne" in page
    assert at_work.client(PAUL).get("/resultats").status_code == 403
    confirm(at_work, YANN, PAUL)
    assert at_work.client(PAUL).get("/resultats").status_code == 200
    assert "Désigner" not in words(at_work.client(NADIA).get(f"/equipe/{at_work.people[NADIA]}").text)


def test_a_meeting_is_noted_for_everybody_who_was_there(at_work: House) -> None:
    client = at_work.client(SOPHIE)
    form = parsed(client.get("/equipe").text).select_one("form[action='/equipe/noter']")
    people = [str(at_work.people[name]) for name in (NADIA, PAUL)]
    sent = {"command_id": form.select_one("[name=command_id]")["value"], "on": "2026-03-12", "person": people}
    sent |= {"step": "briefing", "title": "Réunion d’équipe"}
    answer = client.post("/equipe/noter", data=sent)
    where = f"/equipe?recu={sent['command_id']}"
    assert answer.headers["Location"] == where
    assert client.post("/equipe/noter", data=sent).headers["Location"] == where
    page = client.get(where).text
    assert "Noté pour 2 personnes." in words(page)
    assert texts(page, ".sum") == ["Sur 6 personnes : Pix passé 0 · Formation 0 · Information 2"]


def test_each_person_has_a_result_when_one_is_refused(at_work: House) -> None:
    press(at_work.client(NADIA), at_work.people[NADIA], "pix", on="2026-03-10")
    client = at_work.client(SOPHIE)
    people = [str(at_work.people[name]) for name in (NADIA, PAUL)]
    sent = {"command_id": str(uuid4()), "on": "2026-03-12", "person": people, "step": "pix"}
    answer = client.post("/equipe/noter", data=sent)
    assert answer.status_code == 422
    assert "1 sur 2 notés" in words(answer.text)
    assert texts(answer.text, ".notice.late li") == [
        "Nadia Benali : c’est déjà noté, le 10 mars 2026. Si la date est fausse, annulez cette ligne d’abord.",
        "Paul Rey : noté",
    ]


def test_who_is_not_of_the_team_is_told_and_the_others_are_noted(at_work: House) -> None:
    client = at_work.client(SOPHIE)
    sent = {"command_id": str(uuid4()), "on": "2026-03-12", "step": "pix"}
    answer = client.post("/equipe/noter", data={**sent, "person": [str(uuid4())]})
    assert answer.status_code == 422
    unknown = "Une personne cochée : elle n’est pas dans l’équipe, rechargez la page."
    assert texts(answer.text, ".notice.late li") == [unknown]
    answer = client.post("/equipe/noter", data={**sent, "person": [str(uuid4()), str(at_work.people[PAUL])]})
    assert texts(answer.text, ".notice.late li") == [unknown, "Paul Rey : noté"]


def test_noting_asks_for_people_and_a_title(at_work: House) -> None:
    client = at_work.client(SOPHIE)
    sent = {"command_id": str(uuid4()), "on": "2026-03-12", "step": "training", "title": ""}
    answer = client.post("/equipe/noter", data=sent)
    assert answer.status_code == 422
    assert texts(answer.text, ".errors li") == ["Cochez au moins une personne.", "Écrivez l’intitulé."]
    assert at_work.client(NADIA).post("/equipe/noter", data=sent).status_code == 403


# --- leaving


def test_who_leaves_works_until_their_last_day_then_is_offered_nowhere_and_kept_in_history(at_work: House) -> None:
    dossier = at_work.opened(advisor=PAUL)
    press(at_work.client(HELENE), at_work.people[PAUL], "leave", last_day="2026-03-16")
    assert at_work.client(PAUL).get("/boite").status_code == 200
    assert "1 dossier suivi, 1 tâche à son nom À confier avant le départ, le 16 mars." in words(
        seen(at_work, HELENE, f"/equipe/{at_work.people[PAUL]}")
    )
    at_work.day(TUESDAY)
    assert at_work.client(PAUL).get("/boite").headers["Location"] == "/qui"
    assert PAUL not in texts(at_work.client(NADIA).get("/qui").text, ".people .btn")
    for path in ("/dossiers/nouveau", f"/dossiers/{dossier}?formulaire=assign"):
        offered = [option.split(" (")[0] for option in texts(seen(at_work, SOPHIE, path), "#advisor option")]
        assert NADIA in offered
        assert PAUL not in offered
    assert PAUL in words(seen(at_work, SOPHIE, f"/dossiers/{dossier}"))
    assert texts(seen(at_work, path="/equipe?etat=gone"), "tbody th") == [PAUL]
    assert PAUL not in texts(seen(at_work), "tbody th")


def test_the_dossiers_of_who_left_are_to_be_assigned_from_the_day_after(at_work: House) -> None:
    at_work.opened(advisor=PAUL)
    at_work.opened(first="Zoé", advisor=NADIA)
    press(at_work.client(HELENE), at_work.people[PAUL], "leave", last_day="2026-03-20")
    assert "à affecter" not in words(seen(at_work, SOPHIE, "/boite"))
    at_work.day(date(2026, 3, 23))
    pile = seen(at_work, SOPHIE, "/boite?pile=assign-advisor")
    assert texts(pile, ".item-who") == ["Diallo Aminata"]
    assert texts(pile, ".item-why") == ["départ de Paul Rey le 20 mars"]
    back = parsed(seen(at_work, HELENE, f"/equipe/{at_work.people[PAUL]}")).select_one("form[action$='/back']")
    at_work.client(HELENE).post(back["action"], data={tag["name"]: tag["value"] for tag in back.select("input")})
    assert "à affecter" not in words(seen(at_work, SOPHIE, "/boite"))
    assert at_work.client(PAUL).get("/boite").status_code == 200


# --- who may


def test_an_unknown_person_or_form_is_not_found(at_work: House) -> None:
    client = at_work.client(HELENE)
    assert client.get(f"/equipe/{uuid4()}").status_code == 404
    sent = {"command_id": str(uuid4())}
    assert client.post(f"/equipe/{uuid4()}/absence", data=sent).status_code == 404
    assert client.post(f"/equipe/{at_work.people[NADIA]}/unknown", data=sent).status_code == 404


def test_the_history_is_for_oneself_and_for_who_steers_or_audits(at_work: House) -> None:
    person = f"/equipe/{at_work.people[NADIA]}"
    shown = {name: "Historique" in words(seen(at_work, name, person)) for name in at_work.people}
    assert [name for name, sees in shown.items() if not sees] == [PAUL]


def test_the_board_draws_load_and_lateness_beside_the_numbers(at_work: House) -> None:
    fill(at_work, 3)
    at_work.day(at_work.today + timedelta(days=60))
    fill(at_work, 1, advisor=PAUL)
    rows = {said(row.th): row for row in parsed(seen(at_work)).select("#team tbody tr")}
    cells = {name: [said(cell) for cell in rows[name].select("td.number")] for name in (NADIA, PAUL)}
    assert cells == {NADIA: ["3", "3", "3"], PAUL: ["1", "1", ""]}
    bars = [[rect["width"] for rect in rows[name].select(".load-bar rect")] for name in (NADIA, PAUL)]
    assert bars == [["100.0%", "100.0%"], ["33.3%"]]


# --- taking back


def take_back(client: InspectingClient, page: str, **said: Any) -> Any:
    """Presses Annuler in the receipt of a page."""
    form = parsed(page).select_one(".notice .undo-all")
    return client.post(form["action"], data={one["name"]: one["value"] for one in form.select("input")} | said)


def recorded(client: InspectingClient, answer: Any) -> str:
    """The page that follows a form."""
    assert answer.status_code == 303, texts(answer.text, ".errors, .notice")
    return str(client.get(answer.headers["Location"]).text)


def test_an_absence_just_declared_changed_or_cancelled_is_taken_back(at_work: House) -> None:
    client, person = at_work.client(NADIA), at_work.people[NADIA]

    def known() -> list[tuple[date, date, UUID | None]]:
        return [(one.first, one.last, one.deputy) for one in at_work.served.refs.team[person].absences.values()]

    declared = recorded(client, away(at_work))
    assert "Enregistré : absence de Nadia Benali du 16 au 20 mars, suppléance : Paul Rey" in words(declared)
    first = [(MONDAY, FRIDAY, at_work.people[PAUL])]
    assert "absence de Nadia Benali annulée" in words(recorded(client, take_back(client, declared)))
    assert known() == []
    assert client.post("/equipe/annuler", data={"command_id": str(uuid4()), "receipt": str(uuid4())}).status_code == 303

    away(at_work)
    (absence,) = at_work.served.refs.team[person].absences
    changed = recorded(client, press(client, person, "absence", absence, last="2026-03-18"))
    recorded(client, take_back(client, changed))
    assert known() == first
    assert (take_back(client, changed).status_code, known()) == (303, first)
    late = take_back(client, changed, command_id=str(uuid4()))
    assert (late.status_code, known()) == (422, first)
    assert "Autre chose a suivi" in words(late.text)

    data = {"command_id": str(uuid4()), "absence": str(absence)}
    cancelled = recorded(client, client.post(f"/equipe/{person}/cancel", data=data))
    again = recorded(client, take_back(client, cancelled))
    assert known() == first
    recorded(client, take_back(client, again))
    assert known() == []


def test_a_phone_a_departure_and_a_milestone_are_taken_back(at_work: House) -> None:
    client, person = at_work.client(HELENE), at_work.people[PAUL]
    for name, typed in (
        ("contact", {"phone": "01 02 03 04 05"}),
        ("leave", {"last_day": "2026-03-31"}),
        ("leave", {"last_day": "2026-04-30"}),
        ("training", {"title": "Pix Orga"}),
        ("roles", {"roles": ["advisor", "facilitator"]}),
    ):
        before = at_work.served.refs.team[person]
        page = recorded(client, press(client, person, name, **typed))
        assert at_work.served.refs.team[person].version > before.version
        back = recorded(client, take_back(client, page))
        now = at_work.served.refs.team[person]
        assert (now.phone, now.left, now.milestones, now.roles) == (
            before.phone, before.left, before.milestones, before.roles,
        ), name  # fmt: skip
        if name == "leave" and before.left is None:
            recorded(client, take_back(client, back))
            assert at_work.served.refs.team[person].left == date(2026, 3, 31)


def test_a_meeting_noted_of_several_people_is_taken_back_at_once(at_work: House) -> None:
    client, people = at_work.client(HELENE), [at_work.people[name] for name in (NADIA, PAUL)]
    sent = {"command_id": str(uuid4()), "person": list(map(str, people)), "step": "briefing", "title": "Réunion"}
    page = recorded(client, client.post("/equipe/noter", data={**sent, "on": MONDAY.isoformat()}))
    assert "Noté pour 2 personnes." in words(page)
    client.post(f"/equipe/{people[0]}/pix", data={"command_id": str(uuid4()), "on": MONDAY.isoformat()})
    partly = take_back(client, page)
    assert partly.status_code == 422
    assert texts(partly.text, ".notice.late li") == [
        "Nadia Benali : autre chose a suivi : corrigez depuis la page de cette personne",
        "Paul Rey : noté",
    ]
    assert [len(at_work.served.refs.team[id].milestones) for id in people] == [2, 0]


def test_nobody_takes_back_what_a_colleague_noted(at_work: House) -> None:
    page = recorded(at_work.client(NADIA), away(at_work))
    assert take_back(at_work.client(HELENE), page).headers["Location"] == "/equipe"
    assert at_work.served.refs.team[at_work.people[NADIA]].absences


def test_roles_that_a_colleague_has_changed_are_not_replaced_unread(at_work: House) -> None:
    hire(at_work, "Bruno Petit", "administrator")
    bruno, helene, paul = at_work.client("Bruno Petit"), at_work.client(HELENE), at_work.people[PAUL]
    address, change = f"/equipe/{paul}?formulaire=roles", f"/equipe/{paul}/roles"
    first, second = (sent_by(client.get(address).text, "#form form") for client in (bruno, helene))
    assert helene.post(change, data={**second, "roles": ["advisor", "facilitator"]}).status_code == 303
    refused = bruno.post(change, data={**first, "roles": ["advisor", "auditor"]})
    assert refused.status_code == 422
    assert "Cela a changé entre-temps" in words(refused.text)
    again = sent_by(refused.text, "#form form")
    assert again["roles"] == ["advisor", "auditor"]
    assert bruno.post(change, data={**again, "roles": ["advisor", "facilitator", "auditor"]}).status_code == 303
