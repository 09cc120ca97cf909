"""Import of a portfolio file: reader, plan, recording.

    importer = PortfolioImporter(engine, structure, people, waiting)
    prepared = importer.prepare(data)           # site="…" for rows that tell none, sheet=2 of a workbook
    prepared.preview                            # None when the file is refused: see prepared.portfolio.problems
    importer.record(prepared, by=actor, command_id=command_id, accept_changes=False)

The same file twice records nothing; a dossier absent from the file is left alone.

This package imports nothing: the process that reads one file starts in a twentieth of a second.
"""
