"""Kinds of events that a walk caused, and those it did not."""

from collections.abc import Iterable

from pixflow.events.base import Recorded
from pixflow.events.catalogue import catalogue
from pixflow.streams import kind_of

ELSEWHERE = {
    # accounts have walks of their own; a demonstration has none
    "staff.AccountInvited", "staff.AccountOpened", "staff.AccountConfirmed", "staff.AccountSuspended",
    "staff.RestorationRequested", "staff.AccountRestored", "staff.FactorsResetRequested", "staff.FactorsReset",
    "staff.FactorsResetWithdrawn", "staff.ClosingRequested",
    # the operator's, and the clock's by night
    "structure.ReadingsIssued", "structure.ShortcutOpened", "structure.BackupRestored",
    "structure.KeyRotated", "structure.PortfolioMapped", "structure.JournalSealed", "structure.RegisterBegun",
    # lists as files: tests/web/test_lists.py
    "structure.ListIssued",
    # who is still in the team: tests/web/pages/team
    "structure.TeamConfirmed",
    # a publication taken back before its day: tests/web/pages/protocol
    "protocol.ProtocolPublicationWithdrawn", "grille.GrillePublicationWithdrawn",
    # definitions and reports: tests/web/pages/indicators
    "indicators.DefinitionsDrafted", "indicators.DefinitionsEndorsed", "indicators.DefinitionsDraftDropped",
    "indicators.DefinitionsPublished", "indicators.AimSet", "indicators.ReportIssued",
    "staff.MonthlyPageChosen",
    # a log for process mining, from the terminal: tests/web/cli/test_event_log.py
    "indicators.EventLogIssued",
    # a campaign corrected: tests/web/pages/results
    "campaign.CampaignCorrected",
    # an import taken back: tests/web/pages/results
    "structure.OrganisationWithdrawn", "campaign.CampaignWithdrawn", "intake.ExportTakenBack",
    # what a partner does by link: tests/browser/test_partner_link.py
    "dossier.PartnerLinkIssued", "dossier.PartnerLinkMailed", "dossier.PartnerLinkRevoked", "dossier.ReferralSeen",
    "dossier.AnswerPromised", "dossier.OutcomeReported", "dossier.PartnerLinkReturned",
    # who holds what was corrected: tests/browser/test_tasks_walk.py
    "dossier.HolderInformed",
    # papers and copies: tests/web/test_disclosure.py
    "dossier.CopyIssued", "dossier.PaperIssued", "dossier.GlassBroken", "workshop.PaperIssued",
}  # fmt: skip
"""The stored names of the facts that other tests cause."""
APART = {"partner", "contact", "catalogue", "resource", "question"}
"""The kinds of streams with tests of their own: tests/web/pages/partners and resources, tests/place_import."""


def missing(recorded: Iterable[Recorded]) -> list[str]:
    """The stored names of the facts that nobody caused, in the order of the catalogue."""
    caused = {one.event.TOPIC for one in recorded}
    expected = [event.TOPIC for event in catalogue() if kind_of(event) not in APART]
    return [topic for topic in expected if topic not in caused | ELSEWHERE]
