"""Python, verifier.py alone and the browser say the same of true proofs and of forged ones."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.ledger.forgeries import Case, by_a_verifier_without_the_length, by_the_file_alone, cases, page
from tests.trials.report import TrialReport
from tests.trials.scale import SEED, rounds
from web.http.security import STATIC

pytestmark = pytest.mark.browser
SAYS = ("none", "bent", "old", "false", "ended", "unread", "signed", "asking", "in", "out", "other", "alone")
HERE = "http://localhost:9/preuve"
JUDGE = """async cases => {
  const said = [], parts = [...document.querySelectorAll("[data-say]")];
  const ends = parts.filter(one => !["signed", "asking"].includes(one.dataset.say));
  for (const [code, path] of cases) {
    window.fetch = async () => ({ ok: true, text: async () => path });
    parts.forEach(one => { one.hidden = true; });
    history.replaceState(null, "", `#${code}`);
    dispatchEvent(new Event("hashchange"));
    while (!ends.some(one => !one.hidden)) await new Promise(done => { setTimeout(done); });
    said.push(ends.find(one => !one.hidden).dataset.say);
  }
  return said;
}"""


def answer(route: Route) -> None:
    """Serves the script of the page alone, at an address where a browser checks signatures."""
    known: dict[str, Any] = page()
    parts = "".join(f'<p data-say="{name}" hidden></p>' for name in SAYS)
    route.fulfill(
        content_type="text/html",
        body=f"""<!doctype html><div id="proof">{parts}<i data-size></i><i data-short></i><i data-position></i>
        <i data-key></i></div><ul id="keys"><li data-origin="{known["origin"]}" data-key="{known["key"]}"
        data-structure="00" data-until=""></li></ul><script>{(STATIC / "proof.js").read_text()}</script>""",
    )


def in_the_browser(tab: Page, found: list[Case]) -> list[str]:
    tab.route(HERE, answer)
    tab.goto(HERE)
    return list(tab.evaluate(JUDGE, [(one.code, "".join(f"{each.hex()}\n" for each in one.path)) for one in found]))


@rounds("logs", 200, 1_000)
def test_three_verifiers_say_what_the_log_says(logs: int, tab: Page, trial_report: TrialReport) -> None:
    found = list(cases(SEED, logs, logs * 17 // 10))
    told = [one for one, _ in found]
    alone, browser = by_the_file_alone(told), in_the_browser(tab, told)
    loose = sum(by_a_verifier_without_the_length(one) for one, true in found if not true)
    apart = [
        (n, true, alone[n], browser[n])
        for n, (_, true) in enumerate(found)
        if not true == alone[n] == (browser[n] == "in")
    ]
    forged = sum(not true for _, true in found)
    trial_report.add(
        "three verifiers",
        f"{logs} logs, {forged} forged proofs",
        f"{len(apart)} disagree; {loose} accepted without the length",
    )
    assert apart == []
    assert set(browser) <= {"in", "out", "false"}
    assert loose, "control: a verifier without the length check accepts some"
