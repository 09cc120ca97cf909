"""Another process that serves the same structure: told a dossier, it catches up and says what its tables show of it."""

import sys
from pathlib import Path
from uuid import UUID

from projections.store.folds import fold_of
from web.hosting.host import open_host
from web.hosting.served_structure import ServedStructure


def shown(served: ServedStructure, dossier: UUID) -> str:
    """The project of a dossier, as the next page would show it."""
    with served.read().database.connect() as connection:
        return str(fold_of(connection, dossier).project)


if __name__ == "__main__":
    with open_host(Path(sys.argv[1])) as found:
        (one,) = found.structures.values()
        print("ready", flush=True)
        for line in sys.stdin:
            print(shown(one, UUID(line.strip())), flush=True)
