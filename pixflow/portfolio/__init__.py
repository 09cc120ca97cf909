"""Import of a portfolio file: reader, plan, recording.

    importer = PortfolioImporter(engine, people, waiting)
    prepared = importer.prepare(data)           # site="…" for rows that tell none, sheet=2 of a workbook
    prepared.preview                            # None when the file is refused: see prepared.portfolio.problems
    importer.record(prepared, by=actor, command_id=command_id, accept_changes=False)

The same file twice records nothing; a dossier absent from the file is left alone.
"""

from pixflow.portfolio.columns import Column, Field
from pixflow.portfolio.entries import Entry
from pixflow.portfolio.importer import PortfolioImporter, PortfolioOutcome, PreparedPortfolio, RecordedCounts
from pixflow.portfolio.plan import PortfolioCounts, PortfolioPreview, PortfolioRow
from pixflow.portfolio.problems import PortfolioProblem
from pixflow.portfolio.reader import Portfolio, read
from pixflow.portfolio.workbook import Sheet

__all__ = [
    "Column",
    "Entry",
    "Field",
    "Portfolio",
    "PortfolioCounts",
    "PortfolioImporter",
    "PortfolioOutcome",
    "PortfolioPreview",
    "PortfolioProblem",
    "PortfolioRow",
    "PreparedPortfolio",
    "RecordedCounts",
    "Sheet",
    "read",
]
