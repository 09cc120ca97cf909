"""Portfolio files come in: the young people a structure follows, as i-Milo or a spreadsheet lists them.

    importer = PortfolioImporter(engine, people, waiting)
    prepared = importer.prepare(data, name)     # site="…" for rows that tell none
    prepared.preview                            # None when the file is refused: see prepared.portfolio.problems
    importer.record(prepared, by=actor, command_id=command_id, accept_changes=False)

The same file twice records nothing; a dossier absent from the file is left alone.
"""

from pixflow.portfolio.columns import Column, Field
from pixflow.portfolio.importer import PortfolioImporter, Prepared, Taken
from pixflow.portfolio.plan import Counts, Line, Preview
from pixflow.portfolio.reader import Entry, Portfolio, Problem, read

__all__ = [
    "Column",
    "Counts",
    "Entry",
    "Field",
    "Line",
    "Portfolio",
    "PortfolioImporter",
    "Prepared",
    "Preview",
    "Problem",
    "Taken",
    "read",
]
