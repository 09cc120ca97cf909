"""Files of a resource: what is taken, by content, and how it is sent."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from fastapi import HTTPException, Request, Response
from starlette.datastructures import UploadFile

from pixflow.documents.resource import LARGEST_FILE, MOST_FILES, FileNote
from pixflow.store.recorders import Files
from web.desk.commands import FormRefused
from web.desk.desk import Desk
from web.french.typography import say
from web.http.people import NOBODY
from web.http.people import note as note_people

_ZIP = b"PK\x03\x04"
MEDIA: Mapping[str, tuple[bytes, str]] = {
    "pdf": (b"%PDF-", "application/pdf"),
    "odt": (_ZIP, "application/vnd.oasis.opendocument.text"),
    "docx": (_ZIP, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "png": (b"\x89PNG\r\n\x1a\n", "image/png"),
    "jpg": (b"\xff\xd8\xff", "image/jpeg"),
    "jpeg": (b"\xff\xd8\xff", "image/jpeg"),
}
"""The kinds taken, by the end of their names: how a file of the kind begins, and its media type."""
_LONGEST_NAME = 100
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def names(data: Mapping[str, Any]) -> list[str]:
    """Returns the names of the files that were sent."""
    return [str(one.filename) for one in _list_files(data)]


def _list_files(data: Mapping[str, Any]) -> list[UploadFile]:
    """Returns the files of a form. An empty field sends one without a name."""
    sent = data.get("files", [])
    files = sent if isinstance(sent, list) else [sent]
    return [one for one in files if isinstance(one, UploadFile) and one.filename]


def keep_files(desk: Desk, data: Mapping[str, Any], before: Sequence[FileNote]) -> tuple[FileNote, ...]:
    """Stores the files sent, and returns them after those that stay. Raises FormRefused, having stored none."""
    sent = _list_files(data)
    if len(sent) + len(before) > MOST_FILES:
        raise FormRefused({"files": say("Une ressource a {most} fichiers au plus.", most=MOST_FILES)})
    notes = [*before]
    for name, media, content in [_check_file(str(one.filename), one.file.read(LARGEST_FILE + 1)) for one in sent]:
        digest = desk.engine.recorder.files.keep(content)
        if all(known.digest != digest for known in notes):
            notes.append(FileNote(digest, name, media, len(content)))
    return tuple(notes)


def _check_file(name: str, content: bytes) -> tuple[str, str, bytes]:
    """Returns name, media type and content of a file that is taken."""
    name = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable()).strip()
    stem, _, end = name.rpartition(".")
    starts, media = MEDIA.get(end.lower(), (b"", ""))
    if not stem or not media or not content.startswith(starts):
        text = "« {name} » n’est ni un PDF, ni un ODT, ni un DOCX, ni une image PNG ou JPG."
        raise FormRefused({"files": say(text, name=name)})
    if len(content) > LARGEST_FILE:
        raise FormRefused({"files": say("« {name} » dépasse 5 Mo : allégez-le, ou donnez un lien.", name=name)})
    return f"{stem[:_LONGEST_NAME]}.{end.lower()}", media, content


def download(request: Request, files: Files, notes: Sequence[FileNote], digest: str) -> Response:
    """Sends a file to be saved, never to be shown. Raises 404 unless the text names it."""
    note = next((one for one in notes if one.digest == digest), None)
    content = files.read(digest) if note else None
    if note is None or content is None:
        raise HTTPException(404)
    note_people(request, NOBODY)
    end, name = note.name.rpartition(".")[2], quote(note.name, safe="")
    disposition = f"attachment; filename=\"ressource.{end}\"; filename*=UTF-8''{name}"
    return Response(content, media_type=note.media, headers={**HEADERS, "Content-Disposition": disposition})
