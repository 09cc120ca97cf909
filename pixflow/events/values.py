"""Values that several events carry."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

Purpose = Literal["initial", "complete", "profile", "other"]
CampaignKind = Literal["assessment", "profile"]
Modality = Literal["workshop", "office", "home", "cafe"]
Role = Literal["advisor", "referent", "facilitator", "manager", "auditor", "administrator"]
Cause = Literal["digital", "comprehension", "both", "other"]
Channel = Literal["phone", "sms", "email", "letter", "meeting"]
PartnerRefusal = Literal[
    "unreachable", "no-show", "employed", "in-training", "not-eligible", "no-transport", "not-interested",
    "other-barriers", "session-full", "duplicate", "other",
]  # fmt: skip
"""The reasons of a partner who refuses. Source: DORA, the reasons that a structure may give."""
LinkPurpose = Literal["answer", "outcome"]
LinkChannel = Literal["email", "paper"]
Presence = Literal["present", "absent", "excused"]
Mark = Literal["present", "absent", "excused", "trouble", "ease", "none"]
"""A press of attendance. "trouble" and "ease" are a presence too, "none" takes a mark back."""
DossierPaper = Literal["fiche", "convocation", "prescription"]
LogStandard = Literal["xes", "ocel"]
"""The standards of a log for process mining: XES (IEEE 1849-2023), OCEL 2.0 JSON."""
HeldPaper = Literal["fiche", "convocation", "prescription", "copy"]
"""The papers that a young person may hold; "copy" is that of all their data."""
Awaited = Literal["result", "answer", "workshop", "action"]
"""A fact that a snoozed task waits for: a result, a partner's answer, a workshop held, the end of an action."""
WorkshopPaper = Literal["sheet", "letters"]
OfferKind = Literal["digital", "literacy", "general", "specialised", "certification", "access", "cafe"]
OfferContact = Literal["phone", "email", "visit", "form"]


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, and the instant (UTC) when the source gives one (docs/pix-orga.md#dates: old exports give days only)."""

    day: date
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One competence or domain of a result: skills mastered out of those the course targets."""

    name: str
    mastered: int
    targeted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A shared result. `mastery` is a fraction of 1 (two decimals), None when Pix gave none."""

    shared: Moment
    mastery: Decimal | None
    palier: int | None = None
    paliers: int | None = None
    badges: tuple[tuple[str, bool], ...] = ()
    competences: tuple[Part, ...] = ()
    domains: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Level:
    """One competence of a profile: its level (0 to 8) and its pix, None when Pix gave none."""

    name: str
    level: int | None
    pix: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A shared profile: total pix, and how many competences are certifiable (docs/pix-orga.md#profiles)."""

    shared: Moment
    pix: int | None
    certifiable: bool | None
    certifiable_competences: int | None = None
    levels: tuple[Level, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """One line of a prescription; `proposal` is the grid's proposal id, None for a free action."""

    id: UUID
    label: str
    kind: str
    proposal: str | None = None


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner for referrals; `id` once it is listed."""

    id: UUID | None
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerDetails:
    """A partner's file, in the words of "lieux de médiation numérique" 1.0.2; "" and () are unknown.

    `commune` is a code of INSEE, `town` its name. `point` is latitude and longitude. `thematics` and `networks` are of
    data·inclusion.
    """

    name: str = ""
    kinds: tuple[str, ...] = ()
    siret: str = ""
    address: str = ""
    complement: str = ""
    commune: str = ""
    town: str = ""
    postal_code: str = ""
    point: tuple[float, float] | None = None
    phone: str = ""
    email: str = ""
    website: str = ""
    booking: str = ""
    hours: str = ""
    summary: str = ""
    services: tuple[str, ...] = ()
    thematics: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    special_care: tuple[str, ...] = ()
    fees: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    itinerant: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTerms:
    """One thing that a partner offers. `bands` are pairs of whole percents, `proposals` ids of the grid.

    Empty `bands`, `proposals` or `programmes` say nothing of them. `seats` is None when it is unknown. `bring` is what
    the young person brings.
    """

    label: str
    kind: OfferKind
    bands: tuple[tuple[int, int], ...] = ()
    proposals: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    language: str = ""
    cost: str = ""
    seats: int | None = None
    days: str = ""
    contact: OfferContact = "phone"
    bring: str = ""


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """A person at a partner: name, role, direct telephone and e-mail address, how they answer, what helps to call.

    Empty texts are unknown.
    """

    name: str
    role: str = ""
    phone: str = ""
    email: str = ""
    answers: OfferContact = "phone"
    note: str = ""
