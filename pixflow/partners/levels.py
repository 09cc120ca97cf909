"""Offers that the words of a source propose for a partner. The référent confirms them (docs/domain.md#partners)."""

from collections.abc import Collection, Iterator

from pixflow.events.values import OfferKind, OfferTerms, PartnerDetails

_DIGITAL = {
    "Maîtrise des outils numériques du quotidien", "Compréhension du monde numérique",
    "Utilisation sécurisée du numérique", "numerique--maitriser-les-fondamentaux-du-numerique",
}  # fmt: skip
_ACCESS = {"Accès internet et matériel informatique", "numerique--acceder-a-une-connexion-internet"}
_BANDS: dict[OfferKind, tuple[int, ...]] = {
    "digital": (0, 1), "literacy": (0,), "general": (1,), "specialised": (2,), "certification": (2,),
}  # fmt: skip
"""Ranks of the grid's bands that a kind of offer is for; none for a place to take the test."""


def proposed_kinds(details: PartnerDetails) -> list[OfferKind]:
    """Returns the kinds of offers that the words of the sources propose."""
    words = {*details.services, *details.thematics, *details.special_care, *details.labels, *details.support}
    return list(dict.fromkeys(_kinds(words, details)))


def terms_of(kind: OfferKind, label: str, bands: Collection[tuple[int, int]] = ()) -> OfferTerms:
    """Returns the terms proposed for a kind, with the bands of the grid in force."""
    ordered = sorted(bands)
    wanted = tuple(ordered[rank] for rank in _BANDS.get(kind, ()) if rank < len(ordered))
    return OfferTerms(label=label, kind=kind, bands=wanted)


def terms_of_service(name: str, thematics: Collection[str], kinds: Collection[str]) -> OfferTerms:
    """Returns the terms of a service of data·inclusion."""
    details = PartnerDetails(thematics=tuple(thematics), kinds=tuple(kinds))
    found = proposed_kinds(details)
    return OfferTerms(label=name, kind=found[0] if found else "general")


def _kinds(words: Collection[str], details: PartnerDetails) -> Iterator[OfferKind]:
    if any(word.startswith("lecture-ecriture-calcul--") for word in words) or "Illettrisme" in words:
        yield "literacy"
    if _DIGITAL & set(words):
        yield "digital"
    if "Insertion professionnelle via le numérique" in words:
        yield "general"
    if "Grande école du numérique" in words or "OF" in details.kinds or "formation" in details.kinds:
        yield "specialised"
    if "Certification PIX" in words:
        yield "certification"
    if _ACCESS & set(words) or "En autonomie" in words:
        yield "access"
    if details.itinerant:
        yield "cafe"
