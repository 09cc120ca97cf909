"""Last columns of a profile collection: sending, totals, competences (docs/pix-orga.md#profiles)."""

from dataclasses import dataclass, field

from pixflow.pix_orga.columns import labels
from pixflow.pix_orga.columns.labels import BadHeader
from pixflow.pix_orga.columns.result_columns import Named


@dataclass(slots=True)
class ProfileTail:
    """Indexes of the last columns. A competence has its name and the first of its two columns."""

    start: int
    shared: int
    shared_at: int
    shared_zone: str
    pix: int
    certifiable: int
    certifiable_competences: int
    levels: list[Named] = field(default_factory=list)


def read_profile_tail(tidy: tuple[str, ...], plain: tuple[str, ...], first: int) -> ProfileTail:
    """Reads the last columns of a header whose fixed columns end before `first`. Raises BadHeader."""
    place, zone = _find_sending(plain, first)
    tail = ProfileTail(place, place, place + 1, zone, place + 2, place + 3, place + 4)
    fixed = (labels.PIX_TOTAL, labels.CERTIFIABLE, labels.CERTIFIABLE_COMPETENCES)
    for position, expected in enumerate(fixed, tail.pix):
        if position >= len(plain) or plain[position] != expected:
            raise BadHeader(position, expected)
    for position in range(tail.certifiable_competences + 1, len(plain), len(labels.LEVEL)):
        tail.levels.append((position, _competence(tidy, plain, position)))
    return tail


def _find_sending(plain: tuple[str, ...], first: int) -> tuple[int, str]:
    # The last match: an external id may have any of these labels, and stands before them.
    for place in range(len(plain) - 2, first - 1, -1):
        zone = labels.zone_of(plain[place + 1], labels.SENT_AT)
        if plain[place] == labels.SENT and zone is not None:
            return place, zone
    raise BadHeader(len(plain), labels.SENT)


def _competence(tidy: tuple[str, ...], plain: tuple[str, ...], position: int) -> str:
    level, pix = labels.LEVEL
    name = plain[position].removeprefix(level)
    if name == plain[position]:
        raise BadHeader(position, "")
    if position + 1 >= len(plain) or plain[position + 1] != pix + name:
        raise BadHeader(position + 1, pix + name)
    return tidy[position][len(level) :]
