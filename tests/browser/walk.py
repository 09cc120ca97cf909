"""Shared by the chapters of the walk: the house, its people at their tabs, the folder of exports."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from playwright.sync_api import Page

from pixflow.pix_orga import AssessmentRow
from tests.browser.exports import written
from tests.browser.house import House
from tests.browser.person import Person


class Walk:
    """`check` is glance: axe, light and wide, dark and on a phone."""

    def __init__(self, house: House, folder: Path, tab: Callable[[], Page], check: Callable[[Page], None]) -> None:
        self.house = house
        self.folder = folder
        self._check = check
        self._tab = tab
        self.sophie = self.arrives("Sophie Lecomte")
        self.nadia = self.arrives("Nadia Benali")
        self.paul = self.arrives("Paul Rey")

    def arrives(self, name: str) -> Person:
        return Person(self._tab(), name)

    def day(self, day: date, hour: int = 8) -> None:
        """It is that day; nobody's page is drawn again by it."""
        self.house.clock.set(day, hour)

    def check(self, person: Person) -> None:
        self._check(person.page)

    def export(self, rows: tuple[AssessmentRow, ...], at: datetime) -> Path:
        return written(self.folder, rows, at)
