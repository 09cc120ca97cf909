"""Kinds of events that a walk caused, and those it did not."""

from collections.abc import Iterable

from pixflow.events.base import Recorded
from pixflow.events.catalogue import catalogue

ELSEWHERE = {
    # accounts have walks of their own; a demonstration has none
    "staff.AccountInvited", "staff.AccountOpened", "staff.AccountConfirmed", "staff.AccountSuspended",
    "staff.RestorationRequested", "staff.AccountRestored", "staff.FactorsResetRequested", "staff.FactorsReset",
    # the operator's, and the clock's by night
    "structure.BackupRestored", "structure.KeyRotated", "structure.JournalSealed",
    # a publication taken back before its day: tests/web/pages/protocol
    "protocol.ProtocolPublicationWithdrawn", "grille.GrillePublicationWithdrawn",
    # definitions and reports: tests/web/pages/indicators
    "indicators.DefinitionsDrafted", "indicators.DefinitionsEndorsed", "indicators.DefinitionsDraftDropped",
    "indicators.DefinitionsPublished", "indicators.ReportIssued",
    # papers and copies: tests/web/test_disclosure.py
    "dossier.CopyIssued", "dossier.PaperIssued", "dossier.GlassBroken", "workshop.PaperIssued",
}  # fmt: skip
"""The stored names of the facts that other tests cause."""


def missing(recorded: Iterable[Recorded]) -> list[str]:
    """The stored names of the facts that nobody caused, in the order of the catalogue."""
    caused = {one.event.TOPIC for one in recorded}
    return [event.TOPIC for event in catalogue() if event.TOPIC not in caused | ELSEWHERE]
