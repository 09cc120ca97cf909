"""The flow as its own application of Viewflow's site."""

# mypy: ignore-errors

from django.urls import path
from viewflow.urls import Site
from viewflow.workflow.flow import FlowAppViewset

from tests.benchmarks.cases.viewflow_app.flows import DossierFlow, Inbox


class Application(FlowAppViewset):
    inbox_view_class = Inbox


site = Site(title="Dossiers", viewsets=[Application(DossierFlow, app_name="dossiers")])
urlpatterns = [path("", site.urls)]
