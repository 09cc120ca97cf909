"""Reads a file of places that waits for its import once: its next previews find what was read."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress

import msgspec

from pixflow.importing.uploads import Uploads
from pixflow.open_data.place import PlaceFile
from pixflow.place_import.importer import ReadPlaces


class KeptPlaces:
    """The readings of one upload, one for each mapping. Called with the file, it returns one."""

    def __init__(self, uploads: Uploads, token: str, read: ReadPlaces) -> None:
        self._uploads, self._token, self._read = uploads, token, read

    def known(self) -> bool:
        """Tells if the file was uploaded as places."""
        return self._uploads.reading(self._token, _part({})) is not None

    def __call__(self, data: bytes, mapping: Mapping[str, str] | None) -> PlaceFile:
        kept = self._uploads.reading(self._token, _part(mapping or {}))
        if kept is not None:
            with suppress(msgspec.MsgspecError):  # another version of the program may have written it
                return msgspec.msgpack.decode(kept, type=PlaceFile)
        file = self._read(data, mapping)
        self._uploads.keep_reading(self._token, _part(mapping or {}), msgspec.msgpack.encode(file))
        return file


def _part(mapping: Mapping[str, str]) -> str:
    columns = msgspec.json.encode(sorted(mapping.items()))
    return f"places {hashlib.sha256(columns).hexdigest()}"
