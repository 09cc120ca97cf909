"""The small parts of a workbook: its sheets, shared texts and number formats."""

import re
from posixpath import dirname, join, normpath

from msgspec import Struct

from pixflow.portfolio.xlsx.markup import Attributes, Markup

MAX_SHEETS = 100
_ZEROS = re.compile(r"0{2,}")
_NO_DATE = re.compile(r"\"[^\"]*\"|\[[^\]]*\]|\\.|_.")
_DATE_LETTER = re.compile(r"[dmyhs]", re.IGNORECASE)
_BUILT_IN_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))


class Sheet(Struct, frozen=True):
    """One sheet of a workbook; `position` counts from 1."""

    position: int
    name: str
    visible: bool = True


class Format(Struct, frozen=True):
    """A number format: a date, or `zeros` figures with leading zeros."""

    is_date: bool = False
    zeros: int = 0


PLAIN = Format()


class Contents(Markup):
    """The list of sheets: name, state and relation of each, and the calendar of the Macintosh."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, bool, str]] = []
        self.from_1904 = False

    def start(self, name: str, attributes: Attributes) -> None:
        self.depth += 1
        if name == "sheet":
            relation = next((attributes[key] for key in attributes if key.endswith(":id")), "")
            self.sheets.append((attributes["name"], attributes.get("state", "visible") == "visible", relation))
        elif name == "workbookPr":
            self.from_1904 = attributes.get("date1904", "0") in ("1", "true")


class Relations(Markup):
    """The part that each relation of `part` to a worksheet leads to."""

    def __init__(self, part: str) -> None:
        super().__init__()
        self._folder = dirname(part)
        self.targets: dict[str, str] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        self.depth += 1
        if name == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
            self.targets[attributes["Id"]] = normpath(join("/", self._folder, attributes["Target"])).lstrip("/")


class SharedTexts(Markup):
    """The texts that cells name by their index. Leaves out the phonetic ones."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._phonetic = False

    def start(self, name: str, attributes: Attributes) -> None:
        self.depth += 1
        if name == "rPh":
            self._phonetic = True
        elif name == "t":
            self.keeps = not self._phonetic

    def end(self, name: str) -> None:
        self.depth -= 1
        if name == "si":
            self.texts.append(self.taken())
        elif name == "rPh":
            self._phonetic = False
        elif name == "t":
            self.keeps = False


class Formats(Markup):
    """The number format of each style of cells."""

    def __init__(self) -> None:
        super().__init__()
        self._codes: dict[str, str] = {}
        self._of_cells = False
        self.formats: list[Format] = []

    def start(self, name: str, attributes: Attributes) -> None:
        self.depth += 1
        if name == "numFmt":
            self._codes[attributes["numFmtId"]] = attributes["formatCode"]
        elif name == "cellXfs":
            self._of_cells = True
        elif name == "xf" and self._of_cells:
            self.formats.append(self._format(attributes.get("numFmtId", "0")))

    def end(self, name: str) -> None:
        self.depth -= 1
        if name == "cellXfs":
            self._of_cells = False

    def _format(self, number: str) -> Format:
        code = self._codes.get(number)
        if code is None:
            return Format(is_date=number.isdigit() and int(number) in _BUILT_IN_DATES)
        shown = code.split(";")[0]
        is_date = bool(_DATE_LETTER.search(_NO_DATE.sub("", shown)))
        return Format(is_date, len(shown) if _ZEROS.fullmatch(shown) else 0)
