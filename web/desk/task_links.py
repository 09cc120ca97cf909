"""The addresses where tasks are done, and places in Ma boîte."""

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode
from uuid import UUID

from msgspec.structs import asdict

from pixflow.tasks import TASK_KINDS
from projections import advisor_queue
from projections.advisor_queue import QueueFilter
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import tasks as french
from web.french.typography import say
from web.http import filters
from web.http.addresses import SIZE, address, carrying, whole_number

_BY_KEY = frozenset({"chase-diagnostic", "chase-sharing"})
_PILES = {
    "dispatch-result": "/resultats#a-transmettre",
    "match-participation": "/resultats#a-rapprocher",
    "declare-campaign": "/resultats#campagnes",
    "assign-advisor": "/dossiers?etat=unassigned",
}


OUTSIDE: Final[dict[str, str]] = {
    "take-pix": "/equipe/{stream}?formulaire=pix#form",
    "brief-newcomer": "/equipe/{stream}?formulaire=briefing#form",
    "designate-referent": "/equipe?site={about}",
    "confirm-team": "/equipe/toujours-la",
    "revise-resource": "/ressources/{stream}",
    "answer-question": "/ressources/questions/{stream}",
    "review-partner": "/partenaires/{stream}",
    "verify-partner": "/partenaires/{stream}?formulaire=verifier#form",
    "update-contact": "/personnes-a-joindre/{stream}",
}
"""The addresses of tasks of the team, of the shared knowledge and of partners."""


PRESSES: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "review-partner suggested": ("inscrire", {}),
    "review-partner contested": ("relire", {}),
    "review-partner gone": ("relire", {}),
    "verify-partner new": ("verifier", {"channel": "call"}),
    "verify-partner stale": ("verifier", {"channel": "call"}),
}
"""The form of a partner's page that closes a task in one press, with what it sends, by kind and reason."""


def href(subject: str, stream: UUID, key: str, kind: str) -> str:
    """Returns where a task is done. `subject` is the kind of its stream."""
    if subject == "workshop":
        return f"/ateliers/{stream}/presence"
    if subject == "campaign":
        return f"/resultats/campagnes/{stream}"
    if kind in OUTSIDE:
        return OUTSIDE[kind].format(stream=stream, about=quote(key.partition(":")[2]))
    if subject == "participation" or kind == "dispatch-result":
        return _PILES[kind]
    if kind == "confirm-erasure":
        return erasure(stream)
    return dossier_form(stream, french.WORDS[kind].form, subject_of(kind, key))


def kinds_of(form: str) -> list[str]:
    """Returns the kinds of tasks that a form of the dossier closes, those with it as their first form before."""
    known = french.WORDS.items()
    first = [kind for kind, words in known if words.form == form]
    return first + [kind for kind, words in known if words.other[0] == form]


def subject_of(kind: str, key: str) -> str:
    """Returns the subject of the form of a task: its key, the id in its key, or "" for none."""
    if kind in _BY_KEY:
        return key
    return key.partition(":")[2] if TASK_KINDS[kind].with_subject else ""


def erasure(stream: UUID) -> str:
    """Returns where an erasure is requested, confirmed or declined."""
    return f"{dossier(stream)}/droits#effacement"


def dossier_form(stream: UUID, name: str, about: str = "") -> str:
    """Returns the dossier page with a form open."""
    asked = f"&sur={quote(about, safe=':')}" if about else ""
    return f"/dossiers/{stream}?formulaire={name}{asked}#form"


def replay(stream: UUID) -> str:
    return f"/rejouer/{stream}"


def dossier(stream: UUID) -> str:
    return f"/dossiers/{stream}"


def pile(kind: str) -> str:
    """Returns where a pile is worked through."""
    return _PILES.get(kind) or f"/boite?pile={kind}"


# --- a place in Ma boîte, carried by addresses through a dossier's page: its list, and the rank of a row in it


RANK = "rang"


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """The filter of the list, and the rank of a row in it, from 0."""

    wanted: QueueFilter = QueueFilter()
    rank: int = 0

    def __str__(self) -> str:
        """Returns the value of `boite` in an address."""
        asked = filters.parameters(asdict(self.wanted)) | {RANK: str(self.rank)}
        return urlencode({name: value for name, value in asked.items() if value})

    @property
    def address(self) -> str:
        """The page of the list where the row stood."""
        page = self.rank // SIZE + 1
        return address("/boite", {**filters.parameters(asdict(self.wanted)), "p": str(page) if page > 1 else ""})

    def further(self, rows: int) -> "QueuePlace":
        return replace(self, rank=self.rank + rows)


def read_place(desk: Desk, text: str) -> QueuePlace | None:
    """Returns the place that an address names; None without one. Anything else in it is ignored."""
    said = dict(parse_qsl(text))
    if RANK not in said:
        return None
    names = QueueFilter.__struct_fields__
    fields = {field: said.get(filters.PARAMETERS.get(field, field), "") for field in names}
    doer = fields["doer"] if fields["doer"] in map(str, desk.owners) else ""
    wanted = QueueFilter(**{**fields, "doer": doer})
    return QueuePlace(wanted, whole_number(said[RANK]) or 0)


def next_task(desk: Desk, place: QueuePlace | None, but: object) -> tuple[UUID, str, str] | None:
    """Returns the first task from a place on, else from the top of the list; never one of the dossier `but`.

    It is a stream, a label, and the address where the task is done.
    """
    place = place or QueuePlace()
    for start in dict.fromkeys((place, replace(place, rank=0))):
        rows = advisor_queue.page(desk.read, desk.owners, desk.today, start.wanted, SIZE, start.rank)
        for ahead, row in enumerate(rows):
            if row.stream != but:
                there = href(row.subject, row.stream, row.key, row.kind)
                name = names_for(desk).dossier(row.stream) if row.subject == "dossier" else row.name
                label = say("{verb}, {name}", verb=french.title(row.kind, row.details), name=name)
                return row.stream, label, carrying(there, str(start.further(ahead)))
    return None
