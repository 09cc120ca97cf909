"""Words for a Pix profile: its pix, its certification, the level of each competence."""

from collections.abc import Iterator

from pixflow.events.values import Level, Profile
from web.french.typography import NBSP, number, plural, say

ENOUGH = 5
HIGHEST = 8
KINDS = {"assessment": "évaluation", "profile": "collecte de profils"}


def pix(count: int) -> str:
    """Returns a text like "1 024 pix": the word has no plural."""
    return f"{number(count)}{NBSP}pix"


def phrase_profile(profile: Profile) -> str:
    """Returns a text like "204 pix, certifiable"."""
    return ", ".join(filter(None, (total(profile), certifiable(profile))))


def short(count: int | None, certifiable: bool | None) -> str:
    """Returns a text like "204 pix, certifiable", "34 pix"."""
    sent = "profil partagé" if count is None else pix(count)
    return f"{sent}, certifiable" if certifiable else sent


def total(profile: Profile) -> str:
    return "sans nombre de pix" if profile.pix is None else pix(profile.pix)


def certifiable(profile: Profile) -> str:
    """Returns "certifiable (10 compétences)", "pas encore certifiable (3 compétences sur 5)", or "" if unknown."""
    counted = profile.certifiable_competences
    if profile.certifiable is None:
        return ""
    if profile.certifiable:
        return "certifiable" if counted is None else f"certifiable ({plural(counted, 'compétence')})"
    if counted is None:
        return "pas encore certifiable"
    return f"pas encore certifiable ({plural(counted, 'compétence')} sur {ENOUGH})"


def level(level: Level) -> str:
    """Returns a text like "niveau 3, 24 pix"."""
    reached = "niveau inconnu" if level.level is None else f"niveau{NBSP}{level.level}"
    return reached if level.pix is None else f"{reached}, {pix(level.pix)}"


def detail(profile: Profile) -> Iterator[tuple[str, str]]:
    """Returns every field of a profile but its date, as label and value."""
    yield "Total", total(profile)
    yield "Certifiable", certifiable(profile) or "—"
    for one in profile.levels:
        yield say("Compétence : {name}", name=one.name), level(one)
