"""A grid and a protocol made together: drafted, compared, endorsed, published from a day; whom it touches."""

import re
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow import presets
from pixflow.documents.grille import Grille, Proposal
from pixflow.documents.protocol import Delays, ProtocolDocument
from pixflow.dossier import assignment
from pixflow.dossier import follow_up as closing
from pixflow.events.base import Event
from pixflow.events.dossier import PrescriptionBuilt
from pixflow.events.grille import GrilleDrafted, GrilleEndorsed, GrillePublicationWithdrawn, GrillePublished
from pixflow.events.protocol import ProtocolDrafted, ProtocolPublished
from pixflow.protocol import drafting
from tests.web.client import words
from tests.web.filled import HTMX, hire, part, texts
from tests.web.paths import House
from tests.web.pressing import sent_by, values
from tests.web.tags import parsed
from web.pages.protocol import grid_form, protocol_form

SOPHIE, NADIA, PAUL, HELENE = "Sophie Lecomte", "Nadia Benali", "Paul Rey", "Hélène Morin"
CLAIRE, YANN = "Claire Vasseur", "Yann Le Goff"
MONDAY, TUESDAY = date(2026, 3, 16), date(2026, 3, 17)
GRID, PROTOCOL = "/protocole/projet/grille", "/protocole/projet/protocole"
LAIGLE = presets.load("laigle-mortagne")


def ending_at(high: int, grille: Grille = LAIGLE.grille) -> Grille:
    """The grid with its first band ending elsewhere."""
    first, second, *others = grille.bands
    return replace(grille, bands=(replace(first, high=high), replace(second, low=high + 1), *others))


def drafted(at_work: House, document: Any, note: str = "", replaces: int = 0) -> None:
    kind = "grille" if isinstance(document, Grille) else "protocol"
    decide = drafting.draft_grille if kind == "grille" else drafting.draft_protocol
    at_work.says(SOPHIE, decide, stream(at_work, kind), document=document, note=note, replaces=replaces)


def endorsed(at_work: House, by: str, draft: int = 1) -> None:
    said = {"draft": draft, "endorsed": True, "comment": "", "context": {"by": str(at_work.people[by])}}
    at_work.says(by, drafting.endorse_grille, stream(at_work, "grille"), **said)


def stream(at_work: House, kind: str) -> dict[str, UUID]:
    return {kind: at_work.served.opened.stream(kind)}


def facts(at_work: House, kind: str) -> list[Event]:
    """Returns the events of a document's drafts and publications, after the first publication."""
    return [one.event for one in at_work.served.engine.history(stream(at_work, kind)[kind])][1:]


def editor(at_work: House, url: str = GRID, query: str = "", by: str = SOPHIE) -> dict[str, Any]:
    """Returns the values of an untouched editor."""
    page = at_work.client(by).get(f"{url}/modifier{query}")
    assert page.status_code == 200
    return sent_by(page.text, "#editor form")


def send(at_work: House, said: dict[str, Any], do: str = "save", url: str = GRID) -> Any:
    return at_work.client(SOPHIE).post(f"{url}/modifier", data={**said, "do": do})


def checked(at_work: House, said: dict[str, Any], url: str = GRID) -> str:
    """Returns the page's answer while one types; nothing is recorded."""
    head = at_work.served.engine.head()
    answer = at_work.client(SOPHIE).post(f"{url}/verifier", data=said, headers=HTMX)
    assert (answer.status_code, at_work.served.engine.head()) == (200, head)
    return str(answer.text)


def act(at_work: House, by: str, name: str, url: str = GRID, **said: Any) -> Any:
    return at_work.client(by).post(f"{url}/{name}", data={"command_id": str(uuid4()), "draft": "1", **said})


def read(at_work: House, url: str = GRID, by: str = SOPHIE, query: str = "") -> str:
    answer = at_work.client(by).get(f"{url}{query}")
    assert answer.status_code == 200
    return str(answer.text)


def names(page: str) -> list[str]:
    return texts(page, ".touched .item-who")


# --- who may


def test_the_referent_is_offered_to_propose_and_nobody_else(at_work: House) -> None:
    offered = {by: len(parsed(read(at_work, "/protocole", by)).select("a[href$='/modifier']")) for by in at_work.people}
    assert offered == {by: 2 if by == SOPHIE else 0 for by in at_work.people}
    assert send(at_work, {}, url="/protocole/projet/autre").status_code == 404
    assert at_work.client(NADIA).get(GRID).headers["location"] == "/protocole"


def test_a_draft_is_read_by_everybody_and_acted_on_by_the_team(at_work: House) -> None:
    hire(at_work, "Lucas Martin", "facilitator")
    drafted(at_work, ending_at(45))
    for by in at_work.people:
        page = parsed(read(at_work, by=by))
        assert bool(page.select("form[action*='/avis']")) == (by not in (CLAIRE, YANN)), by
        assert bool(page.select("form[action*='/publier']")) == (by in (SOPHIE, HELENE)), by
        assert bool(page.select("form[action*='/ecarter']")) == (by == SOPHIE), by
        assert "Projet de grille n° 1" in words(read(at_work, "/protocole", by))


# --- the editor of a grid


@pytest.mark.parametrize("preset", presets.names())
def test_each_preset_may_be_started_from_and_comes_back_unchanged(at_work: House, preset: str) -> None:
    known = presets.load(preset)
    grid, _ = grid_form.parse(grid_form.sheet_from(editor(at_work, query=f"?depuis={preset}")))
    protocol, _ = protocol_form.parse(protocol_form.sheet_from(editor(at_work, PROTOCOL, f"?depuis={preset}")))
    assert (grid, protocol) == (known.grille, known.protocol)
    assert at_work.client(SOPHIE).get(f"{GRID}/modifier?depuis=ailleurs").status_code == 404
    if preset != "laigle-mortagne":
        assert send(at_work, editor(at_work, query=f"?depuis={preset}")).status_code == 303
        assert send(at_work, editor(at_work, PROTOCOL, f"?depuis={preset}"), url=PROTOCOL).status_code == 303
        assert [type(one) for one in facts(at_work, "grille")] == [GrilleDrafted]
        assert [type(one) for one in facts(at_work, "protocol")] == [ProtocolDrafted]
        assert "Nom de la grille" in words(read(at_work))


def test_if_the_first_band_ended_at_45_these_young_people_would_change_band(at_work: House) -> None:
    for first, mastery in (("Aminata", "0.43"), ("Bilal", "0.20"), ("Chloé", "0.45"), ("David", "0.46")):
        at_work.scored(mastery, first=first, last="Diallo")
    said = editor(at_work) | {"b0-high": "45"}
    told = checked(at_work, said)
    assert "2 résultats changeraient de tranche" in words(told)
    assert "Diallo Aminata 43 %, 41-70 % → 0-45 %" in words(told)
    assert "Diallo Chloé 45 %" in words(told)
    assert "Bilal" not in told
    assert "David" not in told
    lows = {one["hx-target"]: one.get_text() for one in parsed(told).select("hx-partial") if "low" in one["hx-target"]}
    assert lows == {"#low-0": "0", "#low-1": "46", "#low-2": "71"}
    assert send(at_work, said).headers["location"] == f"{GRID}?enregistre=projet"
    assert facts(at_work, "grille") == [GrilleDrafted(draft=1, document=ending_at(45), note="", on=MONDAY)]
    assert names(read(at_work)) == ["Diallo Aminata", "Diallo Chloé"]


BROKEN = [
    ({"b0-high": "75"}, "b1-high", "Cette tranche commencerait à 76 % et finirait à 70 %."),
    ({"b0-high": "75"}, "b1-high", "Deux tranches couvrent 71-75 %."),
    ({"b0-high": "70"}, "b1-high", "Cette tranche commencerait à 71 % et finirait à 70 %."),
    ({"b2-high": "98"}, "b2-high", "La dernière tranche finit à 98 %, et non à 100 %."),
    ({"b1-high": "170"}, "b1-high", "Tranche 2 · La tranche finit à 170 % et une autre la suit : elle doit finir"),
    ({"b1-high": "beaucoup"}, "b1-high", "Écrivez un nombre entier."),
    ({"b0-objective": ""}, "b0-objective", "Ce champ est à remplir."),
    ({"b1-p0-label": ""}, "b1-p0-label", "Ce champ est à remplir."),
    ({"b1-p0-kind": "autre"}, "b1-p0-kind", "Choisissez l’une des réponses proposées."),
    ({"b0-p1-id": "illettrisme"}, "b0-add", "Une proposition est deux fois dans la même tranche (0-40 %)."),
    ({"name": ""}, "name", "Ce champ est à remplir."),
    ({"note": "x" * 2_001}, "note", "Écrivez au plus 2000 caractères."),
]


def test_what_breaks_is_said_while_typing_and_on_saving_with_its_numbers(at_work: House) -> None:
    for changes, field, sentence in BROKEN:
        said = editor(at_work) | changes
        assert sentence in words(checked(at_work, said))
        refused = send(at_work, said)
        assert refused.status_code == 422
        page = parsed(refused.text)
        assert sentence in words(str(page.select_one(f".errors a[href='#{field}']")))
        assert page.select_one(f"#{field}")
        kept = sent_by(str(page), "#editor form")
        assert all(kept[name] == value for name, value in changes.items() if not name.endswith("kind"))
        assert facts(at_work, "grille") == []


def test_a_limit_beyond_100_blames_its_own_band_only(at_work: House) -> None:
    refused = parsed(send(at_work, editor(at_work) | {"b1-high": "170"}).text)
    assert [link["href"] for link in refused.select(".errors a")] == ["#b1-high"]


def test_a_draft_starts_from_any_version_and_shows_what_changes(at_work: House) -> None:
    drafted(at_work, ending_at(45))
    act(at_work, SOPHIE, "publier", from_day=MONDAY.isoformat(), alone="true")
    page = at_work.client(SOPHIE).get(f"{GRID}/modifier").text
    assert texts(page, ".starts a")[:2] == ["Grille en vigueur", "Grille n° 1"]
    said = editor(at_work, query="?depuis=1")
    assert said["b0-high"] == "40"
    assert at_work.client(SOPHIE).get(f"{GRID}/modifier?depuis=3").status_code == 404
    told = checked(at_work, said)
    assert "Tranche 0-45 % → 0-40 %" in texts(told, "#check h3")
    old = read(at_work, "/protocole", query="?grille=1")
    assert "De la grille n° 1 à la n° 2 Partir de cette version" in texts(old, "h2")
    assert "Tranche 0-40 % → 0-45 %" in texts(old, "h3")
    assert parsed(old).select_one("a[href='/protocole/projet/grille/modifier?depuis=1']")
    assert "Partir de cette version" not in words(read(at_work, "/protocole", HELENE, "?grille=1"))


def test_saying_what_is_published_already_is_refused(at_work: House) -> None:
    refused = send(at_work, editor(at_work))
    assert refused.status_code == 422
    assert "Rien ne change : c’est mot pour mot ce qui est déjà publié." in words(refused.text)


BUTTONS = [
    ("split-0", ["0-20", "21-40", "41-70", "71-100"]),
    ("merge-0", ["0-70", "71-100"]),
    ("remove-0", ["0-70", "71-100"]),
    ("remove-2", ["0-40", "41-100"]),
    ("add", ["0-40", "41-70", "71-85", "86-100"]),
    ("merge-2", ["0-40", "41-70", "71-100"]),
    ("split-9", ["0-40", "41-70", "71-100"]),
    ("nothing", ["0-40", "41-70", "71-100"]),
]


def test_bands_stay_contiguous_under_every_button(at_work: House) -> None:
    for do, ranges in BUTTONS:
        answer = send(at_work, editor(at_work), do)
        assert answer.status_code == 200
        lows = texts(answer.text, "[id^=low-]")
        highs = [tag["value"] for tag in parsed(answer.text).select("input[id$=-high]")]
        assert [f"{low}-{high}" for low, high in zip(lows, highs, strict=True)] == ranges
        assert facts(at_work, "grille") == []


def labels(html: str, band: int) -> list[str]:
    return [str(tag["value"]) for tag in parsed(html).select(f"input[id^=b{band}-p][id$=-label]")]


def test_proposals_are_added_taken_out_moved_up_and_united(at_work: House) -> None:
    said = editor(at_work)
    first = ["Illettrisme à vérifier", "CAP LEC", "CAP Digital", "Plongée dans le numérique"]
    more = ["Ateliers en EPN ou fablab", "Café numérique"]
    assert labels(send(at_work, said, "up-0-1").text, 0)[:2] == ["CAP LEC", "Illettrisme à vérifier"]
    assert labels(send(at_work, said, "drop-0-2").text, 0) == [*first[:2], first[3], *more]
    assert labels(send(at_work, said, "merge-0").text, 0) == [*first, *more, "Cléa numérique"]
    added = send(at_work, said, "add-1")
    assert labels(added.text, 1) == ["Café numérique", "Cléa numérique", "Ateliers en EPN ou fablab", ""]
    new = sent_by(added.text, "#editor form") | {
        "b1-p3-label": "Visa Numérique",
        "b1-p3-partner": "Médiathèque",
        "b1-p3-note": "Le mardi.",
        "b1-p3-programmes": ["CEJ", "PACEA"],
        "b1-p3-needs_project": "true",
    }
    assert send(at_work, new).status_code == 303
    (draft,) = facts(at_work, "grille")
    assert isinstance(draft, GrilleDrafted)
    assert draft.document.bands[1].proposals[-1] == Proposal(
        "visa-numerique",
        "Visa Numérique",
        "action",
        "Le mardi.",
        partner="Médiathèque",
        programmes=("CEJ", "PACEA"),
        needs_project=True,
    )


def test_the_editor_works_as_a_fragment_too(at_work: House) -> None:
    said = editor(at_work)
    whole = send(at_work, said, "split-0").text
    swapped = at_work.client(SOPHIE).post(f"{GRID}/modifier", data={**said, "do": "split-0"}, headers=HTMX).text
    assert alike(swapped, "#editor") == alike(whole, "#editor")
    sent, headers = {**said, "b0-high": "45", "do": "save"}, {**HTMX, "HX-Current-URL": "http://x/y"}
    saved = at_work.client(SOPHIE).post(f"{GRID}/modifier", data=sent, headers=headers)
    assert saved.headers["HX-Redirect"] == f"{GRID}?enregistre=projet"
    assert part(at_work.client(CLAIRE), GRID) in read(at_work, by=CLAIRE)


def alike(html: str, selector: str) -> str:
    """A part of a page with the fresh ids of commands, and what only a fragment carries, left out."""
    kept = re.sub(r"(?s)<hx-partial\b.*?</hx-partial>", "", html)
    return re.sub(r'(name="command_id"[^>]*value=")[^"]*|\s+', r"\1", str(parsed(kept).select_one(selector)))


# --- what it changes, and whom it touches


def test_what_changes_is_told_before_and_after(at_work: House) -> None:
    first, second, third = ending_at(45).bands
    visa = Proposal("visa", "Visa Numérique", "action", partner="Médiathèque")
    lec = replace(first.proposals[1], partner="Greta")
    proposals = (first.proposals[0], lec, *first.proposals[3:], visa)
    first = replace(first, objective="Reprendre les bases", proposals=proposals)
    drafted(at_work, replace(LAIGLE.grille, bands=(first, second, third)))
    page = parsed(read(at_work))
    changes = words(str(page.select_one("section[aria-labelledby=changes]")))
    assert "Tranche 0-40 % → 0-45 %" in changes
    objective = "Vérifier les savoirs de base et développer ses compétences générales"
    assert f"Objectif {objective} Reprendre les bases" in changes
    assert "Proposition ajoutée Visa Numérique (Médiathèque)" in changes
    assert "Proposition retirée CAP Digital" in changes
    assert "CAP LEC : partenaire — Greta" in changes
    assert "Tranche 41-70 % → 46-70 % Seules les bornes changent." in changes
    assert "71-100" not in changes
    assert "{" not in changes


def test_a_band_split_or_gone_is_told_and_a_long_text_word_by_word(at_work: House) -> None:
    first, second, _ = LAIGLE.grille.bands
    note = second.proposals[0].note.replace("peut amener", "amène")
    second = replace(second, high=100, proposals=(replace(second.proposals[0], note=note), *second.proposals[1:]))
    halves = (replace(first, high=20), replace(first, low=21, short="Consolider"))
    drafted(at_work, replace(LAIGLE.grille, bands=(*halves, second)))
    page = parsed(read(at_work))
    titles = texts(str(page), "section[aria-labelledby=changes] h3")
    assert titles == [
        "Tranche 0-40 % → 0-20 %",
        "Nouvelle tranche 21-40 %",
        "Tranche 41-70 % → 41-100 %",
        "Tranche 71-100 % retirée",
    ]
    assert texts(str(page), "section[aria-labelledby=changes] td[colspan] del") == ["peut amener"]


def test_only_results_not_built_upon_of_open_dossiers_one_may_read_are_touched(at_work: House) -> None:
    at_work.scored("0.43", first="Aminata")
    bilal, _ = at_work.debriefed("0.42", first="Bilal")
    at_work.on(bilal, assignment.assign_advisor, SOPHIE, advisor=at_work.people[PAUL])
    at_work.prescribed("0.40", first="Chloé")
    david, _ = at_work.scored("0.41", first="David")
    at_work.on(david, closing.close_dossier, reason="moved", note="")
    at_work.opened(first="Emma")
    drafted(at_work, ending_at(45))
    everybody = ["Diallo Aminata", "Diallo Bilal"]
    for by, seen in ((SOPHIE, everybody), (HELENE, everybody), (NADIA, ["Diallo Aminata"]), (PAUL, ["Diallo Bilal"])):
        assert names(read(at_work, by=by)) == seen
    assert "Parmi les dossiers que vous suivez, 1 résultat changerait" in words(read(at_work, by=PAUL))
    hidden = read(at_work, by=YANN)
    assert (names(hidden), "Diallo" in hidden) == ([], False)
    assert "Votre rôle n’ouvre pas les dossiers" in words(hidden)
    drafted(at_work, ending_at(39), replaces=1)
    assert names(read(at_work)) == []
    assert "Aucun résultat ne changerait de tranche" in words(read(at_work))


def test_those_who_stay_in_a_band_that_says_something_else_are_counted_apart(at_work: House) -> None:
    for first in ("Aminata", "Bilal"):
        at_work.scored("0.20", first=first)
    band, *others = LAIGLE.grille.bands
    drafted(at_work, replace(LAIGLE.grille, bands=(replace(band, objective="Reprendre les bases"), *others)))
    page = words(read(at_work))
    assert "Aucun résultat ne changerait de tranche" in page
    assert "2 résultats restent dans leur tranche, qui dit ou propose autre chose." in page


def test_a_proposal_of_another_programme_touches_nobody_else(at_work: House) -> None:
    """*Et si* counts by programme too."""
    for name, programme in (("Aminata", "CEJ"), ("Bilal", "PACEA"), ("Chloé", "PACEA")):
        at_work.scored("0.20", first=name, programme=programme)
    band, *others = LAIGLE.grille.bands
    cej = replace(band, proposals=(*band.proposals, Proposal("visa", "Visa Numérique", "action", programmes=("CEJ",))))
    drafted(at_work, replace(LAIGLE.grille, bands=(cej, *others)))
    assert "1 résultat reste dans sa tranche, qui dit ou propose autre chose." in words(read(at_work))
    high = replace(cej, low=11, short="CEJ")
    drafted(at_work, replace(LAIGLE.grille, bands=(replace(band, high=10), high, *others)), replaces=1)
    assert "3 résultats changeraient de tranche" in words(read(at_work))


def test_many_touched_are_paged_with_their_exact_count(at_work: House) -> None:
    for n in range(1, 56):
        at_work.scored("0.43", last=f"Nom{n:02}")
    drafted(at_work, ending_at(45))
    first, last = read(at_work), read(at_work, query="?le=2026-04-01&p=2")
    assert "55 résultats changeraient de tranche" in words(first)
    assert (len(names(first)), len(names(last))) == (50, 5)
    assert (names(first)[0], names(last)[-1]) == ("Nom01 Aminata", "Nom55 Aminata")
    assert parsed(first).select_one(".pager a[rel=next]")["href"] == f"{GRID}?le=2026-03-17&p=2#concernes"
    assert words(checked(at_work, editor(at_work))).count("41-70 % → 0-45 %") == 12


# --- the team's words


def test_the_team_comments_endorses_and_takes_back(at_work: House) -> None:
    drafted(at_work, ending_at(45), note="Trop de décrochages entre 41 et 45 %.")
    assert act(at_work, NADIA, "avis", endorsed="false", comment="46 ou 50 ?").status_code == 303
    assert act(at_work, PAUL, "avis", endorsed="true").status_code == 303
    assert act(at_work, NADIA, "avis", endorsed="true", comment="D’accord.").status_code == 303
    page = read(at_work)
    assert "2 accords : Nadia Benali, Paul Rey" in words(page)
    assert [said.split(" 16 mars")[0] for said in texts(page, ".timeline li")] == [
        "Nadia Benali commente",
        "Paul Rey approuve",
        "Nadia Benali approuve",
    ]
    assert "Trop de décrochages" in page
    assert act(at_work, PAUL, "avis", endorsed="false").status_code == 303
    after = read(at_work, by=PAUL)
    assert "1 accord : Nadia Benali" in words(after)
    assert "Paul Rey reprend son accord" in words(after)
    assert isinstance(facts(at_work, "grille")[-1], GrilleEndorsed)


def test_an_opinion_says_something_and_nobody_approves_their_own_draft(at_work: House) -> None:
    drafted(at_work, ending_at(45))
    empty = act(at_work, NADIA, "avis", endorsed="false", comment=" ")
    assert (empty.status_code, "Écrivez un avis, ou approuvez le projet." in words(empty.text)) == (422, True)
    own = act(at_work, SOPHIE, "avis", endorsed="true", comment="Parfait")
    assert (own.status_code, "Ce projet est le vôtre" in words(own.text)) == (422, True)
    assert parsed(own.text).select_one("#comment").get_text().strip() == "Parfait"
    nir = act(at_work, NADIA, "avis", endorsed="true", comment="voir 1 05 06 61 123 456 78")
    assert "Un numéro de sécurité sociale" in words(nir.text)
    assert len(facts(at_work, "grille")) == 1


def test_a_later_draft_makes_the_endorsements_fall_and_says_so_before(at_work: House) -> None:
    drafted(at_work, ending_at(45))
    endorsed(at_work, NADIA)
    endorsed(at_work, PAUL)
    page = at_work.client(SOPHIE).get(f"{GRID}/modifier").text
    assert "Ce projet prendra la place du n° 1, et 2 accords tomberont" in words(page)
    assert send(at_work, editor(at_work) | {"b0-high": "50"}).status_code == 303
    assert "Projet de grille n° 2" in words(read(at_work))
    assert "Personne ne s’est encore prononcé" in words(read(at_work))
    late = act(at_work, HELENE, "avis", endorsed="true")
    assert (late.status_code, "un autre projet (n° 2) a été proposé" in words(late.text)) == (422, True)


def test_a_draft_made_meanwhile_is_not_put_aside_unseen(at_work: House) -> None:
    said = editor(at_work) | {"b0-high": "50"}
    drafted(at_work, ending_at(45))
    refused = send(at_work, said)
    assert refused.status_code == 422
    assert "un autre projet (n° 1) a été proposé" in words(refused.text)
    again = sent_by(refused.text, "#editor form")
    assert (again["b0-high"], again["replaces"]) == ("50", "1")
    assert send(at_work, again).status_code == 303
    assert [one.draft for one in facts(at_work, "grille") if isinstance(one, GrilleDrafted)] == [1, 2]


# --- publishing, dropping


def test_a_grid_is_published_from_a_day_under_the_next_number(at_work: House) -> None:
    drafted(at_work, ending_at(45))
    endorsed(at_work, NADIA)
    assert act(at_work, HELENE, "publier", from_day="2026-04-01").headers["location"] == "/protocole?publie=grille"
    published = GrillePublished(number=2, document=ending_at(45), from_day=date(2026, 4, 1))
    assert facts(at_work, "grille")[-1] == published
    page = read(at_work, "/protocole", query="?publie=grille")
    assert "Grille n° 2 publiée, elle compte à partir du 1er avril 2026." in words(page)
    assert texts(page, ".grid .range") == ["0-40 %", "41-70 %", "71-100 %"]
    at_work.day(date(2026, 4, 1))
    assert texts(read(at_work, "/protocole"), ".grid .range") == ["0-45 %", "46-70 %", "71-100 %"]
    assert at_work.client(SOPHIE).get(GRID).headers["location"] == "/protocole"


def test_publishing_needs_a_day_to_come_and_a_second_word_when_nobody_endorsed(at_work: House) -> None:
    drafted(at_work, ending_at(45))
    past = act(at_work, SOPHIE, "publier", from_day="2026-03-15", alone="true")
    assert (past.status_code, "Le 15 mars 2026 est déjà passé" in words(past.text)) == (422, True)
    alone = act(at_work, SOPHIE, "publier", from_day="2026-03-16")
    assert (alone.status_code, "Personne n’a approuvé ce projet : cochez" in words(alone.text)) == (422, True)
    assert parsed(alone.text).select_one("#from_day")["value"] == "2026-03-16"
    assert len(facts(at_work, "grille")) == 1
    assert act(at_work, SOPHIE, "publier", from_day="2026-03-16", alone="true").status_code == 303
    assert texts(read(at_work, "/protocole"), ".grid .range")[0] == "0-45 %"


def test_a_publication_to_come_that_would_take_over_again_is_told(at_work: House) -> None:
    for high, day in ((50, "2026-05-04"), (45, None)):
        drafted(at_work, ending_at(high))
        if day:
            act(at_work, SOPHIE, "publier", from_day=day, alone="true")
    assert "La grille n° 2, déjà publiée, prendra sa place le 4 mai 2026." in words(read(at_work))
    later = read(at_work, query="?le=2026-05-04")
    assert "déjà publiée, prendra" not in words(later)
    assert "comparé à la grille n° 2" in words(later)


def test_a_publication_to_come_is_taken_back_in_one_press(at_work: House) -> None:
    drafted(at_work, ending_at(45))
    endorsed(at_work, NADIA)
    act(at_work, HELENE, "publier", from_day="2026-03-17")
    page = read(at_work, "/protocole", HELENE, "?publie=grille")
    form = parsed(page).select_one(".notice form")
    assert form["action"] == "/protocole/projet/grille/annuler"
    assert len(parsed(page).select(".versions form")) == 1
    assert not parsed(read(at_work, "/protocole", NADIA)).select("form[action$=annuler]")
    said = sent_by(str(form))
    answer = at_work.client(HELENE).post(str(form["action"]), data=said)
    assert answer.headers["location"] == f"{GRID}?enregistre=annulee"
    assert facts(at_work, "grille")[-1] == GrillePublicationWithdrawn(number=2, on=MONDAY)
    again = words(read(at_work, query="?enregistre=annulee"))
    assert "Publication annulée : le projet est de nouveau en discussion, avec ses avis." in again
    assert "1 accord : Nadia Benali" in again
    assert at_work.client(HELENE).post(str(form["action"]), data={**said, "command_id": str(uuid4())}).is_redirect
    assert at_work.client(NADIA).post(str(form["action"]), data=said).status_code == 403
    assert at_work.client(HELENE).post(str(form["action"]), data={}).status_code == 422


def test_a_publication_that_counts_is_not_taken_back(at_work: House) -> None:
    drafted(at_work, ending_at(45))
    act(at_work, HELENE, "publier", from_day="2026-03-17", alone="true")
    said = sent_by(read(at_work, "/protocole", HELENE), ".versions form")
    at_work.day(TUESDAY)
    assert not parsed(read(at_work, "/protocole", HELENE)).select("form[action$=annuler]")
    answer = at_work.client(HELENE).post("/protocole/projet/grille/annuler", data=said)
    assert answer.headers["location"] == "/protocole?compte=grille"
    assert "elle ne s’annule plus" in words(read(at_work, "/protocole", HELENE, "?compte=grille"))
    assert isinstance(facts(at_work, "grille")[-1], GrillePublished)


def test_an_earlier_draft_stays_readable_with_its_opinions_and_its_end(at_work: House) -> None:
    drafted(at_work, ending_at(45), note="Les bases d’abord.")
    act(at_work, NADIA, "avis", endorsed="false", comment="Trop haut.")
    drafted(at_work, ending_at(42), replaces=1)
    act(at_work, SOPHIE, "ecarter", draft="2", reason="plus tard")
    drafted(at_work, ending_at(44))
    act(at_work, SOPHIE, "publier", draft="3", from_day="2026-03-16", alone="true")
    drafted(at_work, ending_at(43))
    page = read(at_work, "/protocole", PAUL)
    assert texts(page, "#projets .item-who") == [f"Projet de grille n° {n}" for n in (3, 2, 1)]
    ends = [one.rpartition(" · ")[2] for one in texts(page, "#projets .item-why")]
    assert ends == ["publié, à partir du 16 mars 2026", "écarté : plus tard", "remplacé par le projet n° 2"]
    first = read(at_work, GRID, PAUL, "?numero=1")
    assert "Les bases d’abord." in words(first)
    assert "Nadia Benali commente" in words(first)
    assert "Trop haut." in words(first)
    assert "Tranche 0-40 % → 0-45 %" in texts(first, "h3")
    assert "L’avis de l’équipe aucun accord" in texts(read(at_work, GRID, PAUL, "?numero=4"), "h2")
    assert at_work.client(PAUL).get(f"{GRID}?numero=5").status_code == 404


def test_an_earlier_protocol_stays_readable_too(at_work: House) -> None:
    drafted(at_work, protocol(tries=2), note="Moins de relances.")
    act(at_work, SOPHIE, "ecarter", PROTOCOL, reason="non")
    assert "Moins de relances." in words(read(at_work, PROTOCOL, query="?numero=1"))


def test_a_draft_is_dropped_with_a_reason(at_work: House) -> None:
    drafted(at_work, ending_at(45))
    refused = act(at_work, SOPHIE, "ecarter")
    assert (refused.status_code, "Écrivez le motif." in words(refused.text)) == (422, True)
    assert act(at_work, SOPHIE, "ecarter", reason="À revoir").headers["location"] == "/protocole?ecarte=grille"
    page = words(read(at_work, "/protocole", query="?ecarte=grille"))
    assert "Projet de grille écarté : rien ne change." in page
    gone = act(at_work, NADIA, "avis", endorsed="true")
    assert gone.headers["location"] == "/protocole"


# --- a protocol


def protocol(**changes: Any) -> ProtocolDocument:
    return replace(LAIGLE.protocol, **changes)


def test_a_protocol_is_edited_field_by_field(at_work: House) -> None:
    said = editor(at_work, PROTOCOL) | {
        "delays-hold_debrief": "8",
        "tries": "2",
        "concerned": "assessed",
        "result_route": "advisor",
        "modalities": ["workshop", "home"],
        "workshops-largest": "8",
        "escalation-manager": "15",
        "orientation-who": "Toute l’équipe.",
        "note": "Après l’hiver",
    }
    del said["cej_mandatory"], said["workshops-alone"]
    told = words(checked(at_work, said, PROTOCOL))
    assert "Délai : tenir la restitution : 5 jours ouvrés 8 jours ouvrés" in told
    assert send(at_work, said, url=PROTOCOL).status_code == 303
    (draft,) = facts(at_work, "protocol")
    assert isinstance(draft, ProtocolDrafted)
    known = LAIGLE.protocol
    assert draft.document == protocol(
        delays=replace(known.delays, hold_debrief=8),
        tries=2,
        concerned="assessed",
        result_route="advisor",
        cej_mandatory=False,
        modalities=("workshop", "home"),
        workshops=replace(known.workshops, largest=8, alone=False),
        escalation=replace(known.escalation, manager=15),
        stages=(replace(known.stages[0], who="Toute l’équipe."), *known.stages[1:]),
    )
    changes = words(str(parsed(read(at_work, PROTOCOL)).select_one("section[aria-labelledby=changes]")))
    for line in (
        "Pix est présenté à tous les jeunes les jeunes pour qui un besoin est jugé",
        "Obligatoire en CEJ oui non",
        "Relances avant de décider 3 2",
        "Délai : tenir la restitution 5 jours ouvrés 8 jours ouvrés",
        "Retard vu par la direction après 10 jours ouvrés 15 jours ouvrés",
        "Ateliers : places au plus 10 8",
    ):
        assert line in changes


OUT_OF_RANGE: list[tuple[dict[str, Any], str, str]] = [
    ({"delays-refer": "366"}, "delays-refer", "Écrivez un nombre d’au plus 365."),
    ({"delays-refer": "cinq"}, "delays-refer", "Écrivez un nombre entier."),
    ({"tries": "0"}, "tries", "Écrivez un nombre d’au moins 1."),
    ({"modalities": []}, "modalities", "Choisissez au moins 1 réponses."),
    ({"concerned": "personne"}, "concerned", "Choisissez l’une des réponses proposées."),
    ({"workshops-largest": "4"}, "workshops-largest", "Écrivez un nombre d’au moins"),
]


def test_a_protocol_that_does_not_hold_is_refused_where_it_is_typed(at_work: House) -> None:
    for changes, field, sentence in OUT_OF_RANGE:
        said = editor(at_work, PROTOCOL) | changes
        assert sentence in words(checked(at_work, said, PROTOCOL))
        refused = send(at_work, said, url=PROTOCOL)
        assert refused.status_code == 422
        assert sentence in words(str(parsed(refused.text).select_one(f".errors a[href='#{field}']")))
        assert parsed(refused.text).select_one(f"#{field}")
        assert facts(at_work, "protocol") == []


def test_every_delay_is_in_the_editor_under_its_task(at_work: House) -> None:
    page = parsed(at_work.client(SOPHIE).get(f"{PROTOCOL}/modifier").text)
    there = {str(tag["name"]).removeprefix("delays-") for tag in page.select("input[name^=delays-]")}
    assert there == set(Delays.__dataclass_fields__)
    assert "Tenir la restitution, à faire sous" in [tag.get("aria-label") for tag in page.select("input")]


def test_a_protocol_for_a_day_to_come_says_what_follows(at_work: House) -> None:
    at_work.scored(first="Aminata")
    drafted(at_work, protocol(delays=replace(LAIGLE.protocol.delays, dispatch_result=4, hold_debrief=8)))
    page = words(read(at_work, PROTOCOL))
    assert "ce qui s’est passé avant le 17 mars 2026 garde ses dates et ses règles" in page
    assert "Transmettre le résultat à faire sous 2 jours ouvrés 4 jours ouvrés 19 mars 23 mars" in page
    before = at_work.served.engine.head()
    act(at_work, SOPHIE, "publier", PROTOCOL, from_day="2026-03-17", alone="true")
    assert at_work.served.engine.head() == before + 1
    assert isinstance(facts(at_work, "protocol")[-1], ProtocolPublished)


# --- conditions, where proposals are offered


def test_a_proposal_for_another_programme_is_not_offered_and_what_was_shown_is_recorded(at_work: House) -> None:
    first, *others = LAIGLE.grille.bands
    cej, plain = replace(first.proposals[1], programmes=("CEJ",)), first.proposals[2]
    certification = Proposal("certification", "Certification", "certification", needs_project=True)
    drafted(at_work, replace(LAIGLE.grille, bands=(replace(first, proposals=(cej, plain, certification)), *others)))
    act(at_work, SOPHIE, "publier", from_day="2026-03-16", alone="true")
    for programme, offered in (("PACEA", ["CAP Digital", "Certification"]), ("CEJ", ["CAP LEC", "CAP Digital"])):
        dossier, found = at_work.debriefed("0.30", first="Aminata", programme=programme)
        page = at_work.client(NADIA).get(f"/dossiers/{dossier}?formulaire=prescription&sur={found}")
        lines = texts(page.text, ".choice.proposal label")
        assert [line.split(" si ")[0] for line in lines][:2] == offered
        assert lines[-1] == "Certification si le projet le demande"
        assert not parsed(page.text).select(".choice.proposal input[checked]")
        sent = values(page.text) | {"kept": ["cap-digital"]}
        assert at_work.client(NADIA).post(f"/dossiers/{dossier}/prescription", data=sent).status_code == 303
        built = at_work.events(dossier)[-1]
        assert isinstance(built, PrescriptionBuilt)
        assert ("cap-lec" in built.proposed) == (programme == "CEJ")
        assert "certification" in built.proposed
