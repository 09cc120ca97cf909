"""Every message of the log has its French sentence: the calls are read from the code."""

import ast
import logging
import re
import string
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from tests.web.french.test_french import plain
from tests.web.french.test_sentences import assert_well_set
from web.french import logs

ROOT = Path(__file__).parents[3]
LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
CODES = {("web/security_events.py", "kind"), ("web/hosting/machine/requests.py", "'request'")}
"""Messages that are codes, not sentences: OWASP's words, and the line of a request (docs/operations.md)."""


class Call(NamedTuple):
    where: str
    text: str
    arguments: int
    extra: frozenset[str]


def is_log(node: ast.AST) -> bool:
    return ast.unparse(node).startswith(("_log", "logging.getLogger(")) or ast.unparse(node) == "logging"


def calls_of(path: Path) -> Iterator[Call]:
    """Yields the logging calls of a module. A message that is an argument of its function is said where it is given."""
    text = path.read_text()
    tree = ast.parse(text if "_log" in text or "logging" in text else "")
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for call in ast.walk(function):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in LEVELS):
                continue
            if not is_log(call.func.value):
                continue
            message, *arguments = call.args[1:] if call.func.attr == "log" else call.args
            told = {key.arg: key.value for key in call.keywords}
            extra = frozenset(ast.literal_eval(one) for one in getattr(told.get("extra"), "keys", ()))
            where = str(path.relative_to(ROOT))
            if (where, ast.unparse(message)) not in CODES:
                for said in texts(tree, function, message):
                    yield Call(f"{where}:{call.lineno}", said, len(arguments), extra)


def texts(tree: ast.AST, function: ast.FunctionDef | ast.AsyncFunctionDef, message: ast.expr) -> list[str]:
    if isinstance(message, ast.Constant):
        return [str(message.value)]
    given = [one.arg for one in function.args.args].index(ast.unparse(message))
    here = [one for one in ast.walk(tree) if isinstance(one, ast.Call) and ast.unparse(one.func) == function.name]
    return [str(ast.literal_eval(one.args[given])) for one in here]


CALLS = [
    call
    for package in ("pixflow", "projections", "web")
    for path in sorted((ROOT / package).rglob("*.py"))
    for call in calls_of(path)
]


def test_every_message_has_its_sentence_and_every_sentence_its_message() -> None:
    assert not [call for call in CALLS if call.text not in logs.SENTENCES]
    assert logs.SENTENCES.keys() == {call.text for call in CALLS}


def test_a_sentence_says_what_its_message_is_given() -> None:
    for call in CALLS:
        assert len(re.findall(r"%[sdr]", call.text)) == call.arguments, call
        fields = [name for _, name, _, _ in string.Formatter().parse(logs.SENTENCES[call.text]) if name is not None]
        assert fields.count("") <= call.arguments, call
        assert {name for name in fields if name} <= call.extra, call


def recorded(text: str, *values: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("pixflow", logging.WARNING, "", 0, text, values, None)
    vars(made).update(extra)
    return made


def test_the_sentences_are_french_and_well_set() -> None:
    for call in CALLS:
        values = [7 if kind == "d" else timedelta(hours=-1) for kind in re.findall(r"%([sdr])", call.text)]
        record = recorded(call.text, *values, **dict.fromkeys(call.extra, "ici"))
        said = logs.FrenchFormatter().format(record)
        assert_well_set(said if len(said) > 30 else f"Une phrase de {said}.")
        assert "Message de" not in said
        assert record.msg == call.text, "other handlers get it as it was"


def test_what_is_no_message_of_ours_says_where_it_comes_from() -> None:
    said = logs.FrenchFormatter().format(recorded("Invalid HTTP %s received.", "request"))
    assert plain(said) == "Message de « pixflow » : Invalid HTTP request received."
