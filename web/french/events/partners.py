"""Words for partners: their events, their files, their offers, the catalogue."""

from collections.abc import Sized

from pixflow.events import partner as e
from pixflow.events.base import Event
from web.french.phrases import RETRACTED, EventWords, listed
from web.french.typography import plural


def _revision(fields: Sized, offers: Sized) -> str:
    told = [words for words, there in (("{fields:champ} de sa fiche", fields), ("{offers:offre}", offers)) if there]
    return "Le partenaire propose de changer " + " et ".join(told) if told else "Le partenaire ne propose plus rien"


EVENTS: dict[type[Event], EventWords] = {
    e.PartnerSuggested: ("Partenaire proposé", "Partenaire proposé : {details.name}[, {details.town}]"),
    e.PartnerListed: (
        "Partenaire inscrit", "Partenaire inscrit[, d’après {source}] : {details.name}[, {details.town}]",
    ),
    e.PartnerCorrected: (
        "Fiche partenaire corrigée",
        lambda event: "Correction, {field} : {corrected_value}" if event.value else "Correction : {field} retiré",
    ),
    e.SourceTold: (
        "Source d’un partenaire",
        lambda event: f"Nouvelle fiche {'de {source}' if event.source else 'du fichier'}[, fiche du {{updated}}]",
    ),
    e.SourceWithdrawn: ("Retrait d’une source", "{source_name} n’a plus ce lieu"),
    e.OfferListed: ("Offre inscrite", "Offre inscrite : {terms.label}"),
    e.OfferRevised: ("Offre modifiée", "Offre modifiée : {terms.label}"),
    e.OfferClosed: ("Offre close", "Une offre est close"),
    e.RevisionProposed: (
        "Changements proposés par un partenaire",
        lambda event: _revision(event.fields, event.offers),
    ),
    e.PartnerVerified: ("Vérification d’un partenaire", "Fiche vérifiée {channel}"),
    e.PartnerReviewed: ("Relecture d’un partenaire", "Changements relus"),
    e.PartnerDelisted: ("Partenaire retiré", "Retiré de la liste : {reason}"),
    e.PartnerRelisted: ("Partenaire remis", "Remis dans la liste"),
    e.PartnersJoined: ("Partenaires réunis", "Une autre fiche du même lieu est réunie à celle-ci"),
    e.PartnerAbsorbed: ("Partenaire réuni à un autre", "Cette fiche est réunie à une autre du même lieu"),
    e.DifferenceNoted: ("Partenaires distincts", "Un lieu qui lui ressemble est un autre lieu"),
    e.NameAttached: ("Nom rattaché", "Nom rattaché : « {name} »"),
    e.PartnerUsed: ("Partenaire sollicité", "Une orientation vers ce partenaire"),
    e.Retracted: ("Annulation (partenaire)", RETRACTED),
    e.CatalogueReceived: ("Fichier de lieux", "Fichier de lieux importé ({kind}) : {of_places}"),
    e.PlaceSetAside: ("Lieu mis de côté", "Lieu mis de côté : {reason}"),
    e.PlaceReclaimed: ("Lieu repris", "Lieu repris : le prochain import le propose"),
    e.TerritoryStated: ("Territoire", "Territoire : {territory}"),
    e.TableMapped: ("Colonnes d’un tableau", "Colonnes d’un tableau retenues : {columns:colonne}"),
    e.OutlinesReceived: ("Contours des communes", "Contours de {outlines:commune} : {credit}"),
}  # fmt: skip
REFUSALS: dict[str, str] = {
    "unknown-partner": "Ce partenaire n’existe pas : rechargez la page.",
    "partner-joined": "Cette fiche est réunie à une autre : ouvrez l’autre.",
    "partner-delisted": "Ce partenaire est retiré de la liste depuis le {on} : remettez-le d’abord.",
    "proposed-often": "Vous avez déjà proposé plusieurs changements aujourd’hui : revenez demain, ou appelez.",
    "unknown-offer": "Cette offre n’existe pas, ou elle est close : rechargez la page.",
    "bad-seats": "Écrivez un nombre de places, {most} au plus, ou rien.",
    "bad-band": "Une tranche va de 0 à 100 %.",
    "places-refused": "Rien de ce fichier ne peut être enregistré : corrigez d’abord les anomalies signalées.",
    "territory-missing": "Dites d’abord le territoire de la structure : seuls ses lieux sont importés.",
    "unknown-grouping": "« {value} » n’est pas une intercommunalité de la liste : vérifiez son nom.",
    "unknown-commune": "« {value} » n’est pas une commune de la liste : écrivez son nom et son code postal.",
    "unknown-department": "« {value} » n’est pas le numéro d’un département : écrivez par exemple 61, ou 2A.",
    "outlines-too-large": "Ce fichier pèse plus de {most} Mo : prenez celui de votre département, ou un plus simple.",
    "outlines-file-too-heavy": "Ce fichier est trop lourd à lire : prenez celui du département, ou un plus simple.",
    "outlines-too-long-here": "Lire ce fichier est trop long ici : recommencez plus tard, ou avec un plus simple.",
    "outlines-reader-busy": "D’autres fichiers sont en cours de lecture : recommencez dans une minute.",
    "outlines-unreadable": "Ce fichier n’est pas un GeoJSON de contours, ou il est abîmé : téléchargez-le à nouveau.",
    "outlines-without-commune": "Ce fichier n’a le contour d’aucune commune, avec son code Insee : prenez-en un autre.",
    "outlines-elsewhere": "Ces contours ne sont pas en France : il faut des longitudes et des latitudes, en degrés.",
    "bad-radius": "Écrivez une distance de 0 à {high} km.",
}
DECISIONS: dict[str, str] = {
    "suggest_partner": "proposer un partenaire",
    "list_partner": "inscrire un partenaire",
    "correct_partner": "corriger la fiche d’un partenaire",
    "verify_partner": "vérifier un partenaire",
    "propose_changes": "proposer de changer sa fiche",
    "review_partner": "relire la fiche d’un partenaire",
    "delist_partner": "retirer un partenaire",
    "relist_partner": "remettre un partenaire",
    "attach_name": "rattacher un nom à un partenaire",
    "use_partner": "orienter vers un partenaire",
    "take_back_partner_event": "annuler une ligne d’un partenaire",
    "take_back_partner_command": "annuler un import de lieux, ou un choix sur plusieurs partenaires",
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


def phrase_counts(numbers: dict[str, int]) -> str:
    """Returns counts of places like "12 nouveaux, 1 disparu"; "rien" without any."""
    return listed(*(plural(numbers[name], *words) for name, words in COUNTS.items() if numbers.get(name))) or "rien"
