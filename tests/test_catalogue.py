"""A walk over every event that may be stored: its stored example, the decision that emits it, its effect.

tests/golden/<topic>.json is one stored state, frozen: what was written once is read for ever. <topic>.2.json has the
next shape. golden/catalogue.json is the list of shapes. `python -m tests.test_catalogue` adds what is new to both. It
overwrites no example, and refuses a shape that would not read what is stored (tests/test_shapes.py).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count, takewhile
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.persistence import StoredEvent
from msgspec.structs import replace

from pixflow import structure
from pixflow.actor import OPERATOR
from pixflow.documents.definitions import Definitions
from pixflow.documents.grille import Band, Grille, Proposal
from pixflow.documents.protocol import ProtocolDocument, StageText, Workshops
from pixflow.documents.resource import FileNote, ResourceDocument
from pixflow.dossier import assignment, follow_up, identity, privacy, reach, retraction
from pixflow.dossier.stages import certification, diagnostic, orientation, parcours, prescription
from pixflow.dossier.state import Dossier
from pixflow.events import campaign as c
from pixflow.events import contact as k
from pixflow.events import dossier as d
from pixflow.events import indicators as i
from pixflow.events import participation as p
from pixflow.events import partner as t
from pixflow.events import question as q
from pixflow.events import resource as r
from pixflow.events import staff as s
from pixflow.events import workshop as w
from pixflow.events.base import Event, Recorded
from pixflow.events.catalogue import catalogue
from pixflow.events.grille import (
    GrilleDraftDropped,
    GrilleDrafted,
    GrilleEndorsed,
    GrillePublicationWithdrawn,
    GrillePublished,
)
from pixflow.events.intake import ExportReceived, ExportTakenBack
from pixflow.events.notices import NoticeSent
from pixflow.events.protocol import (
    ProtocolDraftDropped,
    ProtocolDrafted,
    ProtocolEndorsed,
    ProtocolPublicationWithdrawn,
    ProtocolPublished,
)
from pixflow.events.structure import (
    BackupRestored,
    ErasuresAllowed,
    JournalSealed,
    KeyRotated,
    ListIssued,
    OrganisationAccepted,
    OrganisationWithdrawn,
    PortfolioMapped,
    ProgramStarted,
    ReadingsIssued,
    RegisterBegun,
    ShortcutOpened,
    SiteLocated,
    StructureOpened,
    TeamConfirmed,
)
from pixflow.events.values import (
    ContactDetails,
    Level,
    Moment,
    OfferTerms,
    Part,
    Partner,
    PartnerDetails,
    Profile,
    Result,
)
from pixflow.folding import Stamp
from pixflow.participation import campaign, matches
from pixflow.partner_links import issuing
from pixflow.partners import catalogue as places_catalogue
from pixflow.partners import contacts, listing
from pixflow.partners.state import PartnerState
from pixflow.protocol import drafting, publishing
from pixflow.resources import sharing
from pixflow.store.sealing import TypedMapper
from pixflow.streams import KINDS, kind_of
from pixflow.team import absences, accounts, membership, notices, staff
from pixflow.team.staff import Access
from pixflow.workshop import booking, scheduling
from tests.decisions import DECISIONS
from tests.given import (
    ACTION,
    ADDED,
    ADVISOR,
    ANSWERING,
    AT,
    CAMPAIGN,
    COLLEAGUE,
    DAY,
    DEBRIEFED,
    DOSSIER,
    GRILLE,
    HELD,
    LATER,
    OTHER_DOSSIER,
    PARTICIPATION,
    PARTNER_LINK,
    PLAN,
    PRESCRIBED,
    REFERRAL,
    RESULT_IN,
    SECOND,
    STRUCTURE,
    STUDY,
    WORKSHOP,
    answered,
    appointment,
    assigned,
    attended,
    booked,
    certification_taken,
    closed,
    confirmed,
    debriefed,
    declared,
    dispatched,
    found,
    given,
    hours,
    imported,
    kept,
    link_issued,
    linked,
    marked,
    opened,
    received,
    reminder,
    reopened,
    runs,
    scheduled,
    seated,
    sent,
    set_aside,
    stamped,
    studied,
    waits,
    without_bookkeeping,
)
from tests.given import certification as proposed
from tests.test_shapes import CATALOGUE, GOLDEN, broken, frozen, holds, shapes

EVENTS = list(catalogue())
MAPPER = TypedMapper(EVENTS)
NEXT = datetime(2026, 9, 16, 7, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Emitted:
    """Past events, the decision and its arguments; `no_effect` says why the state does not change."""

    before: tuple[Event, ...]
    decide: Callable[..., Any]
    told: dict[str, Any] = field(default_factory=dict)
    no_effect: str = ""


PROTOCOL = ProtocolDocument(
    name="ML",
    concerned="all",
    cej_mandatory=True,
    modalities=("workshop", "home"),
    result_route="referent",
    stages=(StageText("orientation", "Le conseiller", "À l'accueil", "Il présente Pix."),),
)
GRID = Grille(
    "Grille",
    "half-up",
    (
        Band(
            0,
            40,
            "Vérifier les savoirs de base",
            "Bases",
            (
                Proposal("illettrisme", "Illettrisme à vérifier", "check", "En entretien.", advisor_only=True),
                Proposal(
                    "cap-lec", "CAP LEC", "action", partner="viaformation", programmes=("CEJ",), needs_project=True
                ),
            ),
        ),
        Band(41, 100, "Développer", "Développer", (Proposal("cv", "Valoriser sur son CV", "cv"),)),
    ),
)
DRAFT: dict[str, Any] = {"note": "après l'hiver", "replaces": 0, "on": DAY}
DEFINITIONS = Definitions(
    "Trimestre 2",
    (("I5", 10),),
    workshop_presents=False,
    without=(("R9", "la formation commence en mai"),),
    aims=(("begun", 120),),
)
DEFINITIONS_DRAFTED = i.DefinitionsDrafted(draft=1, document=DEFINITIONS, note="après l'hiver", on=DAY)
PROTOCOL_DRAFTED = ProtocolDrafted(draft=1, document=PROTOCOL, note="après l'hiver", on=DAY)
GRILLE_DRAFTED = GrilleDrafted(draft=1, document=GRID, note="après l'hiver", on=DAY)
OPINION: dict[str, Any] = {"draft": 1, "endorsed": True, "comment": "d'accord", "by": str(COLLEAGUE), "on": DAY}
IDENTITY: dict[str, Any] = {
    "last_name": "Lefèvre", "first_name": "Léa", "birth_date": date(2005, 3, 2), "imilo_number": "0012A",
    "site": "L'Aigle", "on": DAY,
}  # fmt: skip
RESULT = Result(
    shared=Moment(DAY, datetime(2026, 9, 15, 8, 15, tzinfo=UTC)),
    mastery=Decimal("0.35"),
    palier=2,
    paliers=5,
    badges=(("Cléa", False),),
    competences=(Part("Mener une recherche", 3, 8),),
    domains=(Part("Information", 3, 8),),
)
PROFILE = Profile(
    shared=Moment(DAY, datetime(2026, 9, 15, 8, 15, tzinfo=UTC)),
    pix=204,
    certifiable=True,
    certifiable_competences=10,
    levels=(Level("Mener une recherche", 3, 24), Level("Programmer", 0, None)),
)
LINK: dict[str, Any] = {
    "participation": PARTICIPATION, "campaign": CAMPAIGN, "purpose": "initial", "on": DAY,
    "started": Moment(DAY, datetime(2026, 9, 15, 7, tzinfo=UTC)), "progress": Decimal("0.5"),
}  # fmt: skip
ROW: dict[str, Any] = {
    "campaign": CAMPAIGN, "purpose": "initial", "last_name": "LEFÈVRE", "first_name": "Léa", "external_id": "0012A",
    "imported": (("Groupe", "CEJ 4"),), "started": Moment(DAY), "progress": Decimal("0.5"), "ordinal": 0,
    "result": None, "exported_at": AT, "on": DAY,
}  # fmt: skip
MATCH: dict[str, Any] = {
    "participation_id": PARTICIPATION, "dossier_id": DOSSIER, "automatic": False, "score": 86,
    "reasons": ("same-words",), "warnings": ("other-number",), "others": (OTHER_DOSSIER,), "on": DAY,
}  # fmt: skip
FOLLOW: dict[str, Any] = {"participation_id": PARTICIPATION, "exported_at": NEXT, "on": LATER}
COUNTS: dict[str, Any] = {"new": 5, "progressed": 1, "shared": 2, "unchanged": 3, "vanished": 0, "problems": 1}
RECEIVED = ExportReceived(digest="ab" * 32, campaign=CAMPAIGN, exported_at=AT, on=DAY, **COUNTS)
TAKEN_BACK = ExportTakenBack(version=1, campaign=CAMPAIGN, exported_at=AT, taken=5, left=1, on=DAY)
TASK = f"hold-debrief:{PARTICIPATION}"
CAMILLE = (
    s.StaffJoined(name="Camille", email="c@ml.fr", site=None, on=DAY), s.RoleGranted(role="advisor", on=DAY),
)  # fmt: skip
KEEPER = (CAMILLE[0], s.RoleGranted(role="administrator", on=DAY))
PAUL = {COLLEAGUE: staff.Staff(1, name="Paul", roles=frozenset({"advisor"}))}
AWAY: dict[str, Any] = {
    "absence": PLAN, "first": DAY, "last": LATER, "deputy": COLLEAGUE, "team": PAUL, "on": DAY,
    "actor": str(ADVISOR),
}  # fmt: skip
BY_PAUL: dict[str, Any] = {"on": DAY, "actor": str(COLLEAGUE)}
STEWARD = staff.Staff(
    1, name="—", roles=frozenset({"manager"}), access=Access(opened=True, confirmed=True, closed_at=AT)
)
BY_SECOND: dict[str, Any] = {
    **BY_PAUL, "person": REFERRAL, "team": {ADVISOR: STEWARD, COLLEAGUE: STEWARD, ACTION: STEWARD},
}  # fmt: skip
"""The events before are by ADVISOR. Each of the three was closed just now, and is open again."""
BY_KEEPERS: dict[str, Any] = {
    **BY_SECOND, "team": {one: replace(STEWARD, roles=frozenset({"administrator"})) for one in (ADVISOR, COLLEAGUE)},
}  # fmt: skip
HALF = linked(progress="0.5")

ARTICLE = ResourceDocument(
    title="Présenter Pix en cinq minutes",
    kind="fiche",
    body="# Ce qu’il faut dire\n\nPix est **gratuit**.",
    links=("https://pix.fr",),
    stages=("orientation",),
    tasks=("present-pix",),
    bands=(1, 2),
    programmes=("CEJ",),
    audience="young",
    files=(FileNote("ab" * 32, "affiche.pdf", "application/pdf", 1204),),
)
REVISED = ResourceDocument("Présenter Pix en cinq minutes", "fiche", "Pix est gratuit.")
SHARED = r.ResourceShared(document=ARTICLE, note="", on=DAY)
PROPOSED = r.ResourceProposed(proposal=1, document=ARTICLE, note="pour l’accueil", on=DAY)
ASKED = q.QuestionAsked(text="Que dire à qui refuse le test ?", task="present-pix", on=DAY)
RESOURCE = UUID(int=0x5E)

SEAT: dict[str, Any] = {"workshop_id": WORKSHOP, "dossier_id": DOSSIER}
BOOK = SEAT | {"or_wait": True, "initial": True, "plan": PLAN, "on": DAY}
MARK = SEAT | {"presence": "present", "trouble": True, "ease": False, "entrusted": True, "on": HELD}
OTHER = UUID(int=0xA3)
WAITED: dict[str, Any] = {"waited": timedelta(minutes=40), "now": hours(HELD)["ends"]}
NOTED: datetime = hours(HELD)["ends"]
CONTESTED = d.AttendanceContested(workshop=WORKSHOP, mark="absent", presser=OTHER, at=NOTED, noter=ADVISOR, on=HELD)
RUN_BY = {"facilitators": (ADVISOR,), "rules": Workshops(), "on": DAY}
SCHEDULED = {
    "campaign_id": CAMPAIGN, "site": "Mortagne", "place": "Salle 2", **hours(), "capacity": 8,
    "facilitators": (ADVISOR,), "series": UUID(int=0xE9), "rules": Workshops(), "on": DAY,
}  # fmt: skip

EPN = PartnerDetails(
    name="EPN de L’Aigle",
    kinds=("EPN",),
    siret="21610214800017",
    address="5 place du Parc",
    commune="61214",
    town="L'Aigle",
    postal_code="61300",
    point=(48.7643, 0.6282),
    phone="+33233844440",
    email="epn@example.org",
    hours="Mo-Fr 09:00-12:00",
    services=("Maîtrise des outils numériques du quotidien",),
    support=("Dans un atelier collectif",),
)
LISTED = t.PartnerListed(details=EPN, source="", place="", updated=None, digest="", on=DAY)
IMPORTED = t.PartnerListed(details=EPN, source="Dora", place="7", updated=DAY, digest="a0", on=DAY)
PLACE: dict[str, Any] = {"source": "Dora", "place": "7", "updated": DAY, "details": EPN, "on": LATER}
TERMS = OfferTerms(
    label="Bureautique", kind="digital", bands=((0, 40),), proposals=("cap-digital",), seats=8, bring="un CV"
)
OFFER, OTHER_PARTNER = UUID(int=0xE1), UUID(int=0xE2)
OFFERED = t.OfferListed(offer=OFFER, terms=TERMS, on=DAY)
LISE = ContactDetails("Lise Marchand", "conseillère numérique", "+33233840000", "lise@example.org", "email")
CALLED = k.ContactNamed(partner=OTHER, details=LISE, on=DAY)
PLACES_COUNTED = {"new": 3, "changed": 1, "unchanged": 0, "gone": 0, "aside": 1, "outside": 12, "refused": 0}
REACHED = d.ContactCorrected(phone="+33612345678", email=None, on=DAY)
EMITTED: dict[type[Event], Emitted] = {
    StructureOpened: Emitted(
        (), structure.open_structure,
        {"name": "ML", "sites": ("Saint-Denis",), "zone": "Indian/Reunion", "calendar": "FR-974"},
    ),
    ProgramStarted: Emitted((STRUCTURE,), structure.start_program, {"pixflow": "0.1.0"}),
    KeyRotated: Emitted(
        (STRUCTURE,), structure.record_rotation, {"motive": "departure", "keys": 126, "backups": 14},
        no_effect="keys are no part of the state",
    ),
    BackupRestored: Emitted(
        (STRUCTURE,), structure.record_restore,
        {
            "kept": 61150, "lost": 12, "backup": "2026-03-02T080000Z", "made": datetime(2026, 3, 2, 8, tzinfo=UTC),
            "motive": "damage",
        },
    ),
    RegisterBegun: Emitted((STRUCTURE,), structure.begin_register, {"epoch": 2, "kept": 61150}),
    JournalSealed: Emitted(
        (STRUCTURE,), structure.seal_journal,
        {"day": DAY, "heads": (f"{UUID(int=0xEA)} 1204 {UUID(int=0xEB)} {UUID(int=0xEC)}",), "lines": 1204},
    ),
    SiteLocated: Emitted(
        (STRUCTURE,), structure.locate_sites, {"addresses": {"L'Aigle": "5 rue des Tilleuls, 61300 L’Aigle"}},
    ),
    TeamConfirmed: Emitted(
        (STRUCTURE,), membership.confirm_team, {"members": (OTHER,), "team": {OTHER: staff.Staff(version=1)}},
    ),
    PortfolioMapped: Emitted(
        (STRUCTURE,), structure.map_portfolio, {"header": "c4", "columns": ((2, "last_name"), (5, ""))},
    ),
    ShortcutOpened: Emitted((STRUCTURE,), structure.note_shortcut, {"site": "L’Aigle"}),
    OrganisationAccepted: Emitted(
        (STRUCTURE,), structure.accept_organisation, {"organisation": "Mission locale du Perche", "accepted": None},
    ),
    OrganisationWithdrawn: Emitted(
        (STRUCTURE, OrganisationAccepted(name="Mission locale du Perche", on=DAY)), structure.withdraw_organisation,
        {"organisation": "Mission locale du Perche"},
    ),
    ErasuresAllowed: Emitted(
        (STRUCTURE,), structure.allow_erasures, {"count": 12},
        no_effect="the pace of erasures is counted from the log, and it decides nothing else",
    ),
    ReadingsIssued: Emitted(
        (STRUCTURE,), structure.issue_readings, {"first": DAY, "last": DAY, "people": 12, "actor": "somebody else"},
        no_effect="what was handed out is read in the history and decides nothing",
    ),
    ListIssued: Emitted(
        (STRUCTURE,), structure.issue_list,
        {
            "page": "dossiers", "filters": (("etape", "diagnostic"), ("groupe", "")), "rows": 14, "people": 12,
            "digest": "ab" * 32, "actor": "somebody else",
        },
        no_effect="what was handed out is read in the history and decides nothing",
    ),
    ProtocolDrafted: Emitted((), drafting.draft_protocol, {"document": PROTOCOL, **DRAFT}),
    ProtocolEndorsed: Emitted((PROTOCOL_DRAFTED,), drafting.endorse_protocol, OPINION),
    ProtocolDraftDropped: Emitted(
        (PROTOCOL_DRAFTED,), drafting.drop_protocol_draft, {"draft": 1, "reason": "trop tôt"},
    ),
    ProtocolPublished: Emitted((), publishing.publish_protocol, {"document": PROTOCOL, "from_day": DAY}),
    ProtocolPublicationWithdrawn: Emitted(
        tuple(ProtocolPublished(document=PROTOCOL, from_day=day) for day in (DAY, LATER)),
        drafting.withdraw_protocol_publication, {"number": 2},
    ),
    GrilleDrafted: Emitted((), drafting.draft_grille, {"document": GRID, **DRAFT}),
    GrilleEndorsed: Emitted((GRILLE_DRAFTED,), drafting.endorse_grille, OPINION),
    GrilleDraftDropped: Emitted((GRILLE_DRAFTED,), drafting.drop_grille_draft, {"draft": 1, "reason": "trop tôt"}),
    GrillePublished: Emitted((), publishing.publish_grille, {"document": GRID, "from_day": DAY}),
    GrillePublicationWithdrawn: Emitted(
        tuple(GrillePublished(number=n, document=GRID, from_day=day) for n, day in ((1, DAY), (2, LATER))),
        drafting.withdraw_grille_publication, {"number": 2},
    ),
    i.DefinitionsDrafted: Emitted((), drafting.draft_definitions, {"document": DEFINITIONS, **DRAFT}),
    i.DefinitionsEndorsed: Emitted((DEFINITIONS_DRAFTED,), drafting.endorse_definitions, OPINION),
    i.DefinitionsDraftDropped: Emitted(
        (DEFINITIONS_DRAFTED,), drafting.drop_definitions_draft, {"draft": 1, "reason": "trop tôt"},
    ),
    i.DefinitionsPublished: Emitted(
        (DEFINITIONS_DRAFTED,), drafting.publish_definitions, {"draft": 1, "from_day": LATER, "alone": True},
    ),
    i.AimSet: Emitted(
        (), drafting.set_aim, {"step": "begun", "site": "Mortagne", "yearly": 80, "sites": ("L'Aigle", "Mortagne")},
    ),
    i.ReportIssued: Emitted(
        (), drafting.issue_report,
        {
            "title": "Premier semestre", "first": DAY, "last": LATER, "day": LATER, "clock": "known", "definitions": 1,
            "rows": (i.ReportRow(indicator="I5", part="done", counted=81, among=104, rate=0.7788),),
            "digest": "ab" * 32, "on": LATER,
        },
    ),
    i.EventLogIssued: Emitted(
        (), drafting.issue_event_log,
        {
            "first": DAY, "last": LATER, "reason": "étude des parcours", "cases": 81, "events": 2879,
            "digest": "ab" * 32, "on": LATER, "standard": "ocel",
        }, no_effect="a log that left is read in the history and decides nothing",
    ),
    s.StaffJoined: Emitted(
        (), membership.add_member, {"name": "Camille", "email": "c@ml.fr", "site": "L'Aigle", "roles": ("advisor",)},
    ),
    s.RoleGranted: Emitted(
        (s.StaffJoined(name="Camille", email="c@ml.fr", site=None, on=DAY),), membership.add_member,
        {"name": "Camille", "email": "c@ml.fr", "site": None, "roles": ("referent",)},
    ),
    s.RoleConfirmed: Emitted(
        (*CAMILLE, s.RoleGranted(role="auditor", on=DAY)), membership.confirm_role,
        {"role": "auditor", "actor": OPERATOR},
    ),
    s.RoleEnded: Emitted(
        (*CAMILLE, s.RoleGranted(role="facilitator", on=DAY)), membership.change_roles, {"roles": ("facilitator",)},
    ),
    s.StaffLeft: Emitted(CAMILLE, membership.record_departure, {"last_day": LATER}),
    s.StaffReturned: Emitted((*CAMILLE, s.StaffLeft(last_day=DAY, on=DAY)), membership.undo_departure, {"on": LATER}),
    s.ContactStated: Emitted(CAMILLE, membership.state_contact, {"phone": "01 99 00 12 34"}),
    s.MonthlyPageChosen: Emitted(CAMILLE, membership.choose_monthly_page, {"wanted": True}),
    s.CalendarAddressReplaced: Emitted(CAMILLE, absences.replace_calendar_address, {"number": 1}),
    s.AbsenceDeclared: Emitted(CAMILLE, absences.declare_absence, AWAY),
    s.AbsenceCancelled: Emitted(
        (*CAMILLE, s.AbsenceDeclared(absence=PLAN, first=DAY, last=LATER, deputy=None, on=DAY)),
        absences.cancel_absence, {"absence": PLAN},
    ),
    s.ReferentDesignated: Emitted(CAMILLE, membership.designate_referent, {"site": "L'Aigle"}),
    s.PixTakenByStaff: Emitted(CAMILLE, membership.take_pix),
    s.TrainingAttended: Emitted(CAMILLE, membership.attend_training, {"title": "Pix Orga"}),
    s.BriefingHeld: Emitted(CAMILLE, membership.hold_briefing, {"title": "Réunion d’équipe"}),
    s.Retracted: Emitted(
        (*CAMILLE, s.PixTakenByStaff(on=DAY)), membership.undo_milestone, {"version": 3, "reason": "erreur"},
    ),
    s.AccountInvited: Emitted(CAMILLE, accounts.invite_account, {"actor": str(COLLEAGUE)}),
    s.AccountOpened: Emitted(CAMILLE, accounts.open_account, {"way": "passkey"}),
    s.AccountConfirmed: Emitted(
        (*KEEPER, s.AccountInvited(on=DAY), s.AccountOpened(way="passkey", on=DAY)), accounts.confirm_account,
        BY_KEEPERS,
    ),
    s.AccountSuspended: Emitted(
        (*CAMILLE, s.AccountOpened(way="passkey", on=DAY)), accounts.suspend_account,
        {"reason": "colleague", **BY_PAUL},
    ),
    s.ClosingRequested: Emitted(
        (*CAMILLE, s.AccountOpened(way="passkey", on=DAY)), accounts.suspend_account,
        {"reason": "colleague", **BY_SECOND},
    ),
    s.RestorationRequested: Emitted(
        (*CAMILLE, s.AccountSuspended(reason="colleague", on=DAY)), accounts.request_restoration, BY_PAUL,
    ),
    s.AccountRestored: Emitted(
        (*KEEPER, s.AccountSuspended(reason="colleague", on=DAY), s.RestorationRequested(on=DAY)),
        accounts.restore_account, BY_KEEPERS,
    ),
    s.FactorsResetRequested: Emitted(
        (*CAMILLE, s.AccountOpened(way="passkey", on=DAY)), accounts.request_factors_reset, BY_PAUL,
    ),
    s.FactorsResetWithdrawn: Emitted(
        (*CAMILLE, s.AccountOpened(way="passkey", on=DAY), s.FactorsResetRequested(on=DAY)),
        accounts.withdraw_factors_reset, BY_PAUL,
    ),
    s.FactorsReset: Emitted(
        (*CAMILLE, s.AccountOpened(way="passkey", on=DAY), s.FactorsResetRequested(on=DAY)), accounts.reset_factors,
        BY_SECOND,
    ),
    c.CampaignFound: Emitted(
        (), campaign.find_campaign,
        {"pix_id": 481516, "code": "CEJPRI263", "name": "CEJ printemps", "pix_course": "Diagnostic"},
    ),
    c.CampaignDeclared: Emitted(
        (found(),), campaign.declare_campaign,
        {"name": "Diagnostic", "code": "CEJPRI263", "purpose": "initial", "site": "L'Aigle"},
    ),
    c.PurposeCorrected: Emitted(
        (found(), declared()), campaign.correct_purpose, {"purpose": "complete", "reason": "parcours Cléa"},
    ),
    c.CampaignCorrected: Emitted(
        (found(), declared()), campaign.correct_campaign, {"name": "Diagnostic Pix", "code": "CEJPRI264", "site": None},
    ),
    c.CampaignClosed: Emitted((found(), declared()), campaign.close_campaign),
    c.CampaignReopened: Emitted(
        (found(), declared(), c.CampaignClosed(on=DAY)), campaign.reopen_campaign, {"on": LATER},
    ),
    c.ExternalIdColumnChosen: Emitted(
        (found(), declared()), campaign.choose_external_id_column, {"header": "N° dossier"},
    ),
    c.CampaignWithdrawn: Emitted((found(), RECEIVED, TAKEN_BACK), campaign.withdraw_campaign),
    ExportReceived: Emitted(
        (), campaign.receive_export,
        {
            "digest": "ab" * 32, "campaign": CAMPAIGN, "exported_at": AT, "organisation": "Mission locale du Perche",
            "counts": COUNTS,
        },
    ),
    ExportTakenBack: Emitted(
        (RECEIVED,), campaign.take_back_export, {"version": 1, "taken": 5, "left": 1, "on": LATER},
    ),
    p.ParticipationImported: Emitted((), matches.import_participation, ROW),
    p.PurposeSettled: Emitted((imported(purpose=None),), matches.settle_purpose, {"purpose": "initial"}),
    p.ParticipationProgressed: Emitted(
        (imported(),), matches.record_progress, FOLLOW | {"progress": Decimal("0.8"), "result": None},
    ),
    p.ResultShared: Emitted(
        (imported(),), matches.record_progress, FOLLOW | {"progress": Decimal(1), "result": RESULT},
    ),
    p.ProfileShared: Emitted(
        (imported(purpose="profile", started=None, progress=None),), matches.record_progress,
        FOLLOW | {"progress": None, "result": None, "profile": PROFILE, "ordinal": 1},
    ),
    p.ParticipationVanished: Emitted((imported(),), matches.record_disappearance, FOLLOW),
    p.MatchConfirmed: Emitted((imported(), opened()), matches.confirm_match, MATCH),
    p.MatchRejected: Emitted((imported(),), matches.reject_match, {"dossier": OTHER_DOSSIER}),
    p.ParticipationSetAside: Emitted((imported(),), matches.set_participation_aside, {"reason": "collègue"}),
    p.PersonErased: Emitted(
        (imported(), confirmed()), matches.erase_participation,
        {"dossier": DOSSIER, "row": "9f86d081884c7d65", "on": LATER},
    ),
    p.ErasureStopped: Emitted(
        (imported(), confirmed(), p.PersonErased(dossier=DOSSIER, row=None, on=DAY)), matches.bring_back_participation,
    ),
    p.Retracted: Emitted((imported(), set_aside()), matches.undo_set_aside, {"reason": "erreur"}),
    d.DossierOpened: Emitted((), identity.open_dossier, IDENTITY),
    d.IdentityCorrected: Emitted((opened(),), identity.correct_identity, IDENTITY),
    d.ContactCorrected: Emitted(
        (opened(),), identity.correct_contact, {"phone": "0612345678", "email": "lea@exemple.fr"},
    ),
    d.ProjectStated: Emitted((opened(),), identity.state_project, {"project": "vente"}),
    d.CommuneStated: Emitted((opened(),), identity.state_commune, {"commune": "Tarbes"}),
    d.ProgrammeJoined: Emitted(
        (opened(),), identity.join_programme,
        {
            "programme": "CEJ", "group": "CEJ 4", "collective_end": date(2027, 1, 29),
            "programme_end": date(2027, 9, 14),
        },
    ),
    d.AdvisorAssigned: Emitted((opened(),), assignment.assign_advisor, {"advisor": ADVISOR}),
    d.DossierLent: Emitted((opened(), assigned()), assignment.lend_dossier, {"advisor": COLLEAGUE, "until": LATER}),
    d.NeedAssessed: Emitted((opened(),), orientation.assess_need, {"needed": False, "reason": "très à l'aise"}),
    d.PixPresented: Emitted((opened(),), orientation.present_pix, {"occasion": "welcome"}),
    d.DiagnosticPlanned: Emitted((scheduled(capacity=0), opened()), booking.book_seat, BOOK),
    d.DiagnosticDeclined: Emitted((opened(),), orientation.decline_diagnostic, {"reason": "non"}),
    d.SeatBooked: Emitted((scheduled(), opened()), booking.book_seat, BOOK | {"kept": (OTHER,)}),
    d.SeatCancelled: Emitted(
        (scheduled(), seated(), opened(), booked()), booking.release_seat, SEAT | {"until": LATER, "on": DAY},
    ),
    d.ParticipationLinked: Emitted((opened(),), diagnostic.link_participation, LINK),
    d.ParticipationAdvanced: Emitted(
        (opened(), HALF), diagnostic.advance_participation,
        {"participation": PARTICIPATION, "progress": Decimal("0.8"), "on": LATER},
    ),
    d.ParticipationWithdrawn: Emitted(
        (opened(), HALF), diagnostic.withdraw_participation, {"participation": PARTICIPATION, "on": LATER},
    ),
    d.WorkshopAttended: Emitted(
        (scheduled(), runs(), seated(), opened(), assigned(), booked()), booking.mark_attendance, MARK | WAITED,
    ),
    d.WorkshopMissed: Emitted(
        (scheduled(), seated(), opened(), booked()), booking.mark_attendance, MARK | {"presence": "excused"} | WAITED,
    ),
    d.AttendanceContested: Emitted(
        (scheduled(), seated(), marked(), opened(), booked(), attended(ease=True, pressed=NOTED)),
        booking.mark_attendance, MARK | {"presence": "absent", "trouble": False} | WAITED,
    ),
    d.AttendanceSettled: Emitted(
        (scheduled(), seated(), marked(), opened(), booked(), attended(), CONTESTED), booking.mark_attendance,
        MARK | WAITED | {"seen": 4},
    ),
    d.ResultReceived: Emitted(
        (opened(), HALF), diagnostic.receive_result,
        {"participation": PARTICIPATION, "purpose": "initial", "result": RESULT, "on": LATER},
    ),
    d.ProfileReceived: Emitted(
        (opened(), linked(purpose="profile", started=None)), diagnostic.receive_profile,
        {"participation": PARTICIPATION, "profile": PROFILE, "on": LATER},
    ),
    d.ResultDispatched: Emitted(
        RESULT_IN, prescription.dispatch_result, {"participation": PARTICIPATION, "advisor": ADVISOR},
    ),
    d.DebriefHeld: Emitted(
        RESULT_IN, prescription.hold_debrief,
        {"participation": PARTICIPATION, "channel": "meeting", "note": "à l'aise", "number": 1},
    ),
    d.ReadingReviewed: Emitted(
        (*RESULT_IN, debriefed(grille=2)), prescription.review_reading,
        {"number": 1, "told": True, "note": "appelée", **ANSWERING},
    ),
    d.PrescriptionBuilt: Emitted(
        DEBRIEFED, prescription.build_prescription,
        {
            "participation": PARTICIPATION, "kept": ("cap-lec",), "added": ("Permis",), "wish": "conduire",
            "project": "vente", "reason": "le demande", "action_ids": (ACTION, ADDED), **GRILLE,
        },
    ),
    d.ActionAdded: Emitted(
        PRESCRIBED, prescription.add_action,
        {
            "participation": PARTICIPATION, "proposal": "cap-digital", "label": "", "reason": "le demande aussi",
            "grille": GRILLE["grille"], "action": ADDED,
        },
    ),
    d.DifficultyExplored: Emitted(
        (opened(),), prescription.explore_difficulty,
        {"cause": "comprehension", "note": "lit peu", "tutorials": "", "study": STUDY},
    ),
    d.SelfStudyAssigned: Emitted(
        (opened(),), prescription.assign_self_study, {"tutorials": "Chercher sur le web", "study": STUDY},
    ),
    d.SelfStudyFollowed: Emitted(
        (opened(), studied()), prescription.follow_self_study,
        {"study": STUDY, "outcome": "ongoing", "note": "la moitié", "on": LATER},
    ),
    d.ReferralSent: Emitted(
        PRESCRIBED, parcours.send_referral,
        {
            "action": ACTION, "partner": Partner(None, "viaformation"), "starts": LATER, "ends": date(2026, 12, 18),
            "note": "par téléphone", "referral": REFERRAL, "agreed": True,
        },
    ),
    d.PartnerLinkIssued: Emitted(
        (*PRESCRIBED, sent()), issuing.issue_link,
        {
            "referral": REFERRAL, "channel": "email", "address": "accueil@viaformation.example", "link": PARTNER_LINK,
            "until": date(2026, 9, 23), "agreed": True,
        },
    ),
    d.PartnerLinkMailed: Emitted(
        (*PRESCRIBED, sent(), link_issued()), issuing.note_mailed_link, {"link": PARTNER_LINK},
    ),
    d.PartnerLinkReturned: Emitted(
        (*PRESCRIBED, sent(), link_issued()), issuing.note_returned_link, {"link": PARTNER_LINK},
    ),
    d.PartnerLinkRevoked: Emitted((*PRESCRIBED, sent(), link_issued()), issuing.revoke_link, {"referral": REFERRAL}),
    d.ReferralSeen: Emitted((*PRESCRIBED, sent(), link_issued()), issuing.see_referral, {"link": PARTNER_LINK}),
    d.AnswerPromised: Emitted(
        (*PRESCRIBED, sent(), link_issued()), issuing.promise_answer,
        {"link": PARTNER_LINK, "until": date(2026, 9, 30)},
    ),
    d.ReferralAnswered: Emitted(
        (*PRESCRIBED, sent()), parcours.answer_referral,
        {"referral": REFERRAL, "answer": "refused", "reason": "complet", "on": LATER},
    ),
    d.OutcomeReported: Emitted(
        (*PRESCRIBED, sent(), answered(), link_issued(purpose="outcome")), issuing.report_outcome,
        {"link": PARTNER_LINK, "outcome": "done", "day": DAY, "note": "assidue"},
    ),
    d.ActionStarted: Emitted(PRESCRIBED, parcours.start_action, {"action": ACTION, "ends": date(2026, 12, 18)}),
    d.ActionEnded: Emitted(
        PRESCRIBED, parcours.end_action, {"action": ACTION, "outcome": "abandoned", "note": "trop loin"},
    ),
    d.ActionDropped: Emitted(PRESCRIBED, parcours.drop_action, {"action": ACTION, "reason": "trop loin"}),
    d.CompleteDiagnosticTaken: Emitted(
        (opened(), linked(purpose="complete")), diagnostic.receive_result,
        {"participation": PARTICIPATION, "purpose": "complete", "result": RESULT, "on": LATER},
    ),
    d.CompleteDiagnosticDeclined: Emitted(
        (opened(),), certification.decline_complete_diagnostic, {"reason": "pas le temps"},
    ),
    d.CertificationProposed: Emitted((opened(),), certification.propose_certification, {"note": "pour un BTS"}),
    d.CertificationRegistered: Emitted(
        (opened(), proposed()), certification.register_certification,
        {"session": date(2026, 10, 14), "place": "Alençon"},
    ),
    d.CertificationTaken: Emitted((opened(), proposed()), certification.take_certification, {"on": LATER}),
    d.CertificationObtained: Emitted(
        (opened(), certification_taken()), certification.obtain_certification,
        {"obtained": True, "level": "Indépendant 1", "note": "", "on": LATER},
    ),
    d.CertificationNotObtained: Emitted(
        (opened(), certification_taken()), certification.obtain_certification,
        {"obtained": False, "level": "", "note": "à deux pix près", "on": LATER},
    ),
    d.CertificationDeclined: Emitted(
        (opened(), proposed()), certification.decline_certification, {"reason": "pas son projet", "on": LATER},
    ),
    d.ResultAddedToCv: Emitted(RESULT_IN, certification.add_result_to_cv, {"on": LATER}),
    d.RetakePlanned: Emitted(
        RESULT_IN, certification.plan_retake, {"campaign": CAMPAIGN, "planned_for": date(2026, 12, 18), "on": LATER},
    ),
    d.RetakeDeclined: Emitted(RESULT_IN, certification.decline_retake, {"reason": "en emploi", "on": LATER}),
    d.AppointmentSet: Emitted(
        (*RESULT_IN, dispatched()), follow_up.set_appointment,
        {"task": TASK, "at": NEXT, "day": LATER, "place": "L'Aigle"},
    ),
    d.AppointmentMissed: Emitted(
        (*RESULT_IN, appointment(TASK, LATER)), follow_up.miss_appointment,
        {"task": TASK, "note": "sans nouvelle", "on": LATER},
    ),
    d.YoungPersonChased: Emitted(
        (*RESULT_IN, dispatched()), follow_up.chase_young_person,
        {"about": TASK, "channel": "sms", "reached": True, "note": "viendra"},
    ),
    d.PartnerChased: Emitted(
        (*PRESCRIBED, sent()), parcours.chase_partner,
        {"referral": REFERRAL, "channel": "phone", "reached": True, "note": "rappelle lundi", "on": LATER},
    ),
    d.TaskSnoozed: Emitted(
        (*RESULT_IN, dispatched()), follow_up.snooze_task,
        {"task": TASK, "until": date(2026, 9, 28), "reason": "en stage"},
    ),
    d.TaskHandedOver: Emitted(
        (*RESULT_IN, dispatched()), follow_up.hand_over_task,
        {
            "task": TASK, "to": COLLEAGUE, "until": date(2026, 9, 28), "note": "langue des signes", "team": PAUL,
            "actor": str(ADVISOR),
        },
    ),
    d.ReminderSet: Emitted(
        (opened(),), follow_up.set_reminder,
        {"reminder": SECOND, "day": date(2026, 9, 28), "text": "rappeler la mère"},
    ),
    d.ReminderDone: Emitted(
        (opened(), reminder(date(2026, 9, 28))), follow_up.close_reminder,
        {"reminder": SECOND, "note": "elle rappelle lundi", "on": LATER},
    ),
    d.NoteTaken: Emitted(
        (opened(),), follow_up.take_note, {"text": "a appelé"},
        no_effect="a note is read in the history and decides nothing",
    ),
    d.LateEventReviewed: Emitted(
        (opened(), linked(), closed(), received()), follow_up.review_late_event, {"note": "lu"},
    ),
    d.DossierClosed: Emitted((opened(),), follow_up.close_dossier, {"reason": "other", "note": "décès"}),
    d.DossierReopened: Emitted((opened(), closed()), follow_up.reopen_dossier, {"reason": "revenue"}),
    d.DossierMerged: Emitted(
        (opened(), assigned()), identity.merge_dossier,
        {"dossier_id": DOSSIER, "into": OTHER_DOSSIER, "gives_number": True, "version": 2},
    ),
    d.DuplicateJoined: Emitted(
        (opened(), assigned()), identity.take_over_duplicate,
        {"other": Dossier(), "duplicate": OTHER_DOSSIER, "duplicate_history": ()},
    ),
    d.CopyIssued: Emitted(
        (opened(),), privacy.issue_copy, {"actor": "somebody else"},
        no_effect="what was handed out is read in the history and decides nothing",
    ),
    d.PaperIssued: Emitted(
        (opened(),), privacy.issue_paper, {"paper": "fiche", "actor": "somebody else"},
        no_effect="what was handed out is read in the history and decides nothing",
    ),
    d.GlassBroken: Emitted(
        (opened(),), assignment.break_glass, {"reason": "à l’accueil", "nth": 1, "actor": "somebody else"},
    ),
    d.ErasureRequested: Emitted((opened(),), privacy.request_erasure, {"reason": "request"}),
    d.ErasureDeclined: Emitted(
        (opened(), d.ErasureRequested(reason="request", on=DAY)), privacy.decline_erasure,
        {"note": "un accompagnement est en cours", "on": LATER},
    ),
    d.PersonErased: Emitted(
        (opened(), d.ErasureRequested(reason="request", on=DAY)), privacy.erase_person,
        {
            "page": "read", "shown": "read", "left": 5, "due": AT, "participations": (PARTICIPATION,),
            "duplicates": (OTHER_DOSSIER,), "actor": "somebody else",
            "on": LATER,
        },
    ),
    d.ErasureStopped: Emitted(
        (opened(), d.ErasureRequested(reason="request", on=DAY), d.PersonErased(reason="request", due=AT, on=DAY)),
        privacy.stop_erasure, {"reason": "une homonyme", "now": AT.replace(hour=0), "on": LATER},
    ),
    d.Retracted: Emitted(
        (*PRESCRIBED, REACHED, sent(), answered(), d.CopyIssued(on=DAY)), retraction.retract,
        {"version": 8, "reason": "erreur", "on": LATER},
    ),
    d.HolderInformed: Emitted(
        (opened(), d.Retracted(version=9, reason="", on=DAY, papers=("fiche",))), reach.inform_holder,
        {"referral": None, "answer": "needless", "note": "papier rendu"},
    ),
    w.WorkshopScheduled: Emitted((found(), declared()), scheduling.schedule_workshop, SCHEDULED),
    w.FacilitatorJoined: Emitted((scheduled(),), scheduling.set_facilitators, RUN_BY),
    w.FacilitatorLeft: Emitted((scheduled(), runs(OTHER), runs()), scheduling.set_facilitators, RUN_BY),
    w.FacilitatorAccepted: Emitted(
        (scheduled(), w.FacilitatorJoined(facilitator=OTHER, on=DAY, alone=True)), scheduling.accept_facilitator,
        {"facilitator": OTHER},
    ),
    w.WorkshopMoved: Emitted(
        (scheduled(),), scheduling.move_workshop, {**hours(LATER), "place": "Salle 1", "registrants": ()},
    ),
    w.WorkshopCancelled: Emitted((scheduled(),), scheduling.cancel_workshop, {"reason": "too-few", "registrants": ()}),
    w.SeatTaken: Emitted((scheduled(), opened()), booking.book_seat, BOOK),
    w.SeatReleased: Emitted(
        (scheduled(), seated(), opened(), booked()), booking.release_seat, SEAT | {"until": LATER, "on": DAY},
    ),
    w.WaitlistJoined: Emitted((scheduled(capacity=0), opened()), booking.book_seat, BOOK),
    w.WaitlistLeft: Emitted((scheduled(), waits(), opened()), booking.release_seat, SEAT | {"until": LATER, "on": DAY}),
    w.SeatOffered: Emitted(
        (scheduled(capacity=1), seated(), waits(OTHER_DOSSIER), opened(), booked()), booking.release_seat,
        SEAT | {"until": LATER, "on": DAY},
    ),
    w.SeatOfferLapsed: Emitted(
        (scheduled(), waits(), kept(until=DAY)), booking.lapse_offer,
        {"dossier": DOSSIER, "kept": DAY, "until": LATER, "on": LATER},
    ),
    w.AttendanceMarked: Emitted((scheduled(), seated(), opened(), booked()), booking.mark_attendance, MARK | WAITED),
    w.HelpAsked: Emitted((scheduled(),), scheduling.ask_help, {"on": HELD}),
    w.HelpGiven: Emitted((scheduled(), w.HelpAsked(on=HELD)), scheduling.give_help, {"on": HELD}),
    w.WorkshopClosed: Emitted((scheduled(), seated(), marked()), scheduling.close_workshop, {"on": HELD}),
    w.YoungPeopleSearched: Emitted(
        (scheduled(),), booking.look_among_all,
        {"shown": 2, "actor": "somebody else", "now": hours(HELD)["starts"], "on": HELD},
        no_effect="who looked among all is read in the history and decides nothing",
    ),
    w.PaperIssued: Emitted(
        (scheduled(), seated()), scheduling.issue_workshop_paper,
        {"paper": "sheet", "people": 1, "actor": "somebody else"},
        no_effect="what was handed out is read in the history and decides nothing",
    ),
    w.Retracted: Emitted(
        (scheduled(), seated(), marked(), opened(), booked(), attended()), booking.undo_attendance,
        SEAT | {"reason": "erreur", "on": HELD},
    ),
    NoticeSent: Emitted((), notices.send_notice, {"notice": "digest", "which": "2026-09-15"}),
    r.ResourceProposed: Emitted((), sharing.propose_resource, {"document": ARTICLE, "note": "pour l’accueil"}),
    r.ProposalDeclined: Emitted((PROPOSED,), sharing.decline_proposal, {"number": 1, "reason": "déjà dit ailleurs"}),
    r.ResourceShared: Emitted((), sharing.share_resource, {"document": ARTICLE, "note": ""}),
    r.ResourceRevised: Emitted(
        (SHARED,), sharing.revise_resource, {"document": REVISED, "note": "plus court", "replaces": 1, "on": LATER},
    ),
    r.ResourceChecked: Emitted((SHARED,), sharing.check_resource, {"on": LATER}),
    r.ResourceWithdrawn: Emitted((SHARED,), sharing.withdraw_resource, {"reason": "n’a plus cours", "on": LATER}),
    r.ResourceMarked: Emitted(
        (SHARED,), sharing.mark_resource, {"number": 1, "useful": False, "comment": "trop long", "on": LATER},
    ),
    q.QuestionAsked: Emitted(
        (), sharing.ask_question, {"text": "Que dire à qui refuse le test ?", "task": "present-pix"},
    ),
    q.QuestionAnswered: Emitted((ASKED, SHARED), sharing.answer_question, {"answer": RESOURCE, "on": LATER}),
    q.QuestionDropped: Emitted(
        (ASKED,), sharing.drop_question, {"reason": "trouvé", "actor": str(ADVISOR), "on": LATER},
    ),
    t.PartnerSuggested: Emitted((), listing.suggest_partner, {"details": EPN}),
    t.PartnerListed: Emitted((), listing.list_partner, {"details": EPN}),
    t.PartnerCorrected: Emitted((LISTED,), listing.correct_partner, {"field": "phone", "value": "+33233840000"}),
    t.SourceTold: Emitted((IMPORTED,), listing.import_place, PLACE | {"digest": "b1"}),
    t.SourceWithdrawn: Emitted((IMPORTED,), listing.withdraw_place, {"source": "Dora", "place": "7", "on": LATER}),
    t.OfferListed: Emitted((LISTED,), listing.list_offer, {"offer": OFFER, "terms": TERMS}),
    t.OfferRevised: Emitted(
        (LISTED, OFFERED), listing.revise_offer, {"offer": OFFER, "terms": OfferTerms(label="CAP", kind="general")},
    ),
    t.OfferClosed: Emitted((LISTED, OFFERED), listing.close_offer, {"offer": OFFER}),
    t.RevisionProposed: Emitted(
        (LISTED, OFFERED), listing.propose_changes,
        {"fields": {"phone": "+33233840000"}, "offers": {OFFER: OfferTerms(label="CAP", kind="general")}},
    ),
    t.PartnerVerified: Emitted((LISTED,), listing.verify_partner, {"channel": "call"}),
    t.PartnerReviewed: Emitted((LISTED,), listing.review_partner),
    t.PartnerDelisted: Emitted((LISTED,), listing.delist_partner, {"reason": "closed"}),
    t.PartnerRelisted: Emitted((LISTED, t.PartnerDelisted(reason="closed", on=DAY)), listing.relist_partner),
    t.PartnersJoined: Emitted(
        (LISTED,), listing.join_partner, {"other": OTHER_PARTNER, "takes": PartnerState(listed=Stamp(DAY, 1))},
    ),
    t.PartnerAbsorbed: Emitted((LISTED,), listing.absorb_partner, {"into": OTHER_PARTNER}),
    t.DifferenceNoted: Emitted((LISTED,), listing.note_difference, {"other": OTHER_PARTNER}),
    t.NameAttached: Emitted((LISTED,), listing.attach_name, {"name": "EPN"}),
    t.PartnerUsed: Emitted((LISTED,), listing.use_partner),
    t.Retracted: Emitted(
        (LISTED, t.PartnerVerified(channel="call", on=DAY)), listing.take_back, {"version": 2, "reason": "erreur"},
    ),
    t.CatalogueReceived: Emitted(
        (), places_catalogue.receive_catalogue, {"digest": "c2", "kind": "mednum-1.0", "counts": PLACES_COUNTED},
    ),
    t.PlaceSetAside: Emitted((), places_catalogue.set_place_aside, {"places": (("Dora", "8"),), "reason": "far"}),
    t.PlaceReclaimed: Emitted(
        (t.PlaceSetAside(source="Dora", place="8", reason="far", on=DAY),), places_catalogue.reclaim_place,
        {"source": "Dora", "place": "8"},
    ),
    t.TerritoryStated: Emitted(
        (), places_catalogue.state_territory,
        {"groupings": ("200068468",), "communes": ("61345",), "radius": 10, "sites": {"L’Aigle": "61214"}},
    ),
    t.TableMapped: Emitted((), places_catalogue.map_table, {"header": "d3", "columns": {"Structure": "nom"}}),
    t.OutlinesReceived: Emitted(
        (), places_catalogue.receive_outlines, {"credit": "IGN Admin Express", "outlines": {"61214": "0 0 1 1"}},
    ),
    k.ContactNamed: Emitted((), contacts.name_contact, {"partner": OTHER, "details": LISE}),
    k.ContactRevised: Emitted((CALLED,), contacts.revise_contact, {"details": ContactDetails("Lise Petit")}),
    k.ContactMissed: Emitted((CALLED,), contacts.miss_contact, {"means": "email"}),
    k.ContactLeft: Emitted((CALLED,), contacts.leave_partner),
    k.ContactErased: Emitted((CALLED,), contacts.erase_contact, {"reason": "left", "left": 5, "actor": "somebody"}),
}  # fmt: skip
TAKEN_WITHIN = {
    "link_participation", "advance_participation", "withdraw_participation", "receive_result", "receive_profile",
}  # fmt: skip
AT_ANY_TIME = (
    d.DossierOpened, d.SeatCancelled, d.ParticipationLinked, d.ParticipationAdvanced, d.ParticipationWithdrawn,
    d.WorkshopAttended, d.WorkshopMissed, d.ResultReceived, d.ProfileReceived, d.PartnerLinkMailed,
    d.PartnerLinkReturned, d.PartnerLinkRevoked, d.ReferralSeen, d.AnswerPromised, d.ReferralAnswered,
    d.OutcomeReported, d.CompleteDiagnosticTaken, d.NoteTaken, d.LateEventReviewed, d.DossierReopened, d.CopyIssued,
    d.PaperIssued, d.GlassBroken, d.ErasureRequested, d.ErasureDeclined, d.PersonErased, d.Retracted,
    d.ErasureStopped, d.AttendanceContested, d.AttendanceSettled,
)  # fmt: skip
"""Events handed out, read, taken back, or from outside: they are recorded on a closed dossier too."""
WHILE_OPEN = [cls for cls in EVENTS if kind_of(cls) == "dossier" and cls not in AT_ANY_TIME]
each_event = pytest.mark.parametrize("cls", EVENTS, ids=lambda cls: cls.TOPIC)


def emitted(cls: type[Event]) -> Event:
    """The event that its decision gives."""
    case = EMITTED[cls]
    decided = given(*case.before).when(case.decide, **case.told).decided()
    (event,) = [event for events in decided.values() for event in events if type(event) is cls]
    return event


def examples(cls: type[Event]) -> list[Path]:
    """The stored examples of an event: one for each shape that it had, the latest last."""
    later = (GOLDEN / f"{cls.TOPIC}.{number}.json" for number in count(2))
    return [GOLDEN / f"{cls.TOPIC}.json", *takewhile(Path.exists, later)]


EXAMPLES = [(cls, path) for cls in EVENTS for path in examples(cls)]
each_example = pytest.mark.parametrize(("cls", "path"), EXAMPLES, ids=[path.stem for _, path in EXAMPLES])


def read(path: Path, cls: type[Event]) -> Recorded:
    return MAPPER.to_domain_event(StoredEvent(DOSSIER, 1, cls.TOPIC, path.read_bytes()))


def test_every_event_has_its_case_its_example_and_no_other() -> None:
    assert list(EMITTED) == EVENTS
    assert set(GOLDEN.glob("*.json")) == {path for _, path in EXAMPLES} | {CATALOGUE}


@each_event
def test_a_decision_emits_it(cls: type[Event]) -> None:
    assert type(emitted(cls)) is cls
    decide = EMITTED[cls].decide
    assert decide in DECISIONS.values() or decide.__name__ in TAKEN_WITHIN


@pytest.mark.parametrize("cls", WHILE_OPEN, ids=lambda cls: cls.TOPIC)
def test_its_dossier_must_be_open(cls: type[Event]) -> None:
    case = EMITTED[cls]
    given().when(case.decide, **case.told).refused("unknown-dossier")
    given(*case.before, closed()).when(case.decide, **case.told).refused("closed", on=DAY)
    if case.told.get("version") is None:
        assert given(*case.before, closed(), reopened()).when(case.decide, **case.told).decided()["dossier"]


@each_event
def test_its_latest_example_is_what_its_decision_emits(cls: type[Event]) -> None:
    """A new shape has an example of its own: run `python -m tests.test_catalogue`."""
    latest = examples(cls)[-1]
    assert read(latest, cls) == example(emitted(cls))
    assert json.loads(latest.read_text()) == json.loads(written(cls))


@each_example
def test_each_value_of_an_example_is_kept(cls: type[Event], path: Path) -> None:
    kept = MAPPER.to_stored_event(read(path, cls))
    assert holds(json.loads(kept.state), json.loads(path.read_text()))


@each_example
def test_its_example_folds_alone_and_where_it_belongs(cls: type[Event], path: Path) -> None:
    kind, recorded = KINDS[kind_of(cls)], read(path, cls)
    assert kind.evolve(kind.fold([]), recorded).version == 1
    before = [event for event in EMITTED[cls].before if kind_of(event) == kind_of(cls)]
    history = stamped(before)
    after = kind.fold([*history, replace(recorded, originator_version=len(history) + 1)])
    changed = without_bookkeeping(after) != without_bookkeeping(kind.fold(history))
    assert changed != bool(EMITTED[cls].no_effect)


def test_no_event_has_an_upcaster() -> None:
    """Nothing would call it: a shape only grows."""
    assert not [cls.TOPIC for cls in EVENTS if hasattr(cls, "class_version")]


def test_every_dated_event_says_the_day_it_happened() -> None:
    undated = {cls.TOPIC for cls in EVENTS if "on" not in {one.name for one in fields(cls)}}  # type: ignore[arg-type]
    assert undated == {
        "structure.JournalSealed",
        "structure.ProgramStarted",
        "indicators.DefinitionsPublished",
        "protocol.ProtocolPublished",
        "grille.GrillePublished",
    }


def test_no_event_is_named_updated_and_topics_name_their_stream() -> None:
    assert not [cls.TOPIC for cls in EVENTS if "Updat" in cls.TOPIC or "Chang" in cls.TOPIC]
    for cls in EVENTS:
        assert kind_of(cls) in KINDS
        assert f"{kind_of(cls)}.{cls.__name__}" == cls.TOPIC


# --- how the examples and the list are made


def example(event: Event) -> Recorded:
    return Recorded(DOSSIER, 1, event, AT, str(ADVISOR), None, "web", UUID(int=0xC0))


def written(cls: type[Event]) -> bytes:
    return MAPPER.to_stored_event(example(emitted(cls))).state


def _freeze() -> None:
    """Adds what is new: the list of shapes, and an example of each new one."""
    listed = shapes(EVENTS)
    if wrong := broken(frozen(), listed):
        raise SystemExit("\n".join(wrong))
    parts = (
        f'"{part}": {{\n' + ",\n".join(f'"{name}": {json.dumps(one)}' for name, one in listed[part].items()) + "\n}"
        for part in listed
    )
    CATALOGUE.write_text("{" + ",\n".join(parts) + "}\n")
    for cls in EVENTS:
        known = [path for path in examples(cls) if path.exists()]
        document = json.loads(written(cls))
        if not known or json.loads(known[-1].read_text()) != document:
            path = GOLDEN / f"{cls.TOPIC}{f'.{len(known) + 1}' if known else ''}.json"
            path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    _freeze()
