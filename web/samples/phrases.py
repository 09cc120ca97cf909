"""Sentences that invented advisors write."""

from uuid import UUID

from pixflow.events.values import Cause
from pixflow.tasks import Task

WISHES = (
    "Refaire le test après une formation courte",
    "Être plus à l’aise avec les démarches en ligne",
    "Valoriser son score",
    "",
)

TUTORIALS = (
    "Tutos Pix : envoyer un courriel avec une pièce jointe ; ranger ses fichiers",
    "Tutos Pix : choisir un mot de passe ; faire une recherche",
)

CAUSES: tuple[Cause, ...] = ("both", "digital", "comprehension")


def about(task: Task) -> UUID:
    return UUID(task.key.split(":", 1)[1])
