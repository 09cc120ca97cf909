"""The parts of an XLSX file, unpacked piece by piece. Counts the bytes itself: a header may lie."""

import io
import zipfile
from collections.abc import Iterator

from pixflow.portfolio.problems import Refusal

MAX_UNPACKED = 32 * 1024 * 1024
"""Bytes unpacked in all. A list of 20,000 rows and 12 columns has 14 million."""
MAX_PARTS = 1_000
_PIECE = 64 * 1024
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Archive:
    """A ZIP file in memory; `names` are its parts. Every method raises Refusal past the limits."""

    def __init__(self, data: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(data))
        parts = self._archive.infolist()
        if len(parts) > MAX_PARTS:
            raise Refusal("workbook-too-heavy")
        if sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise Refusal("unpacked-too-large")
        self.names = {part.filename for part in parts}
        self._left = MAX_UNPACKED

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yields the content of a part. Refuses bzip2 and LZMA, which may need much memory."""
        if self._archive.getinfo(name).compress_type not in _PLAIN:
            raise Refusal("broken-workbook")
        with self._archive.open(name) as part:
            while piece := part.read(_PIECE):
                self._left -= len(piece)
                if self._left < 0:
                    raise Refusal("unpacked-too-large")
                yield piece
