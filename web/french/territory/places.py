"""Words for an import of places, and for the territory."""

from collections.abc import Sequence

from pixflow.open_data.communes import communes, groupings
from pixflow.partners.catalogue_state import Territory
from web.french.phrases import listed
from web.french.typography import say, typeset

REASONS: dict[str, str] = {
    "near": "au même endroit",
    "address": "même adresse",
    "siret": "même SIRET",
    "phone": "même téléphone",
    "name": "même nom",
    "name-close": "noms proches",
}


def territory(one: Territory) -> str:
    """Returns a territory in words."""
    named = [groupings().get(siren, siren) for siren in one.groupings]
    alone = [communes()[code].name if code in communes() else code for code in one.communes]
    around = say("et {radius} km autour", radius=one.radius) if one.radius else ""
    return say("Territoire : {parts}", parts=listed(*map(typeset, (*named, *alone)), around) or "à dire")


def twice(name: str, other: str, commune: str, reasons: Sequence[str]) -> str:
    """Returns the sentence of two files that may be of one place."""
    why = ", ".join(REASONS[reason] for reason in reasons)
    return say(
        "Peut-être le même lieu, à {commune} : {name} et {other} ({why})",
        commune=commune,
        name=name,
        other=other,
        why=why,
    )
