"""The four stages as a flow: seven human tasks, each owed by the dossier's advisor or by the référente."""

# mypy: ignore-errors

from django.contrib.auth import get_user_model
from django.db import connection
from viewflow import this
from viewflow.workflow import flow, lock
from viewflow.workflow.flow import views

from tests.benchmarks.cases.viewflow_app.models import Dossier
from tests.benchmarks.cases.work import PAGE


def asked(*fields):
    return flow.View(views.UpdateProcessView.as_view(fields=list(fields)))


class Inbox(views.FlowInboxListView):
    paginate_by = PAGE

    @staticmethod
    def of(flow_class, user):
        """The query of its own inbox page."""
        tasks = flow_class.task_class.objects.select_related("process")
        return tasks.filter(process__flow_class=flow_class, owner=user, status="ASSIGNED").order_by("-created")


class DossierFlow(flow.Flow):
    process_class = Dossier
    process_title = "Dossier"
    process_summary_template = "{{ process.first_name }} {{ process.last_name }}"
    # What its documentation advises for each database.
    lock_impl = lock.SelectForUpdateLock() if connection.vendor == "postgresql" else lock.NoLock()

    start = flow.StartHandle(this.opened).Next(this.present)
    present = asked("occasion").Assign(this.advisor).Next(this.plan)
    plan = asked("modality", "place", "planned_for").Assign(this.advisor).Next(this.result)
    result = asked("percent").Assign(this.referent).Next(this.dispatch)
    dispatch = asked("to").Assign(this.referent).Next(this.debrief)
    debrief = asked("channel", "note").Assign(this.advisor).Next(this.prescribe)
    prescribe = asked("wish", "project", "reason").Assign(this.advisor).Next(this.refer)
    refer = asked("partner", "ends", "note").Assign(this.advisor).Next(this.end)
    end = flow.End()

    def opened(self, activation, content):
        activation.process.data = content
        return activation.process

    def advisor(self, activation):
        return get_user_model().objects.get(pk=activation.process.advisor)

    def referent(self, activation):
        return get_user_model().objects.get(pk=activation.process.referent)
