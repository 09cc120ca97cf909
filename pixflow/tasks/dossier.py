"""The tasks of one dossier, in the order of the path."""

from collections.abc import Iterator
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from pixflow.dossier.state import Dossier
from pixflow.folding import Stamp
from pixflow.reference_data import References
from pixflow.tasks.builder import TaskBuilder
from pixflow.tasks.closing import close_or_plan
from pixflow.tasks.diagnostic import diagnostic
from pixflow.tasks.orientation import orientation
from pixflow.tasks.parcours import parcours
from pixflow.tasks.prescription import prescription
from pixflow.tasks.task import Task


def of_dossier(dossier: Dossier, refs: References) -> list[Task]:
    """Returns every present and future task of the dossier as it stands; none for a dossier never opened."""
    if dossier.opened is None:
        return []
    builder = TaskBuilder(dossier, dossier.opened, refs)
    rights = list(_answer_a_person(builder))
    if dossier.closed:
        return [*rights, *([builder.task("review-late-event", "", "referent", dossier.late)] if dossier.late else [])]
    tasks = [*_assign(builder), *orientation(builder), *diagnostic(builder), *prescription(builder), *parcours(builder)]
    return [*rights, *tasks, *close_or_plan(builder, tasks)]


def _answer_a_person(builder: TaskBuilder) -> Iterator[Task]:
    """Yields the answer due to an erasure request within a month (RGPD, article 12, 3), for any protocol."""
    asked = builder.dossier.erasure
    if asked:
        due = asked.stamp.on + relativedelta(months=1)
        yield builder.task("confirm-erasure", "", "manager", asked.stamp, {"by": asked.reason}, due=due)


def _assign(builder: TaskBuilder) -> Iterator[Task]:
    """Yields the assignment of an advisor, when there is none or the advisor leaves."""
    dossier = builder.dossier
    if dossier.advisor is None or dossier.assigned is None:
        yield builder.task("assign-advisor", "", "referent", builder.opened)
        return
    advisor = builder.refs.team.get(dossier.advisor)
    if advisor and advisor.left:
        left, name = Stamp(advisor.left, dossier.assigned.version), {"by": "left", "name": advisor.name}
        yield builder.task("assign-advisor", "", "referent", left, name, advisor.left + timedelta(days=1))
