"""SQL that finds events and commands out of order. `@.` stands for the place of the tables, `{}` for the last position.

Each statement gives a code and a position, and sees one snapshot. Positions are dense from 1, versions are dense from 1
in each stream and rise with positions, and the commands divide all positions among them.
"""

from typing import Literal

Disorder = Literal["position", "version", "span", "end"]
_AT_MOST = 100
_STATEMENTS = (
    """SELECT 'position', position FROM
        (SELECT position, LAG(position, 1, 0) OVER (ORDER BY position) AS earlier FROM @.stored_events) AS numbered
        WHERE position <> earlier + 1""",
    """SELECT 'version', position FROM
        (SELECT position, originator_version, ROW_NUMBER() OVER (PARTITION BY originator_id ORDER BY position) AS number
        FROM @.stored_events) AS numbered WHERE originator_version <> number""",
    """SELECT 'span', first_position FROM
        (SELECT first_position, last_position, LAG(last_position, 1, 0) OVER (ORDER BY first_position) AS earlier
        FROM @.commands) AS numbered WHERE first_position <> earlier + 1 OR last_position < first_position""",
    """SELECT 'end', last FROM (SELECT (SELECT COALESCE(MAX(position), 0) FROM @.stored_events) AS last,
        (SELECT COALESCE(MAX(last_position), 0) FROM @.commands) AS recorded, ({}) AS head) AS ends
        WHERE last <> recorded OR last <> head""",
)


def statements(head: str) -> list[str]:
    """Returns the statements. `head` selects the last position that the store gave."""
    return [f"{statement.format(head)} ORDER BY 2 LIMIT {_AT_MOST}" for statement in _STATEMENTS]
