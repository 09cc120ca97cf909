"""Choices of the forms and filters of Ressources."""

from web.french import tasks, vocabulary
from web.french.events.resources import AUDIENCES, BANDS, KINDS
from web.french.typography import upper_first

KIND_OPTIONS = tuple((code, upper_first(label)) for code, label in KINDS.items())
STAGE_OPTIONS = tuple(vocabulary.STAGES.items())
_TASKS = (
    "present-pix", "plan-diagnostic", "book-workshop", "rebook-absent", "mark-attendance", "chase-diagnostic",
    "chase-sharing", "hold-debrief", "explore-difficulty", "follow-self-study", "build-prescription", "refer",
    "chase-partner", "offer-alternative", "record-outcome", "complete-path", "propose-certification", "plan-retake",
    "close-or-plan",
)  # fmt: skip
TASK_OPTIONS = tuple((code, tasks.VERBS[code]) for code in _TASKS)
"""The tasks that a resource may be about: those done with a young person."""
BAND_OPTIONS = tuple((str(rank), upper_first(label)) for rank, label in BANDS.items())
PROGRAMME_OPTIONS = tuple(vocabulary.PROGRAMMES.items())
AUDIENCE_OPTIONS = tuple((code, upper_first(label)) for code, label in AUDIENCES.items())
