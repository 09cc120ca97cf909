"""All fields of an event, as labels and values."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any

from pixflow.documents.definitions import Definitions
from pixflow.documents.grille import Grille
from pixflow.documents.protocol import ProtocolDocument
from pixflow.documents.resource import ResourceDocument
from pixflow.events.base import Erased, Event, Recorded
from pixflow.events.partner import OutlinesReceived, RevisionProposed, TableMapped, TerritoryStated
from pixflow.events.structure import ListIssued, PortfolioMapped
from pixflow.events.values import ContactDetails, OfferTerms, Part, PartnerDetails, Profile, Result
from web.french import indicators, lists, privacy, tasks, typography, vocabulary
from web.french.dossier import profiles
from web.french.errors import files
from web.french.events import contacts, resources
from web.french.events.fields import EMPTY, LABELS, PARIS, EventContext, Names, text_of
from web.french.territory.files import CONTACTS, FIELDS, of_details, of_field, of_terms
from web.french.typography import lower_first, plural, say

ROUTES = {
    "referent": "la ou le référent·e Pix",
    "advisor": "personne, directement",
    "workshop": "personne si qui suit le jeune a animé l’atelier, sinon la ou le référent·e Pix",
}
_TURNS = {"opens": "Attente avant : {verb}", "lapses": "Abandon après : {verb}"}
ERASURE_DELAY = "Clés d’une personne effacée détruites"
ERASURE_DELAYS = {
    "72-hours": "72 heures après la confirmation",
    "month": "à la fin du mois que donne la loi, 72 heures au moins après la confirmation",
}
READING = {
    "soon": "Dossiers ouverts en dix minutes",
    "day": "Dossiers ouverts en un jour",
    "people": "Personnes vues dans des listes en dix minutes",
    "listed": "Personnes vues dans des listes en un jour",
}
WORKSHOPS = {
    "smallest": "Places au moins",
    "largest": "Places au plus",
    "alone": "Une seule personne peut animer",
    "offer": "Une place proposée se garde, en jours ouvrés",
}


def detail(
    recorded: Recorded, names: Names, *, zone: str = PARIS, history: Sequence[Recorded] = ()
) -> list[tuple[str, str]]:
    """Returns label and value of every field, in the order of the event; "—" for no value."""
    if isinstance(recorded.event, Erased):
        return [("Contenu", "effacé")]
    context = EventContext(recorded, names, zone, history)
    rows: list[tuple[str, str]] = []
    for field in fields(recorded.event):  # type: ignore[arg-type]
        rows += _rows(field.name, getattr(recorded.event, field.name), context)
    return rows


def _rows(name: str, value: Any, context: EventContext) -> Iterator[tuple[str, str]]:
    match value:
        case Result():
            yield from _of_result(value, context)
        case Profile():
            yield "Partagé le", text_of("shared", value.shared, context)
            yield from profiles.detail(value)
        case Grille():
            yield from _of_grille(value)
        case ProtocolDocument():
            yield from of_protocol(value)
        case Definitions():
            yield from indicators.of_definitions(value)
        case ResourceDocument():
            yield from resources.detail(value)
        case ContactDetails():
            yield from _of_contact(value)
        case PartnerDetails():
            yield from of_details(value) or [(LABELS[name], EMPTY)]
        case OfferTerms():
            yield from of_terms(value)
        case tuple() if name == "imported":
            yield from value or ((LABELS[name], EMPTY),)
        case tuple() if words := _listed(name, value, context.recorded.event):
            yield LABELS[name], words
        case _:
            yield LABELS[name], text_of(name, value, context)


def _listed(name: str, values: tuple[Any, ...], event: Event) -> str:
    """Returns many values in few words; "" for those that are told one by one."""
    match event:
        case PortfolioMapped():
            chosen = [say("n° {at} : {field}", at=at, field=files.FIELDS.get(one, files.IGNORED)) for at, one in values]
            return ", ".join(chosen) or EMPTY
        case ListIssued():
            return lists.filtered(values)
        case OutlinesReceived():
            return plural(len(values), "commune")
        case TerritoryStated() | TableMapped() if name in ("sites", "columns"):
            return ", ".join(say("{one} : {other}", one=one, other=other) for one, other in values) or EMPTY
        case RevisionProposed() if name == "fields":
            texts = [
                say("{label} : {value}", label=FIELDS.get(one, one), value=of_field(one, text)) for one, text in values
            ]
            return ", ".join(texts) or EMPTY
        case RevisionProposed():
            return ", ".join(terms.label for _, terms in values) or EMPTY
    return plural(len(values), "ligne") if name == "rows" else ""


def _of_contact(details: ContactDetails) -> Iterator[tuple[str, str]]:
    codes = {"answers": CONTACTS[details.answers], "phone": typography.phone(details.phone) if details.phone else ""}
    for name, label in contacts.DETAILS.items():
        yield label, codes.get(name, getattr(details, name)) or EMPTY


def _of_result(result: Result, context: EventContext) -> Iterator[tuple[str, str]]:
    yield "Partagé le", text_of("shared", result.shared, context)
    yield LABELS["mastery"], text_of("mastery", result.mastery, context)
    if result.palier is not None:
        yield LABELS["palier"], f"{result.palier} / {result.paliers}" if result.paliers else str(result.palier)
    for badge, obtained in result.badges:
        yield say("Badge : {badge}", badge=badge), "obtenu" if obtained else "non obtenu"
    yield from _of_parts("Domaine", result.domains)
    yield from _of_parts("Compétence", result.competences)


def _of_parts(word: str, parts: Iterable[Part]) -> Iterator[tuple[str, str]]:
    for part in parts:
        yield say("{word} : {name}", word=word, name=part.name), f"{part.mastered} / {part.targeted}"


def _of_grille(grille: Grille) -> Iterator[tuple[str, str]]:
    yield LABELS["name"], grille.name
    yield "Arrondi", "au plus proche, la moitié vers le haut" if grille.rounding == "half-up" else grille.rounding
    for band in grille.bands:
        proposals = ", ".join(proposal.label for proposal in band.proposals) or EMPTY
        text = say("{objective} : {proposals}", objective=band.objective, proposals=proposals)
        yield f"Tranche {band.low}-{typography.percent(band.high)}", text


def of_protocol(document: ProtocolDocument) -> Iterator[tuple[str, str]]:
    """Returns all fields of a protocol, as label and value."""
    yield LABELS["name"], document.name
    concerned = "tous les jeunes" if document.concerned == "all" else "les jeunes pour qui un besoin est jugé"
    yield "Pix est présenté à", concerned
    yield "Obligatoire en CEJ", typography.yes_no(document.cej_mandatory)
    yield "Modalités", ", ".join(vocabulary.MODALITIES[modality] for modality in document.modalities) or EMPTY
    yield "Résultats transmis par", ROUTES[document.result_route]
    yield "Relances avant de décider", str(document.tries)
    yield "Lien d’un partenaire valable", plural(document.partner_link, "jour")
    for field in fields(document.delays):
        name, _, turn = field.name.rpartition("_")
        kind, label = (name, _TURNS[turn]) if turn in _TURNS else (field.name, "Délai : {verb}")
        yield say(label, verb=tasks.verb(kind.replace("_", "-"))), _working(getattr(document.delays, field.name))
    yield "Retard vu par la ou le référent·e après", _working(document.escalation.referent)
    yield "Retard vu par la direction après", _working(document.escalation.manager)
    for name, label in WORKSHOPS.items():
        value = getattr(document.workshops, name)
        said = typography.yes_no(value) if isinstance(value, bool) else typography.number(value)
        yield say("Ateliers : {label}", label=lower_first(label)), said
    for rule, label in privacy.RULES.items():
        kept = privacy.months(getattr(document.retention, rule))
        yield say("Durée de conservation : {label}", label=label), kept
    yield ERASURE_DELAY, ERASURE_DELAYS[document.erasure]
    for name, label in READING.items():
        yield (
            say("Accès coupé au-delà de : {label}", label=lower_first(label)),
            typography.number(getattr(document.reading, name)),
        )
    for text in document.stages:
        stage = vocabulary.STAGES[text.stage]
        yield say("{stage} : qui", stage=stage), text.who or EMPTY
        yield say("{stage} : quand", stage=stage), text.when or EMPTY
        yield say("{stage} : comment", stage=stage), text.how or EMPTY


def _working(days: int) -> str:
    return plural(days, "jour ouvré", "jours ouvrés")
