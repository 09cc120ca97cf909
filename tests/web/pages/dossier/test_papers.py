"""Each paper says the same as a page and as a PDF, and nothing that it may not carry (docs/domain.md#papers)."""

from datetime import date
from io import BytesIO
from uuid import UUID, uuid4

from pypdf import PdfReader

from pixflow.dossier.stages import certification, parcours, prescription
from pixflow.dossier.stages.prescription import explore_difficulty
from pixflow.events.values import Partner
from pixflow.participation import campaign
from pixflow.team import membership
from tests.web.client import words
from tests.web.paths import House
from web.http.papers import Paper, pdf

NADIA, SOPHIE = "Nadia Benali", "Sophie Lecomte"
FORBIDDEN = ("40 %", "0,40", "llettrisme", "ompréhension", "ifficulté", "tranche")


def both(locale: House, path: str) -> tuple[str, str]:
    """The words of the page, and of its PDF."""
    client = locale.client(NADIA)
    page, paper = client.get(path), client.get(f"{path}.pdf")
    assert page.status_code == paper.status_code == 200
    assert paper.headers["content-type"] == "application/pdf"
    return words(page.text), read(paper.content)


def read(content: bytes) -> str:
    pages = PdfReader(BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_fiche_says_what_where_when_and_whom_to_call(locale: House) -> None:
    dossier = locale.planned()
    for said in both(locale, f"/dossiers/{dossier}/fiche"):
        for part in ("Aminata Diallo", "KMRTWX482", "app.pix.fr", "Au bureau, Mortagne", "lundi 16 mars 2026", NADIA):
            assert part in said
    assert 'src="data:image/svg+xml' in locale.client(NADIA).get(f"/dossiers/{dossier}/fiche").text, "its QR"


def test_papers_say_the_phone_of_who_follows_the_dossier(locale: House) -> None:
    dossier = locale.planned()
    locale.says(NADIA, membership.state_contact, {"staff": locale.people[NADIA]}, phone="0199001234")
    for said in both(locale, f"/dossiers/{dossier}/fiche"):
        assert f"{NADIA}, 01 99 00 12 34, nadia@exemple.fr" in said.replace("\N{NO-BREAK SPACE}", " ")


def test_the_prescription_carries_the_actions_and_not_the_suspicion(locale: House) -> None:
    dossier, actions = locale.prescribed()
    locale.on(dossier, explore_difficulty, cause="comprehension", note="", tutorials="", context={"study": uuid4()})
    sent = {"partner": Partner(None, "Médiathèque de Mortagne"), "starts": None, "ends": date(2026, 5, 4), "note": ""}
    locale.on(dossier, parcours.send_referral, action=actions[1], context={"referral": uuid4()}, **sent)
    current = locale.state(dossier).diagnostic.current("initial")
    assert current
    for said in both(locale, f"/dossiers/{dossier}/prescription/{current[0]}"):
        assert "Café numérique" in said
        assert "Permis de conduire" in said
        assert "Avec Médiathèque de Mortagne, jusqu’au 4 mai 2026" in said
        assert "Refaire le test après une formation courte" in said
        assert not [word for word in FORBIDDEN if word in said]


def test_the_prescription_says_the_dates_of_a_partner_and_the_grid_that_it_relied_on(locale: House) -> None:
    dossier, actions = locale.prescribed()
    dates = {"starts": date(2026, 4, 7), "ends": date(2026, 5, 4)}
    locale.referred(dossier, actions[1], **dates)
    locale.day(date(2026, 3, 18))
    for said in both(locale, sheet_of(locale, dossier)):
        assert "Avec Médiathèque de Mortagne, du 7 avril 2026 au 4 mai 2026" in said
        assert "Document établi le 18 mars 2026" in said
        assert "grille de lecture n° 1" in said.replace("\N{NO-BREAK SPACE}", " ")


def test_the_prescription_says_the_code_of_the_complete_diagnostic_of_its_site(locale: House) -> None:
    for code, site in (("ELSEWHERE", "L’Aigle"), ("LTBJUP656", "Mortagne")):
        declared = {"name": "Cléa numérique", "code": code, "purpose": "complete", "site": site}
        locale.says(SOPHIE, campaign.declare_campaign, {"campaign": uuid4()}, **declared)
    for said in both(locale, sheet_of(locale, kept(locale, "diagnostic-complet"))):
        assert "Code à écrire : LTBJUP656, sur app.pix.fr" in said.replace("\N{NO-BREAK SPACE}", " ")
        assert "ELSEWHERE" not in said


def test_the_prescription_says_where_and_when_the_certification_is(locale: House) -> None:
    dossier = kept(locale, "certification")
    locale.on(dossier, certification.propose_certification, note="")
    locale.on(dossier, certification.register_certification, session=date(2026, 4, 21), place="Alençon")
    for said in both(locale, sheet_of(locale, dossier)):
        assert "Le 21 avril 2026, à Alençon" in said


def test_the_prescription_says_the_partner_of_the_grid_until_the_young_person_is_referred(locale: House) -> None:
    dossier = kept(locale, "plongee-numerique", "0.20")
    for said in both(locale, sheet_of(locale, dossier)):
        assert "Avec viaformation" in said
    (action,) = locale.state(dossier).parcours.actions
    referral = locale.referred(dossier, action)
    locale.on(dossier, parcours.answer_referral, referral=referral, answer="refused", reason="Complet")
    for said in both(locale, sheet_of(locale, dossier)):
        assert "Avec" not in said


def kept(locale: House, proposal: str, mastery: str = "0.80") -> UUID:
    """A dossier whose prescription keeps one proposal of the grid."""
    dossier, found = locale.debriefed(mastery)
    grille = locale.served.refs.grille(locale.today)
    context = {"grille": grille.document, "number": grille.number, "action_ids": (uuid4(),)}
    sent = {"kept": (proposal,), "added": (), "wish": "", "project": "", "reason": ""}
    locale.on(dossier, prescription.build_prescription, participation=found, **sent, context=context)
    return dossier


def sheet_of(locale: House, dossier: UUID) -> str:
    current = locale.state(dossier).diagnostic.current("initial")
    assert current
    return f"/dossiers/{dossier}/prescription/{current[0]}"


def test_a_fiche_after_a_result_says_nothing_of_it(locale: House) -> None:
    dossier, _ = locale.prescribed()
    for said in both(locale, f"/dossiers/{dossier}/fiche"):
        assert not [word for word in FORBIDDEN if word in said]


def test_what_is_not_there_is_not_printed(locale: House) -> None:
    client, dossier = locale.client(NADIA), locale.opened()
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
