"""Writes a profile collection in the exact format of Pix Orga, for demos and tests (docs/pix-orga.md#profiles)."""

from collections.abc import Sequence

from pixflow.pix_orga.export import ExportCampaign, ProfileRow
from pixflow.pix_orga.framework import COMPETENCES
from pixflow.pix_orga.samples.assessment import MARK, ORGANISATION, Dates, Value, date_cell, head, record

SENT_HEADERS: dict[Dates, str] = {
    "day": "Date de l'envoi",
    "iso": "Date de l'envoi",
    "paris": "Date et heure de l'envoi (Europe/Paris)",
}
TOTALS = ("Nombre de pix total", "Certifiable (O/N)", "Nombre de compétences certifiables")
LEVEL = ("Niveau pour la compétence {}", "Nombre de pix pour la compétence {}")
YES_NO = {True: "Oui", False: "Non", None: None}


def write_profiles(
    campaign: ExportCampaign,
    rows: Sequence[ProfileRow],
    *,
    organisation: str = ORGANISATION,
    external_id_label: str | None = "Numéro de dossier i-Milo",
    competences: Sequence[str] = COMPETENCES,
    dates: Dates = "paris",
) -> bytes:
    """Returns the bytes of a profile export, UTF-8 with BOM; `dates` are as for an assessment.

    Imported columns are those of the first row. A column is left out when `campaign.code` or `external_id_label` is
    None. A sent row has a level for each of the `competences`.
    """
    labels: list[Value] = [] if external_id_label is None else [external_id_label]
    names: list[Value] = [label.format(name) for name in competences for label in LEVEL]
    free: list[Value] = [header for header, _ in rows[0].imported] if rows else []
    start: list[Value] = [organisation, campaign.id, *([] if campaign.code is None else [campaign.code]), campaign.name]
    fixed: list[Value] = ["Envoi (O/N)", SENT_HEADERS[dates], *TOTALS]
    lines: list[list[Value]] = [[*head(campaign, None), *free, *labels, *fixed, *names]]
    for row in rows:
        external: list[Value] = [] if external_id_label is None else [row.external_id]
        who: list[Value] = [row.last_name, row.first_name, *(value for _, value in row.imported)]
        lines.append([*start, *who, *external, *_sending(row, len(names), dates)])
    return MARK + "".join(map(record, lines)).encode()


def _sending(row: ProfileRow, levels: int, dates: Dates) -> list[Value]:
    if not row.shared:
        return ["Non", "NA", *["NA"] * (len(TOTALS) + levels)]
    totals: list[Value] = [row.pix, YES_NO[row.certifiable], row.certifiable_competences]
    known: list[Value] = [value for one in row.levels for value in (one.level, one.pix)]
    return ["Oui", date_cell(row.shared_at, dates), *totals, *known]
