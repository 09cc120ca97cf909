"""Each paper says the same as a page and as a PDF, and nothing that it may not carry (docs/domain.md#papers)."""

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pypdf import PdfReader

from pixflow.dossier.stages import certification, parcours, prescription
from pixflow.dossier.stages.prescription import explore_difficulty
from pixflow.events.values import Partner
from pixflow.participation import campaign
from pixflow.team import membership
from tests.web.client import words
from tests.web.paths import House, house
from web.http.papers import Paper, pdf

NADIA, SOPHIE = "Nadia Benali", "Sophie Lecomte"
FORBIDDEN = ("40 %", "0,40", "llettrisme", "ompréhension", "ifficulté", "tranche")


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, date(2026, 3, 16)) as made:
        yield made


def both(at_work: House, path: str) -> tuple[str, str]:
    """The words of the page, and of its PDF."""
    client = at_work.client(NADIA)
    page, paper = client.get(path), client.get(f"{path}.pdf")
    assert page.status_code == paper.status_code == 200
    assert paper.headers["content-type"] == "application/pdf"
    return words(page.text), read(paper.content)


def read(content: bytes) -> str:
    pages = PdfReader(BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_fiche_says_what_where_when_and_whom_to_call(at_work: House) -> None:
    dossier = at_work.planned()
    for said in both(at_work, f"/dossiers/{dossier}/fiche"):
        for part in ("Aminata Diallo", "KMRTWX482", "app.pix.fr", "Au bureau, Mortagne", "lundi 16 mars 2026", NADIA):
            assert part in said
    assert 'src="data:image/svg+xml' in at_work.client(NADIA).get(f"/dossiers/{dossier}/fiche").text, "its QR"


def test_papers_say_the_phone_of_who_follows_the_dossier(at_work: House) -> None:
    dossier = at_work.planned()
    at_work.says(NADIA, membership.state_contact, {"staff": at_work.people[NADIA]}, phone="0199001234")
    for said in both(at_work, f"/dossiers/{dossier}/fiche"):
        assert f"{NADIA}, 01 99 00 12 34, nadia@exemple.fr" in said.replace("\N{NO-BREAK SPACE}", " ")


def test_the_prescription_carries_the_actions_and_not_the_suspicion(at_work: House) -> None:
    dossier, actions = at_work.prescribed()
    at_work.on(dossier, explore_difficulty, cause="comprehension", note="", tutorials="", context={"study": uuid4()})
    sent = {"partner": Partner(None, "Médiathèque de Mortagne"), "starts": None, "ends": date(2026, 5, 4), "note": ""}
    at_work.on(dossier, parcours.send_referral, action=actions[1], context={"referral": uuid4()}, **sent)
    current = at_work.state(dossier).diagnostic.current("initial")
    assert current
    for said in both(at_work, f"/dossiers/{dossier}/prescription/{current[0]}"):
        assert "Café numérique" in said
        assert "Permis de conduire" in said
        assert "Avec Médiathèque de Mortagne, jusqu’au 4 mai 2026" in said
        assert "Refaire le test après une formation courte" in said
        assert not [word for word in FORBIDDEN if word in said]


def test_the_prescription_says_the_dates_of_a_partner_and_the_grid_that_it_relied_on(at_work: House) -> None:
    dossier, actions = at_work.prescribed()
    dates = {"starts": date(2026, 4, 7), "ends": date(2026, 5, 4)}
    at_work.referred(dossier, actions[1], **dates)
    at_work.day(date(2026, 3, 18))
    for said in both(at_work, sheet_of(at_work, dossier)):
        assert "Avec Médiathèque de Mortagne, du 7 avril 2026 au 4 mai 2026" in said
        assert "Document établi le 18 mars 2026" in said
        assert "grille de lecture n° 1" in said.replace("\N{NO-BREAK SPACE}", " ")


def test_the_prescription_says_the_code_of_the_complete_diagnostic_of_its_site(at_work: House) -> None:
    for code, site in (("ELSEWHERE", "L’Aigle"), ("LTBJUP656", "Mortagne")):
        declared = {"name": "Cléa numérique", "code": code, "purpose": "complete", "site": site}
        at_work.says(SOPHIE, campaign.declare_campaign, {"campaign": uuid4()}, **declared)
    for said in both(at_work, sheet_of(at_work, kept(at_work, "diagnostic-complet"))):
        assert "Code à écrire : LTBJUP656, sur app.pix.fr" in said.replace("\N{NO-BREAK SPACE}", " ")
        assert "ELSEWHERE" not in said


def test_the_prescription_says_where_and_when_the_certification_is(at_work: House) -> None:
    dossier = kept(at_work, "certification")
    at_work.on(dossier, certification.propose_certification, note="")
    at_work.on(dossier, certification.register_certification, session=date(2026, 4, 21), place="Alençon")
    for said in both(at_work, sheet_of(at_work, dossier)):
        assert "Le 21 avril 2026, à Alençon" in said


def test_the_prescription_says_the_partner_of_the_grid_until_the_young_person_is_referred(at_work: House) -> None:
    dossier = kept(at_work, "plongee-numerique", "0.20")
    for said in both(at_work, sheet_of(at_work, dossier)):
        assert "Avec viaformation" in said
    (action,) = at_work.state(dossier).parcours.actions
    referral = at_work.referred(dossier, action)
    at_work.on(dossier, parcours.answer_referral, referral=referral, answer="refused", reason="Complet")
    for said in both(at_work, sheet_of(at_work, dossier)):
        assert "Avec" not in said


def kept(at_work: House, proposal: str, mastery: str = "0.80") -> UUID:
    """A dossier whose prescription keeps one proposal of the grid."""
    dossier, found = at_work.debriefed(mastery)
    grille = at_work.served.refs.grille(at_work.today)
    context = {"grille": grille.document, "number": grille.number, "action_ids": (uuid4(),)}
    sent = {"kept": (proposal,), "added": (), "wish": "", "project": "", "reason": ""}
    at_work.on(dossier, prescription.build_prescription, participation=found, **sent, context=context)
    return dossier


def sheet_of(at_work: House, dossier: UUID) -> str:
    current = at_work.state(dossier).diagnostic.current("initial")
    assert current
    return f"/dossiers/{dossier}/prescription/{current[0]}"


def test_a_fiche_after_a_result_says_nothing_of_it(at_work: House) -> None:
    dossier, _ = at_work.prescribed()
    for said in both(at_work, f"/dossiers/{dossier}/fiche"):
        assert not [word for word in FORBIDDEN if word in said]


def test_what_is_not_there_is_not_printed(at_work: House) -> None:
    client, dossier = at_work.client(NADIA), at_work.opened()
    for path in ("fiche", "convocation", f"prescription/{uuid4()}"):
        for end in ("", ".pdf"):
            assert client.get(f"/dossiers/{dossier}/{path}{end}").status_code == 404


def test_a_pdf_prints_what_was_typed_as_it_was_typed_and_all_its_rows() -> None:
    typed = "*Zoé* #panic() $x$ <a> \\ @b _c_ //d"
    rows = [[f"Personne {n}", ""] for n in range(60)]
    paper = Paper(structure="ML", title="Émargement", name=typed, titles=("Nom", "Signature"), rows=rows, issued="")
    content = pdf(paper)
    said = read(content)
    assert typed in said
    assert all(f"Personne {n}" in said for n in range(60))
    assert len(PdfReader(BytesIO(content)).pages) > 1


def test_the_pdf_says_its_language_and_its_title() -> None:
    reader = PdfReader(BytesIO(pdf(Paper(structure="ML", title="Convocation", name="Zoé", issued=""))))
    assert str(reader.trailer["/Root"]["/Lang"]).startswith("fr")  # type: ignore[index]
    assert reader.metadata is not None
    assert reader.metadata.title == "Convocation – Zoé"
    assert bool(reader.trailer["/Root"]["/MarkInfo"]["/Marked"])  # type: ignore[index]
