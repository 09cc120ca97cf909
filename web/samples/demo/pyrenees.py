"""Demonstration of the Hautes-Pyrénées: its staff and its scenes."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from pixflow.pix_orga import ExportCampaign
from web.samples.clock import at, working_days
from web.samples.demo.people import Company, ScriptedYoung
from web.samples.demo.pyrenees_youths import SECOND_GROUP, everyone
from web.samples.demo.story import Scene, Story
from web.samples.pix_exports import Offer

MARC, JULIEN, LUCIE = "Marc Cazaux", "Julien Peyret", "Lucie Abbadie"
SANDRINE, YANN, PHILIPPE = "Sandrine Fourcade", "Yann Castéra", "Philippe Duclos"
HELD = "aujourd’hui"
OFFERS = (
    Offer(
        ExportCampaign(541207, "BGRVTX417", "Diagnostic initial Pix emploi"), "initial", "Diagnostic initial Pix Emploi"
    ),
    Offer(
        ExportCampaign(541311, "CLNHPX582", "Parcours Cléa numérique"),
        "complete",
        "CléA numérique",
        "Prêt pour le CléA numérique",
    ),
    Offer(ExportCampaign(541420, "PRFHPX693", "Profils de fin de période collective"), "profile", ""),
)
COMPANY = Company(
    structure="Mission locale des Hautes-Pyrénées",
    preset="hautes-pyrenees",
    sites=("Tarbes", "Lannemezan"),
    room="Salle informatique, 1er étage",
    domain="ml65-demo.example",
    staff=(
        (MARC, "advisor"),
        (JULIEN, "advisor"),
        (LUCIE, "advisor"),
        (SANDRINE, "referent"),
        (YANN, "facilitator"),
        (PHILIPPE, "manager"),
        ("Anne Vidal", "auditor"),
        ("Denis Roques", "administrator"),
    ),
    referent=SANDRINE,
    slowness={MARC: 3, JULIEN: 3, LUCIE: 4},
    partners={
        "remise-a-niveau": "GRETA de Tarbes",
        "formation-generaliste": "Fablab de Lannemezan",
        "": "Maison de quartier",
    },
    offers=OFFERS,
    lasts=timedelta(days=150),
    calls=("suite",),
    kept=(HELD,),
)


class Pyrenees(Story):
    company = COMPANY

    def youths(self) -> list[ScriptedYoung]:
        return everyone(self, MARC, JULIEN, LUCIE)

    def settle(self) -> None:
        self.settle_team((SANDRINE, YANN), (SANDRINE, YANN, MARC, JULIEN), site=COMPANY.sites[0])
        self.designate(LUCIE, COMPANY.sites[1])

    def scenes(self) -> Iterator[Scene]:
        """Yields workshops in pair, then by the advisor alone, who calls the assistant; a loan, an absence."""
        day, after = self.days, self.sim.calendar.add
        yield at(day[1], 9, 20), partial(self.schedule, "premier", day[6], YANN, MARC)
        yield at(day[9], 9, 20), partial(self.schedule, "suite", day[15], MARC)
        yield at(day[12], 9, 20), partial(self.move, "suite", MARC, day[16], "Salle de réunion")
        yield at(day[-62], 9, 30), self.confirm_team
        yield at(day[-25], 9, 20), partial(self.schedule, "deuxieme", day[-19], YANN, JULIEN)
        yield at(day[-20], 9, 8), partial(self.schedule, "rattrapage", day[-14], JULIEN)
        yield at(day[-20], 9, 15), partial(self.release, "deuxieme", JULIEN, SECOND_GROUP[7].name)
        yield at(day[-13], 9, 20), partial(self.schedule, "retour", day[-5], JULIEN)
        yield at(day[-12], 9, 20), partial(self.lend_to, SECOND_GROUP[2].name, MARC, 3)
        yield at(day[-6], 9, 20), partial(self.schedule, HELD, self._today(), YANN, MARC)
        yield at(day[-4], 9, 4), partial(self.schedule, "annule", after(day[-1], 3), JULIEN)
        yield at(day[-4], 9, 6), partial(self.fill, "annule", JULIEN, SECOND_GROUP[6].name)
        yield at(day[-3], 9, 20), partial(self.cancel, "annule", JULIEN, "facilitator")
        yield at(day[-2], 9, 20), partial(self.schedule, "prochain", after(day[-1], 5), MARC)
        yield at(day[-4], 9, 30), partial(self.resign, LUCIE)
        yield at(day[-8], 9, 30), partial(self.join, "Inès Soulé", f"ines.soule@{COMPANY.domain}")
        yield at(day[-2], 9, 25), partial(self.leave, JULIEN, MARC, after(day[-1], 6), after(day[-1], 10))

    def _today(self) -> date:
        """Returns today, or the last working day before it."""
        return [*working_days(self.days[0], self.opens_on, self.sim.calendar)][-1]
