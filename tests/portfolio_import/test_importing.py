"""Importing: new, unchanged, changed, doubtful, closed; advisors, sites; twice, by whom, and what waited."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from pixflow.actor import OPERATOR, Actor
from pixflow.dossier.follow_up import close_dossier, take_note
from pixflow.dossier.identity import correct_contact
from pixflow.portfolio_import.importer import PortfolioOutcome, PreparedPortfolio
from pixflow.portfolio_import.plan import PortfolioCounts, Way
from pixflow.refused import Refused
from tests import erasures
from tests.portfolio_import.files import AWA, BAH, HEADER, Office, file
from tests.result_import.house import row, shared
from tests.result_import.test_meanwhile import before_the_lock


def test_what_is_new_is_opened_with_all_that_is_said(office: Office) -> None:
    taken = office.take(AWA, BAH)
    assert (taken.opened, taken.corrected, taken.matched) == (2, 0, 0)
    awa = office.dossier(office.of("0012345"))
    assert (awa.last_name, awa.first_name, awa.birth_date) == ("DIALLO", "Awa", date(2005, 3, 12))
    assert (awa.phone, awa.email, awa.site) == ("+33612345678", "awa@example.org", "L’Aigle")
    assert (awa.programme, awa.group, awa.collective_end) == ("CEJ", "Printemps", date(2026, 6, 30))
    assert (str(awa.advisor), awa.project) == (office.advisor.id, "Vente")
    bah = office.dossier(office.of("0012346"))
    assert (bah.site, bah.programme, bah.advisor, bah.project) == ("Mortagne", "PACEA", None, "")


def test_who_moved_lives_elsewhere_since_the_file(office: Office) -> None:
    header = HEADER + ";Commune"
    assert office.take(AWA + ";L'Aigle", header=header).opened == 1
    assert office.dossier(office.of("0012345")).commune == "61214"
    assert office.statuses(AWA) == ["unchanged"]
    moved = office.look(AWA + ";Tarbes", header=header).preview
    assert moved
    assert (moved.lines[0].differs, moved.lines[0].before) == (("commune",), ("61214",))
    before = office.engine.head()
    assert office.take(AWA + ";Tarbes", header=header, accept=True).corrected == 1
    assert office.told(before) == ["CommuneStated"]


def test_the_end_of_the_programme_comes_with_it_and_goes_with_another_one(office: Office) -> None:
    header = HEADER + ";Date de fin du CEJ"
    assert office.take(AWA + ";31/12/2026", BAH + ";", header=header).opened == 2
    assert office.dossier(office.of("0012345")).programme_end == date(2026, 12, 31)
    assert office.statuses(AWA) == ["unchanged"]
    longer = AWA + ";30/06/2027"
    assert office.take(longer, header=header, accept=True).corrected == 1
    assert office.dossier(office.of("0012345")).programme_end == date(2027, 6, 30)
    assert office.take(AWA.replace("CEJ", "PACEA"), accept=True).corrected == 1
    awa = office.dossier(office.of("0012345"))
    assert (awa.programme, awa.programme_end) == ("PACEA", None)


def test_an_end_without_a_programme_is_no_difference(office: Office) -> None:
    header = HEADER + ";Fin de programme"
    row = "0012346;BAH;Ali;01/02/2004;;;Mortagne;;;;;"
    assert office.take(row + ";", header=header).opened == 1
    prepared = office.look(row + ";31/12/2026", header=header).preview
    assert prepared
    assert prepared.lines[0].status == "unchanged"


def test_the_preview_counts_and_records_nothing(office: Office) -> None:
    before = office.engine.head()
    preview = office.preview(AWA, BAH)
    assert preview.counts == PortfolioCounts(new=2, unassigned=1)
    assert office.engine.head() == before


def test_the_same_file_twice_records_nothing(office: Office) -> None:
    office.take(AWA, BAH)
    before = office.engine.head()
    assert office.statuses(AWA, BAH) == ["unchanged", "unchanged"]
    assert office.take(AWA, BAH, accept=True).opened == 0
    assert office.engine.head() == before


def test_the_same_command_twice_says_the_same_and_records_once(office: Office) -> None:
    command_id = uuid4()
    one = office.take(AWA, BAH, command_id=command_id)
    before = office.engine.head()
    two = office.take(AWA, BAH, command_id=command_id)
    assert two.repeated
    assert (one.opened, one.corrected) == (two.opened, two.corrected)
    assert office.engine.head() == before


def test_absent_rows_and_empty_cells_mean_nothing(office: Office) -> None:
    office.take(AWA, BAH)
    before = office.engine.head()
    office.take("0012345;Diallo;Awa;;;;;;;;;", accept=True)
    assert office.engine.head() == before


def test_what_changed_is_offered_and_recorded_only_when_accepted(office: Office) -> None:
    office.take(AWA)
    moved = AWA.replace("06 12 34 56 78", "07 11 22 33 44").replace("Vente", "Soins").replace("30/06", "31/07")
    moved = moved.replace("L'Aigle", "Mortagne")
    preview = office.preview(moved)
    assert preview.lines[0].differs == ("phone", "site", "collective_end", "project")
    before = office.engine.head()
    assert office.take(moved).corrected == 0
    assert office.engine.head() == before
    assert office.take(moved, accept=True).corrected == 1
    assert office.told(before) == ["IdentityCorrected", "ContactCorrected", "ProgrammeJoined", "ProjectStated"]
    awa = office.dossier(office.of("0012345"))
    assert (awa.phone, awa.email, awa.site, awa.last_name) == ("+33711223344", "awa@example.org", "Mortagne", "DIALLO")
    assert office.statuses(moved) == ["unchanged"]


@pytest.mark.parametrize(
    "line", [AWA.replace("DIALLO", "Diallo"), AWA.replace("Awa;", "AWA;"), AWA.replace("Vente", "vente ")]
)
def test_accents_case_and_spaces_change_nothing(office: Office, line: str) -> None:
    office.take(AWA)
    assert office.statuses(line) == ["unchanged"]


def test_a_name_near_enough_is_a_correction_and_another_is_doubtful(office: Office) -> None:
    office.take(AWA)
    near = office.preview(AWA.replace("DIALLO", "DIALLO TRAORE"))
    assert [(line.status, line.differs) for line in near.lines] == [("changed", ("last_name",))]
    other = office.preview(AWA.replace("DIALLO;Awa", "MARTIN;Lucas"))
    assert [(line.status, line.doubt) for line in other.lines] == [("doubtful", "other-name")]
    before = office.engine.head()
    office.take(AWA.replace("DIALLO;Awa", "MARTIN;Lucas"), accept=True)
    assert office.engine.head() == before


def test_without_a_number_names_and_birth_date_tell(office: Office) -> None:
    office.take(AWA)
    nameless = AWA.replace("0012345", "")
    assert office.statuses(nameless) == ["unchanged"]
    changed = office.preview(nameless.replace("Vente", "Soins"))
    assert [(line.status, line.doubt, line.dossier) for line in changed.lines] == [
        ("doubtful", "same-person", office.of("0012345"))
    ]
    assert office.statuses(nameless.replace("12/03/2005", "13/03/2005")) == ["new"]


def test_a_row_without_number_imported_twice_is_one_dossier(office: Office) -> None:
    line = AWA.replace("0012345", "")
    assert office.take(line).opened == 1
    assert office.statuses(line) == ["unchanged"]
    assert office.take(line).opened == 0


def test_without_number_nor_birth_date_a_namesake_is_doubtful(office: Office) -> None:
    office.take(AWA)
    preview = office.preview(AWA.replace("0012345", "").replace("12/03/2005", "").replace("Vente", "Soins"))
    assert [(line.status, line.doubt) for line in preview.lines] == [("doubtful", "namesake")]


def test_a_number_for_a_dossier_opened_by_hand_without_one_is_doubtful(office: Office) -> None:
    office.open("Diallo", "Awa", birth_date=date(2005, 3, 12))
    preview = office.preview(AWA)
    assert [(line.status, line.doubt) for line in preview.lines] == [("doubtful", "same-person")]


def test_namesakes_with_other_birth_dates_are_other_people(office: Office) -> None:
    office.take(AWA)
    assert office.statuses(AWA.replace("0012345", "0099999").replace("12/03/2005", "12/03/2004")) == ["new"]


def settle(office: Office, line: str, way: Way) -> PreparedPortfolio:
    return office.portfolios.prepare(file(line), doubts={2: way})


OTHER_NAME = AWA.replace("DIALLO;Awa", "MARTIN;Zoé")
NO_NUMBER = AWA.replace("0012345", "")


@pytest.mark.parametrize(
    ("line", "doubt", "ways"),
    [
        (OTHER_NAME, "other-name", ("correct",)),
        (NO_NUMBER.replace("Vente", "Soins"), "same-person", ("correct", "open")),
        (NO_NUMBER.replace("12/03/2005", "").replace("Vente", "Soins"), "namesake", ("correct", "open")),
        (AWA.replace("0012345", "12345"), "lost-zeros", ("open",)),
        (AWA.replace("0012345", "12345").replace("Vente", "Soins"), "lost-zeros", ("correct", "open")),
    ],
)
def test_a_doubtful_line_is_settled_by_somebody(office: Office, line: str, doubt: str, ways: tuple[Way, ...]) -> None:
    office.take(AWA)
    for way in ("correct", "open"):
        prepared = settle(office, line, way)
        assert prepared.preview
        (row,) = prepared.preview.lines
        assert (row.status, row.doubt, row.ways, row.way) == ("doubtful", doubt, ways, way if way in ways else None)
        assert (prepared.preview.counts.doubtful, prepared.preview.counts.settled) == ((0, 1) if row.way else (1, 0))
    for way in ways:
        dossiers = len(office.people())
        said = line if way == ways[0] else line.replace("Soins", "Cuisine")
        taken = office.portfolios.record(settle(office, said, way), by=office.referent, command_id=uuid4())
        assert (taken.opened, taken.corrected) == ((1, 0) if way == "open" else (0, 1))
        assert len(office.people()) == dossiers + taken.opened
    awa = office.dossier(office.of("0012345"))
    if "correct" in ways:
        assert (awa.last_name if doubt == "other-name" else awa.project) in ("MARTIN", "Soins")
    assert awa.imilo_number == "0012345"


def test_a_person_twice_in_the_file_may_be_two_people(office: Office) -> None:
    prepared = office.portfolios.prepare(file(NO_NUMBER, NO_NUMBER, NO_NUMBER), doubts={3: "open", 4: "correct"})
    assert prepared.preview
    assert [(line.status, line.way) for line in prepared.preview.lines] == [
        ("new", "open"),
        ("doubtful", "open"),
        ("doubtful", None),
    ]
    assert office.portfolios.record(prepared, by=office.referent, command_id=uuid4()).opened == 2


def test_a_closed_dossier_is_not_corrected_by_a_doubtful_line(office: Office) -> None:
    office.take(AWA)
    office.do(close_dossier, {"dossier": office.of("0012345")}, reason="done", note="")
    prepared = settle(office, OTHER_NAME, "correct")
    assert prepared.preview
    assert (prepared.preview.lines[0].ways, prepared.preview.lines[0].way) == ((), None)


def test_one_number_twice_in_a_file_is_taken_once(office: Office) -> None:
    preview = office.preview(AWA, AWA)
    assert [line.status for line in preview.lines] == ["new", "left"]
    assert [(p.code, p.line, p.value) for p in preview.problems] == [("number-twice", 3, "2")]


def test_one_person_twice_without_number_is_taken_once(office: Office) -> None:
    line = AWA.replace("0012345", "")
    preview = office.preview(line, line)
    assert [(one.status, one.doubt) for one in preview.lines] == [("new", None), ("doubtful", "twice-in-file")]


def test_an_age_that_cannot_be_leaves_the_row_out(office: Office) -> None:
    preview = office.preview(AWA.replace("2005", "1950"), BAH)
    assert [line.status for line in preview.lines] == ["left", "new"]
    assert [(p.code, p.line, p.field) for p in preview.problems] == [("bad-birth-date", 2, "birth_date")]
    assert preview.counts.left == 1


def test_a_closed_dossier_is_told_and_left_alone(office: Office) -> None:
    office.take(AWA)
    office.do(close_dossier, {"dossier": office.of("0012345")}, reason="done", note="")
    assert office.statuses(AWA) == ["unchanged"]
    assert office.statuses(AWA.replace("Vente", "Soins")) == ["closed"]
    before = office.engine.head()
    office.take(AWA.replace("Vente", "Soins"), accept=True)
    assert office.engine.head() == before


@pytest.mark.parametrize("known", ["0012345", "12345"])
@pytest.mark.parametrize("typed", ["12345", "012345", "00012345"])
def test_a_number_known_with_other_zeros_in_front_is_doubtful(office: Office, known: str, typed: str) -> None:
    office.take(AWA.replace("0012345", known))
    if typed != known:
        preview = office.preview(AWA.replace("0012345", typed))
        assert [(line.status, line.doubt, line.dossier) for line in preview.lines] == [
            ("doubtful", "lost-zeros", office.of(known))
        ]
        assert office.take(AWA.replace("0012345", typed), accept=True).opened == 0


def test_a_number_twice_in_a_file_but_for_its_zeros_is_doubtful_too(office: Office) -> None:
    preview = office.preview(AWA, BAH.replace("0012346", "12345"))
    assert [(line.status, line.doubt, line.dossier) for line in preview.lines] == [
        ("new", None, None),
        ("doubtful", "lost-zeros", None),
    ]


def test_two_dossiers_that_have_both_forms_are_told_apart(office: Office) -> None:
    office.open("Diallo", "Awa", "0012345")
    office.open("Bah", "Ali", "12345")
    other = BAH.replace("0012346", "12345").replace("01/02/2004", "").replace("PACEA", "").replace("Mortagne", "")
    assert office.statuses(other) == ["unchanged"]


def test_figures_are_a_warning_for_new_dossiers_only(office: Office) -> None:
    line = AWA.replace("0012345", "12345.0")
    told = [office.look(one).preview for one in (line, AWA)]
    assert [[problem.code for problem in preview.problems] for preview in told if preview] == [["number-figures"], []]
    office.take(line)
    again = office.preview(line)
    assert ([one.status for one in again.lines], again.problems) == (["unchanged"], ())


def test_changes_are_accepted_line_by_line(office: Office) -> None:
    lines = [AWA, BAH, AWA.replace("0012345", "77").replace("Awa", "Zoé")]
    office.take(*lines)
    moved = [line.replace("2005", "2006").replace("2004", "2003") for line in lines]
    preview = office.preview(*moved)
    assert [(line.differs, line.before) for line in preview.lines] == [
        (("birth_date",), (date(2005, 3, 12),)),
        (("birth_date",), (date(2004, 2, 1),)),
        (("birth_date",), (date(2005, 3, 12),)),
    ]
    assert office.take(*moved, accept={3, 4}).corrected == 2
    assert office.statuses(*moved) == ["changed", "unchanged", "unchanged"]


def test_the_same_command_with_other_lines_accepted_is_another_one(office: Office) -> None:
    office.take(AWA, BAH)
    moved = [AWA.replace("Vente", "Soins"), BAH.replace("PACEA", "CEJ")]
    command_id = uuid4()
    office.take(*moved, accept={2}, command_id=command_id)
    with pytest.raises(Refused, match="command-id-reused"):
        office.take(*moved, accept={2, 3}, command_id=command_id)


def test_what_an_import_brought_is_found_again_by_its_command(office: Office) -> None:
    office.declare()
    office.take(AWA.replace("Vente", "Soins"))
    office.receive([shared(row("Bah", "Ali", "0012346"))])
    command_id = uuid4()
    office.take(AWA, BAH, accept=True, command_id=command_id)
    outcome = office.portfolios.outcome(command_id)
    assert outcome.opened == (office.of("0012346"),)
    assert outcome.corrected == (office.of("0012345"),)
    assert outcome.matched == tuple(one.stream for one in office.known(office.campaign))
    assert office.portfolios.outcome(uuid4()) == PortfolioOutcome()


# --- advisors and sites


@pytest.mark.parametrize(
    "text", ["paul@example.org", "Paul@Example.org", "Paul Morel", "MOREL Paul", "M. Morel", "morel"]
)
def test_an_advisor_is_found_by_e_mail_or_by_name(office: Office, text: str) -> None:
    office.take(AWA.replace("MOREL Paul", text))
    assert str(office.dossier(office.of("0012345")).advisor) == office.advisor.id


@pytest.mark.parametrize(
    ("text", "code"),
    [("Inès Ferrand", "advisor-unknown"), ("Personne", "advisor-unknown"), ("Morel", "advisor-ambiguous")],
)
def test_an_advisor_who_is_none_leaves_the_dossier_unassigned_with_a_warning(
    office: Office, text: str, code: str
) -> None:
    office.hire("Léa Morel", "lea@example.org", "advisor")
    preview = office.preview(AWA.replace("MOREL Paul", text))
    assert [(p.severity, p.code, p.line, p.value) for p in preview.problems] == [("warning", code, 2, text)]
    assert preview.counts == PortfolioCounts(new=1, unassigned=1)


@pytest.mark.parametrize("text", ["l'aigle", "L’AIGLE", "ML de L'Aigle"])
def test_a_site_is_one_of_the_structures(office: Office, text: str) -> None:
    office.take(AWA.replace("L'Aigle", text))
    assert office.dossier(office.of("0012345")).site == "L’Aigle"


def test_an_unknown_site_is_the_advisors_or_the_one_chosen_or_needed(office: Office) -> None:
    nowhere, unassigned = AWA.replace("L'Aigle", "Paris"), BAH.replace("Mortagne", "Paris")
    office.hire("Zoé Petit", "zoe@example.org", "advisor", site="Mortagne")
    placed = office.preview(nowhere.replace("MOREL Paul", "Zoé Petit"), unassigned)
    assert [(line.status, line.row.site) for line in placed.lines] == [("new", "Mortagne"), ("left", None)]
    assert [(p.code, p.line) for p in placed.problems] == [("site-unknown", 2), ("site-unknown", 3), ("site-needed", 3)]
    chosen = office.preview(unassigned, site="L’Aigle")
    assert [(line.status, line.row.site) for line in chosen.lines] == [("new", "L’Aigle")]
    with pytest.raises(Refused, match="unknown-site"):
        office.look(unassigned, site="Paris")


def test_an_unknown_site_says_which_one_takes_its_place(office: Office) -> None:
    office.hire("Zoé Petit", "zoe@example.org", "advisor", site="Mortagne")
    line = AWA.replace("L'Aigle", "Paris").replace("MOREL Paul", "Zoé Petit")
    preview = office.preview(line, BAH.replace("Mortagne", "Paris"))
    told = [(p.line, p.value, p.instead) for p in preview.problems if p.code == "site-unknown"]
    assert told == [(2, "Paris", "Mortagne"), (3, "Paris", "")]
    office.take(AWA)
    preview = office.preview(AWA.replace("L'Aigle", "Paris"))
    assert [(p.code, p.value, p.instead) for p in preview.problems] == [("site-unknown", "Paris", "L’Aigle")]


def test_an_unknown_site_moves_nobody(office: Office) -> None:
    office.take(AWA)
    assert office.statuses(AWA.replace("L'Aigle", "Paris")) == ["unchanged"]


@pytest.mark.parametrize(
    ("text", "programme"),
    [("Contrat d'engagement jeune", "CEJ"), ("cej", "CEJ"), ("CEJ 2026", "CEJ"), ("Pacea", "PACEA"), ("AIJ", "AIJ")],
)
def test_a_programme_has_one_name(office: Office, text: str, programme: str) -> None:
    office.take(AWA.replace(";CEJ;", f";{text};"))
    assert office.dossier(office.of("0012345")).programme == programme


@pytest.mark.parametrize("text", ["Garantie jeunes", "GARANTIE JEUNE", "GJ", "Garantie Jeunes (GJ)", "GJ 2021"])
def test_the_older_name_of_cej_is_read_as_cej_and_said(office: Office, text: str) -> None:
    line = AWA.replace(";CEJ;", f";{text};")
    preview = office.preview(line, BAH)
    assert [(p.severity, p.code, p.line, p.value) for p in preview.problems] == [
        ("warning", "programme-older-name", 2, text)
    ]
    office.take(line)
    assert office.dossier(office.of("0012345")).programme == "CEJ"
    assert office.statuses(AWA) == ["unchanged"]


@pytest.mark.parametrize(("year", "age"), [("2012", "14"), ("2011", "15"), ("2000", "26"), ("1990", "36")])
def test_an_age_that_surprises_is_a_remark(office: Office, year: str, age: str) -> None:
    line = AWA.replace("12/03/2005", f"12/03/{year}")
    preview = office.preview(line, BAH)
    assert [line.status for line in preview.lines] == ["new", "new"]
    told = [(p.severity, p.code, p.line, p.field, p.value) for p in preview.problems]
    assert told == [("warning", "unusual-age", 2, "birth_date", age)]
    office.take(AWA)
    again = office.preview(line)
    assert [p.code for p in again.problems] == ["unusual-age"]
    office.take(line, accept=True)
    settled = office.preview(line)
    assert settled.problems == ()


@pytest.mark.parametrize("year", ["2010", "2001"])
def test_an_age_of_16_to_25_is_none(office: Office, year: str) -> None:
    preview = office.preview(AWA.replace("12/03/2005", f"12/03/{year}"))
    assert preview.problems == ()


# --- who, and meanwhile


def test_the_operator_the_referent_and_the_manager_open(office: Office) -> None:
    manager = office.hire("Anne Roy", "anne@example.org", "manager")
    for number, actor in enumerate((Actor(OPERATOR), office.referent, manager), 50):
        line = AWA.replace("0012345", str(number)).replace("12/03", f"12/{number - 45:02d}")
        assert office.take(line, by=actor).opened == 1


CHANGED = AWA.replace("DIALLO", "DIALLO BA").replace("78;", "79;").replace("CEJ", "PACEA").replace("Vente", "Soins")


@pytest.mark.parametrize("role", ["operator", "referent", "manager"])
def test_who_imports_for_the_structure_accepts_changes_too(office: Office, role: str) -> None:
    actor = Actor(OPERATOR) if role == "operator" else office.hire("Anne Roy", "anne@example.org", role)
    office.hire("Zoé Petit", "zoe@example.org", "advisor")
    line = CHANGED.replace("MOREL Paul", "Zoé Petit")
    office.take(AWA, by=actor)
    assert office.take(line, by=actor, accept=True).corrected == 1
    assert office.statuses(line) == ["unchanged"]


def test_an_advisor_accepts_changes_of_their_own_dossiers_only(office: Office) -> None:
    office.take(AWA, BAH)
    office.hire("Zoé Petit", "zoe@example.org", "advisor")
    assert office.take(CHANGED, by=office.advisor, accept=True).corrected == 1
    before = office.engine.head()
    for line in (BAH.replace("PACEA", "CEJ"), CHANGED.replace("MOREL Paul", "Zoé Petit")):
        with pytest.raises(Refused, match="not-allowed"):
            office.take(line, by=office.advisor, accept=True)
    assert office.engine.head() == before


def test_an_auditor_may_not(office: Office) -> None:
    auditor = office.hire("Luc Bon", "luc@example.org", "auditor")
    with pytest.raises(Refused, match="not-allowed"):
        office.take(AWA, by=auditor)


def test_a_refused_file_is_not_recorded(office: Office) -> None:
    prepared = office.portfolios.prepare(b"nothing")
    assert prepared.preview is None
    with pytest.raises(Refused, match="portfolio-refused"):
        office.portfolios.record(prepared, by=office.referent, command_id=uuid4())


def test_a_dossier_opened_meanwhile_is_not_opened_twice(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    before_the_lock(office, monkeypatch, lambda: office.open("Diallo", "Awa", "0012345"))
    assert office.take(AWA, BAH).opened == 1
    assert len(office.people()) == 2


def test_what_others_correct_meanwhile_is_kept(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.take(AWA)
    dossier = office.of("0012345")

    def write() -> None:
        office.do(correct_contact, {"dossier": dossier}, phone="0799887766", email="awa@example.org")
        office.do(take_note, {"dossier": dossier}, text="Vue")

    before_the_lock(office, monkeypatch, write)
    office.take(AWA.replace("Awa@example.org", "new@example.org"), accept=True)
    awa = office.dossier(dossier)
    assert (awa.phone, awa.email) == ("+33799887766", "new@example.org")


def test_who_is_erased_meanwhile_is_left_out_and_stops_nobody_else(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.take(AWA)
    dossier = office.of("0012345")
    before_the_lock(office, monkeypatch, lambda: erasures.erase(office.opened, dossier))
    taken = office.take(CHANGED, BAH, accept=True)
    assert (taken.opened, taken.corrected) == (1, 0)
    assert office.dossier(dossier).erased


def test_what_waited_for_these_dossiers_is_matched(office: Office) -> None:
    office.declare()
    office.receive([shared(row("Diallo", "Awa", "0012345")), row("Bah", "Ali", "0012346"), row("Autre", "Nom", "77")])
    taken = office.take(AWA, BAH.replace("Ali", "Aly"))
    assert (taken.opened, taken.matched) == (2, 1)
    assert office.dossier(office.of("0012345")).diagnostic.current("initial")
    assert office.take(AWA, BAH, accept=True).matched == 1


def test_a_file_of_several_chunks_is_one_import(office: Office) -> None:
    lines = [f"{n:07d};NOM{n};Léa;01/01/2005;;;Mortagne;;;;;" for n in range(2_500)]
    command_id = uuid4()
    assert office.take(*lines, command_id=command_id).opened == 2_500
    before = office.engine.head()
    again = office.take(*lines, command_id=command_id)
    assert (again.opened, again.repeated) == (2_500, True)
    assert office.engine.head() == before
    assert set(office.statuses(*lines)) == {"unchanged"}


UNTITLED = "Ref;Identité;Petit nom;Quand;Site"
CHOSEN: Any = ((2, "last_name"), (3, "first_name"), (4, "birth_date"))


def test_the_columns_chosen_for_a_file_are_those_of_the_next_one_with_its_titles(office: Office) -> None:
    def prepare(line: str, header: str = UNTITLED, **asked: Any) -> PreparedPortfolio:
        return office.portfolios.prepare(file(line, header=header), **asked)

    def record(prepared: PreparedPortfolio) -> None:
        office.portfolios.record(prepared, by=office.referent, command_id=uuid4())

    record(prepare("1;Bah;Ali;01/02/2004;Mortagne", columns=CHOSEN))
    again = prepare("2;Diallo;Awa;12/03/2005;L’Aigle")
    assert again.asked.remembered
    assert [(one.last_name, one.first_name, str(one.birth_date)) for one in again.portfolio.rows] == [
        ("Diallo", "Awa", "2005-03-12")
    ]
    assert prepare("2;Diallo;Awa;12/03/2005;L’Aigle", header=f"{UNTITLED};Note").preview is None
    assert prepare("2;Diallo;Awa;12/03/2005;L’Aigle", columns=()).preview is None
    head = office.engine.head()
    record(again)
    assert office.engine.head() == head + 1
    record(prepare("3;Morel;Zoé;12/03/2005;L’Aigle", columns=(*CHOSEN, (1, "project"))))
    assert prepare("4;Petit;Luc;12/03/2005;L’Aigle").portfolio.rows[0].project == "4"


def test_columns_read_again_by_their_titles_are_chosen_no_more(office: Office) -> None:
    notes: Any = ((3, "project"),)
    for name, columns in ("Bah", notes), ("Diallo", ()), ("Morel", None):
        data = file(f"{name};Ali;Vente", header="Nom;Prénom;Note")
        prepared = office.portfolios.prepare(data, "Mortagne", columns=columns)
        office.portfolios.record(prepared, by=office.referent, command_id=uuid4())
        assert (name, prepared.portfolio.rows[0].project) == (name, "Vente" if columns else None)
