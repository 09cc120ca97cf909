"""Parts of sentences, joined."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from pixflow.dossier.state import Snooze
from web.french import dates, typography, vocabulary
from web.french.typography import say

LONGEST = 240
_BETWEEN_WORDS = re.compile(rf"[^\S{typography.NBSP}{typography.THIN}]+")
EventWords = tuple[str, str | Callable[[Any], str]]
"""The title of an event, and the template of its sentence (`events/sentences.py`) or a function that chooses it."""
RETRACTED = "Annulé : {target}[ — motif : {grounds}]"


def listed(*parts: object) -> str:
    return ", ".join(str(part) for part in parts if part)


def join_with_and(parts: Sequence[str]) -> str:
    """Returns a text like "la fiche, la convocation et la copie"."""
    return " et ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def noted(text: str, note: str, between: str = " : ") -> str:
    """Returns the text, followed by a note if there is one."""
    return f"{text}{typography.typeset(between)}{short(note)}" if note.strip() else text


def paused_until(day: str, awaits: str | None) -> str:
    """Returns a text like "jusqu’au 3 avril", "jusqu’au 3 avril, ou dès que le résultat arrive"."""
    return listed(f"jusqu’au {day}", sooner(awaits))


def sooner(awaits: str | None) -> str:
    """Returns the fact that ends a pause before its day, as "ou dès que le résultat arrive"."""
    return say("ou dès que {fact}", fact=vocabulary.AWAITED[awaits]) if awaits else ""


def pause_over(snooze: Snooze, back: date, today: date) -> str:
    """Returns why a task is back, as "pause terminée le 3 avril, le partenaire a répondu : en stage"."""
    came = snooze.awaits if snooze.woken and snooze.woken.on == back else None
    day = dates.day(back, year=back.year != today.year)
    return noted(listed(say("pause terminée le {day}", day=day), vocabulary.CAME[came] if came else ""), snooze.reason)


def short(text: str) -> str:
    """Returns a text that people wrote on one line, cut after 240 characters. What may not break stays together."""
    line = _BETWEEN_WORDS.sub(" ", text).strip()
    return line if len(line) <= LONGEST else f"{line[:LONGEST].rstrip()}…"
