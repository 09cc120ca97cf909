"""Words of what a correction reaches."""

from web.french.typography import say

STREAMS = {
    "dossier": "Autre dossier",
    "participation": "Participation",
    "workshop": "Atelier",
    "partner": "Partenaire",
}
"""The streams that a correction changes beside the dossier of the page."""


def to_the_person(said: str) -> str:
    """Returns the sentence of a paper, with its receiver."""
    return say("{said}, pour la personne", said=said)
