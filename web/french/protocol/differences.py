"""Differences between two protocols or grids, line by line."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from pixflow.documents.grille import Band, Proposal
from pixflow.documents.protocol import ProtocolDocument
from pixflow.protocol.comparison import BandChange
from web.french import typography, vocabulary
from web.french.events import details
from web.french.typography import say

KINDS = {
    "action": "action",
    "check": "vérification",
    "complete": "diagnostic complet",
    "certification": "certification",
    "cv": "CV",
}
_LONG, _BRIEF = 60, 90


@dataclass(frozen=True, slots=True)
class Difference:
    """One change of a draft: `before` is empty for an addition, `after` for a removal."""

    label: str
    before: str
    after: str

    @property
    def parts(self) -> Sequence[tuple[str, str]]:
        """Returns a changed long text as (same, gone or new, words); empty if it reads better whole."""
        long = min(len(self.before), len(self.after)) > _LONG
        return marked(self.before, self.after) if long else ()


def range_of(band: Band) -> str:
    """Returns a text like "41-70 %"."""
    return f"{band.low}-{typography.percent(band.high)}"


def band_title(change: BandChange) -> str:
    """Returns a text like "Tranche 0-40 % → 0-45 %", "Nouvelle tranche 41-55 %", "Tranche 71-100 % retirée"."""
    match change.before, change.after:
        case (None, Band() as band):
            return say("Nouvelle tranche {range}", range=range_of(band))
        case (Band() as band, None):
            return say("Tranche {range} retirée", range=range_of(band))
        case (Band() as was, Band() as band) if (was.low, was.high) != (band.low, band.high):
            return say("Tranche {was} → {range}", was=range_of(was), range=range_of(band))
        case (_, Band() as band):
            return say("Tranche {range}", range=range_of(band))
    return ""


def band_lines(change: BandChange) -> list[Difference]:
    """Returns the changes inside a band; none for a removed band."""
    before, after = change.before, change.after
    if after is None:
        return []
    texts = (("Objectif", "objective"), ("En bref", "short"))
    lines = [Difference(label, getattr(before, name, ""), getattr(after, name, "")) for label, name in texts]
    lines = [one for one in lines if one.before != one.after]
    lines += [Difference("Proposition ajoutée", "", _phrase_proposal(one)) for one in change.added]
    if before is not None:
        lines += [Difference("Proposition retirée", _phrase_proposal(one), "") for one in change.removed]
        lines += [line for was, one in change.altered for line in _altered(was, one)]
    if change.reordered and before:
        lines.append(Difference("Ordre des propositions", _labels(before), _labels(after)))
    return lines


def protocol_changes(before: ProtocolDocument, after: ProtocolDocument) -> list[Difference]:
    """Returns the changes of a protocol, line by line."""
    was, now = dict(details.of_protocol(before)), dict(details.of_protocol(after))
    names = [*now, *(name for name in was if name not in now)]
    lines = [Difference(name, was.get(name, ""), now.get(name, "")) for name in names]
    return [one for one in lines if one.before != one.after]


def marked(before: str, after: str) -> list[tuple[str, str]]:
    """Returns two texts as one, word by word: ("same" | "gone" | "new", words)."""
    was, now = re.split(r"(?<=\s)", before), re.split(r"(?<=\s)", after)
    parts: list[tuple[str, str]] = []
    for tag, i, j, k, n in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if tag == "equal":
            parts.append(("same", "".join(was[i:j])))
        else:
            parts += [(kind, text) for kind, text in (("gone", "".join(was[i:j])), ("new", "".join(now[k:n]))) if text]
    return parts


def _altered(was: Proposal, one: Proposal) -> Iterator[Difference]:
    """Returns one line a change of a proposal, under its name."""
    for (label, before), (_, after) in zip(_list_fields(was), _list_fields(one), strict=True):
        if before != after:
            yield Difference(say("{proposal} : {label}", proposal=was.label, label=label), before or "—", after or "—")


def _list_fields(proposal: Proposal) -> list[tuple[str, str]]:
    programmes = ", ".join(vocabulary.PROGRAMMES.get(name, name) for name in proposal.programmes)
    return [
        ("nom", proposal.label),
        ("nature", KINDS.get(proposal.kind, proposal.kind)),
        ("partenaire", proposal.partner or ""),
        ("note", proposal.note),
        ("programmes", programmes or "tous"),
        ("pour la ou le conseiller·ère seulement", typography.yes_no(proposal.advisor_only)),
        ("si le projet s’y prête", typography.yes_no(proposal.needs_project)),
    ]


def _phrase_proposal(proposal: Proposal) -> str:
    """Returns a proposal in one line, with its conditions."""
    told = [text for name, text in _list_fields(proposal)[2:5] if text and text != "tous" and len(text) < _BRIEF]
    ticks = [name for name, text in _list_fields(proposal)[5:] if text == "oui"]
    return f"{proposal.label} ({', '.join((*told, *ticks))})" if told or ticks else proposal.label


def _labels(band: Band) -> str:
    return ", ".join(one.label for one in band.proposals)
