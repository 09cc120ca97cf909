"""Cases kept by Viewflow, as its documentation shows it: a flow, a process whose data are JSON, its own pages."""

# mypy: disable-error-code="import-not-found"

import json
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from psycopg.conninfo import conninfo_to_dict

from tests.benchmarks.cases.work import ADVISORS, STEPS, advisor_of, answer, opened, said

APP = "tests.benchmarks.cases.viewflow_app"
_BATCH = 500


class WithoutMigrations(dict[str, None]):
    """Every table is made from its model at once."""

    def __contains__(self, app: object) -> bool:
        return True

    def __missing__(self, app: str) -> None:
        return None


def configure(folder: Path, postgres: str | None) -> None:
    """SQLite in WAL, synchronous=FULL, writes that begin IMMEDIATE; or PostgreSQL at this URL."""
    sqlite = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(folder / "viewflow.db"),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL",
        },
    }
    at = conninfo_to_dict(postgres or "")
    server = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": at.get("dbname"),
        "USER": at.get("user"),
        "HOST": at.get("host"),
        "CONN_MAX_AGE": None,
    }
    settings.configure(
        DATABASES={"default": server if postgres else sqlite},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "viewflow",
            "viewflow.workflow",
            APP,
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "viewflow.middleware.SiteMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        MIGRATION_MODULES=WithoutMigrations(),
        ROOT_URLCONF=f"{APP}.urls",
        ALLOWED_HOSTS=["testserver"],
        SECRET_KEY="for a bench",
        STATIC_URL="static/",
        USE_TZ=True,
    )
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)


class Viewflow:
    """The cases of one database, which is made empty."""

    def __init__(self) -> None:
        from django.contrib.auth import get_user_model
        from django.contrib.auth.models import Permission
        from django.test import Client

        from tests.benchmarks.cases.viewflow_app.flows import DossierFlow

        self._flow = DossierFlow
        names = ["referent", *(f"advisor{number}" for number in range(ADVISORS))]
        people = [get_user_model().objects.create_user(name) for name in names]
        self._referent, *self._advisors = people
        self._advisors[0].user_permissions.add(Permission.objects.get(codename="view_dossier"))
        self._browser = Client()
        self._browser.force_login(self._advisors[0])

    def open(self, number: int) -> int:
        """The id of the process."""
        advisor = self._advisors[advisor_of(number)].pk
        process = self._flow.start.run(content={**opened(number), "advisor": advisor, "referent": self._referent.pk})
        return int(process.pk)

    def complete(self, case: int, number: int, step: int) -> None:
        task = self._tasks.get(process_id=case, status="ASSIGNED")
        content = said(number, step)
        with task.activation() as activation:
            activation.start(None)
            activation.task.data = content
            activation.process.data |= content
            activation.process.save()
            activation.execute()

    def inbox(self) -> Sequence[Any]:
        from tests.benchmarks.cases.viewflow_app.flows import Inbox

        return list(Inbox.of(self._flow, self._advisors[0])[: Inbox.paginate_by])

    def history(self, case: int) -> Sequence[Any]:
        found = self._tasks.filter(process_id=case).select_related("owner").order_by("pk")
        return [(task.finished, task.owner, task.title, task.data) for task in found]

    def page(self) -> str:
        answered = self._browser.get("/dossiers/inbox/")
        assert answered.status_code == 200, answered
        return str(answered.content.decode())

    def fill(self, first: int, end: int) -> None:
        for start in range(first, end, _BATCH):
            self._fill(range(start, min(start + _BATCH, end)))

    def close(self) -> None:
        from django.db import connection

        connection.close()

    @property
    def _tasks(self) -> Any:
        return self._flow.task_class.objects

    def _fill(self, numbers: range) -> None:
        """Rows as the flow would have left them."""
        dossiers, tasks = self._flow.process_class.objects, self._tasks
        made = dossiers.bulk_create([self._process(number) for number in numbers])
        paths = [self._path(number, process) for number, process in zip(numbers, made, strict=True)]
        tasks.bulk_create([task for path in paths for task in path])
        after = self._flow.task_class.previous.through
        followed = [pair for path in paths for pair in pairwise(path)]
        after.objects.bulk_create(
            [after(from_task_id=later.pk, to_task_id=earlier.pk) for earlier, later in followed], batch_size=_BATCH
        )

    def _process(self, number: int) -> Any:
        content = {**opened(number), "referent": self._referent.pk, "advisor": self._advisors[advisor_of(number)].pk}
        for step in range(number % len(STEPS)):
            content |= said(number, step)
        return self._flow.process_class(flow_class=self._flow, data=content)

    def _path(self, number: int, process: Any) -> list[Any]:
        made = [self._task(process, "start", "DONE", None, {})]
        done = number % len(STEPS)
        for step, (name, role) in enumerate(STEPS[: done + 1]):
            owner = self._referent if role == "referent" else self._advisors[advisor_of(number)]
            over = step < done
            made.append(
                self._task(process, name, "DONE" if over else "ASSIGNED", owner, said(number, step) if over else {})
            )
        return made

    def _task(self, process: Any, name: str, status: str, owner: Any, data: dict[str, Any]) -> Any:
        from django.utils.timezone import now

        node = self._flow.instance.node(name)
        finished = now() if status == "DONE" else None
        return self._flow.task_class(
            process=process,
            flow_task=node,
            flow_task_type=node.task_type,
            status=status,
            owner=owner,
            data=data,
            started=finished,
            finished=finished,
        )


if __name__ == "__main__":
    where = json.loads(sys.argv[1])
    configure(Path(where["folder"]), where["postgres"])
    answer(Viewflow())
