"""Words for the shared knowledge: kinds, events, refusals."""

from collections.abc import Iterator

from pixflow.documents.resource import ResourceDocument
from pixflow.events import question as q
from pixflow.events import resource as r
from pixflow.events.base import Event
from web.french import tasks, vocabulary
from web.french.events.fields import EMPTY
from web.french.phrases import EventWords
from web.french.typography import yes_no

KINDS: dict[str, str] = {
    "kit": "kit explicatif",
    "faq": "question fréquente",
    "tuto": "tutoriel",
    "fiche": "fiche pratique",
    "model": "modèle à reprendre",
    "link": "lien",
}
AUDIENCES: dict[str, str] = {"team": "pour l’équipe", "young": "à remettre au jeune"}
BANDS: dict[int, str] = {1: "première tranche", 2: "deuxième tranche", 3: "troisième tranche"}

EVENTS: dict[type[Event], EventWords] = {
    r.ResourceProposed: ("Proposition de ressource", "Ressource proposée : {document.title}[ — {note}]"),
    r.ProposalDeclined: ("Proposition de ressource écartée", "Proposition écartée[ : {reason}]"),
    r.ResourceShared: (
        "Ressource",
        lambda event: (
            ("Exemple livré avec pixflow" if event.document.example else "Ressource publiée")
            + " : {document.title}[ — {note}]"
        ),
    ),
    r.ResourceRevised: ("Révision d’une ressource", "Nouvelle version : {document.title}[ — {note}]"),
    r.ResourceChecked: ("Relecture d’une ressource", "Ressource relue, toujours juste"),
    r.ResourceWithdrawn: ("Retrait d’une ressource", "Ressource retirée[ : {reason}]"),
    r.ResourceMarked: ("Avis sur une ressource", "Version n° {revision} jugée {useful}[ : {comment}]"),
    q.QuestionAsked: ("Question", "Question posée[ ({task})][ : {text}]"),
    q.QuestionAnswered: ("Réponse à une question", "Réponse donnée à une question"),
    q.QuestionDropped: ("Question close sans réponse", "Question close sans réponse donnée[ : {reason}]"),
}

REFUSALS: dict[str, str] = {
    "too-long": "C’est trop long ou trop nombreux : {most} au plus.",
    "bad-link": "Un lien ne se lit pas : écrivez son adresse entière, qui commence par https://.",
    "other-revision": "Une autre version (n° {number}) a été publiée entre-temps : votre texte est gardé ci-dessous. "
    "Comparez, puis enregistrez à nouveau pour la remplacer.",
    "other-proposal": "Cette proposition n’attend plus : rechargez la page.",
    "unknown-revision": "Cette version n’existe pas : rechargez la page.",
    "unknown-resource": "Cette ressource n’existe pas, ou plus : choisissez-en une autre.",
    "resource-withdrawn": "Cette ressource est retirée depuis le {on} : publiez d’abord une nouvelle version.",
    "unknown-question": "Cette question n’existe pas : rechargez la page.",
    "question-answered": "Cette question a déjà sa réponse.",
    "not-your-question": "Seules la personne qui l’a posée, les référent·es Pix et la direction closent une question.",
}

REQUIRED: dict[str, str] = {"body": "Écrivez le texte, ou ajoutez un lien ou un fichier."}

DECISIONS: dict[str, str] = {
    "propose_resource": "proposer une ressource",
    "decline_proposal": "écarter une proposition",
    "share_resource": "publier une ressource",
    "share_example": "publier un exemple",
    "revise_resource": "publier une nouvelle version",
    "check_resource": "noter une relecture",
    "withdraw_resource": "retirer une ressource",
    "mark_resource": "donner un avis sur une ressource",
    "ask_question": "poser une question",
    "answer_question": "répondre à une question",
    "drop_question": "clore une question",
}


def detail(document: ResourceDocument) -> Iterator[tuple[str, str]]:
    """Returns all fields of a resource, as label and value."""
    yield "Intitulé", document.title
    yield "Genre", KINDS[document.kind]
    yield "Texte", document.body or EMPTY
    yield "Liens", ", ".join(document.links) or EMPTY
    yield "Étapes", ", ".join(vocabulary.STAGES[stage] for stage in document.stages) or EMPTY
    yield "Tâches", ", ".join(tasks.VERBS.get(kind, kind) for kind in document.tasks) or EMPTY
    yield "Tranches", ", ".join(BANDS.get(rank, str(rank)) for rank in document.bands) or "toutes"
    programmes = (vocabulary.PROGRAMMES.get(one, one) for one in document.programmes)
    yield "Programmes", ", ".join(programmes) or "tous"
    yield "Public", AUDIENCES[document.audience]
    yield "Fichiers", ", ".join(file.name for file in document.files) or EMPTY
    yield "Exemple", yes_no(document.example)


def shown_for(document: ResourceDocument) -> list[tuple[str, str]]:
    """Returns where a resource is shown, as labels and values."""
    said = (
        ("Tâches", ", ".join(tasks.VERBS.get(kind, kind) for kind in document.tasks)),
        ("Étapes", ", ".join(vocabulary.STAGES[stage] for stage in document.stages)),
        ("Tranches de la grille", ", ".join(BANDS.get(rank, str(rank)) for rank in document.bands)),
        ("Programmes", ", ".join(vocabulary.PROGRAMMES.get(one, one) for one in document.programmes)),
        ("Public", AUDIENCES[document.audience]),
    )
    return [(label, value) for label, value in said if value]
