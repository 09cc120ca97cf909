"""The days of addresses and of the terminal."""

from datetime import date

from pixflow.unit_of_work import FIRST_DAY, LAST_DAY


def day(text: str) -> date | None:
    """Returns a day as an address writes it; None for anything else, and for a day that no form accepts."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_DAY <= found <= LAST_DAY else None
