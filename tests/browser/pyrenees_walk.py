"""Shared by the chapters of the Hautes-Pyrénées: the house, its people at their tabs, one on a phone."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser.house import House
from tests.browser.person import Person
from tests.browser.pyrenees_house import LUCIE, MARC, SANDRINE, YANN

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 820}, "has_touch": True, "is_mobile": True}


class Walk:
    """`tab` opens a tab with Playwright's options; `scripts`: whether pages may run theirs; `check` is glance."""

    def __init__(
        self, house: House, folder: Path, tab: Callable[..., Page], scripts: bool, check: Callable[[Page], None]
    ) -> None:
        self.house = house
        self.folder = folder
        self.scripts = scripts
        self._tab = tab
        self._check = check
        self.sandrine, self.marc, self.lucie = map(self.arrives, (SANDRINE, MARC, LUCIE))
        self.yann = self.arrives(YANN, **PHONE)

    def arrives(self, name: str, **options: Any) -> Person:
        tab = self._tab(base_url=self.house.url, java_script_enabled=self.scripts, **options)
        return Person(tab, name)

    def day(self, day: date, hour: int = 8, minute: int = 0) -> None:
        """It is that day, at that hour in UTC."""
        self.house.clock.set(day, hour, minute)

    def check(self, person: Person) -> None:
        """Axe is a script: what it finds in the run with scripts holds for the other."""
        if self.scripts:
            self._check(person.page)

    def imports(self, file: Path, *told: str) -> None:
        """Sandrine chooses a file, reads its preview and records it."""
        self.sandrine.uploads(file)
        if not self.scripts:
            self.sandrine.presses("Voir l’aperçu")
        self.sandrine.sees("Aperçu de l’import")
        self.sandrine.presses("Enregistrer")
        self.sandrine.sees("Export enregistré", *told, within=".notice")
