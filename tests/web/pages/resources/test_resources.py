"""Ressources: found, read, written by two at once, marked, asked and answered; files that are what they say."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow.documents.resource import ResourceDocument
from pixflow.resources import sharing
from pixflow.resources.state import Resource, TeamQuestion
from tests.web.client import InspectingClient, words
from tests.web.filled import texts
from tests.web.paths import House, house
from tests.web.pressing import sent_by
from tests.web.tags import parsed

SOPHIE, NADIA, PAUL, HELENE = "Sophie Lecomte", "Nadia Benali", "Paul Rey", "Hélène Morin"
CLAIRE, YANN = "Claire Vasseur", "Yann Le Goff"
MONDAY, TUESDAY = date(2026, 3, 16), date(2026, 3, 17)
TEXT = ResourceDocument(
    "Présenter Pix en cinq minutes", "fiche", "Pix est **gratuit**.", tasks=("present-pix",), stages=("orientation",)
)
YOUNG = ResourceDocument(
    "Les tutoriels de Pix", "tuto", "Connecte-toi.", links=("https://app.pix.fr",), audience="young", bands=(1,)
)
NEW = "/ressources/nouvelle"
PDF, PNG = b"%PDF-1.7\n%", b"\x89PNG\r\n\x1a\n0"


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, MONDAY) as made:
        yield made


def shared(at_work: House, document: ResourceDocument = TEXT, by: str = SOPHIE) -> UUID:
    stream = uuid4()
    at_work.says(by, sharing.share_resource, {"resource": stream}, document=document, note="")
    return stream


def state(at_work: House, stream: UUID | str) -> Resource:
    """The state of a resource, by its stream or its address."""
    found: Resource = at_work.served.engine.state("resource", UUID(str(stream).rpartition("/")[2]))
    return found


def values_of(answer: Any) -> dict[str, Any]:
    """The values of an editor that nobody touched since."""
    sent = sent_by(answer.text, "#editor form")
    return {name: value for name, value in sent.items() if name not in ("files", "do")}


def editor(at_work: House, url: str, by: str = SOPHIE) -> dict[str, Any]:
    return values_of(at_work.client(by).get(url))


def new(at_work: House, by: str = SOPHIE, **said: Any) -> dict[str, Any]:
    """The values of a new text."""
    return editor(at_work, NEW, by) | {"title": "Titre", "body": "Texte"} | said


def place(answer: Any) -> str:
    """The address of the resource that was recorded."""
    assert answer.status_code == 303, words(answer.text)
    return str(answer.headers["location"]).partition("?")[0]


def send(at_work: House, url: str, said: dict[str, Any], by: str = SOPHIE, files: Any = None, do: str = "save") -> Any:
    return at_work.client(by).post(
        url, data={**said, "do": do}, files=files or {"files": ("", b"")}, follow_redirects=False
    )


# --- the list


def test_an_empty_structure_says_what_to_write(at_work: House) -> None:
    page = at_work.client(SOPHIE).get("/ressources")
    assert "Rien n’est encore partagé." in words(page.text)
    assert "Nouvelle ressource" in words(page.text)
    assert "Proposer une ressource" in words(at_work.client(NADIA).get("/ressources").text)
    assert at_work.client(CLAIRE).get("/ressources").status_code == 200
    assert at_work.client(YANN).get("/ressources").status_code == 403


@pytest.mark.parametrize("asked", ["presenter", "PRÉSENTER pix", "presentr", "gratuit", "gratuti", "cinq"])
def test_a_search_forgives_accents_and_one_typo(at_work: House, asked: str) -> None:
    shared(at_work)
    shared(at_work, YOUNG)
    page = at_work.client(NADIA).get("/ressources", params={"q": asked}).text
    assert texts(page, "tbody th a") == ["Présenter Pix en cinq minutes"]


def test_a_title_comes_before_a_text_and_nothing_is_said_so(at_work: House) -> None:
    shared(at_work, replace(TEXT, title="Atelier", body="Pix"))
    shared(at_work, replace(TEXT, title="Pix", body="Atelier"))
    page = at_work.client(NADIA).get("/ressources", params={"q": "pix"}).text
    assert texts(page, "tbody th a") == ["Pix", "Atelier"]
    assert "Aucune ressource ne répond" in words(at_work.client(NADIA).get("/ressources?q=zzzzzz").text)
    assert at_work.client(NADIA).get("/ressources", params={"q": "x" * 201}).status_code == 422


def test_filters_stand_in_menus_with_the_number_of_rows(at_work: House) -> None:
    shared(at_work)
    shared(at_work, YOUNG)
    page = parsed(at_work.client(NADIA).get("/ressources").text)
    for chip in page.select(".menu-list a"):
        found = parsed(at_work.client(NADIA).get(chip["href"]).text)
        assert len(found.select("tbody tr")) == int(chip.select_one(".number").get_text()), chip["href"]


# --- a text


def test_a_resource_is_shared_revised_and_compared(at_work: House) -> None:
    where = place(send(at_work, NEW, new(at_work, body="# Un\r\n\r\nDeux", tasks=["hold-debrief"])))
    page = at_work.client(NADIA).get(where).text
    assert texts(page, ".article h2") == ["Un"]
    at_work.day(TUESDAY)
    said = editor(at_work, f"{where}/modifier")
    assert said["body"] == "# Un\n\nDeux"
    assert send(at_work, f"{where}/modifier", said | {"body": "Trois", "note": "plus court"}).status_code == 303
    page = at_work.client(NADIA).get(f"{where}?version=2&avec=1").text
    assert texts(page, ".side-by-side .article") == ["Un Deux", "Trois"]
    old = at_work.client(NADIA).get(f"{where}?au=2026-03-16").text
    assert texts(old, ".article") == ["Un Deux"]
    assert "Telle qu’elle était le 16 mars 2026" in words(old)
    assert at_work.client(NADIA).get(f"{where}?au=2026-03-15").status_code == 404


def test_the_second_of_two_keeps_every_word_and_may_replace(at_work: House) -> None:
    stream = shared(at_work)
    url = f"/ressources/{stream}/modifier"
    first, second = editor(at_work, url), editor(at_work, url, HELENE)
    assert send(at_work, url, first | {"body": "La mienne."}).status_code == 303
    answer = send(at_work, url, second | {"body": "La vôtre, gardée.", "note": "deux"}, HELENE)
    assert answer.status_code == 422
    page = parsed(answer.text)
    assert page.select_one("textarea[name=body]").get_text().strip() == "La vôtre, gardée."
    assert "La mienne." in words(answer.text)
    assert len(state(at_work, stream).revisions) == 2
    again = values_of(answer)
    assert send(at_work, url, again, HELENE).status_code == 303
    assert [one.document.body for one in state(at_work, stream).revisions][1:] == ["La mienne.", "La vôtre, gardée."]


def test_the_same_form_sent_twice_records_once(at_work: House) -> None:
    said = new(at_work)
    first, again = (place(send(at_work, NEW, said)) for _ in range(2))
    assert first == again
    assert len(state(at_work, first).revisions) == 1


def test_a_preview_records_nothing_and_keeps_what_was_typed(at_work: House) -> None:
    head = at_work.served.engine.head()
    said = new(at_work, title="", body="**gras**", bands=["1", "2"])
    answer = send(at_work, NEW, said, do="preview")
    assert (answer.status_code, texts(answer.text, ".article strong")) == (200, ["gras"])
    assert {box["value"] for box in parsed(answer.text).select("input[name=bands][checked]")} == {"1", "2"}
    assert at_work.served.engine.head() == head


def test_an_answer_that_is_previewed_still_answers_its_question(at_work: House) -> None:
    question = uuid4()
    at_work.says(NADIA, sharing.ask_question, {"question": question}, text="Et s’il refuse ?", task="")
    said = editor(at_work, f"/ressources/nouvelle?question={question}") | {"body": "Il reste libre."}
    seen = send(at_work, NEW, said, do="preview")
    again = values_of(seen)
    assert send(at_work, NEW, again).status_code == 303
    found: TeamQuestion = at_work.served.engine.state("question", question)
    assert found.answer is not None


def test_a_preview_says_which_files_to_choose_again_and_keeps_what_is_unticked(at_work: House) -> None:
    where = place(send(at_work, NEW, new(at_work), files={"files": ("a.pdf", PDF)}))
    said = {name: value for name, value in editor(at_work, f"{where}/modifier").items() if name != "kept"}
    seen = send(at_work, f"{where}/modifier", said, files={"files": ("b.pdf", PDF + b"b")}, do="preview")
    assert not parsed(seen.text).select("input[name=kept][checked]")
    assert "b.pdf" in words(seen.text)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": ""}, "Écrivez l’intitulé."),
        ({"body": ""}, "Écrivez le texte, ou ajoutez un lien ou un fichier."),
        ({"links": "http://pix.fr"}, "Un lien ne se lit pas"),
        ({"title": "x" * 121}, "120 au plus"),
        ({"body": "x" * 20_001}, "20 000 au plus"),
    ],
)
def test_a_text_that_is_refused_says_why_on_its_field(at_work: House, changes: dict[str, str], sentence: str) -> None:
    answer = send(at_work, NEW, new(at_work, **changes))
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    field = next(iter(changes))
    assert parsed(answer.text).select_one(f"[name={field}]")["aria-invalid"] == "true"


def test_an_advisor_proposes_and_the_referent_publishes_or_declines(at_work: House) -> None:
    where = place(send(at_work, NEW, new(at_work, NADIA, title="Idée"), NADIA))
    assert "Idée" not in words(at_work.client(PAUL).get("/ressources").text)
    assert texts(at_work.client(PAUL).get("/ressources?etat=proposees").text, "tbody th a") == ["Idée"]
    assert "1 ressource à relire" in words(at_work.client(SOPHIE).get("/boite").text)
    said = editor(at_work, f"{where}/modifier?proposition=1")
    assert said["title"] == "Idée"
    assert send(at_work, f"{where}/modifier", said).status_code == 303
    page = words(at_work.client(PAUL).get(where).text)
    assert "Sophie Lecomte" in page
    assert "proposée par Nadia Benali" in page
    assert at_work.client(NADIA).post(f"{where}/retirer", data={"command_id": str(uuid4())}).status_code == 403


def test_a_declined_proposal_without_a_reason_asks_for_it_where_it_is_declined(at_work: House) -> None:
    stream = shared(at_work)
    at_work.says(NADIA, sharing.propose_resource, {"resource": stream}, document=YOUNG, note="")
    said = {"command_id": str(uuid4()), "number": "1", "reason": " "}
    refused = at_work.client(SOPHIE).post(f"/ressources/{stream}/ecarter", data=said)
    assert refused.status_code == 422
    folds = {one.select_one("summary").text: "open" in one.attrs for one in parsed(refused.text).select("details.fold")}
    assert (folds["Écarter"], folds["Retirer"]) == (True, False)


def test_a_proposal_that_arrives_meanwhile_is_read_before_the_text_is_published(at_work: House) -> None:
    stream = shared(at_work)
    url = f"/ressources/{stream}/modifier"
    mine = editor(at_work, url)
    at_work.says(NADIA, sharing.propose_resource, {"resource": stream}, document=YOUNG, note="")
    refused = send(at_work, url, mine | {"body": "Le mien."})
    assert refused.status_code == 422
    assert "La proposition de Nadia Benali, arrivée entre-temps" in words(refused.text)
    assert "Connecte-toi." in words(refused.text)
    again = values_of(refused)
    assert again["body"] == "Le mien."
    assert state(at_work, stream).proposal is not None
    assert send(at_work, url, again).status_code == 303
    assert state(at_work, stream).current.document.body == "Le mien."


def test_a_second_proposal_builds_on_the_first_or_is_told_of_it(at_work: House) -> None:
    stream = shared(at_work)
    url = f"/ressources/{stream}/modifier"
    first, second = editor(at_work, url, NADIA), editor(at_work, url, PAUL)
    assert send(at_work, url, first | {"body": "De Nadia."}, NADIA).status_code == 303
    refused = send(at_work, url, second | {"body": "De Paul."}, PAUL)
    assert refused.status_code == 422
    assert "De Nadia." in words(refused.text)
    assert state(at_work, stream).proposal.document.body == "De Nadia."
    assert editor(at_work, url, PAUL)["body"] == "De Nadia."
    assert send(at_work, url, editor(at_work, url, NADIA) | {"body": "De Nadia, encore."}, NADIA).status_code == 303


def test_a_proposal_keeps_the_files_and_takes_none(at_work: House) -> None:
    where = place(send(at_work, NEW, new(at_work), files={"files": ("a.pdf", PDF)}))
    proposed = editor(at_work, f"{where}/modifier", NADIA) | {"body": "Mieux."}
    assert (
        send(at_work, f"{where}/modifier", proposed, NADIA, files={"files": ("b.pdf", PDF + b"b")}).status_code == 303
    )
    waits = state(at_work, where).proposal
    assert [one.name for one in waits.document.files] == ["a.pdf"]


# --- hostile texts

HOSTILE = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))", "[x](//evil.example/a)", "[x](\\\\evil.example)", "<javascript:alert(1)>",
    "[x](data:text/html;base64,PHNjcmlwdD4=)", "[x](vbscript:x)", "![x](https://evil.example/pixel.png)",
    "![x](//evil.example/pixel.png)", "<a href='//evil.example'>x</a>", "[x]: //evil.example\n\n[x]",
    "<svg onload=alert(1)>", "<iframe src='https://evil.example'></iframe>",
    '[x](https://pix.fr "a\\" onmouseover=alert(1) x=\\"")', "<style>body{display:none}</style>",
    "|a|\n|-|\n|<b onclick=1>|", "[x](https://pix.fr/\n\nonclick=alert(1))", "&lt;script&gt;alert(1)&lt;/script&gt;",
    "[x](&#106;avascript:alert(1))", "[x](java\tscript:alert(1))", "<details open ontoggle=alert(1)>", "`<script>`",
    '<https://evil.example/"onclick=x>', "[a](https://pix.fr@evil.example/)", "# <meta http-equiv=refresh content=0>",
    "<base href='https://evil.example'>", "[x](tel:1<script>)", "<form action='https://evil.example'><input></form>",
    "\u202e[x](https://pix.fr)", "\\<script>",
)  # fmt: skip
"""Texts that would harm whoever reads them."""
NEVER = {"script", "img", "svg", "iframe", "style", "form", "input", "base", "meta", "details", "b"}


def test_no_hostile_text_leaves_a_tag_an_attribute_or_a_link_of_its_own(at_work: House) -> None:
    client = at_work.client(NADIA)
    for text in HOSTILE:
        stream = shared(at_work, replace(TEXT, body=text))
        for tag in parsed(client.get(f"/ressources/{stream}").text).select(".article *"):
            href = str(tag.get("href", "https://pix.fr"))
            assert tag.name not in NEVER, text
            assert set(tag.attrs) <= {"href", "rel"}, text
            assert href.startswith(("https://", "mailto:", "tel:")), text
            assert "@evil" not in href, text


def test_a_page_has_one_h1_whatever_the_text_says(at_work: House) -> None:
    stream = shared(at_work, replace(TEXT, body="# Un\n\n# Deux\n\nTrois\n==="))
    page = parsed(at_work.client(NADIA).get(f"/ressources/{stream}").text)
    assert len(page.select("h1")) == 1
    assert [tag.name for tag in page.select(".article > *") if tag.name.startswith("h")] == ["h2", "h2", "h2"]


def test_a_deep_or_heavy_text_answers_all_the_same(at_work: House) -> None:
    for text in (
        ">" * 19_000,
        "[" * 19_000,
        "*a_" * 6_000,
        "|" + "a|" * 3_000 + "\n" + "|-" * 3_000 + "|",
        "`" * 19_000,
    ):
        stream = shared(at_work, replace(TEXT, body=text))
        assert at_work.client(NADIA).get(f"/ressources/{stream}").status_code == 200


# --- files


def with_file(at_work: House, name: str, content: bytes) -> Any:
    return send(at_work, NEW, new(at_work), files={"files": (name, content, "text/html")})


def test_a_file_is_kept_and_sent_to_be_saved(at_work: House) -> None:
    where = place(with_file(at_work, "../Affiche à l’accueil.PDF", PDF))
    link = parsed(at_work.client(NADIA).get(where).text).select_one("a[download]")
    assert link.get_text() == "Affiche à l’accueil.pdf"
    answer = at_work.client(NADIA).get(link["href"])
    assert answer.content == PDF
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith('attachment; filename="ressource.pdf"')
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert at_work.client(NADIA).get(f"{where}/fichiers/{'0' * 64}").status_code == 404
    assert at_work.client(YANN).get(link["href"]).status_code == 403


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<script>"), ("page.pdf", b"<html><script>alert(1)</script>"), ("image.png", PDF),
        ("a.svg", b"<svg/>"), ("macro.docm", b"PK\x03\x04"), (".pdf", PDF), ("pdf", PDF), ("a.pdf.exe", PDF),
        ("photo.jpg", PNG),
        ("lourd.pdf", PDF + b"0" * 5 * 1024 * 1024),
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_it_says_is_refused_and_nothing_is_stored(
    at_work: House, name: str, content: bytes
) -> None:
    head = at_work.served.engine.head()
    answer = with_file(at_work, name, content)
    assert answer.status_code == 422
    assert parsed(answer.text).select_one("input[name=title]")["value"] == "Titre"
    assert at_work.served.engine.head() == head


def test_a_heavy_archive_is_stored_and_never_opened(at_work: House) -> None:
    """A bomb in a docx weighs what it weighs: nothing here unpacks it."""
    bomb = b"PK\x03\x04" + b"\0" * 4_000_000
    where = place(with_file(at_work, "bombe.docx", bomb))
    link = parsed(at_work.client(NADIA).get(where).text).select_one("a[download]")
    assert len(at_work.client(NADIA).get(link["href"]).content) == len(bomb)


def test_a_resource_has_three_files_and_those_unticked_go(at_work: House) -> None:
    three = [("files", (f"{n}.png", PNG + bytes([n]))) for n in range(3)]
    where = place(send(at_work, NEW, new(at_work), files=three))
    said = editor(at_work, f"{where}/modifier")
    assert len(said["kept"]) == 3
    more = {"files": ("4.png", PNG)}
    assert send(at_work, f"{where}/modifier", said, files=more).status_code == 422
    said["kept"] = said["kept"][1:]
    assert send(at_work, f"{where}/modifier", said, files=more).status_code == 303
    names = [file.name for file in state(at_work, where).current.document.files]
    assert names == ["1.png", "2.png", "4.png"]
    first = state(at_work, where).revisions[0].document.files[0].digest
    assert at_work.client(NADIA).get(f"{where}/fichiers/{first}").status_code == 200, "an earlier text keeps its files"


# --- for the young person


def test_a_young_person_reads_without_account_what_is_theirs_and_nothing_else(at_work: House) -> None:
    mine, theirs = shared(at_work, YOUNG), shared(at_work)
    stranger = InspectingClient(at_work.app)
    base = f"/t/{at_work.slug}/ressources"
    page = stranger.get(f"{base}/{mine}/1")
    assert texts(page.text, "h1") == ["Les tutoriels de Pix"]
    assert "Sophie" not in page.text
    for url in (f"{base}/{theirs}/1", f"{base}/{mine}/2", f"{base}/{uuid4()}/1", f"/t/ailleurs/ressources/{mine}/1"):
        assert stranger.get(url).status_code == 404, url
    at_work.says(
        SOPHIE, sharing.revise_resource, {"resource": mine}, document=replace(YOUNG, body="Mieux."), note="", replaces=1
    )
    assert "Ce texte a été revu depuis." in words(stranger.get(f"{base}/{mine}/1").text)
    at_work.says(SOPHIE, sharing.withdraw_resource, {"resource": mine}, reason="périmée")
    assert stranger.get(f"{base}/{mine}/1").status_code == 404


def test_the_prescription_sheet_gives_what_is_theirs_as_it_stood_that_day(at_work: House) -> None:
    mine = shared(at_work, replace(YOUNG, bands=(), tasks=("build-prescription",)))
    shared(at_work, replace(TEXT, title="Pour l’équipe", tasks=("build-prescription",)))
    dossier, _ = at_work.prescribed()
    at_work.day(TUESDAY)
    later = {
        "document": replace(YOUNG, bands=(), tasks=("build-prescription",), title="Revu"),
        "note": "",
        "replaces": 1,
    }
    at_work.says(SOPHIE, sharing.revise_resource, {"resource": mine}, **later)
    participation = next(iter(at_work.state(dossier).prescription.built))
    page = at_work.client(NADIA).get(f"/dossiers/{dossier}/prescription/{participation}").text
    assert "Pour vous : Les tutoriels de Pix" in words(page)
    assert "Pour l’équipe" not in words(page)
    assert at_work.client(NADIA).get(f"/dossiers/{dossier}/prescription/{participation}.pdf").status_code == 200


def test_a_step_shows_three_texts_at_most_and_never_hides_its_form(at_work: House) -> None:
    dossier = at_work.opened()
    for n in range(5):
        shared(at_work, replace(TEXT, title=f"Texte {n}"))
    page = parsed(at_work.client(NADIA).get(f"/dossiers/{dossier}?formulaire=present").text)
    near = page.select_one("#form .near")
    assert [summary.get_text(strip=True) for summary in near.select("summary")] == ["Texte 0", "Texte 1", "Texte 2"]
    assert not near.select("details[open]")
    assert page.select_one("#form form button")
    assert near.select_one("a[target]")["href"] == "/ressources/questions/nouvelle?tache=present-pix"


# --- questions and marks


def test_a_question_is_asked_answered_by_a_new_text_and_both_names_stay(at_work: House) -> None:
    nadia = at_work.client(NADIA)
    form = sent_by(nadia.get("/ressources/questions/nouvelle?tache=present-pix").text, "form.sheet-form")
    answer = nadia.post("/ressources/questions", data=form | {"text": "Et s’il refuse ?"})
    where = answer.headers["location"]
    assert "Question envoyée." in words(nadia.get(where).text)
    assert "1 question sans réponse" in words(at_work.client(SOPHIE).get("/boite").text)
    said = editor(at_work, f"/ressources/nouvelle?question={where.rpartition('/')[2]}")
    assert (said["title"], said["tasks"]) == ("Et s’il refuse ?", "present-pix")
    url = send(at_work, NEW, said | {"body": "On en reparle."}).headers["location"]
    page = words(at_work.client(PAUL).get(url).text)
    assert "Elle répond à" in page
    assert "Nadia Benali" in page
    assert "Sophie Lecomte y répond" in words(nadia.get(where).text)
    assert "question sans réponse" not in words(at_work.client(SOPHIE).get("/boite").text)


def test_a_question_is_answered_by_a_known_text_or_dropped(at_work: House) -> None:
    stream, known = uuid4(), shared(at_work)
    at_work.says(NADIA, sharing.ask_question, {"question": stream}, text="Combien de temps ?", task="")
    url = f"/ressources/questions/{stream}"
    dropped = at_work.client(PAUL).post(f"{url}/clore", data={"command_id": str(uuid4()), "reason": ""})
    assert "Seules la personne" in words(dropped.text)
    at_work.client(SOPHIE).post(f"{url}/repondre", data={"command_id": str(uuid4()), "answer": str(known)})
    found: TeamQuestion = at_work.served.engine.state("question", stream)
    assert found.answer == known
    assert at_work.client(NADIA).post(f"{url}/repondre", data={"command_id": str(uuid4())}).status_code == 403


def test_two_who_find_it_not_useful_have_it_read_again(at_work: House) -> None:
    stream = shared(at_work)
    for name in (NADIA, PAUL):
        data = {"command_id": str(uuid4()), "number": "1", "useful": "false", "comment": "trop long"}
        assert at_work.client(name).post(f"/ressources/{stream}/avis", data=data).status_code == 303
    assert "1 ressource à relire" in words(at_work.client(SOPHIE).get("/boite").text)
    assert texts(at_work.client(SOPHIE).get(f"/ressources/{stream}").text, ".plain-list li")[0].startswith(
        "Paul Rey : pas utile"
    )
    at_work.client(SOPHIE).post(f"/ressources/{stream}/relue", data={"command_id": str(uuid4())})
    assert "à relire" not in words(at_work.client(SOPHIE).get("/boite").text)
