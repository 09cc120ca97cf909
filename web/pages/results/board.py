"""What the board of results shows: what waits for a match, what goes to whom, what went, and what was left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from pixflow.participation.campaign import Campaign
from pixflow.participation.matching import Match
from pixflow.protocol.grille import percent
from projections import match_proposals, result_routing
from projections.directory import Found
from web.desk.desk import Desk
from web.desk.receipts import Receipt
from web.french import dates, matching, vocabulary
from web.french.dossier import profiles
from web.french.vocabulary import NBSP, say
from web.http.pagination import SIZE, Pager, address
from web.pages.results import activity
from web.pages.results import dispatch as sending

BOARD = "/resultats"


@dataclass(frozen=True, slots=True)
class Place:
    """Which page of each list is shown."""

    waiting: int = 1
    sending: int = 1
    aside: int = 1
    gone: int = 1
    sent: int = 1

    def params(self, but: str = "") -> dict[str, str]:
        numbers = {"p": self.waiting, "t": self.sending, "e": self.aside, "d": self.gone, "s": self.sent}
        return {name: str(number) for name, number in numbers.items() if number > 1 and name != but}

    @property
    def query(self) -> str:
        """What an address of the board ends with, "" on the first pages."""
        return address("", self.params())


@dataclass(frozen=True, slots=True)
class OpenForm:
    """The form open on one row: other, new or aside about a participation, send about a dossier.

    `found` answers a search, once made.
    """

    name: str
    about: UUID
    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    found: Sequence["Candidate"] | None = None

    def get(self, name: str) -> Any:
        return self.values.get(name, "")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A dossier proposed or found for a participation, in words."""

    stream: UUID
    name: str
    about: str
    why: str = ""
    warnings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """A participation that waits, and whose it may be; `sure` is the one that may be confirmed with others."""

    stream: UUID
    name: str
    said: str
    candidates: Sequence[Candidate]
    sure: Candidate | None


def context(
    desk: Desk,
    place: Place,
    *,
    receipt: Receipt | None = None,
    opened: OpenForm | None = None,
    errors: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Everything results/board.html needs."""
    waiting = _pager(result_routing.waiting_total(desk.read), place.waiting, place, "p", "a-rapprocher")
    routed = _pager(result_routing.to_dispatch_total(desk.read, desk.refs), place.sending, place, "t", "a-transmettre")
    cards = _cards(desk, result_routing.waiting(desk.read, SIZE, waiting.offset))
    results = result_routing.to_dispatch(desk.read, SIZE, routed.offset, desk.refs)
    counted = result_routing.of_campaigns(desk.read)
    return {
        "desk": desk,
        "here": place.query,
        "receipt": receipt,
        "form": opened,
        "errors": errors or {},
        "export": activity.export(desk),
        "undeclared": _campaigns(desk, counted, declared=False),
        "declared": _campaigns(desk, counted, declared=True),
        "cards": cards,
        "waiting": waiting,
        "certain": [card for card in cards if card.sure],
        "sending": routed,
        "results": [sending.sending(desk, row) for row in results],
        "advisors": sending.advisors(desk) if results else [],
        "by_referent": desk.refs.protocol(desk.today).result_route == "referent",
        "matched": activity.matched(desk),
        "choices": _choices(desk) if opened else {},
        **_sent(desk, place),
        **_left_out(desk, place),
    }


def blank(desk: Desk, name: str, about: UUID) -> OpenForm | None:
    """A form to fill, with what was typed on Pix for a new dossier; None when there is nothing of the kind to fill."""
    if name in ("aside", "send"):
        return OpenForm(name, about)
    row = result_routing.one(desk.read, about) if name == "new" else None
    if row is None:
        return None
    sites, campaign = desk.refs.structure.sites, desk.refs.campaigns[row.campaign]
    site = campaign.site if campaign.site in sites else sites[0] if len(sites) == 1 else ""
    said = {"last_name": row.last_name, "first_name": row.first_name, "imilo_number": row.number or "", "site": site}
    return OpenForm(name, about, said)


def _choices(desk: Desk) -> dict[str, list[tuple[str, str]]]:
    """What a new dossier may be given."""
    return {
        "sites": [("", "Choisir…"), *((site, site) for site in desk.refs.structure.sites)],
        "programmes": [("", "Pas encore connu"), *vocabulary.PROGRAMMES.items()],
        "advisors": [("", "À affecter plus tard"), *((str(id), name) for id, name in desk.staff("advisor"))],
        "loads": [(str(id), f"{name} ({vocabulary.number(load)})") for id, name, load in sending.advisors(desk)],
    }


def _sent(desk: Desk, place: Place) -> dict[str, Any]:
    monday = desk.today - timedelta(days=desk.today.weekday())
    counts = result_routing.dispatched_counts(desk.read, monday)
    sent = _pager(sum(given for given, _ in counts.values()), place.sent, place, "s", "transmis")
    return {"sent": sending.by_advisor(desk, monday, counts, sent.offset), "sent_pager": sent}


def _left_out(desk: Desk, place: Place) -> dict[str, Any]:
    aside = _pager(result_routing.set_aside_total(desk.read), place.aside, place, "e", "de-cote")
    gone = _pager(result_routing.vanished_total(desk.read), place.gone, place, "d", "disparues")
    return {
        "aside": activity.set_aside(desk, result_routing.set_aside(desk.read, SIZE, aside.offset))
        if aside.total
        else [],
        "aside_pager": aside,
        "gone": activity.gone(desk, result_routing.vanished(desk.read, SIZE, gone.offset)) if gone.total else [],
        "gone_pager": gone,
    }


def _pager(total: int, asked: int, place: Place, name: str, anchor: str) -> Pager:
    return Pager.at(total, asked, BOARD, place.params(but=name), name=name, anchor=f"#{anchor}")


def _campaigns(desk: Desk, counted: Mapping[UUID, int], *, declared: bool) -> list[tuple[UUID, Campaign, int]]:
    known = desk.refs.campaigns.items()
    found = [(id, one, counted.get(id, 0)) for id, one in known if (one.declared is not None) == declared]
    return sorted(found, key=lambda item: item[1].name)


# --- to match


def _cards(desk: Desk, rows: Sequence[Any]) -> list[Card]:
    found = match_proposals.proposals(desk.read, rows)
    several = sum(one.declared is not None for one in desk.refs.campaigns.values()) > 1
    return [_card(desk, row, found[row.stream], several) for row in rows]


def _card(desk: Desk, row: Any, found: Sequence[match_proposals.Proposal], several: bool) -> Card:
    candidates = [candidate(desk, person, match, numbered=row.number is not None) for person, match in found]
    sure = match_proposals.sure(found)
    said = [number(row), progress(row), desk.refs.campaigns[row.campaign].name if several else ""]
    name = f"{row.last_name} {row.first_name}"
    return Card(row.stream, name, " · ".join(filter(None, said)), candidates, candidates[0] if sure else None)


def candidate(desk: Desk, found: Found, match: Match | None = None, *, numbered: bool = True) -> Candidate:
    """A dossier as the board names it: programme, advisor, number when it helps; why it is proposed."""
    alike = match is not None and "namesake" in match.warnings
    about = (
        vocabulary.PROGRAMMES.get(found.programme, found.programme),
        sending.staff_name(desk, found.advisor) if found.advisor else "sans conseiller·ère",
        f"n°{NBSP}{found.imilo_number}" if found.imilo_number and (numbered or alike) else "",
        "dossier clos" if found.closed else "",
    )
    why = [matching.reason(code) for code in match.reasons] if match else []
    warnings = [matching.warning(code) for code in match.warnings] if match else []
    if alike and found.birth_date:
        why.append(say("né·e le {day}", day=dates.day(found.birth_date, year=True)))
    return Candidate(found.stream, found.name, " · ".join(filter(None, about)), " · ".join(why), warnings)


def number(row: Any) -> str:
    """What the participant typed to be recognised by."""
    if not row.external_id:
        return "sans n°"
    return f"n°{NBSP}{row.external_id}" if row.number else say("identifiant « {id} »", id=row.external_id)


def progress(row: Any) -> str:
    """How far the participation is: its result, or what of the test is done."""
    if row.profile:
        return profiles.short(row.pix, row.certifiable)
    if row.shared_day:
        return f"résultat {vocabulary.percent(percent(Decimal(row.mastery)))}" if row.mastery else "résultat sans taux"
    if row.purpose == "profile" and not row.shared_day:
        return "profil pas encore envoyé"
    if row.progress is None:
        return "en cours"
    done = Decimal(row.progress)
    return "fini, non partagé" if done == 1 else f"{vocabulary.percent(percent(done))} du test"
