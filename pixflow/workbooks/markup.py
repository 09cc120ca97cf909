"""Unpacks and parses the parts of an XLSX file piece by piece, within limits. Builds no tree."""

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from xml.parsers import expat

from pixflow.workbooks.records import Refusal

MAX_UNPACKED = 32 * 1024 * 1024
"""Bytes unpacked in all. A list of 20,000 rows and 12 columns has 14 million."""
MAX_PARTS = 1_000
_PIECE = 64 * 1024
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Archive:
    """A ZIP file in memory; `names` are its parts, which share its limits. Every method raises Refusal past these."""

    def __init__(self, data: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(data))
        parts = self._archive.infolist()
        if len(parts) > MAX_PARTS:
            raise Refusal("workbook-too-heavy")
        if sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise Refusal("unpacked-too-large")
        self.names = {part.filename for part in parts}
        self._left, self._tags = MAX_UNPACKED, MAX_TAGS

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yields the content of a part. Refuses bzip2 and LZMA, which may need much memory."""
        if self._archive.getinfo(name).compress_type not in _PLAIN:
            raise Refusal("broken-workbook")
        with self._archive.open(name) as part:
            while piece := part.read(_PIECE):
                self._left -= len(piece)
                if self._left < 0:
                    raise Refusal("unpacked-too-large")
                self._tags -= sum(map(piece.count, _COUNTED))
                if self._tags < 0:
                    raise Refusal("workbook-too-heavy")
                yield piece


MAX_TAGS = 3_500_000
"""Tags and attributes of all parts: about 450,000 cells."""
MAX_DEPTH = 50
"""Elements inside each other, looked at after each piece."""
MAX_TOKEN = 256 * 1024
"""Bytes of one tag or comment."""
_COUNTED = (b"<", b"/>", b"=")
_ENCODINGS = frozenset({None, "utf-8", "utf-16", "us-ascii", "iso-8859-1"})

Attributes = Mapping[str, str]


class Markup:
    """The events of one part. A subclass takes its elements, and the text inside those that it keeps.

    `start` and `end` count the depth themselves: one more call for each element would cost a quarter of a second.
    """

    def __init__(self) -> None:
        self.depth = 0
        self.keeps = False
        self.kept: list[str] = []

    def start(self, name: str, attributes: Attributes) -> None:
        """Takes the start of an element, named without the prefix of the part."""
        self.depth += 1

    def end(self, name: str) -> None:
        """Takes its end."""
        self.depth -= 1

    def text(self, text: str) -> None:
        """Takes a piece of text."""
        if self.keeps:
            self.kept.append(text)

    def take_text(self) -> str:
        """Returns the text kept so far, and keeps no more."""
        text, self.kept, self.keeps = "".join(self.kept), [], False
        return text

    def follow(self, pieces: Iterable[bytes]) -> Iterator[None]:
        """Parses piece by piece. Raises Refusal, or ExpatError on bad XML."""
        parser, fed, token = self._parser(), 0, 0
        for piece in pieces:
            parser.Parse(piece, False)
            fed += len(piece)
            token = max(token, parser.CurrentByteIndex)
            if fed - token > MAX_TOKEN or self.depth > MAX_DEPTH:
                raise Refusal("workbook-too-heavy")
            yield
        parser.Parse(b"", True)
        yield

    def _parser(self) -> expat.XMLParserType:
        """Returns a parser that gives the elements of the root's prefix to this object."""
        parser = expat.ParserCreate()
        parser.buffer_text = True

        def root(name: str, attributes: dict[str, str]) -> None:
            prefix = name[: name.find(":") + 1]
            if prefix:
                parser.StartElementHandler = lambda name, found: self.start(name.removeprefix(prefix), found)
                parser.EndElementHandler = lambda name: self.end(name.removeprefix(prefix))
            else:
                parser.StartElementHandler, parser.EndElementHandler = self.start, self.end
            parser.CharacterDataHandler = self.text

        parser.StartElementHandler = root
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.XmlDeclHandler = _check_encoding
        return parser


def _refuse_doctype(*_: object) -> None:
    """Refuses entities, which multiply; no spreadsheet writes them."""
    raise Refusal("broken-workbook")


def _check_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
    """Refuses an encoding that would write its tags with other bytes: they could not be counted."""
    if (encoding and encoding.lower()) not in _ENCODINGS:
        raise Refusal("broken-workbook")
