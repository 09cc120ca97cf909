"""Scenes of the shared knowledge: questions and their answers, proposals, a revision, marks."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from uuid import UUID

from pixflow.documents.resource import ResourceDocument
from pixflow.engine import new_id
from pixflow.resources import sharing
from pixflow.resources import sharing as questions
from pixflow.resources.state import Resource
from web.samples.agenda import at
from web.samples.demo.scenes import Scenes
from web.samples.demo.story import Scene

PRESENTING, WORKSHOP, DEBRIEF = 2, 4, 5
"""Ranks of the examples that the scenes are about."""
ADDRESS = ResourceDocument(
    "Un jeune n’a pas d’adresse électronique : comment faire ?",
    "faq",
    "Créez-la **avec lui**, avant le test, et notez-la sur sa fiche.\n\n"
    "- Choisissez une adresse qu’il pourra donner à un employeur : prénom, nom, un nombre.\n"
    "- Faites-lui écrire le mot de passe dans son carnet, jamais dans pixflow.",
    stages=("orientation",),
    tasks=("present-pix", "plan-diagnostic"),
)
CAFE = ResourceDocument(
    "Le café numérique de Mortagne, mode d’emploi",
    "fiche",
    "À la médiathèque, sans rendez-vous. On y vient avec ou sans son téléphone.\n\n"
    "1. Appelez la médiathèque la veille pour dire qui vient.\n"
    "2. Le jeune demande « le café numérique » à l’accueil.\n"
    "3. Il peut y passer le test : donnez-lui le code de la campagne.",
    stages=("parcours",),
    tasks=("refer", "offer-alternative"),
    bands=(1, 2),
    audience="young",
)
VIDEO = ResourceDocument("Une vidéo sur Pix", "link", "", links=("https://pix.fr",), tasks=("present-pix",))
HOURS = ResourceDocument(
    "Permanences du fablab, hiver dernier", "fiche", "Le mercredi après-midi, de 14 h à 17 h.", tasks=("refer",)
)


class Library:
    """The scenes of one demonstration, which share the ids of what they write."""

    def __init__(self, cast: Scenes, referent: str) -> None:
        self.cast = cast
        self.referent = referent
        self.ids: dict[str, UUID] = {}

    def scenes(self, nadia: str, paul: str, karim: str, elise: str) -> Iterator[Scene]:
        """Yields the scenes, with the names of those who act beside the référent."""
        day = self.cast.days
        yield at(day[-40], 9, 25), partial(self.ask, nadia, "adresse", "Et s’il n’a pas d’adresse électronique ?")
        yield at(day[-39], 9, 15), partial(self.answer, "adresse", ADDRESS)
        yield at(day[-34], 9, 25), partial(self.share, HOURS)
        yield at(day[-30], 9, 15), partial(self.propose, paul, CAFE, "Ils demandent toujours comment ça se passe")
        yield at(day[-29], 9, 15), partial(self.share, CAFE)
        yield at(day[-20], 9, 25), partial(self.propose, karim, VIDEO, "")
        yield at(day[-19], 9, 15), partial(self.decline, VIDEO, "le kit la cite déjà")
        yield at(day[-18], 9, 15), self.shorten
        yield at(day[-12], 9, 15), partial(self.mark, nadia, DEBRIEF, True, "")
        yield at(day[-11], 9, 15), partial(self.mark, paul, DEBRIEF, True, "Le plan tient en un quart d’heure")
        yield at(day[-11], 9, 25), partial(self.mark, karim, WORKSHOP, False, "Pas encore animé d’atelier")
        yield at(day[-10], 9, 15), self.check
        yield at(day[-9], 9, 25), partial(self.withdraw, HOURS, "Les horaires ont changé")
        yield at(day[-6], 9, 15), partial(self.ask, karim, "code", "Où est le code de la campagne ?")
        yield at(day[-6], 9, 45), partial(self.drop, karim, "code", "trouvé, sur la fiche")
        score = "Faut-il dire le pourcentage au jeune ?"
        yield at(day[-3], 9, 35), partial(self.ask, elise, "score", score, "hold-debrief")
        yield at(day[-2], 9, 30), partial(self.rewrite, nadia)

    def ask(self, who: str, name: str, text: str, task: str = "present-pix") -> None:
        self.cast.say(who, {"question": self._id(name)}, questions.ask_question, text=text, task=task)

    def answer(self, name: str, document: ResourceDocument) -> None:
        self.share(document)
        resource = self._id(document.title)
        streams = {"question": self._id(name), "resource": resource}
        self.cast.say(self.referent, streams, questions.answer_question, answer=resource)

    def drop(self, who: str, name: str, reason: str) -> None:
        self.cast.say(who, {"question": self._id(name)}, questions.drop_question, reason=reason)

    def share(self, document: ResourceDocument) -> None:
        streams = {"resource": self._id(document.title)}
        self.cast.say(self.referent, streams, sharing.share_resource, document=document, note="")

    def propose(self, who: str, document: ResourceDocument, note: str) -> None:
        streams = {"resource": self._id(document.title)}
        self.cast.say(who, streams, sharing.propose_resource, document=document, note=note)

    def decline(self, document: ResourceDocument, reason: str) -> None:
        streams = {"resource": self._id(document.title)}
        self.cast.say(self.referent, streams, sharing.decline_proposal, number=1, reason=reason)

    def withdraw(self, document: ResourceDocument, reason: str) -> None:
        streams = {"resource": self._id(document.title)}
        self.cast.say(self.referent, streams, sharing.withdraw_resource, reason=reason)

    def mark(self, who: str, rank: int, useful: bool, comment: str) -> None:
        said = {"number": 1, "useful": useful, "comment": comment}
        self.cast.say(who, {"resource": self._example(rank)}, sharing.mark_resource, **said)

    def check(self) -> None:
        self.cast.say(self.referent, {"resource": self._example(DEBRIEF)}, sharing.check_resource)

    def shorten(self) -> None:
        """Makes the example of the workshop the team's own."""
        stream = self._example(WORKSHOP)
        text = self._text(stream)
        document = replace(text, body=f"{text.body}\n\nChez nous : salle multimédia, clé à l’accueil.", example=False)
        said = {"document": document, "note": "notre salle", "replaces": 1}
        self.cast.say(self.referent, {"resource": stream}, sharing.revise_resource, **said)

    def rewrite(self, who: str) -> None:
        """Proposes another text of the presentation; the référent has not read it yet."""
        stream = self._example(PRESENTING)
        text = self._text(stream)
        more = "- **Et si j’ai peur ?** « Personne d’autre que nous deux ne verra ton score. »"
        document = replace(text, body=f"{text.body}\n{more}", example=False)
        said = {"document": document, "note": "C’est la première question qu’ils posent"}
        self.cast.say(who, {"resource": stream}, sharing.propose_resource, **said)

    def _id(self, name: str) -> UUID:
        return self.ids.setdefault(name, self.cast.sim.log.new_id())

    def _example(self, rank: int) -> UUID:
        return new_id(self.cast.opened.id, f"example {rank}")

    def _text(self, stream: UUID) -> ResourceDocument:
        state: Resource = self.cast.sim.engine.state("resource", stream)
        assert state.current is not None
        return state.current.document
