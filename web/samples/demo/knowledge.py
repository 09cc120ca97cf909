"""Scenes of the shared knowledge: questions and their answers, proposals, a revision, marks."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from pixflow.decision import Decision
from pixflow.documents.resource import ResourceDocument
from pixflow.engine import new_id
from pixflow.resources import sharing
from pixflow.resources.state import Resource
from web.samples.agenda import at
from web.samples.demo.story import Scene, Story

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
CITED, QUARTER = "le kit la cite déjà", "Le plan tient en un quart d’heure"
NEVER_HELD, CODE = "Pas encore animé d’atelier", "Où est le code de la campagne ?"


class Library:
    """The scenes of one demonstration, which share the ids of what they write."""

    def __init__(self, cast: Story, referent: str) -> None:
        self.cast = cast
        self.referent = referent
        self.ids: dict[str, UUID] = {}

    def scenes(self, nadia: str, paul: str, karim: str, elise: str) -> Iterator[Scene]:
        """Yields the scenes, with the names of those who act beside the référent."""
        day, sophie, act = self.cast.days, self.referent, self.act
        no_address, score = "Et s’il n’a pas d’adresse électronique ?", "Faut-il dire le pourcentage au jeune ?"
        useful, useless = {"number": 1, "useful": True}, {"number": 1, "useful": False}
        cafe = "Ils demandent toujours comment ça se passe"
        yield at(day[-40], 9, 25), act(nadia, sharing.ask_question, "adresse", text=no_address, task="present-pix")
        yield at(day[-39], 9, 15), partial(self.answer, "adresse", ADDRESS)
        yield at(day[-34], 9, 25), act(sophie, sharing.share_resource, HOURS.title, document=HOURS, note="")
        yield at(day[-30], 9, 15), act(paul, sharing.propose_resource, CAFE.title, document=CAFE, note=cafe)
        yield at(day[-29], 9, 15), act(sophie, sharing.share_resource, CAFE.title, document=CAFE, note="")
        yield at(day[-20], 9, 25), act(karim, sharing.propose_resource, VIDEO.title, document=VIDEO, note="")
        yield at(day[-19], 9, 15), act(sophie, sharing.decline_proposal, VIDEO.title, number=1, reason=CITED)
        yield at(day[-18], 9, 15), self.shorten
        yield at(day[-12], 9, 15), act(nadia, sharing.mark_resource, DEBRIEF, **useful, comment="")
        yield at(day[-11], 9, 15), act(paul, sharing.mark_resource, DEBRIEF, **useful, comment=QUARTER)
        yield at(day[-11], 9, 25), act(karim, sharing.mark_resource, WORKSHOP, **useless, comment=NEVER_HELD)
        yield at(day[-10], 9, 15), act(sophie, sharing.check_resource, DEBRIEF)
        yield at(day[-9], 9, 25), act(sophie, sharing.withdraw_resource, HOURS.title, reason="Les horaires ont changé")
        yield at(day[-6], 9, 15), act(karim, sharing.ask_question, "code", text=CODE, task="present-pix")
        yield at(day[-6], 9, 45), act(karim, sharing.drop_question, "code", reason="trouvé, sur la fiche")
        yield at(day[-3], 9, 35), act(elise, sharing.ask_question, "score", text=score, task="hold-debrief")
        yield at(day[-2], 9, 30), partial(self.rewrite, nadia)

    def act(self, who: str, decide: Decision[..., Any], about: str | int, **sent: Any) -> Callable[[], None]:
        """Returns the act of somebody about a question by its name, a resource by its title, an example by its rank."""
        kind = "question" if decide in (sharing.ask_question, sharing.drop_question) else "resource"
        return lambda: self.cast.say(who, {kind: self._id(about)}, decide, **sent)

    def answer(self, name: str, document: ResourceDocument) -> None:
        self.act(self.referent, sharing.share_resource, document.title, document=document, note="")()
        streams = {"question": self._id(name), "resource": self._id(document.title)}
        self.cast.say(self.referent, streams, sharing.answer_question, answer=streams["resource"])

    def shorten(self) -> None:
        """Makes the example of the workshop the team's own."""
        text = self._text(WORKSHOP)
        document = replace(text, body=f"{text.body}\n\nChez nous : salle multimédia, clé à l’accueil.", example=False)
        said = {"document": document, "note": "notre salle", "replaces": 1}
        self.act(self.referent, sharing.revise_resource, WORKSHOP, **said)()

    def rewrite(self, who: str) -> None:
        """Proposes another text of the presentation; the référent has not read it yet."""
        text = self._text(PRESENTING)
        more = "- **Et si j’ai peur ?** « Personne d’autre que nous deux ne verra ton score. »"
        document = replace(text, body=f"{text.body}\n{more}", example=False)
        note = "C’est la première question qu’ils posent"
        self.act(who, sharing.propose_resource, PRESENTING, document=document, note=note)()

    def _id(self, about: str | int) -> UUID:
        if isinstance(about, int):
            return new_id(self.cast.opened.id, f"example {about}")
        return self.ids.setdefault(about, self.cast.sim.log.new_id())

    def _text(self, rank: int) -> ResourceDocument:
        state: Resource = self.cast.sim.engine.state("resource", self._id(rank))
        assert state.current is not None
        return state.current.document
