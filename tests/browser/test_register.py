"""The auditor's minute: a day is edited behind pixflow, and named; the code of a paper is checked in the browser."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from pixflow.ledger import notes, verify
from tests.browser.house import arrive, listening
from tests.ledger.registers import seal_day
from tests.test_inspection import Writer
from tests.web.paths import House, house
from web.hosting import health, registers

pytestmark = pytest.mark.browser
CLAIRE, NADIA = "Claire Vasseur", "Nadia Benali"


@pytest.fixture
def there(tmp_path: Path) -> Iterator[tuple[House, str]]:
    with house(tmp_path / "data", date(2026, 3, 16)) as made, listening(made.app) as url:
        made.planned()
        seal_day(made.served.opened, date(2026, 3, 13))
        registers.follow(made.served.opened, made.served.register, begin=True)
        yield made, url


def test_an_auditor_tells_in_a_minute_which_fact_was_changed(
    there: tuple[House, str], new_tab: Callable[..., Page], check_page: Callable[[Page], None], tmp_path: Path
) -> None:
    made, url = there
    page = new_tab(base_url=url)
    arrive(page, CLAIRE, "/registre")
    expect(page.get_by_role("heading", name="Registre")).to_be_visible()
    page.get_by_text("Le texte signé").click()
    check_page(page)
    kept = tmp_path / "held.txt"
    kept.write_text(page.locator("pre.verbatim").inner_text() + "\n")
    with page.expect_download() as verifier:
        page.get_by_role("link", name="verifier.py").click()
    program = tmp_path / "verifier.py"
    verifier.value.save_as(program)

    position = made.served.engine.head()
    row = next(one for one in made.served.engine.recorder.log(0, 1000) if one[2] == "structure.JournalSealed")
    Writer(made.served.opened).change(row[4], b'"day":"2026-03-13"', b'"day":"2026-03-12"')
    copy = tmp_path / "events.db"
    copy.touch()
    made.served.engine.recorder.copy_to(copy)
    tiles = shutil.copy(made.served.register.file, tmp_path / "tiles.db")
    said = subprocess.run(
        [sys.executable, "-I", program, copy, kept, "--register", tiles], capture_output=True, text=True, check=False
    )
    assert said.returncode == 1, said
    assert f"Le fait n° {row[4]} (structure.JournalSealed" in said.stdout
    assert f"entre les faits n° 1 et n° {position}" in said.stdout

    health.facts(made.served.opened, changed=made.served.register.compare(made.served.engine))
    page.reload()
    expect(page.get_by_text(re.compile(rf"n’était plus celui que le registre a lu\s: n°\s{row[4]}"))).to_be_visible()
    page.get_by_label("Ce que vous gardez").fill("rien")
    page.get_by_role("button", name="Télécharger la preuve").click()
    expect(page.get_by_role("alert")).to_contain_text("ne se prouve pas")


def test_the_code_of_a_paper_is_checked_in_the_browser_and_sent_to_nobody(
    there: tuple[House, str], new_tab: Callable[..., Page], check_page: Callable[[Page], None]
) -> None:
    made, url = there
    dossier = made.planned()
    paper = made.client(NADIA).get(f"/dossiers/{dossier}/fiche").text
    code = re.search(r"/preuve#([\w-]+)", paper)
    assert code
    page, asked = new_tab(base_url=url), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/preuve#{code[1]}")
    expect(page.get_by_text("Signé par la Mission locale")).to_be_visible()
    expect(page.get_by_text("Cette page ne lit pas le texte du papier.")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Le fait n°\s.* est dans ce registre"))).to_be_visible()
    assert not [one for one in asked if code[1] in one.partition("#")[0]]
    check_page(page)

    for bent, said in (
        (code[1][:-4] + "AAAA", "Aucun registre d’ici n’a signé ce code"),
        (code[1][:-4], "Ce code est abîmé"),
        ("AQ" + "A" * 181, "Aucun registre d’ici n’a signé ce code"),
        ("!", "Ce code est abîmé"),
    ):
        page.evaluate("code => { location.hash = code }", bent)
        expect(page.get_by_text(said)).to_be_visible()
        expect(page.get_by_text("Signé par la Mission locale")).to_be_hidden()
    other_leaf = code[1][:20] + ("A" if code[1][20] != "A" else "B") + code[1][21:]
    page.evaluate("code => { location.hash = code }", other_leaf)
    expect(page.get_by_text("Ce fait n’est pas dans le registre qui a été signé")).to_be_visible()


def test_a_paper_of_an_earlier_key_is_true_and_one_of_after_its_end_is_not(
    there: tuple[House, str], new_tab: Callable[..., Page], check_page: Callable[[Page], None]
) -> None:
    made, url = there
    register, opened = made.served.register, made.served.opened
    paper = made.client(NADIA).get(f"/dossiers/{made.planned()}/fiche").text
    code = re.search(r"/preuve#([\w-]+)", paper)
    assert code
    old = (register.file.parent / f"{register.file.stem}.key").read_bytes()
    register.rotate(made.served.engine, opened.stream("structure"))
    page = new_tab(base_url=url)
    page.goto(f"/preuve#{code[1]}")
    expect(page.get_by_text("avec la clé qui a servi du")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Le fait n°\s.* est dans ce registre"))).to_be_visible()
    check_page(page)
    made.planned()
    signed = register.follow(made.served.engine, opened.stream("structure"))
    stolen = notes.Signer(old, signed.origin)
    forged = verify.checkpoint(stolen.checkpoint(signed.size, signed.root))
    page.evaluate("code => { location.hash = code }", notes.code(signed.size, bytes(32), forged))
    expect(page.get_by_text("signé d’une clé qui ne servait plus")).to_be_visible()
    expect(page.get_by_text("Signé par la Mission locale")).to_be_hidden()
    page.evaluate("code => { location.hash = code }", notes.code(signed.size, bytes(32), signed))
    expect(page.get_by_text("avec la clé qui sert depuis")).to_be_visible()
    arrive(page, CLAIRE, "/registre")
    page.get_by_text("La passation d’une clé à l’autre").click()
    expect(page.get_by_text("Il est signé avec la clé qui sert depuis")).to_be_visible()
    check_page(page)


def test_a_paper_of_another_tree_under_the_key_is_told_from_a_fact_that_is_not_there(
    there: tuple[House, str], silent_tab: Page
) -> None:
    made, url = there
    register = made.served.register
    last = verify.checkpoint(register.note())
    signer = notes.Signer((register.file.parent / f"{register.file.stem}.key").read_bytes(), last.origin)
    other = verify.checkpoint(signer.checkpoint(last.size, bytes(32)))
    silent_tab.goto(f"{url}/preuve#{notes.code(1, bytes(32), other)}")
    expect(silent_tab.get_by_text("sa clé a signé deux suites différentes")).to_be_visible()
    expect(silent_tab.get_by_text("Ce fait n’est pas dans le registre")).to_be_hidden()


def test_without_network_the_page_says_what_it_could_check(
    there: tuple[House, str], new_browser: Callable[..., BrowserContext]
) -> None:
    made, url = there
    browser = new_browser(base_url=url)
    page = browser.new_page()
    page.goto("/preuve")
    expect(page.get_by_text("Flashez le code d’un papier")).to_be_visible()
    paper = made.client(NADIA).get(f"/dossiers/{made.planned()}/fiche").text
    code = re.search(r"/preuve#([\w-]+)", paper)
    assert code
    browser.set_offline(True)
    page.evaluate("code => { location.hash = code }", code[1])
    expect(page.get_by_text("Signé par la Mission locale")).to_be_visible()
    expect(page.get_by_text("Sans réseau, cette page ne peut pas dire")).to_be_visible()


def test_a_register_that_cannot_be_read_calls_no_paper_false(
    there: tuple[House, str], new_tab: Callable[..., Page]
) -> None:
    made, url = there
    paper = made.client(NADIA).get(f"/dossiers/{made.planned()}/fiche").text
    code = re.search(r"/preuve#([\w-]+)", paper)
    assert code
    made.served.register.file.write_bytes(b"damage")
    page = new_tab(base_url=url)
    page.goto(f"/preuve#{code[1]}")
    expect(page.get_by_text("Un registre d’ici ne se lit pas en ce moment")).to_be_visible()
    expect(page.get_by_text("Aucun registre d’ici n’a signé ce code")).to_be_hidden()
