"""The papers of one young person, to print or as a PDF: the fiche, the convocation, the prescription sheet."""

from collections.abc import Iterator
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow.discretion import without_marked
from pixflow.documents.grille import PROGRAMMES
from pixflow.dossier.privacy import issue_paper
from pixflow.dossier.state import ActionState, Dossier
from pixflow.events.values import DossierPaper
from pixflow.folding import Stamp
from pixflow.partner_links.token import token_of
from pixflow.partner_links.validity import LinkedReferral, is_open
from pixflow.workshop.state import Workshop
from projections import resources
from projections.resources import StepPlace
from projections.store.folds import fold_of, folds_of
from web.desk import sites
from web.desk.commands import issue
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.proofs import with_proof
from web.french import dates, typography
from web.french.typography import say
from web.http.papers import Paper, paper_page, pdf_response, phrase_foot, whom_to_call
from web.http.people import gather_people
from web.pages.dossier import diagnostic_sheet, results
from web.pages.dossier.prescription_sheet import entry_of, is_kept
from web.pages.resources.routes import public_address

router = APIRouter()
ENDING = "Appuyez sur « Envoyer mes résultats »."


def _fiche(desk: Desk, dossier_id: UUID, dossier: Dossier) -> Paper | None:
    """The diagnostic as it is planned: campaign, code, link, QR, where and when; None when none is."""
    plan = dossier.orientation.plan
    campaign = desk.refs.campaigns.get(plan.campaign) if plan else None
    if plan is None or campaign is None:
        return None
    return Paper(
        structure=desk.refs.structure.name,
        title="Votre diagnostic numérique Pix",
        name=_name(dossier),
        code=campaign.code or "",
        link=campaign.link or "",
        entries=[diagnostic_sheet.entry_of(desk, dossier_id, dossier, plan)],
        facts=_typeset(
            ("Durée", "Prenez votre temps : le test s’arrête et se reprend."),
            ("À la fin", ENDING),
            ("Une question", _contact(desk, dossier)),
        ),
        issued=phrase_foot(desk.today),
    )


def _convocation(desk: Desk, dossier: Dossier) -> Paper | None:
    """The seat booked in a workshop; None without one."""
    seat = dossier.diagnostic.seat
    workshop = fold_of(desk.read, seat.workshop) if seat and seat.status == "booked" else None
    if not isinstance(workshop, Workshop) or workshop.starts is None or workshop.ends is None or workshop.day is None:
        return None
    hours = f"{dates.clock(workshop.starts, desk.zone)} à {dates.clock(workshop.ends, desk.zone)}"
    return Paper(
        structure=desk.refs.structure.name,
        title="Convocation à un atelier Pix",
        name=_name(dossier),
        lead=typography.typeset("Vous êtes attendu·e pour un atelier sur les compétences numériques."),
        facts=_typeset(
            ("Quand", f"{typography.upper_first(dates.weekday_day(workshop.day, year=True))}, de {hours}"),
            ("Où", sites.where(desk.refs, workshop.site, workshop.place)),
            ("À apporter", diagnostic_sheet.BRING),
            ("Un empêchement", f"Prévenez {_contact(desk, dossier)}."),
        ),
        issued=phrase_foot(desk.today),
    )


def _prescription(desk: Desk, dossier: Dossier, participation: UUID, origin: str) -> Paper | None:
    """The actions decided together. None when none was built.

    A partner without e-mail has their link here, as a QR; `origin` is the public address of the pages.
    """
    found = (one for one in results.prescribed(desk, dossier) if one.participation == participation)
    prescription_row = next(found, None)
    if prescription_row is None:
        return None
    shown = [state for state, _ in prescription_row.actions if is_kept(state)]
    grid = (
        [say("grille de lecture n° {number}", number=prescription_row.built.grille)]
        if prescription_row.built.grille
        else []
    )
    return Paper(
        structure=desk.refs.structure.name,
        title="Votre parcours numérique",
        name=_name(dossier),
        lead=say(
            "Décidé ensemble le {day} :" if shown else "Décidé ensemble le {day} : rien à faire pour le moment.",
            day=dates.day(prescription_row.built.stamp.on, year=True),
        ),
        entries=[
            entry_of(desk, dossier, state, prescription_row.since.get(state.action.id, ("", ""))[0]) for state in shown
        ],
        links=[
            *(link for state in shown for link in _partner_links(desk, dossier, state, origin)),
            *_takeaways(desk, dossier, prescription_row, origin),
        ],
        facts=_typeset(
            *(
                said
                for said in (("Votre souhait", prescription_row.built.wish), ("Votre projet", dossier.project))
                if said[1]
            ),
            ("Une question", _contact(desk, dossier)),
        ),
        signatures=(_name(dossier), "Pour la Mission locale"),
        issued=phrase_foot(desk.today, *grid),
    )


def _partner_links(desk: Desk, dossier: Dossier, state: ActionState, origin: str) -> Iterator[tuple[str, str]]:
    """Yields the links that the partners of an action have on paper, each with its label."""
    for referral in state.referrals:
        link = referral.link
        if link and link.channel == "paper" and is_open(dossier, LinkedReferral(state, referral, link), desk.today):
            text = "Pour {partner} : flashez ce code pour répondre à la Mission locale, jusqu’au {day}."
            label = say(text, partner=referral.partner.name, day=dates.day(link.until, year=True))
            yield label, f"{origin}/p/{token_of(link.id, desk.engine.token)}"


def _takeaways(
    desk: Desk, dossier: Dossier, prescription_row: results.PrescriptionRow, origin: str
) -> Iterator[tuple[str, str]]:
    """Yields what the young person takes away, each text as it stood on the day of the prescription."""
    known = desk.refs.grilles.numbered(prescription_row.built.grille)
    rank = next(
        (n for n, band in enumerate(known.bands if known else (), 1) if band.low == prescription_row.built.low), 0
    )
    programme = dossier.programme if dossier.programme in PROGRAMMES else "other"
    place = StepPlace("build-prescription", "prescription", rank, programme)
    rows = resources.list_for_step(desk.read, place, audience="young")
    states = folds_of(desk.read, {row.stream for row in rows})
    for row in rows:
        text = states[row.stream].on(prescription_row.built.stamp.on)
        if text and text.document.audience == "young":
            address = public_address(desk.served.opened.slug, row.stream, text.number)
            yield say("Pour vous : {title}", title=text.document.title), f"{origin}{address}"


def _name(dossier: Dossier) -> str:
    return f"{dossier.first_name} {dossier.last_name}"


def _contact(desk: Desk, dossier: Dossier) -> str:
    return whom_to_call(desk.refs.colleague(dossier.advisor))


def _typeset(*facts: tuple[str, str]) -> list[tuple[str, str]]:
    return [(label, typography.typeset(value)) for label, value in facts]


# --- their routes. Each paper leaves a fact before it is drawn


@router.get("/dossiers/{dossier_id:uuid}/fiche")
@router.get("/dossiers/{dossier_id:uuid}/fiche.pdf")
def fiche(request: Request, desk: AtDesk, dossier_id: UUID) -> Response:
    """The diagnostic's fiche: campaign, code, link, QR; no score on it (docs/domain.md#papers)."""
    dossier = _dossier(desk, dossier_id)
    plan = dossier.orientation.plan
    return _answer(request, desk, dossier_id, "fiche", _fiche(desk, dossier_id, dossier), plan.stamp if plan else None)


@router.get("/dossiers/{dossier_id:uuid}/convocation")
@router.get("/dossiers/{dossier_id:uuid}/convocation.pdf")
def convocation(request: Request, desk: AtDesk, dossier_id: UUID) -> Response:
    """The convocation to the workshop where a seat is booked."""
    dossier = _dossier(desk, dossier_id)
    seat = dossier.diagnostic.seat
    return _answer(request, desk, dossier_id, "convocation", _convocation(desk, dossier), seat.stamp if seat else None)


@router.get("/dossiers/{dossier_id:uuid}/prescription/{participation:uuid}")
@router.get("/dossiers/{dossier_id:uuid}/prescription/{participation:uuid}.pdf")
def prescription(request: Request, desk: AtDesk, dossier_id: UUID, participation: UUID) -> Response:
    """The prescription sheet given to the young person: the actions, not the suspicion (docs/domain.md#papers)."""
    dossier = _dossier(desk, dossier_id)
    paper, built = _prescription(desk, dossier, participation, _origin(request, desk)), dossier.prescription.built
    fact = built[participation].stamp if participation in built else None
    return _answer(request, desk, dossier_id, "prescription", paper, fact)


def _dossier(desk: Desk, dossier_id: UUID) -> Dossier:
    """Returns what a paper may say of a dossier: nothing that the grid keeps for the advisor."""
    return without_marked(desk.refs, desk.dossier(dossier_id))


def _origin(request: Request, desk: Desk) -> str:
    """Returns the public address of the pages."""
    origin = desk.host.site.url if desk.host.site else f"{request.url.scheme}://{request.url.netloc}"
    return origin.rstrip("/")


def _answer(
    request: Request, desk: Desk, dossier_id: UUID, name: DossierPaper, paper: Paper | None, fact: Stamp | None
) -> Response:
    """Answers a paper, recorded, as a page or as a PDF, with the proof of its fact. Raises 404 without one."""
    if paper is None or fact is None:
        raise HTTPException(404)
    issue(request, desk, {"dossier": dossier_id}, issue_paper, paper=name)
    told = name != "prescription"  # its fact has a score, and what the grid keeps for the advisor
    paper = with_proof(desk, paper, dossier_id, fact.version, _origin(request, desk), may_disclose=told)
    if request.url.path.endswith(".pdf"):
        return pdf_response(request, paper, name, gather_people(dossier_id))
    return paper_page(request, paper, f"/dossiers/{dossier_id}", gather_people(dossier_id))
