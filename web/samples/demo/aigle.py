"""Demonstration of L'Aigle-Mortagne: its staff and its scenes."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from pixflow.pix_orga import ExportCampaign
from web.samples.clock import at
from web.samples.demo import aigle_places, aigle_scenes
from web.samples.demo.aigle_youths import WAITING, WORKSHOP, everyone
from web.samples.demo.knowledge import Library
from web.samples.demo.people import Company, ScriptedYoung
from web.samples.demo.story import Scene, Story
from web.samples.pix_exports import Offer

NADIA, PAUL, KARIM, ELISE = "Nadia Benali", "Paul Rey", "Karim Morel", "Élise Caron"
SOPHIE, THOMAS = "Sophie Lecomte", "Thomas Garnier"
ABSENCE = timedelta(days=9)
OFFERS = (
    aigle_scenes.INITIAL,
    Offer(
        ExportCampaign(530277, "LTBJUP656", "Diagnostic complet (parcours Cléa numérique)"),
        "complete",
        "CléA numérique",
        "Prêt pour le CléA numérique",
    ),
)
COMPANY = Company(
    structure="Mission locale de L’Aigle – Mortagne",
    preset="laigle-mortagne",
    sites=("L’Aigle", "Mortagne-au-Perche"),
    room="Salle multimédia, 12 place Boislandry",
    domain="ml-demo.example",
    staff=(
        (NADIA, "advisor"),
        (PAUL, "advisor"),
        (KARIM, "advisor"),
        (ELISE, "advisor"),
        (SOPHIE, "referent"),
        ("Hélène Brault", "manager"),
        ("Claire Vasseur", "auditor"),
        (THOMAS, "facilitator"),
        ("Bruno Petit", "administrator"),
    ),
    referent=SOPHIE,
    slowness={NADIA: 12, PAUL: 10, KARIM: 18, ELISE: 8},  # Karim Morel is overwhelmed
    partners={
        "cafe-numerique": "Médiathèque de Mortagne",
        "epn-fablab": "Fablab de L’Aigle",
        "plongee-numerique": "viaformation",
        "metiers-numeriques": "Campus numérique d’Alençon",
        "": "Centre social de L’Aigle",
    },
    offers=OFFERS,
    lasts=timedelta(days=122),
)


class Aigle(Story):
    company = COMPANY

    def youths(self) -> list[ScriptedYoung]:
        return everyone(self)

    def settle(self) -> None:
        self.settle_team((SOPHIE,), (SOPHIE, NADIA, THOMAS), (KARIM, "Claire Vasseur", "Bruno Petit"))
        self.list_partners(aigle_places.TERRITORY, aigle_places.PARTNERS)

    def arrived(self, young: ScriptedYoung) -> None:
        aigle_scenes.mistake(self, young)

    def conclude(self, now: datetime) -> None:
        super().conclude(now)
        self.leave(ELISE, NADIA, self.sim.today, self.sim.today + ABSENCE)
        aigle_scenes.export_today(self)

    def scenes(self) -> Iterator[Scene]:
        """Yields workshops past, moved, cancelled and to come; an absence, a duplicate, a draft grid."""
        day, after = self.days, self.sim.calendar.add
        yield at(day[-62], 9, 20), partial(self.schedule, "hiver", day[-50], THOMAS, NADIA)
        yield at(day[-45], 9, 20), partial(self.schedule, "report", day[-28], THOMAS, PAUL)
        yield at(day[-31], 9, 20), partial(self.move, "report", THOMAS, day[-26], COMPANY.room)
        yield at(day[-22], 9, 20), partial(self.schedule, "annule", day[-14], SOPHIE)
        yield at(day[-16], 9, 20), partial(self.cancel, "annule", SOPHIE, "room")
        yield at(day[-15], 9, 20), partial(self.schedule, "referente", day[-9], SOPHIE)
        yield at(day[-4], 9, 5), partial(self.schedule, "complet", after(day[-1], 2), THOMAS, PAUL, capacity=6)
        yield at(day[-4], 9, 15), partial(self.schedule, "suivant", after(day[-1], 9), THOMAS, NADIA)
        yield at(day[-4], 9, 10), partial(self.fill, "complet", THOMAS, *WORKSHOP, WAITING)
        yield at(day[-2], 9, 15), partial(self.release, "complet", THOMAS, WORKSHOP[-1])
        yield at(day[-36], 9, 15), partial(self.leave, PAUL, ELISE, day[-35], day[-31])
        yield at(day[-25], 9, 15), partial(aigle_scenes.merge, self)
        yield at(day[-4], 9, 30), partial(aigle_scenes.draft, self)
        yield at(day[-3], 9, 15), partial(aigle_scenes.endorse, self, PAUL, True, "")
        yield at(day[-3], 9, 25), partial(aigle_scenes.endorse, self, ELISE, False, "Et le fablab, à partir de 45 ?")
        yield at(day[-2], 9, 10), partial(aigle_scenes.endorse, self, NADIA, True, "Testé avec trois jeunes")
        yield at(day[-2], 9, 20), partial(self.set_aside, NADIA, PAUL)
        yield at(day[-2], 9, 40), partial(aigle_scenes.forget_me, self)
        yield at(day[-58], 10, 0), partial(self.verify, SOPHIE, "Centre social de L’Aigle")
        yield at(day[-57], 10, 0), partial(self.verify, SOPHIE, "Bus numérique du Perche")
        yield at(day[-18], 9, 40), self.confirm_team
        yield at(day[-40], 10, 0), partial(self.verify, SOPHIE, "Médiathèque de Mortagne")
        yield at(day[-3], 11, 0), partial(self.suggest, NADIA, aigle_places.SUGGESTED)
        yield at(day[-2], 11, 0), partial(self.miss, NADIA, aigle_places.MISSED)
        yield at(day[-1], 8, 50), partial(aigle_scenes.import_undeclared, self)
        yield from Library(self, SOPHIE).scenes(NADIA, PAUL, KARIM, ELISE)
