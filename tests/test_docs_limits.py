"""Tests that the numbers of the documentation are those of the code: a limit that changes is explained anew."""

import re
from dataclasses import fields
from datetime import timedelta
from operator import itemgetter
from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner

from pixflow.access_journal.reading import NARROW
from pixflow.documents.protocol import LONGEST_KEPT, ProtocolDocument, ReadingLimits
from pixflow.open_data import rows as open_rows
from pixflow.partner_links.issuing import LONGEST_STUDY
from pixflow.partners.listing import CLOSE
from pixflow.workbooks.records import MAX_BYTES, MAX_ROWS
from pixflow.workshop import booking, presses
from tests.test_docs import OPERATIONS, PAGES, ROOT, codes, rows, section
from web import security_events
from web.accounts import accounts, attempts, invitations, memberships, sessions, sign_in
from web.accounts.factors import passwords, totp
from web.accounts.oidc import answers, issuer
from web.cli import server
from web.cli.app import app
from web.hosting import health, mail, notices
from web.hosting.http_server import END_SECONDS, HEADER_BYTES, KEEP_ALIVE_SECONDS, BoundedConnection, RepeatedRecords
from web.http import security
from web.pages import monitoring

MOST_WORDS = 37_200
"""Words of all documents, as `wc -w` counts them: what a page gains, another one may lose."""


def test_the_documents_are_read_in_a_day() -> None:
    words = {page.relative_to(ROOT).as_posix(): len(page.read_text().split()) for page in PAGES}
    longest = sorted(words.items(), key=itemgetter(1), reverse=True)[:8]
    assert sum(words.values()) <= MOST_WORDS, f"cut {sum(words.values()) - MOST_WORDS} words; the longest: {longest}"


def default(document: type, name: str) -> object:
    (found,) = (one.default for one in fields(document) if one.name == name)
    return found


def page(name: str) -> str:
    return " ".join((ROOT / "docs" / f"{name}.md").read_text().split())


def test_the_limits_of_serve_are_explained() -> None:
    explained = {row[0]: row[1] for row in rows(section(OPERATIONS, "Requests and a proxy"))}
    assert explained["headers of a request"] == f"{BoundedConnection.header_seconds} seconds"
    assert explained["a request line and its headers"] == f"{HEADER_BYTES >> 10} kB"
    assert explained["an idle connection between two requests"] == f"{KEEP_ALIVE_SECONDS} seconds"
    assert explained["a body"] == (
        f"{security.MOST_BYTES >> 20} MB; {security.PAUSE:.0f} seconds between two parts; "
        f"{security.SECONDS:.0f} seconds in all"
    )
    assert explained["all bodies in memory"] == (
        f"{security.HELD_BYTES >> 20} MB, without the first {security.FREE_BYTES >> 10} kB of each"
    )
    assert explained["the rest of a body answered early"] == (
        f"{BoundedConnection.rest_bytes >> 20} MB in {BoundedConnection.rest_seconds} seconds, "
        "for a quarter of the connections"
    )
    stalled = f"a client that reads less than 64 kB in {BoundedConnection.stall_seconds} seconds"
    assert stalled in explained
    assert explained["a message of the HTTP server in the log"] == f"{RepeatedRecords.most} a minute"
    assert explained["the end of the process after SIGTERM"] == (
        f"{END_SECONDS} seconds for requests in progress, {server.END_SECONDS} for periodic jobs"
    )


def test_the_limits_of_the_checks_are_explained() -> None:
    when = [row[1] for row in rows(section(OPERATIONS, "Monitoring")) if len(row) == 3]
    assert (health.PASS.days, health.LATE.seconds, monitoring.LATE) == (7, 5 * 60, 3 * 60)
    for limit in (
        f"older than {health.BACKUP // timedelta(hours=1)} hours, or none",
        f"under {health.FREE // 1_000_000} MB",
        "no whole pass for more than seven days",
        "none, damaged, more than five minutes behind, or ahead of the events",
    ):
        assert limit in when
    assert "since more than three minutes they ended with no structure" in page("operations")


def test_the_periods_of_e_mails_are_explained() -> None:
    jobs = " ".join(section(OPERATIONS, "Periodic jobs").split())
    assert f"From {notices.EVENING:%H:%M} to {notices.MORNING.hour}:{notices.MORNING:%M}" in jobs
    assert f"does not answer in {mail.SECONDS} seconds" in jobs
    assert (server.TICK_SECONDS, server.ALARM_SECONDS) == (60, 20)


def test_every_file_of_a_data_folder_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    real, demo = tmp_path / "real", tmp_path / "demo"
    for data, *commands in (
        (real, "init --preset parcours-type --structure Sées", "staff add Nadia nadia@ml.example --role manager"),
        (real, "account invite nadia@ml.example", "tick", "backup", "doctor"),
        (demo, "demo --no-serve", "tick"),
    ):
        monkeypatch.setenv("PIXFLOW_DATA", str(data))
        for command in commands:
            done = CliRunner().invoke(app, command.split())
            assert done.exit_code == 0, done.output
    explained = [pattern for row in rows(section(OPERATIONS, "Files")) for pattern in patterns(row[0])]
    there = [path.relative_to(data) for data in (real, demo) for path in data.rglob("*") if path.is_file()]
    assert [str(path) for path in there if not any(one.fullmatch(str(path)) for one in explained)] == []


def patterns(cell: str) -> list[re.Pattern[str]]:
    """Returns the paths that a cell names: a folder means all that is in it, a month any month."""
    path, *suffixes = codes(cell) or [""]
    known = re.escape(path).replace("<structure>", "[^/]+").replace("2026\\-11", r"\d{4}-\d\d")
    known = known.replace("\\*", ".*") + (".*" if path.endswith("/") else "")
    return [re.compile(known + re.escape(suffix)) for suffix in ("", *suffixes)]


def test_every_security_event_is_explained() -> None:
    assert [kind for kind in get_args(security_events.Kind) if f"`{kind}`" not in OPERATIONS] == []


def test_the_limits_of_accounts_are_explained() -> None:
    said, usual = page("accounts"), ReadingLimits()
    assert f"| own dossiers | {NARROW.soon} | {NARROW.day} |" in said
    assert f"| {usual.soon} | {usual.day} | {usual.people} | {usual.listed:,} |" in said
    assert f"a phrase of {passwords.SHORTEST} characters or more" in said
    assert f"within a year | {attempts.FREE} | 1, 2, 4 … 64 minutes | {attempts.A_DAY} |" in said
    assert f"without the browsers that are known | {attempts.PLACE_FREE} | 1, 2, 4 … 64 minutes |" in said
    assert (attempts.LONGEST, sign_in.KNOWN_SECONDS, sign_in.KNOWN_ACCOUNTS) == (64 * 60, 365 * 24 * 3600, 5)
    assert (totp.STEP, totp.WINDOW) == (30, 1)
    assert "codes: of this half minute, the one before or the one after, once" in page("security")
    assert f"does not answer within {answers.WHOLE:.0f} seconds".replace("8", "eight") in said
    assert (invitations.STANDS, invitations.LINK) == (7 * 24 * 3600, 24 * 3600)
    assert (attempts.FREE, attempts.LONGEST) == (4, 64 * 60)
    assert f"After {sessions.IDLE // 60} minutes without a page a session locks" in said
    assert f"After {sessions.LONGEST // 3600} hours a session ends. A person has at most five." in said
    assert sessions.AT_MOST == 5
    assert f"a factor of the last {sessions.FRESH // 60} minutes" in said.replace("ten", "10")
    assert (memberships.UNUSED, accounts.KEPT) == (90 * 24 * 3600, 365 * 24 * 3600)
    assert f"eidas{min(map(int, (level[-1] for level in issuer.STRONG)))}" in said


def test_the_limits_of_the_domain_are_explained() -> None:
    said = page("domain")
    assert f"(within {LONGEST_STUDY.days} days)" in said
    assert f"a likeness of {CLOSE}" in said
    assert (
        f"valid for `partner_link` days of the protocol ({default(ProtocolDocument, 'partner_link')}, calendar)" in said
    )
    assert f"from {presses.EARLY.seconds // 60} minutes before the start until 2 hours after the end" in said
    assert (booking.LATE.seconds, booking.LETTERS) == (2 * 3600, 3)
    assert f"whole months, 1 to {LONGEST_KEPT}, for each programme" in page("retention")
    most = f"at most {open_rows.MAX_BYTES >> 20} MB and {open_rows.MAX_ROWS:,} rows"
    assert f"{most}; a workbook at most {MAX_BYTES >> 20} MB and {MAX_ROWS:,}" in page("open-data")
