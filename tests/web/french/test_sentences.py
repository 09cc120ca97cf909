import ast
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import UnionType
from typing import Any, ClassVar, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID, uuid5

import msgspec
import pytest

from pixflow import tasks
from pixflow.documents.grille import Grille, ProblemCode
from pixflow.events import dossier as e
from pixflow.events import grille as g
from pixflow.events import participation as p
from pixflow.events import staff as s
from pixflow.events import workshop as w
from pixflow.events.base import Event, Recorded, as_erased
from pixflow.events.catalogue import catalogue
from pixflow.events.structure import ListIssued, ReadingsIssued
from pixflow.events.values import Action, Moment, Partner, Result
from pixflow.indicators.catalogue import INDICATORS
from pixflow.participation import scoring
from pixflow.pix_orga import CODES
from pixflow.portfolio_import.columns import FIELDS
from pixflow.portfolio_import.plan import Doubt as PersonDoubt
from pixflow.portfolio_import.plan import Status
from pixflow.portfolio_import.problems import PortfolioProblem
from pixflow.result_import.pairs import Doubt
from pixflow.result_import.plan import QuestionCode, What
from pixflow.store import (
    AlreadyServed,
    BuildLost,
    DatabaseRefused,
    SiteRefused,
    StoreBusy,
    StoreFull,
    StoreLost,
    StoreRefused,
    StoreUnreached,
)
from pixflow.working_days import Calendar
from tests.decisions import DECISIONS
from web.french import indicators, typography
from web.french import matching as french_matching
from web.french import tasks as french_tasks
from web.french.errors import files, refusals
from web.french.events import details, sentences
from web.http.forms import labels
from web.pages.dossier.forms import FORM_OF, FORMS

ID = UUID("11111111-1111-4111-8111-111111111111")
DAY = date(2026, 3, 5)
AT = datetime(2026, 3, 5, 8, 12, tzinfo=UTC)
CALENDAR = Calendar("FR", "Europe/Paris")
SOURCE = Path(__file__).parents[3] / "pixflow"


class Named:
    """Every lookup answers, in the manner of web/naming.py."""

    def staff(self, id: str | UUID) -> str:
        return {"system:operator": "l’exploitant", str(ID): "Nadia Benali"}.get(str(id), "Karim Morel")

    def campaign(self, id: UUID) -> str:
        return "CEJ printemps"

    def action(self, id: UUID) -> str:
        return "CAP Digital"

    def partner(self, referral: UUID) -> str:
        return "le partenaire"

    def dossier(self, id: UUID) -> str:
        return "Aminata Diallo"

    def workshop(self, id: UUID) -> str:
        return "vendredi 20 mars 2026, Mortagne"

    def task(self, key: str) -> str:
        return french_tasks.VERBS[key.split(":", 1)[0]]


NAMES = Named()


def plain(text: str) -> str:
    return text.replace(typography.NBSP, " ").replace(typography.THIN, " ")


def told(event: Event, version: int = 1, by: str = str(ID), acting_for: str | None = None) -> Recorded:
    return Recorded(ID, version, event, AT, by, acting_for, "web", ID)


def said(event: Event, *before: Event) -> str:
    """The sentence of an event that follows others in its stream."""
    history = [told(one, version) for version, one in enumerate([*before, event], 1)]
    return plain(sentences.sentence(history[-1], NAMES, history=history))


ENGLISH = re.compile(
    r"(?<![-\w])(?:[Tt]he|of|and|is|are|was|not|does|did|has|have|with|for|this|that|it|cannot|could|must|to|in|by|at"
    r"|failed|[Mm]issing|[Ii]nvalid|[Ee]rror|[Tt]ry|[Ss]how|[Ii]nstall|required|default|Aborted|[Vv]alue|such|unexpected)\b"
)
"""Words that an English sentence has and a French one has not."""


def assert_well_set(text: str) -> None:
    """A French line: nothing left to fill, no plain space where French has another, no jargon of ours, no English."""
    assert text
    assert text == text.strip()
    assert text == typography.typeset(text)
    for wrong in ("{", "}", "None", "  ", "event", "événement", "stream", "projection", "..", "n° "):
        assert wrong not in text, (wrong, text)
    assert not english(text), text


def english(text: str) -> list[str]:
    """Returns the English words of a text, without what it quotes of others."""
    return ENGLISH.findall(re.sub(r"\([^)]*\)|«[^»]*»", "", text))


# --- examples of everything


def made(hint: Any, name: str, kind: Any = None) -> list[Any]:
    """A few values of a type; the first says the most, the last the least."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        return list(args)
    if origin in (Union, UnionType):
        return [value for arg in args if arg is not type(None) for value in made(arg, name)] + [None]
    if origin is tuple and args[-1] is Ellipsis:
        return [(made(args[0], name)[0],), ()]
    if origin is tuple:
        return [tuple(made(arg, name)[0] for arg in args)]
    if hint is str and name not in MAY_BE_EMPTY and (kind, name) not in OPTIONAL:
        return EXAMPLES[str][:1]
    if hint in EXAMPLES:
        return EXAMPLES[hint]
    return [hint(**{n: v[min(i, len(v) - 1)] for n, v in parts(hint).items()}) for i in range(width(hint))]


def parts(kind: Any) -> dict[str, list[Any]]:
    """The examples of each field of a dataclass."""
    hints = get_type_hints(kind)
    return {name: made(hint, name, kind) for name, hint in hints.items() if get_origin(hint) is not ClassVar}


def width(kind: Any) -> int:
    return max((len(values) for values in parts(kind).values()), default=1)


MAY_BE_EMPTY = ("comment", "header", "note", "place", "reason", "site")
"""The texts without a default that events and values without a form of a dossier may leave empty."""
OPTIONAL = {
    (event, name)
    for event, form in FORM_OF.items()
    for name, (label, required) in labels(FORMS[form].model).items()
    if label.kind in ("text", "textarea") and not required
}
"""The texts that the form of an event may leave empty."""
EXAMPLES: dict[Any, list[Any]] = {
    str: ["Médiathèque", ""], int: [40, 0], bool: [True, False], UUID: [ID], date: [DAY],
    datetime: [AT], Decimal: [Decimal("0.40"), Decimal(1), Decimal(73)], float: [48.76],
}  # fmt: skip


def examples(kind: Any) -> Iterator[Event]:
    named = parts(kind) | {one.name: EXAMPLES[str] for one in fields(kind) if one.default == ""}
    if "task" in named or "about" in named:
        named |= {name: ["hold-debrief:x"] for name in ("task", "about") if name in named}
    if kind is p.MatchConfirmed:
        named |= {"reasons": [("same-number",), ()], "warnings": [("namesake",), ()]}
    for i in range(max(len(values) for values in named.values())):
        yield kind(**{name: values[min(i, len(values) - 1)] for name, values in named.items()})


def test_what_people_wrote_is_told_on_one_line_and_what_may_not_break_stays_together() -> None:
    note = told(e.NoteTaken(text="reçu\n\u2028 à 9\u202fh\t", on=DAY))
    assert sentences.sentence(note, NAMES) == "Note\N{NO-BREAK SPACE}: reçu à 9\u202fh"


def test_a_word_that_is_computed_takes_the_place_of_these_fields_alone() -> None:
    named = {field.name for event in catalogue() for field in fields(event)}  # type: ignore[arg-type]
    known = {"duplicate", "filters", "group", "into", "referral", "score", "source"}
    assert named & sentences._COMPUTED.keys() == known, "a field of this name is told in other words: name it otherwise"


@pytest.mark.parametrize("kind", [*catalogue()], ids=lambda kind: kind.TOPIC)
def test_every_fact_is_a_sentence_and_every_field_of_it_is_told(kind: type[Event]) -> None:
    for event in examples(kind):
        sentence = sentences.sentence(told(event), NAMES)
        assert sentence != sentences.TITLES[event.TOPIC], "no sentence is written for it"
        assert_well_set(sentence)
        assert str(ID) not in sentence
        rows = details.detail(told(event), NAMES)
        assert len(rows) >= len(fields(event))  # type: ignore[arg-type]
        for label, value in rows:
            assert_well_set(label)
            assert value
            assert "None" not in value


def test_every_fact_has_a_title_of_its_own() -> None:
    assert set(sentences.TITLES) == {event.TOPIC for event in catalogue()}
    assert len(set(sentences.TITLES.values())) == len(sentences.TITLES)
    for title in sentences.TITLES.values():
        assert_well_set(title)


# --- facts


def result(mastery: str | None = "0.40") -> Result:
    return Result(shared=Moment(date(2026, 3, 3)), mastery=Decimal(mastery) if mastery else None)


CAP = Action(ID, "CAP Digital", "action", "cap-digital")
OTHER = uuid5(ID, "other")
BUILT = e.PrescriptionBuilt(
    participation=ID,
    grille=3,
    percent=40,
    low=0,
    high=40,
    proposed=("cap-digital",),
    actions=(CAP,),
    wish="",
    project="vente",
    reason="",
    on=DAY,
)
SENT = e.ReferralSent(
    referral=OTHER, action=ID, partner=Partner(None, "médiathèque de Mortagne"), starts=None, ends=None, note="", on=DAY
)
OPENED = e.DossierOpened(
    last_name="Diallo", first_name="Aminata", birth_date=date(2006, 5, 1), imilo_number="12346", site="Alençon", on=DAY
)


@pytest.mark.parametrize(
    ("event", "before", "sentence"),
    [
        (OPENED, (), "Dossier ouvert, site d’Alençon"),
        (
            e.ResultReceived(participation=ID, purpose="initial", result=result(), on=DAY), (),
            "Résultat reçu : 40 %, partagé le 3 mars",
        ),
        (
            e.ResultReceived(participation=ID, purpose="initial", result=result(None), on=DAY), (),
            "Résultat reçu, sans score, partagé le 3 mars",
        ),
        (
            e.YoungPersonChased(about=f"chase-sharing:{ID}", channel="phone", reached=False, note="", on=DAY), (),
            "Relance par téléphone pour le partage, sans réponse",
        ),
        (BUILT, (), "Prescription construite sur 40 %, grille n° 3 : CAP Digital"),
        (SENT, (BUILT,), "Orientation vers médiathèque de Mortagne : CAP Digital"),
        (
            e.ReferralAnswered(referral=OTHER, answer="refused", reason="complet", on=DAY), (BUILT, SENT),
            "Médiathèque de Mortagne refuse (CAP Digital) : complet",
        ),
        (
            e.AppointmentSet(task=f"hold-debrief:{ID}", at=AT, day=date(2026, 4, 1), place="Mortagne", on=DAY), (),
            "Rendez-vous fixé le mercredi 1er avril, 09:12, Mortagne : tenir la restitution",
        ),
        (
            e.Retracted(version=1, reason="erreur de date", on=DAY), (e.PixPresented(occasion="cej", on=DAY),),
            "Annulé : Pix présenté à l’entrée en CEJ — motif : erreur de date",
        ),
        (e.Retracted(version=1, reason="doublon", on=DAY), (), "Annulé : fait n° 1 — motif : doublon"),
        (
            e.IdentityCorrected(
                last_name="Diallo", first_name="Aminata", birth_date=date(2006, 5, 1), imilo_number="12347",
                site="Alençon", on=DAY,
            ),
            (OPENED,), "Identité corrigée : n° i-Milo 12346 → 12347",
        ),
        (
            e.DuplicateJoined(duplicate=ID, on=DAY), (), "Réuni avec le dossier d’Aminata Diallo (doublon)",
        ),
        (w.PaperIssued(paper="letters", people=1, on=DAY), (), "Papier sorti : les avis aux inscrit·es, 1 nom"),
        (
            ReadingsIssued(first=DAY, last=DAY, people=2, on=DAY), (),
            "Fichier des consultations sorti : du 5 mars 2026 au 5 mars 2026, 2 noms",
        ),
        (
            ListIssued(
                page="queue", filters=(("etape", "diagnostic"), ("groupe", ""), ("pour", str(OTHER))), rows=14,
                people=1, digest="ab", on=DAY,
            ),
            (), "Liste sortie en fichier : Ma boîte (étape diagnostic, groupe, une personne), 14 lignes, 1 jeune",
        ),
        (
            ListIssued(page="team", filters=(), rows=1, people=0, digest="ab", on=DAY), (),
            "Liste sortie en fichier : Équipe, 1 ligne, 0 jeune",
        ),
        (e.ErasureRequested(reason="request", on=DAY), (), "Effacement demandé : la personne le demande"),
        (as_erased(e.NoteTaken(text="secret", on=DAY)), (), "Note : contenu effacé"),
        (e.NoteTaken(text="mot " * 200, on=DAY), (), "Note : " + ("mot " * 60).strip() + "…"),
        (
            g.GrilleDrafted(draft=2, document=Grille("L’Aigle"), note="après l’hiver", on=DAY), (),
            "Projet n° 2 de grille proposé, L’Aigle : après l’hiver",
        ),
        (g.GrilleEndorsed(draft=2, endorsed=True, comment="", on=DAY), (), "Projet n° 2 de grille approuvé"),
        (
            g.GrilleEndorsed(draft=2, endorsed=False, comment="46 ?", on=DAY), (),
            "Projet n° 2 de grille commenté : 46 ?",
        ),
        (
            g.GrilleEndorsed(draft=2, endorsed=False, comment="", on=DAY), (),
            "Accord sur le projet n° 2 de grille repris",
        ),
        (
            s.AbsenceDeclared(absence=OTHER, first=date(2026, 4, 1), last=date(2026, 4, 3), deputy=OTHER, on=DAY), (),
            "Absence de Nadia Benali du 1er au 3 avril, suppléance : Karim Morel",
        ),
        (
            s.AbsenceDeclared(absence=OTHER, first=date(2026, 3, 30), last=date(2027, 1, 4), deputy=None, on=DAY), (),
            "Absence de Nadia Benali du 30 mars 2026 au 4 janvier 2027, sans suppléance",
        ),
        (
            s.Retracted(version=1, reason="autre personne", on=DAY), (s.PixTakenByStaff(on=DAY),),
            "Annulé : Nadia Benali a passé Pix — motif : autre personne",
        ),
    ],
)  # fmt: skip
def test_a_fact_reads_as_people_say_it(event: Event, before: tuple[Event, ...], sentence: str) -> None:
    assert said(event, *before) == sentence


SEAT = e.SeatBooked(workshop=ID, day=date(2026, 3, 24), on=DAY)
BEYOND: list[tuple[Event, tuple[Event, ...], str]] = [
    (e.NeedAssessed(needed=True, reason="", on=DAY), (), "Besoin reconnu"),
    (e.NeedAssessed(needed=False, reason="à l’aise", on=DAY), (), "Pas de besoin pour l’instant : à l’aise"),
    (SEAT, (), "Place réservée en atelier : mardi 24 mars"),
    (
        replace(SEAT, gives_up=(OTHER,)), (),
        "Place réservée en atelier : mardi 24 mars ; place gardée rendue : vendredi 20 mars 2026, Mortagne",
    ),
    (replace(SEAT, day=date(2026, 3, 31)), (SEAT,), "Atelier déplacé : mardi 31 mars"),
    (replace(SEAT, workshop=OTHER), (SEAT,), "Place réservée en atelier : mardi 24 mars"),
    (e.SeatCancelled(workshop=ID, reason="released", on=DAY), (SEAT,), "Place en atelier rendue"),
    (
        e.WorkshopAttended(workshop=ID, trouble=True, ease=False, by_advisor=True, on=DAY), (SEAT,),
        "Présent·e à l’atelier, en difficulté",
    ),
    (e.WorkshopMissed(workshop=ID, excused=True, on=DAY), (SEAT,), "Excusé·e pour l’atelier"),
    (
        e.DifficultyExplored(cause="both", note="lit peu", on=DAY), (),
        "Difficulté explorée : numérique et compréhension — lit peu",
    ),
    (e.SelfStudyFollowed(study=ID, outcome="ongoing", note="", on=DAY), (), "Tutoriels Pix : en cours"),
    (
        e.PartnerChased(referral=OTHER, channel="phone", reached=False, note="", on=DAY), (BUILT, SENT),
        "Relance du partenaire par téléphone, sans réponse : médiathèque de Mortagne (CAP Digital)",
    ),
    (e.CompleteDiagnosticTaken(participation=ID, on=DAY), (), "Diagnostic complet vu à l’import"),
    (e.CertificationProposed(note="", on=DAY), (), "Certification proposée"),
    (
        e.CertificationRegistered(session=date(2026, 4, 10), place="GRETA", on=DAY), (),
        "Inscription à la certification : vendredi 10 avril, GRETA",
    ),
    (
        e.TaskSnoozed(task=f"hold-debrief:{ID}", until=date(2026, 4, 1), reason="en stage", on=DAY), (),
        "En pause jusqu’au 1er avril : tenir la restitution — en stage",
    ),
    (
        e.ReminderDone(reminder=ID, note="", on=DAY),
        (e.ReminderSet(reminder=ID, day=date(2026, 4, 1), text="rappeler la mère", on=DAY),),
        "Rappel fait : rappeler la mère",
    ),
    (
        e.TaskHandedOver(task=f"hold-debrief:{ID}", to=OTHER, until=date(2026, 4, 1), note="", on=DAY), (),
        "Confié à Karim Morel jusqu’au 1er avril : tenir la restitution",
    ),
    (
        e.TaskHandedOver(task=f"hold-debrief:{ID}", to=OTHER, until=date(2026, 4, 1), note="", on=DAY),
        (e.AdvisorAssigned(advisor=OTHER, on=DAY),), "Rendu à Karim Morel : tenir la restitution",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("event", "before", "sentence"), BEYOND)
def test_the_whole_path_reads_as_people_say_it(event: Event, before: tuple[Event, ...], sentence: str) -> None:
    assert said(event, *before) == sentence


TYPED = "l'heure : 9h ?"


@pytest.mark.parametrize(
    "event",
    [
        e.NoteTaken(text=TYPED, on=DAY),
        e.TaskSnoozed(task=f"hold-debrief:{ID}", until=DAY, reason=TYPED, on=DAY),
        e.CertificationDeclined(reason=TYPED, on=DAY),
    ],
)
def test_what_was_typed_stands_as_it_was_typed(event: Event) -> None:
    assert said(event).endswith(TYPED)


def test_a_correction_compares_with_what_stood_then() -> None:
    first = e.ContactCorrected(phone="+33612345678", email=None, on=DAY)
    wrong = e.ContactCorrected(phone="+33600000000", email=None, on=DAY)
    history = (first, wrong, e.Retracted(version=2, reason="faux", on=DAY))
    after = said(replace(first, phone="+33611111111"), *history)
    assert after == "Coordonnées corrigées : téléphone 06 12 34 56 78 → 06 11 11 11 11"


def test_who_and_when() -> None:
    event = e.PixPresented(occasion="welcome", on=DAY)
    assert sentences.who(told(event), NAMES) == "Nadia Benali"
    assert sentences.who(told(event, acting_for=str(OTHER)), NAMES) == "Nadia Benali pour Karim Morel"
    assert sentences.who(told(event, by="system:operator"), NAMES) == "l’exploitant"
    assert sentences.who(told(event, by="partner:x"), NAMES) == "le partenaire"
    assert plain(sentences.when(told(event))) == "5 mars 2026, 09:12"
    late = e.PixPresented(occasion="welcome", on=date(2026, 3, 3))
    assert plain(sentences.when(told(late))) == "3 mars 2026, noté le 5 mars 2026, 09:12"


def test_a_result_in_full() -> None:
    full = made(Result, "result")[0]
    rows = dict(details.detail(told(e.ResultReceived(participation=ID, purpose="initial", result=full, on=DAY)), NAMES))
    rows = {plain(label): plain(value) for label, value in rows.items()}
    assert rows["Taux de maîtrise"] == "40 %"
    assert rows["Domaine : Médiathèque"] == "40 / 40"
    assert rows["Badge : Médiathèque"] == "obtenu"
    assert rows["Usage"] == "diagnostic initial"


# --- tasks


def test_every_kind_of_task_has_its_words() -> None:
    assert set(french_tasks.WORDS) == set(get_args(tasks.Kind))
    for words in french_tasks.WORDS.values():
        for text in (words.verb, words.button, words.filter, words.subject, *words.pile):
            assert_well_set(text)
        assert " " not in words.button
    assert plain(french_tasks.pile("dispatch-result", 9)) == "9 résultats à transmettre"
    assert plain(french_tasks.pile("assign-advisor", 1)) == "1 dossier à affecter"


VARIANTS = [(kind, by) for kind, words in french_tasks.WORDS.items() for by in words.reasons]
SAID = {
    "label": "CAP Digital", "partner": "GRETA", "name": "Nadia Benali", "campaign": "CEJ", "site": "L’Aigle",
    "planned": "2026-03-09", "ends": "2026-04-30", "papers": "fiche copy", "number": "2", "then": "1",
    "before": "Développer", "after": "Savoirs de base",
}  # fmt: skip
"""All details that a reason may name."""


@pytest.mark.parametrize(("kind", "by"), VARIANTS)
def test_every_reason_of_a_task_is_a_sentence(kind: tasks.Kind, by: str) -> None:
    details = {**SAID, "by": by}
    assert_well_set(french_tasks.why(kind, details, DAY))
    task = tasks.Task(
        key=kind,
        kind=kind,
        stage=None,
        role="advisor",
        opens=DAY,
        due=date(2026, 3, 12),
        why=tasks.Why(1, DAY, details),
    )
    for variant in (task, msgspec.structs.replace(task, appointment=AT, place="Mortagne", chases=2)):
        assert_well_set(french_tasks.reason_long(variant, 5, CALENDAR))


def test_a_reason_says_its_days_its_score_and_its_partner() -> None:
    for kind, because, sentence in (
        ("hold-debrief", {"by": "dispatched", "mastery": "0.40"}, "résultat transmis le 5 mars · 40 %"),
        ("record-outcome", {"by": "came", **SAID}, "CAP Digital, GRETA dit : venu·e le 9 mars"),
        ("refer", {"label": "CAP Digital"}, "CAP Digital, prescription du 5 mars"),
        (
            "complete-path",
            {"by": "ease", "ends": "2026-04-30"},
            "à l’aise à l’atelier du 5 mars · période collective jusqu’au 30 avril",
        ),
    ):
        assert plain(french_tasks.why(kind, because, DAY)) == sentence


def literal_variants() -> set[str]:
    """The values that the rules give to the detail `by`, read in their sources."""
    found: set[str] = set()
    for path in sorted((SOURCE / "tasks").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Dict):
                pairs = zip(node.keys, node.values, strict=True)
                found |= {text for key, value in pairs if key and constants(key) == {"by"} for text in constants(value)}
    return found


def constants(node: ast.AST) -> set[str]:
    return {n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def test_every_reason_that_the_rules_give_is_told() -> None:
    assert literal_variants() <= {by for _, by in VARIANTS}


def test_why_with_chases_an_appointment_and_another_year() -> None:
    chased = french_tasks.why("chase-sharing", {}, DAY, chases=2)
    assert plain(chased) == "test terminé le 5 mars, non partagé · 2 relances"
    assert french_tasks.why("hold-debrief", {"by": "dispatched"}, DAY, appointment=AT, place="Mortagne") == (
        "rendez-vous fixé, Mortagne"
    )
    assert plain(french_tasks.why("present-pix", {}, DAY, today=date(2027, 1, 4))) == "dossier ouvert le 5 mars 2026"


def rule(task: tasks.Task, days: int = 5) -> str:
    return plain(french_tasks.reason_long(task, days, CALENDAR))


def test_the_rule_in_words() -> None:
    why = tasks.Why(1, DAY, {"by": "dispatched", "mastery": "0.40"})
    task = tasks.Task(
        key=f"hold-debrief:{ID}",
        kind="hold-debrief",
        stage="prescription",
        role="advisor",
        opens=DAY,
        due=date(2026, 3, 12),
        why=why,
    )
    counted = "le protocole demande 5 jours ouvrés après le 5 mars, soit le 12 mars."
    assert rule(task) == f"Transmis le 5 mars ; {counted}"
    same_day = msgspec.structs.replace(task, due=DAY)
    assert rule(same_day, 0) == "Transmis le 5 mars ; le protocole le demande le jour même, le 5 mars."
    assert rule(same_day) == "Transmis le 5 mars ; à faire le 5 mars."
    paused = msgspec.structs.replace(task, due=date(2026, 3, 20), snoozed_until=date(2026, 3, 20))
    assert rule(paused) == f"Transmis le 5 mars ; {counted}"
    chased = msgspec.structs.replace(task, opens=date(2026, 3, 9), due=date(2026, 3, 16), chases=1)
    assert "5 jours ouvrés après le 9 mars, soit le 16 mars. Déjà 1 relance." in rule(chased)
    alone = msgspec.structs.replace(why, details={"label": "CV", "alone": "cv"})
    task = msgspec.structs.replace(task, kind="refer", why=alone)
    assert rule(task) == f"CV : prescription du 5 mars, pas encore noté comme fait ; {counted}"


# --- refusals


def raised() -> Iterator[tuple[str, set[str]]]:
    """Every Refused of pixflow/, read in its source: its code and the names of its details."""
    texts = (path.read_text() for path in sorted(SOURCE.rglob("*.py")))
    for text in (text for text in texts if "Refused(" in text):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused":
                for code in literals(node.args[0]):
                    yield code, {keyword.arg for keyword in node.keywords if keyword.arg}


MADE_CODES = {
    "bad-": ["bad-phone", "bad-email", "bad-website", "bad-booking", "bad-number", "bad-commune"],
    "outlines-": ["outlines-file-too-heavy", "outlines-too-long-here", "outlines-reader-busy"],
}


def literals(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    assert isinstance(node, ast.JoinedStr), ast.dump(node)
    return MADE_CODES[ast.literal_eval(node.values[0])]


RAISED = sorted({(code, tuple(sorted(details))) for code, details in raised()})
DETAILS: dict[str, object] = {
    "advisor": ID, "answer": "refused", "birth_date": DAY, "by": ID, "calendar": "FR-0", "code": "gap",
    "codes": ("exported-at", "vanished"),
    "day": DAY, "decision": "close", "dossier": ID, "ends": DAY, "field": "reason", "kind": "imilo", "longest": 100,
    "known": "mortagne", "numbers": (41, 50), "on": DAY, "partner": "la médiathèque", "planned_for": DAY,
    "proposal": "cap-lec", "purpose": "initial", "role": "roi", "slug": "mortagne", "starts": DAY, "version": 3,
    "first": DAY, "last": DAY, "last_day": DAY, "until": DAY, "person": ID, "session": DAY, "step": "registered",
    "draft": 2, "number": 2, "found": 0, "from_day": DAY, "high": 365, "low": 1,
    "path": "/srv/pixflow", "zone": "Paris", "capacity": 8, "smallest": 6, "largest": 10, "count": 2, "most": 5,
    "value": "Nulle-Part", "means": "email", "backup": "/srv/pixflow/backups/mortagne/2026-03-05T010000Z",
    "organisation": "Mission locale du Perche", "user": "pixflow", "owner": "root", "shared": DAY, "debriefed": DAY,
    "action": "CAP LEC", "built": DAY,
}  # fmt: skip


@pytest.mark.parametrize(("code", "names"), RAISED)
def test_every_refusal_is_a_sentence(code: str, names: tuple[str, ...]) -> None:
    assert code in refusals.REFUSALS or code in ("required", "taken")
    sentence = refusals.refusal(code, {name: DETAILS[name] for name in names}, NAMES)
    assert_well_set(sentence)
    assert sentence.endswith(".")
    assert str(ID) not in sentence


def test_no_sentence_is_left_for_a_refusal_that_is_no_more() -> None:
    assert set(refusals.REFUSALS) - {code for code, _ in RAISED} == set()


def test_a_refusal_names_what_it_is_about() -> None:
    taken = refusals.refusal("taken", {"kind": "imilo", "by": ID}, NAMES)
    assert plain(taken) == "Ce numéro i-Milo est déjà pris par Aminata Diallo : vérifiez-le, ou ouvrez ce dossier-là."
    closed = refusals.refusal("closed", {"on": DAY}, NAMES)
    assert plain(closed) == "Ce dossier est clos depuis le 5 mars 2026 : rouvrez-le d’abord."
    assert refusals.refusal("required", {"field": "reason"}, NAMES) == "Écrivez le motif."
    assert refusals.refusal("required", {"field": "elsewhere"}, NAMES) == "Ce champ est à remplir."
    assert "xyz" in refusals.refusal("xyz", {}, NAMES)


def test_every_claim_that_may_be_taken_has_its_sentence() -> None:
    source = ast.parse((SOURCE / "streams.py").read_text())
    pairs = [n for n in ast.walk(source) if isinstance(n, ast.Tuple) and len(n.elts) == 2]
    kinds = {pair.elts[0].value for pair in pairs if isinstance(pair.elts[0], ast.Constant)}
    assert kinds == set(refusals.TAKEN)
    for kind in kinds:
        assert_well_set(refusals.refusal("taken", {"kind": kind, "by": ID}, NAMES))


def test_every_decision_has_its_words() -> None:
    assert set(refusals.DECISIONS) == set(DECISIONS)


@pytest.mark.parametrize("code", get_args(ProblemCode))
def test_what_is_wrong_with_a_grid(code: str) -> None:
    for numbers in ((41, 50), (41, 41), *([()] if code in ("empty", "rounding") else [])):
        assert_well_set(refusals.grille_problem(code, numbers))


def test_a_gap_says_its_numbers() -> None:
    assert plain(refusals.grille_problem("gap", (41, 50))) == "aucune tranche ne couvre 41-50 %"


@pytest.mark.parametrize(
    "error",
    [
        StoreBusy(), StoreUnreached(), StoreFull(), StoreLost(), AlreadyServed(), BuildLost(), StoreRefused(),
        OSError(),
        *(DatabaseRefused(code, "") for code in refusals.DATABASE),
        *(SiteRefused(code, "") for code in refusals.SITE),
    ],
)  # fmt: skip
def test_what_the_store_says(error: Exception) -> None:
    assert_well_set(refusals.store_error(error))


def test_a_stale_page_says_what_happened_meanwhile() -> None:
    happened = [told(e.ResultDispatched(participation=ID, advisor=ID, on=DAY), 4, by=str(OTHER))]
    assert [plain(text) for text in sentences.meanwhile(happened, NAMES, zone="Europe/Paris")] == [
        "Résultat transmis à Nadia Benali (Karim Morel)"
    ]


# --- files


def documented(text: str) -> dict[str, list[str]]:
    """The codes of a module's docstring with their details: "- rate (column, value) — not a number"."""
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    return {line.split()[1]: [d for d in line.split("(")[1].split(")")[0].split(", ") if d] for line in lines}


VALUES = {
    "bytes": "7340032", "limit": "5242880", "format": "xlsx", "delimiter": "comma", "date": "2022-12-01",
    "time": "09:10", "count": "1200", "line": "12", "rate": "0.4", "value": "73",
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(CODES))
@pytest.mark.parametrize("line", [None, 12])
def test_every_problem_of_an_export_says_what_to_do(code: str, line: int | None) -> None:
    import pixflow.pix_orga

    names = documented(pixflow.pix_orga.__doc__ or "")[code]
    sentence = files.problem(code, line, tuple((name, VALUES.get(name, "7")) for name in names))
    assert_well_set(sentence)
    assert sentence.endswith(".")
    assert sentence[0].isupper() or sentence[0] in "«17"


def test_a_problem_names_its_line_and_its_cure() -> None:
    sentence = files.problem("rate-range", 12, (("column", "% de progression"), ("value", "73 %")))
    assert plain(sentence) == (
        "Ligne 12 : le taux 73 % doit être une fraction entre 0 et 1 (0,73), colonne « % de progression ». "
        "Réexportez le fichier depuis Pix Orga sans l’ouvrir dans Excel."
    )
    assert "(" not in files.problem("rate-range", 12, {"column": "x", "value": "-3"})
    assert_well_set(files.problem("never-heard-of", 3))


def test_no_sentence_is_left_for_a_problem_that_is_no_more() -> None:
    assert set(files.PIX_ORGA) == CODES


def test_every_problem_of_a_portfolio_says_what_to_do() -> None:
    listed = (PortfolioProblem.__doc__ or "").split("- refused:")[1]
    codes = set(re.findall(r"[a-z0-9]+-[a-z-]+|empty|encoding|spreadsheet|nir\b|cp1252", listed)) | {"required"}
    assert codes == set(files.PORTFOLIO)
    for code in codes:
        for line in (None, 12):
            sentence = files.portfolio_problem(
                PortfolioProblem("warning", code, line, "phone", "06 12", "Tél", "L’Aigle")
            )
            assert_well_set(sentence)
            assert sentence.endswith(".")
            assert "{" not in sentence
    assert set(files.FIELDS) == set(FIELDS)


def test_a_problem_of_a_portfolio_names_its_line_and_its_cure() -> None:
    assert plain(files.portfolio_problem(PortfolioProblem("left", "name-missing", 3, "first_name", "Diallo"))) == (
        "Ligne 3 : il manque le prénom (« Diallo »). Cette ligne est laissée de côté."
    )
    assert plain(files.portfolio_problem(PortfolioProblem("warning", "bad-date", 3, "birth_date", "31/02/2006"))) == (
        "Ligne 3 : « 31/02/2006 » n’est pas une date, colonne « Date de naissance » : écrivez-la comme 12/03/2005. "
        "Cette case est laissée vide."
    )


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ((2, 3), "2 et 3"),
        ((2, 3, 4, 5, 6, 7, 8, 9, 10), "2, 3, 4, 5, 6, 7, 8, 9 et 10"),
        (tuple(range(2, 1_202)), "2, 3, 4, 5, 6, 7, 8, 9 et 1 192 autres"),
    ],
)
def test_a_problem_of_many_lines_names_the_first_and_counts_the_others(lines: tuple[int, ...], named: str) -> None:
    told = files.portfolio_problems(PortfolioProblem("left", "site-needed", 2, "site"), lines)
    assert_well_set(told)
    assert plain(told) == (
        f"Lignes {named} : le site n’est pas dit : remplissez la colonne « Site ». Ces lignes sont laissées de côté."
    )


# --- matching


def test_every_reason_of_a_match_is_told() -> None:
    told_of = documented_matching() | {"merged"}
    assert set(french_matching.REASONS) | set(french_matching.WARNINGS) == told_of
    for text in (*french_matching.REASONS.values(), *french_matching.WARNINGS.values()):
        assert_well_set(text)
    assert plain(french_matching.reasons(("same-number", "same-words-other-order"), ("namesake",))) == (
        "même n° i-Milo · mêmes mots, autre ordre · homonyme : à vérifier"
    )


def documented_matching() -> set[str]:
    """The codes in the source of scoring.py: every literal with a hyphen in it, and the namesake."""
    source = ast.parse(Path(scoring.__file__).read_text())
    texts = {n.value for n in ast.walk(source) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return {text for text in texts if "-" in text and text.replace("-", "").isalpha()} | {"namesake"}


# --- an import


def test_every_question_of_an_import_is_explained() -> None:
    assert (
        set(french_matching.QUESTIONS)
        == set(french_matching.EXPLANATIONS)
        == set(french_matching.ASKED)
        == set(get_args(QuestionCode))
    )
    for code in french_matching.QUESTIONS:
        assert_well_set(french_matching.question(code, 12, 80))
        assert french_matching.question(code, 12, 80).endswith("?")
        assert_well_set(french_matching.explanation(code))
    assert plain(french_matching.question("vanished", 12, 80)) == (
        "12 participations sur 80 ne sont plus dans ce fichier : est-ce normal ?"
    )
    assert french_matching.choice("external-id-column", "N° dossier") == "N° dossier"
    assert french_matching.choice("external-id-column", "") == "Aucune de ces colonnes"
    assert set(french_matching.CHOICES["doubtful-rows"]) == {"leave", "record"}


def test_every_change_and_doubt_of_an_import_has_its_word() -> None:
    assert set(french_matching.CHANGES) == set(get_args(What))
    assert set(french_matching.DOUBTS) == set(get_args(Doubt))


def test_every_row_of_a_portfolio_has_its_word() -> None:
    assert set(french_matching.PEOPLE) == set(get_args(Status))
    assert set(french_matching.PEOPLE_DOUBTS) == set(get_args(PersonDoubt))
    for code in french_matching.PEOPLE_DOUBTS:
        assert_well_set(french_matching.people_doubt(code))


def test_every_part_of_an_indicator_has_its_words() -> None:
    for one in INDICATORS:
        parts = {part for cell in one.cells.values() for part in cell.parts}
        assert all(indicators.cell(one.id, part) for part in parts | one.cells.keys())
