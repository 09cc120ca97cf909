"""PDFs that Typst makes of the templates, each in a process of its own."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from json import dumps
from pathlib import Path
from subprocess import PIPE
from typing import Any

from pixflow.turns import WaitingLine

_TEMPLATES = Path(__file__).parent / "templates"
_TYPESET = """
import sys, typst
asked = {"root": sys.argv[2], "format": "pdf", "sys_inputs": {"paper": sys.stdin.buffer.read().decode()}}
try:
    made = typst.compile(sys.argv[1], pdf_standards="ua-1", ignore_system_fonts=True, **asked)
except typst.TypstError as error:
    if "could not be displayed" not in str(error):
        raise
    made = typst.compile(sys.argv[1], **asked)
sys.stdout.buffer.write(made)
"""
"""The program of the process that makes a PDF. In this one Typst would keep 66 MB after a paper of 1,000 entries.

No paper with a character that our fonts lack can claim the standard. It is made with the fonts of the machine.
"""
LONGEST = 60.0
"""Seconds that a PDF may take: one of 1,000 entries takes 2."""
_PAPERS = WaitingLine(2)
"""PDFs made at once: each process takes 110 MB, 200 for 1,000 entries."""


class PaperLost(Exception):
    """A paper could not be made: how its process ended, then the words of that process."""


def compile_template(template: str, draw: Callable[[], Mapping[str, Any]]) -> bytes:
    """Returns the PDF that a Typst template makes of a paper, as PDF/UA-1 (ISO 14289-1) asks. Two are made at once.

    `draw` gives the paper, its QR codes drawn, while the other process starts. Raises PaperLost, Busy.
    """
    command = (sys.executable, "-I", "-c", _TYPESET, str(_TEMPLATES / template), str(_TEMPLATES))
    with _PAPERS.turn(), subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE) as process:
        try:
            made, errors = process.communicate(dumps(draw(), ensure_ascii=False).encode(), timeout=LONGEST)
        except subprocess.TimeoutExpired:
            raise PaperLost(f"longer than {LONGEST:g} s") from None
        finally:
            process.kill()
    if process.returncode:
        raise PaperLost(f"code {process.returncode}\n{errors.decode()}")
    return made
