"""A portfolio in the browser: previewed, its changes ticked, recorded once; 0, 1 and many rows; what is refused."""

import os
import stat
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from pixflow import reading_process
from pixflow.dossier.identity import correct_contact
from tests.portfolio_import.files import HEADER
from tests.result_import.house import row, shared
from tests.web.client import InspectingClient, words
from tests.web.exports import SOPHIE, fields
from tests.web.exports import Board as Results
from tests.web.filled import said, texts
from tests.web.paths import House
from tests.web.tags import Tag, parsed
from tests.workbooks.workbooks import TITLES, workbook
from web.desk.imports import portfolio_importer

HELENE, NADIA = "Hélène Morin", "Nadia Benali"
AWA = "0012345;DIALLO;Awa;12/03/2005;06 12 34 56 78;awa@example.org;L'Aigle;CEJ;Printemps;30/06/2026;Nadia Benali;Vente"
BAH = "0012346;BAH;Ali;01/02/2004;;;Mortagne;PACEA;;;;"
AWA_MOVED = AWA.replace("78;", "79;").replace("Vente", "Soins").replace("Nadia Benali", "Paul Rey")
BAH_MOVED = BAH.replace("PACEA", "CEJ")
START = "/dossiers/import"


@pytest.fixture
def desk(at_work: House) -> "Desk":
    return Desk(at_work)


def csv(*lines: str, header: str = HEADER) -> bytes:
    return "\r\n".join((header, *lines, "")).encode("utf-8-sig")


def many(count: int, group: str = "") -> list[str]:
    return [f"{n:07};NOM{n:04};Léa;01/01/2005;;;Mortagne;CEJ;{group};;;" for n in range(1, count + 1)]


class Desk:
    """Somebody who imports portfolios."""

    def __init__(self, at_work: House, name: str = SOPHIE) -> None:
        self.house = at_work
        self.client: InspectingClient = at_work.client(name)

    def head(self) -> int:
        return self.house.served.engine.head()

    def kept(self) -> list[Path]:
        """Files that wait, without what was read of them."""
        folder = self.house.served.opened.folder / "uploads"
        return sorted(path for path in folder.iterdir() if not path.suffix) if folder.is_dir() else []

    def send(self, data: bytes, name: str = "portefeuille.csv") -> Any:
        return self.client.post(START, files={"portfolio": (name, data, "application/octet-stream")})

    def upload(self, *lines: str, name: str = "portefeuille.csv", header: str = HEADER) -> str:
        """Uploads the file, and returns the address of its preview."""
        answer = self.send(csv(*lines, header=header), name)
        assert answer.status_code == 303, words(answer.text)
        return str(answer.headers["Location"])

    def page(self, url: str) -> str:
        answer = self.client.get(url)
        assert answer.status_code == 200, words(answer.text)
        return str(answer.text)

    def turn(self, html: str, button: str, tick: tuple[int, ...] = ()) -> str:
        """Press a button of the preview that shows another page of a list."""
        form = form_of(html)
        pressed = next(one for one in form.select("button[name]") if said(one) == button)
        sent = ticked(form, tick)
        sent[str(pressed["name"])] = [*every(sent.get(str(pressed["name"]))), str(pressed["value"])]
        assert pressed["formmethod"] == "get"
        answer = self.client.get(str(pressed["formaction"]).partition("#")[0], params=sent)
        assert answer.status_code == 200, words(answer.text)
        return str(answer.text)

    def press(self, html: str, tick: tuple[int, ...] = (), **more: Any) -> Any:
        """Enregistrer, these lines ticked."""
        form = form_of(html)
        return self.client.post(str(form["action"]), data={**ticked(form, tick), **more})

    def record(self, *lines: str, tick: tuple[int, ...] = (), **more: Any) -> str:
        """Upload, tick, record; the page where that leads."""
        answer = self.press(self.page(self.upload(*lines)), tick, **more)
        assert answer.status_code == 303, words(answer.text)
        return self.page(answer.headers["Location"])


def form_of(html: str) -> Tag:
    form: Tag = parsed(html).select_one("form.portfolio")
    return form


def ticked(form: Tag, lines: tuple[int, ...]) -> dict[str, Any]:
    sent = {name: value for name, value in fields(form).items() if not form.select(f"button[name={name}]")}
    hidden = form.select("input[type=hidden]")
    for name in {str(tag["name"]) for tag in hidden}:
        values = [str(tag["value"]) for tag in hidden if tag["name"] == name]
        sent[name] = values if len(values) > 1 else values[0]
    if lines:
        sent["line"] = [*every(sent.get("line")), *map(str, lines)]
    return sent


def every(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def table(html: str, part: str) -> list[str]:
    return texts(html, f"#{part} tbody tr")


# --- the whole of it


def test_a_portfolio_then_a_later_one_then_the_same_again(desk: Desk) -> None:
    assert 'href="/dossiers/import"' in desk.page("/dossiers")
    preview = desk.page(desk.upload(AWA, BAH))
    assert texts(preview, ".figures li") == [
        "2 nouveaux dossiers",
        "0 modifié",
        "0 inchangé",
        "0 à vérifier",
        "0 laissé de côté",
    ]
    assert "ouvre 2 dossiers (1 sans conseiller·ère). Les jeunes absents" in words(preview)
    assert table(preview, "nouveaux") == [
        "2 DIALLO Awa 0012345 12 mars 2005 L’Aigle CEJ Nadia Benali",
        "3 BAH Ali 0012346 1er février 2004 Mortagne PACEA sans conseiller·ère",
    ]
    done = desk.record(AWA, BAH)
    assert texts(done, ".figures li") == ["2 dossiers ouverts", "0 dossier corrigé", "0 résultat rapproché"]
    assert "Affecter 1 dossier sans conseiller·ère" in words(done)
    assert table(done, "o") == [
        "DIALLO Awa 0012345 L’Aigle CEJ Nadia Benali",
        "BAH Ali 0012346 Mortagne PACEA sans conseiller·ère",
    ]
    link = parsed(done).select_one("#o tbody a")["href"]
    assert "DIALLO" in words(desk.page(link))

    later = desk.page(desk.upload(AWA_MOVED, BAH))
    assert texts(later, ".figures li")[:3] == ["0 nouveau dossier", "1 modifié", "1 inchangé"]
    assert table(later, "modifies") == [
        (
            "Corriger DIALLO Awa 2 DIALLO Awa Téléphone : 06 12 34 56 78 devient → 06 12 34 56 79 "
            "Conseiller·ère : Nadia Benali devient → Paul Rey "
            "Projet professionnel : Vente devient → Soins"
        )
    ]
    done = desk.record(AWA_MOVED, BAH, tick=(2,))
    assert texts(done, ".figures li")[:2] == ["0 dossier ouvert", "1 dossier corrigé"]
    assert table(done, "c") == ["DIALLO Awa 0012345 L’Aigle CEJ Paul Rey"]

    head = desk.head()
    again = desk.page(desk.upload(AWA_MOVED, BAH))
    assert "Ce fichier n’apporte rien de nouveau" in words(again)
    assert "Enregistrer" not in texts(again, "button")
    empty = desk.page(desk.upload())
    assert ("Ce fichier n’apporte rien de nouveau" in words(empty), parsed(empty).select("table")) == (True, [])
    assert desk.press(again).status_code == 422
    assert desk.head() == head


def test_of_several_sheets_of_a_workbook_whatever_its_name_one_is_chosen_by_its_place(desk: Desk) -> None:
    header, where = ("Nom", "Prénom", "Site"), "Mortagne"
    data = workbook(header, ("Bah", "Ali", where), title="Nadia", Paul=[header, ("Diallo", "Awa", where)])
    asked = desk.send(data, "équipe.csv").headers["Location"]
    page = desk.page(asked)
    assert texts(page, ".choice label") == ["Nadia", "Paul"]
    assert parsed(page).select_one("form.sheet-form")["method"] == "get"
    preview = desk.page(f"{asked}?sheet=2")
    assert "équipe.csv · feuille « Paul »" in words(preview)
    assert table(preview, "nouveaux") == ["2 Diallo Awa — — Mortagne — sans conseiller·ère"]
    assert parsed(preview).select_one(f"a[href='{asked}']").get_text() == "autre feuille"
    answer = desk.press(preview)
    assert "Awa" in desk.page(answer.headers["Location"])
    assert [one.first_name for one in people(desk)] == ["Awa"]


def people(desk: Desk) -> list[Any]:
    return list(portfolio_importer(desk.house.served).people())


def test_a_sheet_that_does_not_fit_leads_back_to_the_others(desk: Desk) -> None:
    data = workbook(("Nom", "Prénom"), title="Un", Deux=[("Nom", "Prénom")], Trois=[("x",)])
    where = desk.send(data, "x.xlsx").headers["Location"]
    answer = desk.client.get(f"{where}?sheet=3")
    assert answer.status_code == 422
    assert "aucune ligne de titres n’a les deux colonnes" in words(answer.text).lower()
    assert "Choisir une autre feuille" in texts(answer.text, "a")


# --- what the preview says


def test_columns_are_named_as_the_file_does_with_what_they_are_read_as(desk: Desk) -> None:
    header = "N° dossier;Nom de naissance;Nom d'usage;Prénom;Tél. fixe;Portable;Permis;"
    preview = desk.page(desk.send(csv("1;Bah;;Ali;;;B;", header=header)).headers["Location"])
    names = zip(texts(preview, ".facts dt"), texts(preview, ".facts dd"), strict=True)
    assert list(names) == [
        ("N° dossier", "N° i-Milo"),
        ("Nom de naissance", "Nom si « Nom d'usage » est vide"),
        ("Nom d'usage", "Nom"),
        ("Prénom", "Prénom"),
        ("Tél. fixe", "Téléphone si « Portable » est vide"),
        ("Portable", "Téléphone"),
    ]
    assert "1 colonne ignorée : Permis" in words(preview)


def test_columns_that_no_title_names_are_chosen_by_hand(desk: Desk) -> None:
    where = desk.upload("1;Bah;Ali;01/02/2004;Mortagne", header="Ref;Identité;Petit nom;Quand;Site")
    asked = desk.page(where)
    assert texts(asked, "h1") == ["Que contient chaque colonne ?"]
    form = parsed(asked).select_one("main form")
    sent = [str(one["value"]) for one in form.select("select[name=column] option[selected]")]
    assert sent == [""] * 5
    assert texts(asked, "#column-5 option[selected]") == ["Site"]
    once = desk.client.get(where, params={"column": ["2:last_name", "5:"]})
    assert once.status_code == 422
    assert "Il faut une colonne pour le nom et une pour le prénom" in words(once.text)
    assert texts(once.text, "select[name=column] option[selected]")[1::3] == ["Nom", "colonne ignorée"]
    sent[1:4] = ["2:last_name", "3:first_name", "4:birth_date"]
    preview = desk.client.get(where, params={"column": sent})
    assert table(preview.text, "nouveaux") == ["2 Bah Ali — 1er février 2004 Mortagne — sans conseiller·ère"]
    assert desk.press(preview.text).status_code == 303
    assert [one.last_name for one in people(desk)] == ["Bah"]


def test_a_column_is_read_otherwise_from_the_preview(desk: Desk) -> None:
    where = desk.upload("Bah;Ali;Soins;x", header="Nom;Prénom;Remarque;Projet")
    preview = desk.page(where)
    read_as = texts(preview, "select[name=column] option[selected]")
    assert read_as == ["Nom", "Prénom", "colonne ignorée", "Projet professionnel"]
    other = desk.page(f"{where}?column=3:project&column=4:&site=Mortagne")
    assert texts(other, ".facts dt") == ["Nom", "Prénom", "Remarque"]
    assert desk.press(other).status_code == 303
    (one,) = people(desk)
    assert desk.house.state(one.stream).project == "Soins"


def test_the_next_file_with_these_titles_is_read_as_the_last_one(desk: Desk) -> None:
    header = "Ref;Identité;Petit nom;Quand;Site"
    first = desk.upload("1;Bah;Ali;01/02/2004;Mortagne", header=header)
    chosen = ["2:last_name", "3:first_name", "4:birth_date"]
    desk.press(desk.client.get(first, params={"column": chosen}).text)
    where = desk.upload("2;Diallo;Awa;12/03/2005;L’Aigle", header=header)
    preview = desk.page(where)
    assert "Colonnes choisies la dernière fois pour un fichier aux mêmes titres." in words(preview)
    assert table(preview, "nouveaux") == ["2 Diallo Awa — 12 mars 2005 L’Aigle — sans conseiller·ère"]
    head = desk.head()
    assert desk.press(preview).status_code == 303
    assert [one.last_name for one in people(desk)] == ["Bah", "Diallo"]
    assert desk.head() == head + 1
    titles = desk.client.get(desk.upload("3;Petit;Luc;12/03/2005;L’Aigle", header=header), params={"column": [""] * 5})
    assert texts(titles.text, "h1") == ["Que contient chaque colonne ?"]


def test_a_doubtful_row_is_settled_in_the_preview(desk: Desk) -> None:
    desk.record(AWA, BAH)
    other = AWA.replace("DIALLO;Awa", "MARTIN;Lucas")
    preview = desk.page(desk.upload(other, BAH.replace("0012346", "").replace("01/02/2004", "")))
    select = parsed(preview).select_one("#doubt-2")
    assert texts(preview, "#doubt-2 option") == ["Rien pour l’instant", "C’est la même personne : corriger son dossier"]
    assert "Nom : DIALLO devient → MARTIN" in table(preview, "a-verifier")[0]
    assert said(parsed(preview).select_one("label[for=doubt-2]")) == "Que faire de MARTIN Lucas"
    nothing = desk.press(preview)
    assert nothing.status_code == 422
    done = desk.page(desk.press(preview, doubt=str(select.select("option")[1]["value"])).headers["Location"])
    assert texts(done, ".figures li")[:2] == ["0 dossier ouvert", "1 dossier corrigé"]
    assert table(done, "c")[0].startswith("MARTIN Lucas 0012345")


def without_zeros(desk: Desk, count: int) -> list[str]:
    """Records a file, and returns another one whose numbers lost their zeros: each row is doubtful."""
    lines = many(count)
    desk.record(*lines)
    return [line.replace(line[:7], line[:7].lstrip("0")).replace(";CEJ;", ";PACEA;") for line in lines]


def test_the_doubtful_rows_of_the_same_person_are_settled_in_one_press(desk: Desk) -> None:
    again = without_zeros(desk, 60)
    again[0] = again[0].replace("NOM0001", "AUTRE")
    where = desk.upload(*again)
    button = parsed(desk.page(where)).select_one("button[name=sure]")
    assert said(button) == "Corriger les 59 dossiers de même nom"
    every = desk.page(f"{where}?{button['name']}={button['value']}&doubt=2:correct")
    assert texts(every, ".figures li")[3:5] == ["0 à vérifier", "60 tranchés"]
    second = desk.client.get(where, params={**ticked(form_of(every), ()), "doubt": ["2:", "3:"], "d": "2"}).text
    assert len(parsed(second).select("input[name=doubt]")) == 2
    assert texts(second, "#doubt-53 option[selected]") == ["C’est la même personne : corriger son dossier"]
    done = desk.page(desk.press(second).headers["Location"])
    assert texts(done, ".figures li")[:2] == ["0 dossier ouvert", "58 dossiers corrigés"]


def test_a_settled_row_stays_settled_on_the_next_page_of_the_others(desk: Desk) -> None:
    first = desk.page(desk.upload(*without_zeros(desk, 60)))
    assert texts(first, ".figures li")[3] == "60 à vérifier"
    button = next(one for one in form_of(first).select("button[name=d]"))
    sent = {**ticked(form_of(first), ()), "doubt": ["2:open", "3:correct"], "d": str(button["value"])}
    second = desk.client.get(str(button["formaction"]).partition("#")[0], params=sent).text
    assert len(table(second, "a-verifier")) == 10
    assert texts(second, ".figures li")[3:5] == ["58 à vérifier", "2 tranchés"]
    done = desk.page(desk.press(second).headers["Location"])
    assert texts(done, ".figures li")[:2] == ["1 dossier ouvert", "1 dossier corrigé"]


def test_rows_to_check_say_why_and_lead_to_the_dossier(desk: Desk) -> None:
    desk.record(AWA)
    preview = desk.page(desk.upload(AWA.replace("0012345", "12345"), AWA.replace("DIALLO;Awa", "MARTIN;Lucas")))
    assert table(preview, "a-verifier") == [
        (
            "2 DIALLO Awa le n° i-Milo est connu avec d’autres zéros au début : rien n’est enregistré, vérifiez le "
            "numéro Awa DIALLO Que faire de DIALLO Awa Rien pour l’instant C’est quelqu’un d’autre : ouvrir un dossier"
        ),
        (
            "3 MARTIN Lucas même n° i-Milo, mais un autre nom : rien n’est enregistré, vérifiez le numéro Awa DIALLO "
            "Nom : DIALLO devient → MARTIN Prénom : Awa devient → Lucas Que faire de MARTIN Lucas Rien pour l’instant "
            "C’est la même personne : corriger son dossier"
        ),
    ]
    assert "DIALLO" in words(desk.page(parsed(preview).select_one("#a-verifier a")["href"]))


def test_remarks_name_their_lines_and_the_same_one_is_told_once(desk: Desk) -> None:
    lines = [BAH.replace("0012346", str(n)).replace("BAH", f"BAH{n}").replace(";;;;", ";;;Personne;") for n in range(9)]
    said_of = texts(
        desk.page(desk.upload(*lines[:2], AWA.replace("12/03/2005", "31/02/2005"), *lines[2:])), "#remarques li"
    )
    assert said_of == [
        (
            "Lignes 2, 3, 5, 6, 7, 8, 9, 10 et 11 : « Personne » n’est pas dans l’équipe : vérifiez le nom, ou "
            "affectez le dossier ensuite."
        ),
        (
            "Ligne 4 : « 31/02/2005 » n’est pas une date, colonne « Date de naissance » : écrivez-la comme 12/03/2005. "
            "Cette case est laissée vide."
        ),
    ]


def test_the_site_of_rows_that_tell_none_is_asked(desk: Desk) -> None:
    lines = [line.replace("Mortagne", "") for line in many(3)]
    where = desk.upload(*lines)
    asked = desk.page(where)
    assert texts(asked, ".figures li")[-1] == "3 laissés de côté"
    assert texts(asked, "#remarques li") == [
        "Lignes 2, 3 et 4 : le site n’est pas dit : remplissez la colonne « Site ». Ces lignes sont laissées de côté."
    ]
    promise = texts(asked, ".promise")[0]
    assert promise == "3 lignes attendent leur site : choisissez-le ci-dessous, et leurs dossiers pourront s’ouvrir."
    unknown = desk.client.get(where, params={"site": "Paris"})
    assert unknown.status_code == 422
    assert "Ce site n’est pas un site de la structure" in words(unknown.text)
    preview = desk.page(f"{where}?site=Mortagne")
    assert texts(preview, ".figures li")[0] == "3 nouveaux dossiers"
    assert desk.press(preview).status_code == 303
    assert {one.site for one in people(desk)} == {"Mortagne"}


def test_an_unknown_site_is_seen_beside_the_one_that_takes_its_place(desk: Desk) -> None:
    preview = desk.page(f"{desk.upload(BAH.replace('Mortagne', 'Paris'))}?site=Mortagne")
    assert table(preview, "nouveaux") == [
        "2 BAH Ali 0012346 1er février 2004 Mortagne au lieu de « Paris » PACEA sans conseiller·ère"
    ]
    assert "« Paris » n’est pas un site de la structure, « Mortagne » le remplace" in texts(preview, "#remarques li")[0]


def test_a_file_with_rows_to_look_at_is_not_called_nothing_new(desk: Desk) -> None:
    promise = texts(desk.page(desk.upload(AWA.replace("0012345", "12/45"))), ".promise")[0]
    assert promise == "Rien ne peut encore être enregistré : 1 ligne est à regarder ci-dessous."


def test_what_surprises_is_said_once_for_all_its_lines(desk: Desk) -> None:
    young = [AWA.replace("2005", "2012"), BAH.replace("2004", "2012").replace("PACEA", "Garantie jeunes")]
    assert texts(desk.page(desk.upload(*young)), "#remarques li") == [
        (
            "Lignes 2 et 3 : la date de naissance donne 14 ans, et une Mission locale suit les jeunes de 16 à 25 ans : "
            "vérifiez l’année. La date est gardée telle quelle."
        ),
        "Ligne 3 : « Garantie jeunes » est l’ancien nom du CEJ : c’est le CEJ qui est retenu.",
    ]


# --- changes, ticked one by one


def test_nothing_ticked_corrects_nothing_and_says_so(desk: Desk) -> None:
    desk.record(AWA, BAH)
    head = desk.head()
    refused = desk.press(desk.page(desk.upload(AWA_MOVED, BAH_MOVED)))
    assert refused.status_code == 422
    assert "Rien n’est encore enregistré : 1 point est à revoir." in words(refused.text)
    assert "cochez les corrections à enregistrer" in said(parsed(refused.text).select_one("#changes"))
    assert desk.head() == head


def test_ticks_of_every_page_are_kept_and_can_be_taken_back(desk: Desk) -> None:
    desk.record(*many(120))
    first = desk.page(desk.upload(*many(120, "Juin")))
    assert len(table(first, "modifies")) == 50
    assert "1 à 50 sur 120" in words(first)
    second = desk.turn(first, "Page suivante", (2, 3, 51))
    assert "3 corrections cochées en tout" in words(second)
    third = desk.turn(second, "Page suivante", (52, 101))
    assert "101 à 120 sur 120" in words(third)
    again = desk.turn(desk.turn(third, "Page précédente", (121,)), "Page précédente")
    boxes = [str(box["value"]) for box in parsed(again).select("#modifies td input[checked]")]
    assert boxes == ["2", "3", "51"]
    form = ticked(form_of(again), ())
    form["line"] = ["2"]
    answer = desk.client.post(str(form_of(again)["action"]), data=form)
    done = desk.page(answer.headers["Location"])
    assert texts(done, ".figures li")[1] == "4 dossiers corrigés"
    assert [text.split()[0] for text in table(done, "c")] == ["NOM0001", "NOM0051", "NOM0100", "NOM0120"]


def test_what_a_colleague_corrected_meanwhile_is_shown_first(desk: Desk) -> None:
    desk.record(AWA, BAH)
    preview = desk.page(desk.upload(AWA_MOVED, BAH_MOVED))
    dossier = desk.house.served.engine.claim_holders("imilo", ["0012345"])["0012345"]
    desk.house.says(SOPHIE, correct_contact, {"dossier": dossier}, phone="0799887766", email="awa@example.org")
    head = desk.head()
    moved = desk.press(preview, (2,))
    assert moved.status_code == 422
    assert "Des dossiers ont changé entre-temps" in words(moved.text)
    assert "07 99 88 77 66" in table(moved.text, "modifies")[0]
    assert [str(box["value"]) for box in parsed(moved.text).select("#modifies td input[checked]")] == ["2"]
    assert desk.head() == head
    assert desk.press(moved.text).status_code == 303
    assert desk.house.state(dossier).phone == "+33612345679"


def test_a_form_that_is_no_longer_valid_is_shown_again(desk: Desk) -> None:
    preview = desk.page(desk.upload(AWA))
    answer = desk.press(preview, n="beaucoup", autre="x")
    assert answer.status_code == 422
    assert "Cette page n’est plus valable" in words(answer.text)


# --- 0, 1 and many rows


def test_many_rows_are_counted_and_shown_by_fifty(desk: Desk) -> None:
    preview = desk.page(desk.upload(*many(60)))
    assert len(table(preview, "nouveaux")) == 50
    last = desk.turn(preview, "Page suivante")
    assert "51 à 60 sur 60" in words(last)
    done = desk.page(desk.press(last).headers["Location"])
    assert texts(done, ".figures li")[0] == "60 dossiers ouverts"
    assert len(table(done, "o")) == 50
    where = parsed(done).select_one("#o .pager a[rel=next]")["href"]
    assert "51 à 60 sur 60" in words(desk.page(where))
    changed = desk.page(desk.upload(*many(60, "Juin")))
    assert "Tout corriger : 60 lignes modifiées" in words(changed)
    done = desk.page(desk.press(changed, all="true").headers["Location"])
    assert texts(done, ".figures li")[1] == "60 dossiers corrigés"


# --- not recorded, or twice


@pytest.mark.parametrize(
    ("data", "said_of"),
    [
        (b"", "le fichier est vide"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "un classeur excel ancien (.xls)"),
        (b"a\n1\n", "aucune ligne de titres n’a les deux colonnes « nom » et « prénom »"),
        (csv(AWA, "9;BAH;Ali;;;;;;;;;2050361001002"), "ligne 3 : un numéro de sécurité sociale est écrit"),
        (b"x" * (5 * 1024 * 1024 + 1), "le fichier pèse plus de 5 mo"),
    ],
    ids=["empty", "xls", "headers", "nir", "heavy"],
)
def test_a_refused_file_says_why_and_is_not_kept(desk: Desk, data: bytes, said_of: str) -> None:
    answer = desk.send(data, "portefeuille.xlsx")
    assert answer.status_code == 422
    text = words(answer.text)
    assert said_of in text.lower()
    assert "le fichier n’est pas gardé" in text
    assert "2050361001002" not in text
    assert desk.kept() == []


def test_a_file_waits_under_a_name_that_says_nothing_until_it_is_cancelled(desk: Desk) -> None:
    assert desk.client.post(START).headers["Location"] == START, "no file"
    assert desk.client.get(f"{START}/fait/{UUID(int=7)}").status_code == 404, "nobody made this import"
    where = desk.upload(AWA, name="Portefeuille de Nadia Benali.csv")
    (path,) = desk.kept()
    assert path.name not in where
    assert b"Benali" not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert desk.client.post(f"{where}/annuler").headers["Location"] == START
    assert desk.kept() == []
    assert desk.client.get(where).status_code == 410
    assert desk.client.post(f"{START}/x/annuler").status_code == 404


def test_a_file_gone_after_an_hour_says_so(desk: Desk) -> None:
    where = desk.upload(AWA)
    preview, (path,) = desk.page(where), desk.kept()
    os.utime(path, (path.stat().st_mtime - 3700,) * 2)
    for answer in (desk.client.get(where), desk.press(preview)):
        assert answer.status_code == 410
        assert "Ce fichier n’attend plus" in words(answer.text)
    assert desk.kept() == []


def test_a_kept_workbook_is_read_once_for_all_its_previews(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    data = workbook(TITLES, AWA.split(";"), title="CEJ", PACEA=[TITLES, BAH.split(";")])
    where = desk.send(data, "liste.xlsx").headers["Location"]
    desk.page(f"{where}?sheet=2")
    monkeypatch.setattr(reading_process, "COMMAND", ("false",))  # reading once more would fail
    assert texts(desk.page(where), ".choice label") == ["CEJ", "PACEA"]
    preview = desk.page(f"{where}?sheet=2")
    assert "BAH" in words(preview)
    assert desk.press(preview).status_code == 303


def test_sent_twice_it_is_recorded_once(desk: Desk) -> None:
    preview = desk.page(desk.upload(AWA, BAH))
    url, form = str(form_of(preview)["action"]), ticked(form_of(preview), ())
    first, head = desk.client.post(url, data=form), desk.head()
    assert desk.client.post(url, data=form).headers["Location"] == first.headers["Location"]
    assert (desk.head(), desk.kept()) == (head, [])


def test_of_two_previews_of_one_file_the_second_is_shown_again(desk: Desk) -> None:
    one, other = (desk.page(desk.upload(AWA, BAH)) for _ in range(2))
    assert desk.press(one).status_code == 303
    head, again = desk.head(), desk.press(other)
    assert (again.status_code, "1 point est à revoir" in words(again.text)) == (422, True)
    assert desk.head() == head


def test_a_portfolio_that_waits_is_no_export_and_an_export_no_portfolio(desk: Desk) -> None:
    token = desk.upload(AWA).rsplit("/", 1)[1]
    assert desk.client.get(f"/resultats/import/{token}").status_code == 410
    where = Results(desk.house).upload([shared(row("Haddad", "Zoé", "12-345"))])
    assert desk.client.get(f"{START}/{where.rsplit('/', 1)[1]}").status_code == 410


def test_what_waited_under_these_numbers_is_matched(desk: Desk) -> None:
    board = Results(desk.house)
    board.record([shared(row("Diallo", "Awa", "0012345"))])
    assert "À rapprocher · 1" in board.said()
    done = desk.record(AWA)
    assert texts(done, ".figures li")[2] == "1 résultat rapproché"
    assert 'href="/resultats"' in done
    assert "À rapprocher · 0" in board.said()
