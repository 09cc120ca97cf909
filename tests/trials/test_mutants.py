"""Each mutant of the rules of access fails a test: first those of the rule, then those of what people may reach."""

import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.trials.mutants import VARIABLE, module_of, mutants
from tests.trials.report import ROOT, TrialReport
from tests.trials.scale import SEED

pytestmark = pytest.mark.trial

RULES = {
    "pixflow/team/accounts.py": "tests/team/test_accounts.py",
    "pixflow/team/staff.py": "tests/team",
    "pixflow/team/membership.py": "tests/team tests/test_structure.py",
    "pixflow/team/absences.py": "tests/team/test_absences.py",
    "pixflow/dossier/assignment.py": "tests/dossier/test_glass.py tests/dossier/test_lending.py "
    "tests/dossier/test_assignment.py",
    "pixflow/authorization.py": "tests/test_authorization.py",
    "pixflow/tasks/kinds.py": "tests/test_authorization.py tests/test_tasks.py",
    "pixflow/protocol/drafting.py": "tests/protocol",
    "pixflow/access_journal/line.py": "tests/access_journal/test_lines.py",
    "pixflow/access_journal/reading.py": "tests/access_journal/test_lines.py "
    "tests/web/pages/account/test_mass_reading.py",
    "web/accounts/sessions.py": "tests/web/accounts/test_sessions.py",
    "pixflow/access_journal/seal.py": "tests/access_journal/test_lines.py",
    "web/accounts/memberships.py": "tests/web/accounts/test_memberships.py",
    "web/accounts/sign_in.py": "tests/web/accounts/test_sign_in.py",
    "web/accounts/attempts.py": "tests/web/accounts/test_attempts.py",
    "web/desk/signed_in.py": "tests/web/pages/account/test_sign_in.py tests/web/pages/account/test_other_sites.py "
    "tests/web/pages/account/test_attackers.py",
}
THEN = (
    ("tests/team", "tests/test_authorization.py", "tests/dossier/test_glass.py"),
    ("tests/web/test_callers.py", "tests/web/pages/account", "tests/web/hosting/machine/test_logs.py"),
    ("tests/web/test_access.py",),
)
"""Tests that a mutant meets, one group after the other, until one fails."""
PATIENCE = 3_600
"""Seconds after which a mutant is a loop without end, which nobody overlooks."""
AT_MOST = int(os.environ.get("PIXFLOW_TRIALS_MUTANTS", "20"))
"""Mutants of a module in one run, drawn at random; 0 for all."""


@pytest.mark.parametrize("path", RULES)
def test_no_mutant_survives(path: str, trial_report: TrialReport, tmp_path: Path) -> None:
    found = list(mutants((ROOT / path).read_text()))
    drawn = random.Random(SEED).sample(found, min(AT_MOST, len(found))) if AT_MOST else found
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        survived = [name for name in pool.map(lambda one: _survivor(path, one[0], one[1], tmp_path), drawn) if name]
    trial_report.add(f"mutants of {path}", f"{len(drawn)} of {len(found)}", f"{len(survived)} survived")
    assert survived == []


def _survivor(path: str, name: str, source: str, folder: Path) -> str | None:
    """Returns the name of a mutant that no test notices."""
    file = folder / f"{abs(hash((name, source)))}.py"
    file.write_text(source)
    replaced = f"{module_of(ROOT / path, ROOT)}={file}"
    return None if any(_fails(tests, replaced) for tests in (tuple(RULES[path].split()), *THEN)) else name


def _fails(tests: tuple[str, ...], replaced: str) -> bool:
    command = [sys.executable, "-m", "pytest", "-p", "tests.trials.mutants", "-p", "no:cacheprovider", "-xq", "-n0"]
    wanted = ["-m", "not benchmark and not trial and not postgres", *tests]
    environment = os.environ | {VARIABLE: replaced}
    try:
        done = subprocess.run(
            [*command, *wanted], cwd=ROOT, env=environment, capture_output=True, check=False, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def test_control_the_tests_pass_without_a_mutant(tmp_path: Path) -> None:
    path = next(iter(RULES))
    assert _survivor(path, "unchanged", (ROOT / path).read_text(), tmp_path) == "unchanged"
