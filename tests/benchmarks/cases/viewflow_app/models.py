"""A dossier as Viewflow keeps it: its data are JSON in the process's own table."""

# mypy: ignore-errors

from viewflow import jsonstore
from viewflow.workflow.models import Process


class Dossier(Process):
    last_name = jsonstore.CharField(max_length=100)
    first_name = jsonstore.CharField(max_length=100)
    birth_date = jsonstore.CharField(max_length=10)
    number = jsonstore.CharField(max_length=20)
    site = jsonstore.CharField(max_length=100)
    programme = jsonstore.CharField(max_length=20)
    advisor = jsonstore.IntegerField()
    referent = jsonstore.IntegerField()
    occasion = jsonstore.CharField(max_length=20)
    modality = jsonstore.CharField(max_length=20)
    place = jsonstore.CharField(max_length=100)
    planned_for = jsonstore.CharField(max_length=10)
    percent = jsonstore.IntegerField()
    to = jsonstore.IntegerField()
    channel = jsonstore.CharField(max_length=20)
    note = jsonstore.TextField()
    wish = jsonstore.TextField()
    project = jsonstore.TextField()
    reason = jsonstore.TextField()
    partner = jsonstore.CharField(max_length=100)
    ends = jsonstore.CharField(max_length=10)

    class Meta:
        proxy = True
