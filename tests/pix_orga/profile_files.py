"""Small profile collections, and one change at a time to them."""

from dataclasses import replace
from datetime import UTC, datetime

from pixflow.events.values import Level
from pixflow.pix_orga.export import ExportCampaign, ProfileRow, utc_moment
from pixflow.pix_orga.framework import COMPETENCES
from pixflow.pix_orga.samples import write_profiles
from tests.pix_orga.files import changed as changed_in
from tests.pix_orga.files import codes as codes

CAMPAIGN = ExportCampaign(7201, "PRFABC234", "Profils été")
WAITING = ProfileRow(
    line=2, last_name="Diallo", first_name="Éloïse", external_id="12347", imported=(), shared=False, shared_at=None
)
LEVELS = tuple(Level(name, int(place < 5), 9 if place < 5 else 4) for place, name in enumerate(COMPETENCES))
SENT = replace(
    WAITING,
    shared=True,
    shared_at=utc_moment(datetime(2026, 5, 11, 13, 40, tzinfo=UTC)),
    pix=sum(one.pix or 0 for one in LEVELS),
    certifiable=True,
    certifiable_competences=5,
    levels=LEVELS,
)


def file(*rows: ProfileRow) -> bytes:
    """A file of these rows; one sent row without any."""
    return write_profiles(CAMPAIGN, rows or (SENT,))


def changed(old: str, new: str, data: bytes | None = None) -> bytes:
    """The file with every `old` text made `new`; `old` must be there."""
    return changed_in(old, new, file() if data is None else data)
