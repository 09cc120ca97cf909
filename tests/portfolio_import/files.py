"""Portfolio files of a few lines, and the structure that imports them."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from pixflow.actor import Actor
from pixflow.portfolio_import.importer import Accepted, PortfolioImporter, PreparedPortfolio, RecordedCounts
from pixflow.portfolio_import.plan import PortfolioPreview
from projections import directory
from tests.result_import.house import House

HEADER = (
    "N° dossier;Nom de naissance;Prénom;Né(e) le;Tél. mobile;Courriel;Site;Dispositif;Groupe;"
    "Fin de la période collective;Conseiller référent;Projet professionnel"
)
AWA = "0012345;DIALLO;Awa;12/03/2005;06 12 34 56 78;Awa@example.org;L'Aigle;CEJ;Printemps;30/06/2026;MOREL Paul;Vente"
BAH = "0012346;BAH;Ali;01/02/2004;;;Mortagne;PACEA;;;;"


def file(*lines: str, header: str = HEADER) -> bytes:
    return "\r\n".join((header, *lines, "")).encode("utf-8-sig")


class Office(House):
    """A house that imports portfolios."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.portfolios = PortfolioImporter(
            self.engine,
            self.opened.stream("structure"),
            self.people,
            lambda numbers: {one: found for one in numbers if (found := self.waiting(one))},
        )

    def people(self) -> list[Any]:
        self.side.catch_up()
        with self.side.database.connect() as connection:
            return list(connection.execute(select(directory.people)))

    def look(self, *lines: str, site: str | None = None, header: str = HEADER) -> PreparedPortfolio:
        return self.portfolios.prepare(file(*lines, header=header), site)

    def take(
        self,
        *lines: str,
        accept: Accepted = False,
        by: Actor | None = None,
        command_id: UUID | None = None,
        site: str | None = None,
        header: str = HEADER,
    ) -> RecordedCounts:
        prepared = self.look(*lines, site=site, header=header)
        command_id = command_id or uuid4()
        return self.portfolios.record(prepared, by=by or self.referent, command_id=command_id, accept_changes=accept)

    def preview(self, *lines: str, site: str | None = None) -> PortfolioPreview:
        found = self.look(*lines, site=site).preview
        assert found
        return found

    def statuses(self, *lines: str) -> list[str]:
        return [line.status for line in self.preview(*lines).lines]

    def of(self, number: str) -> UUID:
        return self.engine.claim_holders("imilo", [number])[number]
