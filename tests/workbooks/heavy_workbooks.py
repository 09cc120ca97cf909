"""Workbooks made to cost much: what each would do to a reader that trusts it.

`python -m tests.workbooks.heavy_workbooks FOLDER` writes them.
"""

import io
import pickle
import re
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path

import msgspec

from pixflow.portfolio_import.reader import Portfolio, read
from pixflow.workbooks.records import MAX_ROWS
from tests.workbooks.workbooks import SHEET, TITLES, archive, changed, workbook

SOUND = workbook(("Nom", "Prénom"), ("Diallo", "Awa"))
RELATIONS = "xl/_rels/workbook.xml.rels"
MILLION = 1_000_000


def _packed(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method, compresslevel=1) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return held.getvalue()


def _parts() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(SOUND)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def _with(method: int = zipfile.ZIP_DEFLATED, **changes: bytes) -> bytes:
    """The sound workbook with these parts: `sheet`, `styles`, `texts`, `book`, `relations`."""
    names = {"sheet": SHEET, "styles": "xl/styles.xml", "texts": "xl/sharedStrings.xml", "book": "xl/workbook.xml",
             "relations": RELATIONS}  # fmt: skip
    return _packed(_parts() | {names[key]: content for key, content in changes.items()}, method)


def _sheet(rows: bytes, before: bytes = b"", after: bytes = b"") -> bytes:
    """A sheet of the sound rows, then these."""
    old = _parts()[SHEET]
    return before + old.replace(b"</sheetData>", rows + b"</sheetData>") + after


def _texts(items: bytes) -> bytes:
    return b"<sst>" + items + b"</sst>"


def far_cells() -> bytes:
    rows = (f'<row r="{n}"><c r="SF{n}"><v>1</v></c></row>'.encode() for n in range(3, 20_000))
    return _with(sheet=_sheet(b"".join(rows)))


def many_formats() -> bytes:
    formats = b"".join(b'<numFmt numFmtId="%d" formatCode="&quot;[d\\"/>' % n for n in range(700_000))
    return _with(styles=b"<styleSheet><numFmts>" + formats + b"</numFmts></styleSheet>")


def defined_names() -> bytes:
    names = b"".join(b'<definedName name="n%d">Feuil1!$A$1</definedName>' % n for n in range(500_000))
    old = _parts()["xl/workbook.xml"]
    return _with(book=old.replace(b"</workbook>", b"<definedNames>" + names + b"</definedNames></workbook>"))


def many_sheets(count: int = 20_000) -> bytes:
    sheets = b"".join(b'<sheet name="f%d" sheetId="%d" r:id="rId1"/>' % (n, n) for n in range(1, count + 1))
    return _with(book=b'<workbook xmlns:r="r"><sheets>' + sheets + b"</sheets></workbook>")


def many_sheets_of_blank_rows() -> bytes:
    book = b"".join(b'<sheet name="f%d" sheetId="%d" r:id="rId1"/>' % (n, n) for n in range(1, 90))
    blank = _parts()[SHEET].replace(b"<sheetData>", b"<sheetData>" + b"<row/>" * 40_000)
    return _with(book=b'<workbook xmlns:r="r"><sheets>' + book + b"</sheets></workbook>", sheet=blank)


def many_attributes() -> bytes:
    tag = b"<c " + b" ".join(b'a%d=""' % n for n in range(20_000)) + b"/>"
    return _with(sheet=_sheet(b"<row>" + tag * 100 + b"</row>"))


def inline_texts() -> bytes:
    cell = b'<c t="inlineStr"><is>' + b"<r><t>x</t></r>" * 100 + b"</is></c>"
    return _with(sheet=_sheet(b"<row>" + cell * 18_000 + b"</row>"))


@cache
def shared_texts() -> bytes:
    return _with(texts=_texts(b"".join(b"<si><t>%d</t></si>" % n for n in range(800_000))))


def one_text_many_times() -> bytes:
    rows = b"".join(b"<row>" + b'<c t="s"><v>0</v></c>' * 12 + b"</row>" for _ in range(20_000))
    return _with(texts=_texts(b"<si><t>" + b"x" * 32_000 + b"</t></si>"), sheet=_sheet(rows))


@cache
def bomb() -> bytes:
    return _with(sheet=_sheet(b" " * 400 * MILLION))


def bomb_that_lies() -> bytes:
    honest = bomb()
    with zipfile.ZipFile(io.BytesIO(honest)) as opened:
        size = struct.pack("<L", opened.getinfo(SHEET).file_size)
    return honest.replace(size, struct.pack("<L", 1_000))


def entities() -> bytes:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 20}">' for n in range(1, 9))
    doctype = f'<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY l0 "ha">{laughs}]>'.encode()
    return _with(sheet=_sheet(b"<row><c><v>&l8;</v></c></row>", doctype))


def one_entity_many_times() -> bytes:
    doctype = b'<!DOCTYPE sst [<!ENTITY a "' + b"x" * 100_000 + b'">]>'
    return _with(texts=doctype + _texts(b"<si><t>" + b"&a;" * 50_000 + b"</t></si>"))


def another_encoding() -> bytes:
    sheet = '<?xml version="1.0" encoding="cp037"?><worksheet>' + "<c/>" * 4 * MILLION + "</worksheet>"
    return _with(sheet=sheet.encode("cp037"))


def huge_days() -> bytes:
    styles = b'<styleSheet><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>'
    rows = b"".join(b"<row>" + b"<c><v>1e308</v></c>" * 12 + b"</row>" for _ in range(19_000))
    return _with(styles=styles, sheet=_sheet(rows))


def problems() -> bytes:
    titles = ("Nom", "Prénom", "Né(e) le", "Tél", "Courriel", "Fin collectif")
    cell = '<c t="inlineStr"><is><t>{}</t></is></c>'
    row = "".join(cell.format(text) for text in ("é" * 60, "漢" * 60, *["12 " + "é" * 80] * 4))
    rows = f"<row>{row}</row>" * 11_000 + "</sheetData>"
    return changed(workbook(titles), SHEET, lambda xml: xml.replace("</sheetData>", rows))


def foreign_texts() -> bytes:
    row = '<row><c t="inlineStr"><is><t>' + "漢" * 390 + '</t></is></c><c t="inlineStr"><is><t>é</t></is></c></row>'
    return _with(sheet=_sheet(row.encode() * 12_700))


def many_entries() -> bytes:
    """A central directory of 5 MB: 100,000 entries that all name one content."""
    return _packed({f"{n:05}": b"" for n in range(45_000)})


def large_portfolio() -> bytes:
    """A portfolio as it should be, of the most rows that one may have.

    The library makes one row, which is then copied: it takes seconds to make them all.
    """
    row = (
        "{n:07}", "NOM{name}", "Prénom{first}", date(2000, 1, 1), "06{n:08}", "p{n}@example.org", "L'Aigle", "CEJ",
        "Printemps", date(2026, 6, 30), "MOREL Paul", "Vente en magasin",
    )  # fmt: skip

    def copied(xml: str) -> str:
        before, found, after = re.split('(<row r="2".*</row>)', xml)
        one = re.sub('(r="[A-Z]*)2"', r'\1{line}"', found).replace("<v>36526</v>", "<v>{born}</v>")
        copies = (
            one.format(n=n, line=n + 2, name=n % 5000, first=n % 3000, born=36_526 + 365 * (n % 8) + n % 300)
            for n in range(MAX_ROWS)
        )
        return "".join((before, *copies, after))

    return changed(workbook(TITLES, row), SHEET, copied)


MADE: dict[str, Callable[[], bytes]] = {
    "wide_rows": lambda: _with(
        sheet=_sheet(b"".join(b"<row>" + b"<c><v>1</v></c>" * 16_000 + b"</row>" for _ in range(120)))
    ),
    "far_cells": far_cells,
    "empty_cells": lambda: _with(sheet=_sheet(b"<row>" + b"<c/>" * 4 * MILLION + b"</row>")),
    "empty_rows": lambda: _with(sheet=_sheet(b"<row/>" * MILLION)),
    "many_styles": lambda: _with(
        styles=b"<styleSheet><cellXfs>" + b'<xf numFmtId="14"/>' * MILLION + b"</cellXfs></styleSheet>"
    ),
    "many_formats": many_formats,
    "defined_names": defined_names,
    "many_sheets": many_sheets,
    "many_sheets_of_blank_rows": many_sheets_of_blank_rows,
    "many_parts": lambda: _packed(_parts() | {f"xl/media/{n}": b"" for n in range(40_000)}),
    "one_huge_tag": lambda: _with(sheet=_sheet(b'<row s="' + b"x" * 25 * MILLION + b'"/>')),
    "one_huge_comment": lambda: _with(sheet=_sheet(b"<!--" + b"<x>" * 8 * MILLION + b"-->")),
    "one_huge_text": lambda: _with(
        sheet=_sheet(b'<row><c t="inlineStr"><is><t>' + b"x" * 25 * MILLION + b"</t></is></c></row>")
    ),
    "many_attributes": many_attributes,
    "inline_texts": inline_texts,
    "shared_texts": shared_texts,
    "wide_characters": lambda: _with(
        texts=_texts(("<si><t>" + "x" * 30_000 + "\N{GRINNING FACE}</t></si>").encode() * 1_000)
    ),
    "one_text_many_times": one_text_many_times,
    "nested_texts": lambda: _with(texts=_texts(b"<si>" * 1_500_000 + b"<t>x</t>" + b"</si>" * 1_500_000)),
    "nested_cells": lambda: _with(sheet=_sheet(b"<c><v>1" * 800_000)),
    "bomb": bomb,
    "bomb_that_lies": bomb_that_lies,
    "bomb_of_lzma": lambda: _with(zipfile.ZIP_LZMA, sheet=_sheet(b" " * 20 * MILLION)),
    "entities": entities,
    "one_entity_many_times": one_entity_many_times,
    "another_encoding": another_encoding,
    "long_numbers": lambda: _with(
        sheet=_sheet(b"".join(b"<row><c><v>" + b"9" * 4_000 + b"</v></c></row>" for _ in range(5_000)))
    ),
    "huge_days": huge_days,
    "formulas": lambda: _with(sheet=_sheet((b"<row>" + b"<c><f>1+1</f></c>" * 20 + b"</row>") * 19_000)),
    "problems": problems,
    "foreign_texts": foreign_texts,
    "cut": lambda: shared_texts()[:-3_000],
    "no_zip": lambda: b"PK\x03\x04" + b"\0" * 5 * MILLION,
    "many_entries": many_entries,
    "no_workbook": lambda: archive(word__document_dot_xml=b"<w/>" * MILLION),
}


# Runs the program of the process, then says what it has cost: seconds of processor, kB of memory at its peak.
_MEASURED = """
import os, re, resource, sys
from pixflow.reading_process import main
status = os.open("/proc/self/status", os.O_RDONLY)
code = main()
used = resource.getrusage(resource.RUSAGE_SELF)
peak = re.search(r"VmHWM:\\s+(\\d+)", os.read(status, 4096).decode())[1]
print(used.ru_utime + used.ru_stime, peak, file=sys.stderr)
sys.exit(code)
"""


def measured(data: bytes) -> tuple[Portfolio, float, float]:
    """Returns the answer of the process to a file, its seconds and its megabytes."""
    command, asked = [sys.executable, "-I", "-c", _MEASURED, "0"], pickle.dumps((read, data, (), {}))
    done = subprocess.run(command, input=asked, capture_output=True, check=False)
    assert done.returncode == 0, (done.returncode, done.stderr)
    seconds, kilobytes = done.stderr.split()
    return msgspec.msgpack.decode(done.stdout, type=Portfolio), float(seconds), int(kilobytes) / 1024


def write(folder: Path) -> Iterator[Path]:
    """Writes every workbook, and yields its path."""
    for name, made in MADE.items():
        path = folder / f"{name}.xlsx"
        path.write_bytes(made())
        yield path


if __name__ == "__main__":
    for written in write(Path(sys.argv[1])):
        print(written, written.stat().st_size)
