"""Demonstrations: two invented Missions locales, each played day after day for some months."""

from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from pixflow import presets, structure_folder
from pixflow.presets import examples
from web.hosting.settings import Settings
from web.samples.agenda import Clock
from web.samples.demo.aigle import EXPORTS, Aigle
from web.samples.demo.pyrenees import Pyrenees
from web.samples.demo.story import Story

__all__ = ["AIGLE", "EXPORTS", "PYRENEES", "SLUG", "STORIES", "build", "play", "slug"]

AIGLE, PYRENEES = Aigle, Pyrenees
STORIES: tuple[type[Story], ...] = (AIGLE, PYRENEES)
FRIDAY = 4


def slug(story: type[Story]) -> str:
    return structure_folder.slug_of(story.company.structure)


SLUG = slug(AIGLE)


def build(data: Path, now: datetime) -> list[str]:
    """Plays in `data`, up to `now` (UTC), each structure that does not exist; returns their slugs.

    Raises Refused("real-folder") for a folder of real structures.
    """
    known = structure_folder.slugs(data) if structure_folder.is_demonstration(data) else []
    return [play(data, now, story) for story in STORIES if slug(story) not in known]


def play(data: Path, now: datetime, story: type[Story], *, seed: int = 61) -> str:
    """Opens one structure and plays it; returns its slug. Raises Refused("structure-exists")."""
    company = story.company
    first = now - company.lasts
    first -= timedelta(days=max(0, first.weekday() - FRIDAY))
    clock = Clock(first.replace(hour=7, minute=30, second=0, microsecond=0))
    opened = structure_folder.create(
        data,
        name=company.structure,
        preset=presets.load(company.preset),
        sites=company.sites,
        demonstration=True,
        clock=clock,
        database=Settings().database(),
        resources=examples(),
    )
    try:
        story(opened, clock, Random(seed), now).play(now)  # noqa: S311 — a demonstration, the same each time
    finally:
        opened.engine.close()
    return opened.slug
