"""Reads the rows of a file of places."""

import ast
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from msgspec import Struct

from pixflow.identity import without_controls
from pixflow.open_data.communes import Commune, by_postal_code, communes, find, moved, named
from pixflow.open_data.place import FileRefused, PlaceProblems, RowRefused, Warned

MAX_BYTES = 32 * 1024 * 1024
MAX_ROWS = 50_000
DELIMITERS = (",", ";", "\t")
_TEXTS = r"""(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")"""
_PYTHON_LIST = re.compile(rf"\[\s*(?:{_TEXTS}(?:\s*,\s*{_TEXTS})*\s*,?\s*)?\]")
_FRENCH_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_SEPARATORS = re.compile(r"[|;]")
_MILLISECONDS = 1000
ReadWorkbook = Callable[[bytes], Sequence[tuple[int, list[str]]]]
"""Returns the rows of a workbook, each with its line, the header first. Raises FileRefused."""


class Row(Struct, frozen=True):
    """One row: its line and its values by header, as the file has them."""

    line: int
    values: Mapping[str, Any]

    def text(self, *columns: str) -> str:
        """Returns the value of the first of these columns that has one, on one line; "" without one."""
        for column in columns:
            if found := " ".join(_said(self.values.get(column)).split()):
                return found
        return ""

    def items(self, *columns: str) -> list[str]:
        """Returns the values of a list: JSON's, a Python list as text, or texts between | or ;. Raises ValueError."""
        for column in columns:
            value = self.values.get(column)
            if isinstance(value, list | tuple):
                return [_said(one).strip() for one in value if _said(one).strip()]
            text = _said(value).strip()
            if text.startswith("["):
                if not _PYTHON_LIST.fullmatch(text):
                    raise ValueError("list")
                return [one.strip() for one in ast.literal_eval(text) if one.strip()]
            if text:
                return [one.strip() for one in _SEPARATORS.split(text) if one.strip()]
        return []

    def day(self, column: str) -> date | None:
        """Returns a day written in ISO 8601, as 31/12/2025, or in milliseconds since 1970. Raises ValueError."""
        value = self.values.get(column)
        if isinstance(value, int) and not isinstance(value, bool):
            try:
                return datetime.fromtimestamp(value / _MILLISECONDS, UTC).date()
            except (OverflowError, OSError):
                raise ValueError("date") from None
        text = _said(value).strip()
        if found := _FRENCH_DAY.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        return datetime.fromisoformat(text).date() if text else None


def _said(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    if isinstance(value, list | tuple):
        return "|".join(map(_said, value))
    return without_controls(str(value))


def rows_of(
    data: bytes, known: frozenset[str], problems: PlaceProblems, workbook: ReadWorkbook | None = None
) -> list[Row]:
    """Returns the rows of a file, by its content. `known` headers tell the delimiter. Raises FileRefused.

    Without a reader of workbooks, one is refused.
    """
    if len(data) > MAX_BYTES:
        raise FileRefused("too-large", bytes=len(data), limit=MAX_BYTES)
    if data.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        if workbook is None:
            raise FileRefused("workbook")
        found = _of_sheet(workbook(data))
    else:
        found = _of_text(_decoded(data, problems), known, problems)
    rows = list(_few(found))
    if not rows:
        raise FileRefused("no-places")
    return rows


def _of_text(text: str, known: frozenset[str], problems: PlaceProblems) -> Iterator[Row]:
    start = text.lstrip()[:1]
    if start == "<":
        raise FileRefused("web-page")
    return _of_json(text, problems) if start in ("[", "{") else _of_csv(text, known, problems)


def _of_sheet(records: Sequence[tuple[int, list[str]]]) -> Iterator[Row]:
    """Yields the rows under the header. A cell after the last title is left out."""
    if records:
        header = [cell.strip() for cell in records[0][1]]
        for line, cells in records[1:]:
            yield Row(line, dict(zip(header, [*cells, *[""] * len(header)], strict=False)))


def _decoded(data: bytes, problems: PlaceProblems) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            raise FileRefused("encoding") from None
        problems.warn("cp1252")
    if "\0" in text:
        raise FileRefused("encoding")
    if not text.strip():
        raise FileRefused("empty")
    return text


def _few(rows: Iterable[Row]) -> Iterator[Row]:
    for count, row in enumerate(rows):
        if count >= MAX_ROWS:
            raise FileRefused("too-many-rows", limit=MAX_ROWS)
        yield row


def _of_json(text: str, problems: PlaceProblems) -> Iterator[Row]:
    try:
        whole = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise FileRefused("broken-json") from None
    if isinstance(whole, dict):
        whole = whole.get("features", whole.get("items"))
    if not isinstance(whole, list):
        raise FileRefused("no-places")
    for rank, one in enumerate(whole, 1):
        if isinstance(one, dict):
            yield Row(rank, _feature(one) if "properties" in one else one)
        else:
            problems.refuse(rank, RowRefused("not-an-object"))


def _feature(feature: dict[str, Any]) -> dict[str, Any]:
    """Returns the properties of a GeoJSON feature, with the coordinates of its point when they have none."""
    properties, geometry = feature["properties"], feature.get("geometry")
    values = dict(properties) if isinstance(properties, dict) else {}
    point = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if values.get("latitude") is None and isinstance(point, list) and len(point) > 1:
        values |= {"longitude": point[0], "latitude": point[1]}
    return values


def _of_csv(text: str, known: frozenset[str], problems: PlaceProblems) -> Iterator[Row]:
    head = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=lambda mark: _likeness(_cells(head, mark), known))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line, header = 1, None
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            raise FileRefused("broken-quotes", line=line) from None
        if cells is None:
            return
        if header is None:
            header = [cell.strip() for cell in cells]
        elif any(cells) and len(cells) != len(header):
            problems.refuse(line, RowRefused("cell-count", expected=len(header), found=len(cells)))
        elif any(cells):
            yield Row(line, dict(zip(header, cells, strict=True)))
        line = reader.line_num + 1


def _likeness(headers: list[str], known: frozenset[str]) -> tuple[int, int]:
    return len(known.intersection(headers)), len(headers)


def _cells(head: str, delimiter: str) -> list[str]:
    return [cell.strip(' "\r') for cell in head.split(delimiter)]


# --- closed lists of the two standards, and the older words that stand for them
#
# Sources: "lieux de médiation numérique" 1.0.2 and 0.1.1 (LaMednum, standard-mediation-num), data·inclusion v1
# (data-inclusion-schema).


SERVICES = (
    "Aide aux démarches administratives", "Maîtrise des outils numériques du quotidien",
    "Insertion professionnelle via le numérique", "Utilisation sécurisée du numérique",
    "Parentalité et éducation avec le numérique", "Loisirs et créations numériques",
    "Compréhension du monde numérique", "Accès internet et matériel informatique",
    "Acquisition de matériel informatique à prix solidaire",
)  # fmt: skip
SUPPORT = (
    "En autonomie", "Accompagnement individuel", "Dans un atelier collectif", "À distance",
)  # fmt: skip
ACCESS = (
    "Se présenter", "Téléphoner", "Contacter par mail", "Prendre un RDV en ligne",
    "Ce lieu n'accueille pas de public", "Envoyer un mail avec une fiche de prescription",
)  # fmt: skip
AUDIENCES = (
    "Jeunes", "Étudiants", "Familles et/ou enfants", "Seniors", "Femmes",
)  # fmt: skip
SPECIAL_CARE = (
    "Surdité", "Handicaps moteurs", "Handicaps mentaux", "Illettrisme", "Langues étrangères (anglais)",
    "Langues étrangères (autres)", "Déficience visuelle",
)  # fmt: skip
LABELS = (
    "Aidants Connect", "Bibliothèques numérique de référence", "Certification PIX", "Conseillers numériques",
    "Emmaüs Connect", "France Services", "Grande école du numérique", "La Croix Rouge", "Point d'accès numérique CAF",
    "Promeneurs du net", "Relais numérique (Emmaüs Connect)",
)  # fmt: skip
FEES = (
    "Gratuit", "Gratuit sous condition", "Payant",
)  # fmt: skip

_DIGITAL_CULTURE = (
    "Utilisation sécurisée du numérique", "Loisirs et créations numériques", "Compréhension du monde numérique",
)  # fmt: skip
OLDER: dict[str, tuple[str, ...]] = {
    "Devenir autonome dans les démarches administratives": ("Aide aux démarches administratives",),
    "Réaliser des démarches administratives avec un accompagnement": ("Aide aux démarches administratives",),
    "Accompagner les démarches de santé": ("Aide aux démarches administratives",),
    "Prendre en main un smartphone ou une tablette": ("Maîtrise des outils numériques du quotidien",),
    "Prendre en main un ordinateur": ("Maîtrise des outils numériques du quotidien",),
    "Utiliser le numérique au quotidien": ("Maîtrise des outils numériques du quotidien",),
    "Approfondir ma culture numérique": _DIGITAL_CULTURE,
    "Promouvoir la citoyenneté numérique": ("Compréhension du monde numérique",),
    "Créer avec le numérique": ("Loisirs et créations numériques",),
    "Favoriser mon insertion professionnelle": ("Insertion professionnelle via le numérique",),
    "Créer et développer mon entreprise": ("Insertion professionnelle via le numérique",),
    "Accéder à une connexion internet": ("Accès internet et matériel informatique",),
    "Accéder à du matériel": ("Accès internet et matériel informatique",),
    "S'équiper en matériel informatique": ("Acquisition de matériel informatique à prix solidaire",),
    "Soutenir la parentalité et l'éducation avec le numérique": ("Parentalité et éducation avec le numérique",),
    "CNFS": ("Conseillers numériques",),
    "Gratuit : Je peux accéder gratuitement au lieu et à ses services": ("Gratuit",),
    "Gratuit sous condition : La gratuité est conditionnée à des critères": ("Gratuit sous condition",),
    "Payant : L'accès au lieu et/ou à ses services est payant": ("Payant",),
    "Seul : j'ai accès à du matériel et une connexion": ("En autonomie",),
    "Avec de l'aide : je suis accompagné seul dans l'usage du numérique": ("Accompagnement individuel",),
    "Dans un atelier : j'apprends collectivement à utiliser le numérique": ("Dans un atelier collectif",),
    "A ma place : une personne fait les démarches à ma place": ("Accompagnement individuel",),
    "Jeunes (16-26 ans)": ("Jeunes",),
    "Seniors (+ 65 ans)": ("Seniors",),
    "Familles/enfants": ("Familles et/ou enfants",),
    "gratuit-sous-conditions": ("Gratuit sous condition",),
}
"""Words of 0.1.1, and retired ones of data·inclusion. Those whose word of today says as much are found without it."""

THEMATICS = (
    "choisir-un-metier--confirmer-son-choix-de-metier", "choisir-un-metier--connaitre-les-opportunites-demploi",
    "choisir-un-metier--decouvrir-un-metier-ou-un-secteur-dactivite",
    "choisir-un-metier--identifier-ses-points-forts-et-ses-competences",
    "creer-une-entreprise--definir-son-projet-de-creation-dentreprise",
    "creer-une-entreprise--developper-son-entreprise",
    "creer-une-entreprise--structurer-son-projet-de-creation-dentreprise",
    "difficultes-administratives-ou-juridiques--accompagnement-aux-demarches-administratives",
    "difficultes-administratives-ou-juridiques--accompagnement-pour-lacces-a-la-citoyennete",
    "difficultes-administratives-ou-juridiques--accompagnement-pour-lacces-aux-droits",
    "difficultes-administratives-ou-juridiques--beneficier-dune-mesure-daccompagnement-adapte",
    "difficultes-administratives-ou-juridiques--connaitre-ses-droits-face-a-une-discrimination",
    "difficultes-administratives-ou-juridiques--prendre-en-compte-une-problematique-judiciaire",
    "difficultes-financieres--acquerir-une-autonomie-budgetaire",
    "difficultes-financieres--ameliorer-sa-gestion-budgetaire",
    "difficultes-financieres--mettre-en-place-une-mesure-de-protection-financiere",
    "difficultes-financieres--prevenir-une-degradation-de-la-situation-financiere",
    "difficultes-financieres--situation-dendettement-surendettement", "equipement-et-alimentation--aide-menagere",
    "equipement-et-alimentation--alimentation", "equipement-et-alimentation--electromenager",
    "equipement-et-alimentation--habillement", "famille--garde-denfants",
    "famille--prise-en-charge-personne-dependante", "famille--soutien-a-la-parentalite-et-a-leducation",
    "famille--soutien-aidants", "famille--surmonter-conflits-separation-violence",
    "lecture-ecriture-calcul--maitriser-le-calcul", "lecture-ecriture-calcul--maitriser-le-francais",
    "logement-hebergement--acheter-un-logement", "logement-hebergement--changer-de-logement",
    "logement-hebergement--louer-un-logement",
    "logement-hebergement--rechercher-une-solution-dhebergement-temporaire",
    "logement-hebergement--reduire-les-impayes-de-loyer", "logement-hebergement--se-maintenir-dans-le-logement",
    "logement-hebergement--sinformer-sur-les-demarches-liees-a-lacces-au-logement", "mobilite--acceder-a-un-vehicule",
    "mobilite--entretenir-reparer-son-vehicule", "mobilite--etre-accompagne-dans-son-parcours-mobilite",
    "mobilite--financer-ma-mobilite", "mobilite--preparer-un-permis", "mobilite--mobilite-douce-partagee-collective",
    "numerique--acceder-a-des-services-en-ligne", "numerique--acceder-a-une-connexion-internet",
    "numerique--acquerir-un-equipement", "numerique--maitriser-les-fondamentaux-du-numerique",
    "preparer-sa-candidature--developper-son-reseau",
    "preparer-sa-candidature--organiser-ses-demarches-de-recherche-demploi",
    "preparer-sa-candidature--realiser-un-cv-et-ou-une-lettre-de-motivation",
    "preparer-sa-candidature--valoriser-ses-competences", "remobilisation--activites-sportives-et-culturelles",
    "remobilisation--benevolat-action-citoyenne", "remobilisation--bien-etre-confiance-en-soi",
    "remobilisation--lien-social", "sante--acces-aux-soins", "sante--addictions",
    "sante--constituer-un-dossier-mdph-invalidite", "sante--sante-mentale", "sante--sante-sexuelle",
    "se-former--monter-son-dossier-de-formation", "se-former--trouver-sa-formation",
    "souvrir-a-linternational--connaitre-les-opportunites-demploi-a-letranger",
    "souvrir-a-linternational--sinformer-sur-les-aides-pour-travailler-a-letranger",
    "souvrir-a-linternational--sorganiser-suite-a-son-retour-en-france",
    "trouver-un-emploi--convaincre-un-recruteur-en-entretien", "trouver-un-emploi--faire-des-candidatures-spontanees",
    "trouver-un-emploi--maintien-dans-lemploi", "trouver-un-emploi--repondre-a-des-offres-demploi",
    "trouver-un-emploi--suivre-ses-candidatures-et-relancer-les-employeurs",
)  # fmt: skip
NETWORKS = (
    "60000-rebonds", "action-logement", "adie", "afpa", "agefiph", "ai", "aidants-connect", "alliance-villes-emploi",
    "anlci", "apprentis-dauteuil", "ase", "banques-alimentaires", "caarud", "cada", "caf", "campus-connecte",
    "cap-emploi-reseau-cheops", "cava", "ccas-cias", "chambres-consulaires", "chantier-ecole", "chrs", "chu", "cidff",
    "cmp", "cms", "cnam", "collectif-emploi", "communes", "coorace", "conseillers-numeriques", "cpam", "cph",
    "creches-avip", "crepi", "cresus", "croix-rouge", "csapa", "delegataire-conseil-departemental", "departements",
    "duo-for-a-job", "ecoles-de-la-deuxieme-chance", "ea", "eatt", "egee", "emmaus", "epide", "esat",
    "espaces-publics-numeriques", "etcld", "fabrique-de-territoire", "face", "fcsf",
    "federation-professionnelle-femmes", "federation-des-acteurs-de-la-solidarite", "france-active", "france-service",
    "france-travail", "french-tech", "geiq", "grandes-ecoles-du-numerique", "huda", "hup", "inae",
    "initiative-france", "konexio", "la-cravate-solidaire", "la-poste", "les-premieres", "maisons-de-l-emploi",
    "maison-departementale-de-lautonomie", "maisons-des-solidarites", "mdph", "mission-locale", "mjc", "mobin",
    "msap", "mutualite-sociale-agricole", "nqt", "pimms-mediation", "pjj", "plie", "points-conseil-budget",
    "points-justice", "positive-planet", "regions", "reseau-app", "reseau-bge", "reseau-entreprendre",
    "reseau-information-jeunesse", "residences-fjt", "ressourceries", "restos-du-coeur", "secours-populaire", "ei",
    "aci", "etti", "eiti", "siao", "simplon", "singa", "snc", "spip", "tous-tes-possibles", "unaf", "unea",
    "unis-cite", "wimoov",
)  # fmt: skip
PUBLICS = (
    "tous-publics", "actifs", "beneficiaires-des-minimas-sociaux", "demandeurs-emploi", "etudiants", "familles",
    "femmes", "jeunes", "personnes-en-situation-de-handicap", "personnes-en-situation-durgence",
    "personnes-en-situation-juridique-specifique", "personnes-exilees", "residents-qpv-frr", "seniors",
)  # fmt: skip
TYPES = (
    "accompagnement", "aide-financiere", "aide-materielle", "atelier", "formation", "information",
)  # fmt: skip
RECEPTION = (
    "a-distance", "en-presentiel",
)  # fmt: skip
MOBILISATION = (
    "envoyer-un-courriel", "se-presenter", "telephoner", "utiliser-lien-mobilisation",
)  # fmt: skip


# --- finds the commune of a row, and corrects what INSEE's COG is sure of


_POSTAL_CODE = re.compile(r"\d{5}")
_ZERO_LOST = re.compile(r"\d{4}")
LONGEST_COMMUNE = 100
"""Characters of the name of a commune."""
Warn = Callable[[Warned, str], None]
"""Takes a code and the text in question."""


def read_commune(row: Row, warn: Warn) -> tuple[str, str | None, str | None]:
    """Returns the commune's name, its code and the postal code. Raises RowRefused without name and postal code."""
    name = row.text("commune")[:LONGEST_COMMUNE]
    postal_code = _postal_code(row.text("code_postal"), warn)
    commune = _of_code(row.text("code_insee"), name, postal_code, warn)
    if not commune and name and postal_code:
        commune = find(name, postal_code)
    if not commune and not name and postal_code:
        commune = by_postal_code(postal_code)
    if not commune and name and not postal_code:
        commune = named(name)
    if not name and not postal_code and not commune:
        raise RowRefused("commune-missing")
    if not commune:
        return name, None, postal_code
    return commune.name, commune.code, _post(commune, postal_code, row.text("code_insee"), warn)


def _postal_code(text: str, warn: Warn) -> str | None:
    if not text or _POSTAL_CODE.fullmatch(text):
        return text or None
    if _ZERO_LOST.fullmatch(text):
        warn("postal-code-zero-lost", text)
        return f"0{text}"
    warn("postal-code-unreadable", text)
    return None


def _of_code(code: str, name: str, postal_code: str | None, warn: Warn) -> Commune | None:
    if not code:
        return None
    code = code.zfill(5)
    if found := communes().get(code):
        return found
    if new := moved().get(code):
        warn("commune-merged", name or code)
        return communes()[new]
    warn("insee-unknown", code)
    return None


def _post(commune: Commune, postal_code: str | None, code: str, warn: Warn) -> str | None:
    """Returns the postal code, but the commune's own where the file has the INSEE code in its place."""
    if postal_code in commune.postal_codes or not commune.postal_codes:
        return postal_code
    if postal_code and postal_code in (commune.code, code):
        warn("postal-code-is-insee", postal_code)
        return commune.postal_codes[0]
    return postal_code or (commune.postal_codes[0] if len(commune.postal_codes) == 1 else None)
