"""Takes the pictures of README and docs/tour.md from the demonstration as it plays today: `make pictures`."""

import os
import sys
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from typer.testing import CliRunner

from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.house import be, listening
from tests.browser.person import Person
from web.app import create_app
from web.cli.app import app
from web.hosting.host import open_host

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
Picture = tuple[str, str, tuple[int, int], Callable[[Page], object]]
"""A picture: its name, who looks, the size of their window, and what they open."""
GROWN = "Guérin Éloïse"
COLUMNS = ("N° i-Milo", "Nom", "Prénom", "Site")
TO_WEBP = """async png => {
  const image = await createImageBitmap(await (await fetch("data:image/png;base64," + png)).blob());
  const canvas = Object.assign(document.createElement("canvas"), {width: image.width, height: image.height});
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/webp", 0.7).split(",")[1];
}"""


def to_dossier(page: Page) -> None:
    page.goto("/dossiers")
    page.locator("main").get_by_role("link", name="Abadie Nino").click()


def to_draft(page: Page) -> None:
    page.goto("/protocole/projet/grille")


def to_presence(page: Page) -> None:
    """Opens the workshop of today and notes three people: at ease, in difficulty, present."""
    page.goto("/boite")
    page.locator(".item-act a.btn").first.click()
    for n, said in enumerate(("À l’aise", "En difficulté", "Présent·e")):
        page.get_by_role("button", name=said).nth(n).click()
        page.wait_for_timeout(300)
    page.locator(".head p").first.evaluate("top => top.scrollIntoView()")


def to_no_network(page: Page) -> None:
    """Opens the same workshop, loses the network, and notes one more person."""
    to_presence(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="À l’aise").nth(3).click()
    page.wait_for_timeout(500)
    page.evaluate("scrollTo(0, 0)")


def to_added_action(page: Page) -> None:
    """Opens a prescription that grew, and the form that adds an action to it."""
    page.goto("/dossiers")
    page.locator("main").get_by_role("link", name=GROWN).click()
    page.get_by_role("link", name="Ajouter une action").first.click()
    page.locator("#form").scroll_into_view_if_needed()


def to_remembered_columns(page: Page) -> None:
    """Says once what each column of a list is, and opens the list of the month after."""
    for month, named in (("octobre", "14001;CARDON;Lilou"), ("novembre", "14002;BESSON;Malo")):
        page.goto("/dossiers/import")
        rows = f"Repère;Famille;Usuel;Lieu\n{named};L'Aigle\n".encode()
        with page.expect_navigation():
            page.get_by_label("Fichier du portefeuille").set_input_files(
                {"name": f"liste de {month}.csv", "mimeType": "text/csv", "buffer": rows}
            )
        if month == "octobre":
            for choice, column in zip(page.locator("select[name=column]").all(), COLUMNS, strict=True):
                choice.select_option(label=column)
            page.get_by_role("button", name="Voir l’aperçu").click()
            page.locator("main").get_by_role("button", name="Enregistrer").first.click()
            page.get_by_role("heading", name="Portefeuille enregistré").wait_for()


def to_sent(page: Page) -> None:
    page.goto("/resultats")
    page.locator("summary", has_text="Voir le").first.click()


def to_woken(page: Page) -> None:
    """Prescribes two actions, and pauses one until the partner of the other answers, which they do."""
    person = Person(page, "Nadia Benali", known=True)
    page.goto("/boite")
    person.starts("Jade", "Construire la prescription")
    person.saves("Prescription construite", {"CAP LEC": True, "CAP Digital": True})
    page.goto("/boite")
    person.row("Jade", "CAP LEC").locator("summary").first.click()
    person.row("Jade", "CAP LEC").get_by_role("link", name="Mettre en pause").click()
    pause: dict[str, str | bool] = {"Ou dès que": "le partenaire répond", "Motif": "une formation à la fois"}
    person.saves("En pause", pause, button="Mettre en pause")
    page.goto("/boite")
    person.starts("Jade", "CAP Digital")
    person.saves("Orientation vers", {"Ou un autre partenaire": "GRETA d’Alençon"})
    person.opens("Réponse")
    person.saves("accepte", {"accepte": True})
    page.goto("/boite?tache=refer")


def to_waiting_role(page: Page) -> None:
    page.goto("/equipe")
    page.locator("main").get_by_role("link", name="Yann Castéra").first.click()


def to_several(page: Page) -> None:
    page.goto("/boite")
    page.get_by_role("button", name="Présenter Pix (").click()


PICTURES: tuple[Picture, ...] = (
    ("queue", "Nadia Benali", (1360, 800), lambda page: page.goto("/boite")),
    ("lateness", "Sophie Lecomte", (1360, 800), lambda page: page.goto("/boite")),
    ("dossier", "Julien Peyret", (1360, 1000), to_dossier),
    ("results", "Sophie Lecomte", (1360, 800), lambda page: page.goto("/resultats")),
    ("draft", "Sophie Lecomte", (1360, 800), to_draft),
    ("presence", "Yann Castéra", (390, 760), to_presence),
    ("no-network", "Yann Castéra", (390, 760), to_no_network),
    ("added", "Nadia Benali", (1360, 800), to_added_action),
    ("columns", "Sophie Lecomte", (1360, 520), to_remembered_columns),
    ("sent", "Sophie Lecomte", (1360, 700), to_sent),
    ("woken", "Nadia Benali", (1360, 660), to_woken),
    ("waiting-role", "Denis Roques", (1360, 420), to_waiting_role),
    ("several", "Nadia Benali", (1360, 660), to_several),
)


def webp(blank: Page, png: bytes) -> bytes:
    """Returns a picture as WebP, a third as large: the browser draws it again."""
    return b64decode(blank.evaluate(TO_WEBP, b64encode(png).decode()))


def main() -> None:
    """Takes the pictures named on the command line, or all of them."""
    with tempfile.TemporaryDirectory() as data:
        os.environ["PIXFLOW_DATA"] = data
        CliRunner().invoke(app, ["demo", "--no-serve"], catch_exceptions=False)
        path = next(one for one in CHROMIUM if one.exists())
        with open_host(Path(data), demo=True) as host, listening(create_app(host)) as url, sync_playwright() as started:
            browser = started.chromium.launch(executable_path=path, args=[*ARGUMENTS, "--lang=fr-FR"])
            wanted = [one for one in PICTURES if one[0] in sys.argv[1:]] or PICTURES
            for name, who, (width, height), opens in wanted:
                page = browser.new_page(base_url=url, locale="fr-FR", color_scheme="light")
                page.set_default_timeout(10_000)
                page.set_viewport_size({"width": width, "height": height})
                be(page, who)
                opens(page)
                page.wait_for_load_state("networkidle")
                (FOLDER / f"{name}.webp").write_bytes(webp(browser.new_page(), page.screenshot()))
            browser.close()


if __name__ == "__main__":
    main()
