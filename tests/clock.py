"""The day as the program takes it, for tests that run at the real time."""

from datetime import date
from zoneinfo import ZoneInfo

from pixflow.structure_folder import utc_now


def today() -> date:
    """Returns the structure's day: between 22:00 or 23:00 and midnight UTC, it is not the day of UTC."""
    return utc_now().astimezone(ZoneInfo("Europe/Paris")).date()
