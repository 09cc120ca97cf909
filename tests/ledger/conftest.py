"""Structures of both stores, from the tests of backups."""

from tests.backups.conftest import databases as databases
from tests.backups.conftest import files as files
from tests.backups.conftest import house as house
