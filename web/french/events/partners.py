"""Words for partners: their events, their files, their offers, the catalogue."""

from pixflow.events import partner as e
from pixflow.events.base import Event
from pixflow.events.values import OfferTerms, PartnerDetails
from web.french.events.fields import EMPTY, LABELS, EventContext
from web.french.phrases import listed
from web.french.territory.files import FIELDS, of_details, of_field, of_terms, source_name
from web.french.typography import lower_first, plural, say

TITLES: dict[str, str] = {
    "partner.PartnerSuggested": "Partenaire proposé",
    "partner.PartnerListed": "Partenaire inscrit",
    "partner.PartnerCorrected": "Fiche partenaire corrigée",
    "partner.SourceTold": "Source d’un partenaire",
    "partner.SourceWithdrawn": "Retrait d’une source",
    "partner.OfferListed": "Offre inscrite",
    "partner.OfferRevised": "Offre modifiée",
    "partner.OfferClosed": "Offre close",
    "partner.PartnerVerified": "Vérification d’un partenaire",
    "partner.PartnerReviewed": "Relecture d’un partenaire",
    "partner.PartnerDelisted": "Partenaire retiré",
    "partner.PartnerRelisted": "Partenaire remis",
    "partner.PartnersJoined": "Partenaires réunis",
    "partner.PartnerAbsorbed": "Partenaire réuni à un autre",
    "partner.DifferenceNoted": "Partenaires distincts",
    "partner.NameAttached": "Nom rattaché",
    "partner.PartnerUsed": "Partenaire sollicité",
    "partner.Retracted": "Annulation (partenaire)",
    "catalogue.CatalogueReceived": "Fichier de lieux",
    "catalogue.PlaceSetAside": "Lieu mis de côté",
    "catalogue.PlaceReclaimed": "Lieu repris",
    "catalogue.TerritoryStated": "Territoire",
    "catalogue.TableMapped": "Colonnes d’un tableau",
    "catalogue.OutlinesReceived": "Contours des communes",
}
REFUSALS: dict[str, str] = {
    "unknown-partner": "Ce partenaire n’existe pas : rechargez la page.",
    "partner-joined": "Cette fiche est réunie à une autre : ouvrez l’autre.",
    "partner-delisted": "Ce partenaire est retiré de la liste depuis le {on} : remettez-le d’abord.",
    "unknown-offer": "Cette offre n’existe pas, ou elle est close : rechargez la page.",
    "bad-seats": "Écrivez un nombre de places, {most} au plus, ou rien.",
    "bad-band": "Une tranche va de 0 à 100 %.",
    "places-refused": "Rien de ce fichier ne peut être enregistré : corrigez d’abord les anomalies signalées.",
    "territory-missing": "Dites d’abord le territoire de la structure : seuls ses lieux sont importés.",
    "unknown-grouping": "« {value} » n’est pas une intercommunalité de la liste : vérifiez son nom.",
    "unknown-commune": "« {value} » n’est pas une commune de la liste : écrivez son nom et son code postal.",
    "unknown-department": "« {value} » n’est pas le numéro d’un département : écrivez par exemple 61, ou 2A.",
    "outlines-unreadable": "Ce fichier n’est pas un GeoJSON de communes : leurs codes y sont des propriétés.",
    "bad-radius": "Écrivez une distance de 0 à {high} km.",
}
DECISIONS: dict[str, str] = {
    "suggest_partner": "proposer un partenaire",
    "list_partner": "inscrire un partenaire",
    "correct_partner": "corriger la fiche d’un partenaire",
    "verify_partner": "vérifier un partenaire",
    "review_partner": "relire la fiche d’un partenaire",
    "delist_partner": "retirer un partenaire",
    "relist_partner": "remettre un partenaire",
    "attach_name": "rattacher un nom à un partenaire",
    "use_partner": "orienter vers un partenaire",
    "take_back_partner_event": "annuler un fait d’un partenaire",
    "list_offer": "inscrire une offre",
    "revise_offer": "modifier une offre",
    "close_offer": "clore une offre",
    "import_place": "importer un lieu",
    "withdraw_place": "noter qu’une source n’a plus un lieu",
    "join_partner": "réunir deux partenaires",
    "absorb_partner": "réunir deux partenaires",
    "undo_join": "séparer deux partenaires",
    "note_difference": "noter que deux partenaires sont distincts",
    "receive_catalogue": "importer un fichier de lieux",
    "set_place_aside": "mettre un lieu de côté",
    "reclaim_place": "reprendre un lieu mis de côté",
    "state_territory": "dire le territoire",
    "map_table": "dire les colonnes d’un tableau",
    "receive_outlines": "enregistrer les contours des communes",
}
VERIFICATIONS: dict[str, str] = {"call": "par téléphone", "visit": "sur place", "email": "par courriel"}
DELISTINGS: dict[str, str] = {
    "closed": "le lieu a fermé",
    "no-offer": "plus rien pour nos jeunes",
    "far": "trop loin",
    "not-a-partner": "ce n’est pas un partenaire",
    "mistake": "inscrit par erreur",
}
ASIDE: dict[str, str] = {
    "not-a-partner": "ce n’est pas un partenaire",
    "far": "trop loin",
    "known": "déjà connu sous un autre nom",
    "other": "autre raison",
}
KINDS_OF_FILE: dict[str, str] = {
    "mednum-1.0": "lieux de médiation numérique 1.0",
    "mednum-0.1": "lieux de médiation numérique 0.1.1",
    "data-inclusion-structures": "data·inclusion, structures",
    "data-inclusion-services": "data·inclusion, services",
    "table": "autre tableau",
}


def sentence(event: Event, context: EventContext) -> str:
    """Returns the sentence of an event of a partner or of the catalogue."""
    return _file(event, context) or _offer(event) or _standing(event) or _catalogue(event)


def _file(event: Event, context: EventContext) -> str:
    match event:
        case e.PartnerSuggested(details=details):
            return listed(say("Partenaire proposé : {name}", name=details.name), details.town)
        case e.PartnerListed(details=details, source=""):
            return listed(say("Partenaire inscrit : {name}", name=details.name), details.town)
        case e.PartnerListed(details=details, source=source):
            name = listed(details.name, details.town)
            return say("Partenaire inscrit, d’après {source} : {name}", source=_quoted(source), name=name)
        case e.PartnerCorrected(field=field, value=value):
            label = lower_first(FIELDS[field])
            if not value:
                return say("Correction : {label} retiré", label=label)
            return say("Correction, {label} : {value}", label=label, value=of_field(field, value))
        case e.SourceTold(source=source, updated=updated):
            return listed(_told(source), updated and say("fiche du {day}", day=context.day(updated)))
        case e.SourceWithdrawn(source=source):
            return say("{source} n’a plus ce lieu", source=source_name(source))
        case e.NameAttached(name=name):
            return say("Nom rattaché : « {name} »", name=name)
    return ""


def _told(source: str) -> str:
    return say("Nouvelle fiche de {source}", source=_quoted(source)) if source else "Nouvelle fiche du fichier"


def _quoted(source: str) -> str:
    """Returns a source inside a sentence."""
    name = source_name(source)
    return name if name == source else lower_first(name)


def _offer(event: Event) -> str:
    match event:
        case e.OfferListed(terms=terms):
            return say("Offre inscrite : {label}", label=terms.label)
        case e.OfferRevised(terms=terms):
            return say("Offre modifiée : {label}", label=terms.label)
        case e.OfferClosed():
            return "Une offre est close"
    return ""


def _standing(event: Event) -> str:
    match event:
        case e.PartnerVerified(channel=channel):
            return say("Fiche vérifiée {how}", how=VERIFICATIONS[channel])
        case e.PartnerReviewed():
            return "Changements des sources relus"
        case e.PartnerDelisted(reason=reason):
            return say("Retiré de la liste : {reason}", reason=DELISTINGS[reason])
        case e.PartnerRelisted():
            return "Remis dans la liste"
        case e.PartnersJoined():
            return "Une autre fiche du même lieu est réunie à celle-ci"
        case e.PartnerAbsorbed():
            return "Cette fiche est réunie à une autre du même lieu"
        case e.DifferenceNoted():
            return "Un lieu qui lui ressemble est un autre lieu"
        case e.PartnerUsed():
            return "Une orientation vers ce partenaire"
    return ""


def _catalogue(event: Event) -> str:
    match event:
        case e.CatalogueReceived(kind=kind):
            return say("Fichier de lieux importé ({kind}) : {counts}", kind=kind_of_file(kind), counts=counts(event))
        case e.PlaceSetAside(reason=reason):
            return say("Lieu mis de côté : {reason}", reason=ASIDE[reason])
        case e.PlaceReclaimed():
            return say("Lieu repris : le prochain import le propose")
        case e.TerritoryStated(groupings=groupings, communes=communes, radius=radius):
            parts = (
                plural(len(groupings), "intercommunalité") if groupings else "",
                plural(len(communes), "commune") if communes else "",
                say("et {radius} km autour", radius=radius) if radius else "",
            )
            return say("Territoire : {parts}", parts=listed(*parts) or "aucun")
        case e.TableMapped(columns=columns):
            return say("Colonnes d’un tableau retenues : {columns}", columns=plural(len(columns), "colonne"))
        case e.OutlinesReceived(credit=credit, outlines=outlines):
            return say("Contours de {communes} : {credit}", communes=plural(len(outlines), "commune"), credit=credit)
    return ""


def rows(name: str, value: object, context: EventContext) -> list[tuple[str, str]] | None:
    """Returns the labels and values of a field that only these events have; None for any other field."""
    event, label = context.recorded.event, LABELS.get(name, "")
    match value:
        case PartnerDetails():
            return of_details(value) or [(label, EMPTY)]
        case OfferTerms():
            return of_terms(value)
        case tuple() if isinstance(event, e.OutlinesReceived):
            return [(label, plural(len(value), "commune"))]
        case tuple() if isinstance(event, (e.TerritoryStated, e.TableMapped)) and name in ("sites", "columns"):
            return [(label, ", ".join(say("{one} : {other}", one=one, other=other) for one, other in value) or EMPTY)]
        case str() if words := _words(name, event):
            return [(label, words.get(value, value))]
    return None


def _words(name: str, event: Event) -> dict[str, str]:
    """Returns the words of a field's codes; {} for a field without codes."""
    match event:
        case e.PartnerVerified() if name == "channel":
            return VERIFICATIONS
        case e.PartnerDelisted() if name == "reason":
            return DELISTINGS
        case e.PlaceSetAside() if name == "reason":
            return ASIDE
        case e.PartnerCorrected() if name == "field":
            return FIELDS
        case e.CatalogueReceived() if name == "kind":
            return KINDS_OF_FILE
    return {}


def kind_of_file(kind: str) -> str:
    return KINDS_OF_FILE.get(kind, kind)


def counts(event: e.CatalogueReceived) -> str:
    """Returns the counts of an import, without zeros."""
    return counted({name: getattr(event, name, 0) for name in COUNTS})


COUNTS: dict[str, tuple[str, str]] = {
    "new": ("nouveau", "nouveaux"),
    "changed": ("changé", "changés"),
    "unchanged": ("inchangé", "inchangés"),
    "gone": ("disparu", "disparus"),
    "aside": ("mis de côté", "mis de côté"),
    "outside": ("hors du territoire", "hors du territoire"),
    "refused": ("refusé", "refusés"),
    "unlisted": ("d’une structure non inscrite", "de structures non inscrites"),
}


def counted(numbers: dict[str, int]) -> str:
    """Returns counts of places like "12 nouveaux, 1 disparu"; "rien" without any."""
    return listed(*(plural(numbers[name], *words) for name, words in COUNTS.items() if numbers.get(name))) or "rien"
