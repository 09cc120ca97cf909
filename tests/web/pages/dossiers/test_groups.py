"""CEJ groups: a list by group, in Dossiers, in Ma boîte and beside a workshop; a whole group changed at once."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from pixflow.dossier import identity
from pixflow.dossier.stages import prescription
from pixflow.events import dossier as d
from tests.web.arranged import scheduled
from tests.web.client import words
from tests.web.filled import fill, said, texts
from tests.web.paths import House
from tests.web.tags import parsed

NADIA, PAUL, SOPHIE, HELENE, CLAIRE = (
    "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Hélène Morin", "Claire Vasseur",
)  # fmt: skip
APRIL, JUNE = date(2026, 4, 30), date(2026, 6, 30)
CEJ: dict[str, Any] = {"programme": "CEJ", "group": "groupe de 03/2026", "collective_end": APRIL}
HERE = "/dossiers/groupe?groupe=groupe+de+03%2F2026"


def at_ease(at_work: House, **more: Any) -> UUID:
    """A dossier whose `complete-path` is due before the collective period ends."""
    dossier, found = at_work.debriefed("0.90", **{**CEJ, **more})
    grille = at_work.served.refs.grille(at_work.today)
    context = {"grille": grille.document, "number": grille.number, "action_ids": (uuid4(),)}
    said: dict[str, Any] = {"kept": ("diagnostic-complet",), "added": (), "wish": "", "project": "", "reason": ""}
    at_work.on(dossier, prescription.build_prescription, participation=found, context=context, **said)
    return dossier


def page(at_work: House, path: str, who: str = NADIA) -> str:
    answer = at_work.client(who).get(path)
    assert answer.status_code == 200
    return str(answer.text)


def sent(html: str, action: str = "/dossiers/groupe") -> dict[str, Any]:
    """Returns the values of the form that records."""
    form = parsed(html).select_one(f"form[method=post][action='{action}']")
    values: dict[str, Any] = {field["name"]: field.get("value", "") for field in form.select("input[type=hidden]")}
    ticked = [box["value"] for box in form.select("input[type=checkbox][checked]")]
    return {**values, "dossier": ticked} if ticked else values


def groups(at_work: House) -> dict[str, tuple[str | None, date | None]]:
    people = parsed(page(at_work, "/dossiers", SOPHIE)).select(".items .item-who a")
    states = {link.text: at_work.state(UUID(link["href"].split("/")[-1])) for link in people}
    return {name: (state.group, state.collective_end) for name, state in states.items()}


# --- a list by group


def test_dossiers_are_listed_by_group_with_its_end(at_work: House) -> None:
    at_work.opened("Aminata", **CEJ)
    at_work.opened("Hugo", **{**CEJ, "group": "Avril", "collective_end": None})
    at_work.opened("Zoé")
    every = page(at_work, "/dossiers")
    assert texts(every, ".chips > li:not(.grouped)")[-1] == "Groupe CEJ Avril 1 groupe de 03/2026 1 Sans groupe 1"
    one = page(at_work, "/dossiers?groupe=groupe+de+03%2F2026&etat=all")
    assert texts(one, ".items .item-who") == ["Diallo Aminata"]
    assert texts(one, ".items .item-do") == ["Mortagne · jusqu’au 30 avril"]
    chip = parsed(one).select(".chips a[aria-current]")[-1]
    assert (said(chip), chip["href"]) == ("groupe de 03/2026 1 : ôter ce filtre ×", "/dossiers?etat=all")
    other = parsed(one).select("li:not(.grouped) > .facet")[-1].a
    assert (said(other), other["href"]) == ("Avril 1", "/dossiers?etat=all&groupe=Avril"), "the other filters stay"
    assert texts(page(at_work, "/dossiers?groupe=Avril"), ".items .item-do") == ["Mortagne"]
    assert "Aucun dossier avec ces filtres." in words(page(at_work, "/dossiers?groupe=Mai"))


def test_without_a_group_there_is_none_to_choose(at_work: House) -> None:
    assert "Groupe CEJ" not in words(page(at_work, "/dossiers"))
    at_work.opened()
    for path in ("/dossiers", "/boite"):
        assert "Groupe CEJ" not in words(page(at_work, path))


def test_a_large_group_is_paged(at_work: House) -> None:
    fill(at_work, 360, **CEJ)
    one = page(at_work, "/dossiers?groupe=groupe+de+03%2F2026&p=8")
    assert "351 à 360 sur 360" in words(one)
    assert "p=7" in parsed(one).select_one("a[rel=prev]")["href"]
    preview = page(at_work, f"{HERE}&nom=Printemps&fin=2026-06-30")
    assert len(parsed(preview).select(".items .item")) == 300
    assert "60 autres dossiers à changer ensuite : 300 à la fois." in words(preview)


def test_ma_boite_is_filtered_by_group(at_work: House) -> None:
    at_work.opened("Aminata", **CEJ)
    at_work.opened("Zoé")
    assert "Groupe CEJ groupe de 03/2026 2 Sans groupe 1" in texts(page(at_work, "/boite"), ".chips > li")
    one = page(at_work, "/boite?groupe=groupe+de+03%2F2026")
    assert {name.removesuffix(" CEJ") for name in texts(one, ".queue .item-who")} == {"Diallo Aminata"}
    assert "groupe de 03/2026 2 : ôter ce filtre ×" in texts(one, ".chips a")


def test_those_who_wait_for_a_seat_are_filtered_by_group_and_paged_so(at_work: House) -> None:
    made = scheduled(at_work)
    fill(at_work, 60, **CEJ)
    fill(at_work, 2, programme="CEJ", group="Avril")
    every = page(at_work, f"/ateliers/{made}")
    assert texts(every, "#remplir select[name=groupe] option") == ["Tous", "Avril (2)", "groupe de 03/2026 (60)"]
    one = page(at_work, f"/ateliers/{made}?groupe=groupe+de+03%2F2026&a=2")
    assert "Attendent une place · 60" in words(one)
    assert len(parsed(one).select("#remplir input[name=dossier]")) == 10
    assert "51 à 60 sur 60" in words(one)
    action = parsed(one).select_one("#remplir form[method=post]")["action"]
    assert action == f"/ateliers/{made}/inscrire?groupe=groupe+de+03%2F2026&a=2"
    client = at_work.client(NADIA)
    box = parsed(one).select_one("#remplir input[name=dossier]")["value"]
    answer = client.post(action, data={**sent(one, action), "dossier": box, "or_wait": "true"})
    assert answer.headers["Location"].startswith(f"/ateliers/{made}?groupe=groupe+de+03%2F2026&recu=")


# --- a group changed at once


def test_a_group_s_end_moves_in_one_go_previewed_done_and_undone(at_work: House) -> None:
    at_ease(at_work)
    at_work.opened("Hugo", **CEJ)
    at_work.opened("Autre", "Sans", programme="PACEA")
    assert HERE in page(at_work, "/dossiers?groupe=groupe+de+03%2F2026")
    first = page(at_work, HERE)
    assert parsed(first).select_one("input[name=fin]")["value"] == "2026-04-30"
    assert not parsed(first).select("form[method=post][action^='/dossiers']")
    preview = page(at_work, f"{HERE}&nom=Printemps&fin=2026-06-30")
    assert texts(preview, ".items .item-who") == ["Diallo Aminata", "Diallo Hugo"]
    effects = texts(preview, ".items .item-do")
    assert texts(preview, ".items .item-why")[0] == "groupe de 03/2026, jusqu’au 30 avril"
    assert effects[0].endswith(": 30 avril → 30 juin")
    assert effects[1] == "mêmes échéances"
    head = at_work.served.engine.head()
    client, form = at_work.client(NADIA), sent(preview)
    answer = client.post("/dossiers/groupe", data=form)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/dossiers?groupe=Printemps&recu={form['command_id']}"
    assert at_work.served.engine.head() == head + 2
    dossiers = [UUID(one) for one in form["dossier"]]
    assert len({at_work.served.engine.history(one)[-1].command for one in dossiers}) == 2, "one command each"
    moved = ("Printemps", JUNE)
    assert groups(at_work) == {"Diallo Aminata": moved, "Diallo Hugo": moved, "Sans Autre": (None, None)}
    assert client.post("/dossiers/groupe", data=form).headers["Location"] == answer.headers["Location"], "said twice"
    after = client.get(answer.headers["Location"]).text
    assert "2 lignes enregistrées :" in words(after)
    assert "Aminata Diallo : programme : CEJ, groupe Printemps, période collective jusqu’au 30 juin" in words(after)
    undone = client.post("/dossiers/groupe/annuler", data=sent(after, "/dossiers/groupe/annuler"))
    assert undone.status_code == 303
    assert set(groups(at_work).values()) == {("groupe de 03/2026", APRIL), (None, None)}
    assert "Tout annuler" not in client.get(undone.headers["Location"]).text


def test_one_left_out_stays_and_each_row_has_its_own_result(at_work: House) -> None:
    one, other = at_work.opened("Aminata", **CEJ), at_work.opened("Hugo", **CEJ)
    kept = at_work.opened("Zoé", **CEJ)
    form = sent(page(at_work, f"{HERE}&nom=Printemps&fin="))
    form["dossier"].remove(str(kept))
    at_work.on(other, identity.join_programme, programme="PACEA", group=None, collective_end=None)
    answer = at_work.client(NADIA).post("/dossiers/groupe", data=form)
    assert answer.status_code == 422
    assert "1 sur 2 enregistrés :" in words(answer.text)
    assert "Hugo Diallo : n’est plus dans ce groupe" in words(answer.text)
    assert "Tout annuler" in answer.text
    assert (at_work.state(one).group, at_work.state(one).collective_end) == ("Printemps", APRIL)
    assert at_work.state(kept).group == CEJ["group"]


def test_the_manager_and_the_referent_change_all_an_advisor_their_own(at_work: House) -> None:
    at_work.opened("Aminata", **CEJ)
    theirs = at_work.opened("Hugo", advisor=PAUL, **CEJ)
    assert texts(page(at_work, f"{HERE}&nom=Mai"), ".items .item-who") == ["Diallo Aminata"]
    form = sent(page(at_work, f"{HERE}&nom=Mai")) | {"dossier": str(theirs)}
    answer = at_work.client(NADIA).post("/dossiers/groupe", data=form)
    assert "un autre dossier : n’est plus dans ce groupe" in words(answer.text).lower()
    for who in (SOPHIE, HELENE):
        client = at_work.client(who)
        made = client.post("/dossiers/groupe", data=sent(page(at_work, f"{HERE}&nom=Mai&fin=2026-06-30", who)))
        assert set(groups(at_work).values()) == {("Mai", JUNE)}
        after = client.get(made.headers["Location"]).text
        client.post("/dossiers/groupe/annuler", data=sent(after, "/dossiers/groupe/annuler"))
        assert set(groups(at_work).values()) == {(CEJ["group"], APRIL)}
    assert at_work.client(CLAIRE).get(HERE).status_code == 403
    assert "/dossiers/groupe?" not in page(at_work, "/dossiers?groupe=groupe+de+03%2F2026", CLAIRE)


def test_what_is_wrong_is_said_beside_it(at_work: House) -> None:
    at_work.opened("Aminata", **CEJ)
    assert "Écrivez le nom." in words(page(at_work, f"{HERE}&nom=&fin="))
    assert "Écrivez une date qui existe" in words(page(at_work, f"{HERE}&nom=Mai&fin=demain"))
    assert "C’est déjà ainsi" in words(page(at_work, f"{HERE}&nom=groupe+de+03%2F2026&fin=2026-04-30"))
    form = sent(page(at_work, f"{HERE}&nom=Mai"))
    del form["dossier"]
    answer = at_work.client(NADIA).post("/dossiers/groupe", data=form)
    assert answer.status_code == 422
    assert "Cochez au moins un dossier." in words(answer.text)
    assert "Aucun dossier ouvert de ce groupe." in words(page(at_work, "/dossiers/groupe?groupe=Mai"))


def test_a_programme_joined_is_not_taken_back_with_a_group(at_work: House) -> None:
    dossier = at_work.opened("Aminata")
    joined = at_work.on(dossier, identity.join_programme, **CEJ)
    position = joined.recorded[0].position
    data = {"command_id": str(uuid4()), "receipt": f"{position}-{position}"}
    answer = at_work.client(NADIA).post("/dossiers/groupe/annuler", data=data)
    assert answer.status_code == 422
    assert isinstance(at_work.events(dossier)[-1], d.ProgrammeJoined)
