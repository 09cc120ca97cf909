"""Demonstration of the Hautes-Pyrénées: three groups in CEJ and others, staff, scenes; everyone is invented."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from pixflow.pix_orga import ExportCampaign
from pixflow.place_import.territory import codes_of_typed, parse_typed
from pixflow.protocol import drafting
from pixflow.team import membership
from web.samples.agenda import at, working_days
from web.samples.behaviours.campaigns import Offer
from web.samples.demo.people import NEVER, Company, ScriptedYoung
from web.samples.demo.story import HELP, LEARN, DemoPartner, Scene, Story, place
from web.samples.youth import type_name

OPEN = {"close-or-plan": NEVER}
NO_NUMBER = "Ilyes Nogaro"
"""Types no number on Pix."""


@dataclass(frozen=True, slots=True)
class Youth:
    """One young person. `skill` is their mastery, of 100; the other fields are those of ScriptedYoung."""

    name: str
    skill: int
    manner: str = "shares"
    presence: str = ""
    project: str = "Vente en boutique"
    waits: Mapping[str, int] = field(default_factory=dict)


FIRST_GROUP = (
    Youth("Maïa Fitère", 92, presence="ease", project="Assistante administrative"),
    Youth("Louna Bégué", 85, "declines-certification", "ease", "Soins à la personne"),
    Youth("Théo Cazenave", 22, "refused", "trouble", "Logistique, cariste", {"plan-retake": NEVER, **OPEN}),
    Youth("Rayan Soulé", 60, project="Maintenance des vélos"),
    Youth("Emma Dupuy", 72, "fails", "absent", "Accueil en station"),
)
SECOND_GROUP = (
    Youth(
        "Nino Abadie",
        90,
        "shares",
        "ease",
        "Métiers du numérique",
        {"complete-path": 8, "propose-certification": NEVER, **OPEN},
    ),
    Youth("Lila Carrère", 82, "shares", "ease", "Secrétariat", {"complete-path": NEVER}),
    Youth("Sofiane Haurie", 95, "shares", "ease", "Technicien informatique", OPEN),
    Youth("Enzo Lafforgue", 30, "shares", "trouble", "Espaces verts", {"follow-self-study": NEVER}),
    Youth("Jade Vergez", 40, "starts-only", "excused", "Cuisine", {"rebook-absent": 8, "explore-difficulty": NEVER}),
    Youth("Adam Pujol", 52, "silent", "present", "Bâtiment, électricité", {"refer": 2, "chase-partner": NEVER}),
    Youth("Chloé Bordenave", 55, "no-test", "absent", "Petite enfance", {"rebook-absent": 9}),
    Youth("Ilyes Nogaro", 64, project="Aide-soignant"),
    Youth("Manon Sarrat", 77, presence="ease", project="Tourisme"),
)
THIRD_GROUP = (
    Youth("Bastien Camou", 45),
    Youth("Célia Dastugue", 81),
    Youth("Elias Fourtané", 35),
    Youth("Inès Guchens", 70),
    Youth("Lucas Hourcade", 90),
    Youth("Nora Lacoste", 25),
    Youth("Tom Mailhes", 58),
    Youth("Yasmine Prat", 66),
    Youth("Zohra Vignaux", 50, waits={"plan-diagnostic": NEVER}),
)
OUTSIDE = (
    (
        0,
        Youth(
            "Baptiste Cadéac", 45, project="Gestion d’une exploitation", waits={"record-certification": NEVER, **OPEN}
        ),
    ),
    (-84, Youth("Noah Barrère", 50, project="Mécanique agricole", waits={"plan-retake": NEVER, **OPEN})),
    (-63, Youth("Anaïs Lacaze", 0, "no-need", project="Danse")),
    (-40, Youth("Inaya Duffau", 0, "no-test", project="Coiffure", waits=OPEN)),
    (-17, Youth("Samuel Estrade", 32, "refused", project="Conduite de chariots", waits={"offer-alternative": NEVER})),
    (
        -13,
        Youth(
            "Mathis Portes", 88, project="Métiers du numérique", waits={"complete-path": NEVER, "review-reading": NEVER}
        ),
    ),
    (-9, Youth("Gaëlle Sénac", 66, project="Secrétariat médical", waits={"hold-debrief": NEVER})),
    (-6, Youth("Clara Mauran", 0, "no-test", project="Fleuriste", waits={"present-pix": NEVER})),
    (-30, Youth("Rémi Castet", 58, project="Menuiserie", waits={"record-outcome": NEVER})),
    (-3, Youth("Hugo Peyrot", 0, "no-test", project="", waits={"need": NEVER})),
)
MARC, JULIEN, LUCIE = "Marc Cazaux", "Julien Peyret", "Lucie Abbadie"
SANDRINE, YANN, PHILIPPE = "Sandrine Fourcade", "Yann Castéra", "Philippe Duclos"
HELD = "aujourd’hui"
OBJECTIVE = "Valoriser les compétences sur le CV et préparer la certification Pix"
OBJECTIVE_NOTE = "Les employeurs demandent le CV"
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
    addresses={"Tarbes": "8 rue des Platanes, 65000 Tarbes", "Lannemezan": "3 rue de la Gare, 65300 Lannemezan"},
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

DEPARTMENT = "65"
TERRITORY = {
    "groupings": (), "communes": codes_of_typed(parse_typed((), [DEPARTMENT], ())), "radius": 0,
    "sites": {"Tarbes": "65440", "Lannemezan": "65258"},
}  # fmt: skip
SOURCE = "Conseiller numérique"
PARTNERS = (
    DemoPartner(
        place("Médiathèque des Allées", "65440", (43.2338, 0.0745), LEARN, phone="+33562000201"),
        offers=(("Initiation du mercredi", "digital", ()),),
        source=SOURCE,
    ),
    DemoPartner(
        place("Centre social du Marcadieu", "65440", (43.2312, 0.0829), HELP, phone="+33562000202"),
        offers=(("Atelier d’écriture", "literacy", ()),),
        source=SOURCE,
    ),
    DemoPartner(
        place("Espace numérique d’Aureilhan", "65047", (43.2436, 0.0955), LEARN, phone="+33562000203"),
        offers=(("Bases de l’ordinateur", "digital", ()),),
        source=SOURCE,
    ),
    DemoPartner(place("Point numérique de Lourdes", "65286", (43.0951, -0.0462), LEARN), source=SOURCE),
    DemoPartner(
        place("Tiers-lieu du Plateau", "65258", (43.1262, 0.3838), LEARN, phone="+33562000205"),
        offers=(("Café numérique", "cafe", ()),),
        source=SOURCE,
    ),
    DemoPartner(place("France services de Bagnères", "65059", (43.0651, 0.1493), HELP), source="France Services"),
    DemoPartner(place("France services de Vic", "65460", (43.3853, 0.0541), HELP), source="France Services"),
    DemoPartner(place("Bus des vallées", "65025", (43.0043, -0.0991), LEARN, itinerant=True), source=SOURCE),
)


class Pyrenees(Story):
    company = COMPANY

    def settle(self) -> None:
        self.settle_team((SANDRINE, YANN), (SANDRINE, YANN, MARC, JULIEN), site=COMPANY.sites[0])
        self.note(LUCIE, membership.designate_referent, site=COMPANY.sites[1])

    def scenes(self) -> Iterator[Scene]:
        """Yields workshops in pair, then by the advisor alone, who calls the assistant; a loan, an absence."""
        day, after = self.days, self.sim.calendar.add
        yield at(day[1], 9, 20), partial(self.schedule, "premier", day[6], YANN, MARC)
        yield at(day[9], 9, 20), partial(self.schedule, "suite", day[15], MARC)
        yield at(day[12], 9, 20), partial(self.move, "suite", MARC, day[16], "Salle de réunion")
        yield at(day[-62], 9, 30), self.confirm_team
        yield at(day[-21], 9, 40), partial(self.list_partners, TERRITORY, DEPARTMENT, PARTNERS)
        yield at(day[-25], 9, 20), partial(self.schedule, "deuxieme", day[-19], YANN, JULIEN)
        yield at(day[-20], 9, 8), partial(self.schedule, "rattrapage", day[-14], JULIEN)
        yield at(day[-20], 9, 15), partial(self.release, "deuxieme", JULIEN, SECOND_GROUP[7].name)
        yield at(day[-13], 9, 20), partial(self.schedule, "retour", day[-5], JULIEN)
        yield at(day[-12], 9, 20), partial(self.lend_to, SECOND_GROUP[2].name, MARC, 3)
        today = [*working_days(day[0], self.opens_on, self.sim.calendar)][-1]  # or the last working day before it
        yield at(day[-6], 9, 20), partial(self.schedule, HELD, today, YANN, MARC)
        yield at(day[-4], 9, 4), partial(self.schedule, "annule", after(day[-1], 3), JULIEN)
        yield at(day[-4], 9, 6), partial(self.fill, "annule", JULIEN, SECOND_GROUP[6].name)
        yield at(day[-3], 9, 20), partial(self.cancel, "annule", JULIEN, "facilitator")
        yield at(day[-2], 9, 20), partial(self.schedule, "prochain", after(day[-1], 5), MARC)
        yield at(day[-4], 9, 30), partial(self.note, LUCIE, membership.change_roles, roles=("advisor",))
        yield at(day[-9], 9, 50), self._draft
        yield at(day[-8], 9, 50), partial(self.endorse, LUCIE, True, "")
        yield at(day[-5], 8, 50), self._publish
        yield at(day[-8], 9, 30), partial(self.join, "Inès Soulé", f"ines.soule@{COMPANY.domain}")
        yield at(day[-2], 9, 25), partial(self.leave, JULIEN, MARC, after(day[-1], 6), after(day[-1], 10))

    def _draft(self) -> None:
        """Drafts a grid with another objective for those whom the certification is for."""
        now = self.sim.refs.grille(self.sim.today).document
        *others, high = now.bands
        self.draft(replace(now, bands=(*others, replace(high, objective=OBJECTIVE))), OBJECTIVE_NOTE)

    def _publish(self) -> None:
        """Publishes it from today on: results that were told are read otherwise."""
        said = {"draft": 1, "from_day": self.sim.today, "alone": False}
        self.say(SANDRINE, {"grille": self.opened.stream("grille")}, drafting.publish_grille_draft, **said)

    # --- young people

    def youths(self) -> list[ScriptedYoung]:
        """Returns the groups, each on one morning, then the others, on days of their own."""
        days, number, made = self.days, iter(range(65_010, 70_000, 37)), []
        for group, advisor, day in ((FIRST_GROUP, MARC, 3), (SECOND_GROUP, JULIEN, -22), (THIRD_GROUP, MARC, -4)):
            made += [self._young(next(number), part, "CEJ", advisor, days[day], n) for n, part in enumerate(group)]
        made += [self._young(next(number), part, "PACEA", LUCIE, days[day], n) for n, (day, part) in enumerate(OUTSIDE)]
        return made

    def _young(self, number: int, part: Youth, programme: str, advisor: str, day: date, n: int) -> ScriptedYoung:
        young = self.newcomer(
            str(number),
            part.name,
            birth_date=date(2004 + n % 4, 1 + n % 12, 3 + n),
            programme=programme,
            project=part.project,
            site=0 if programme == "CEJ" or n % 2 else 1,
            commune="65440" if n % 3 else "65258",
            advisor_name=advisor,
            arrives=at(day, 9, 5) + timedelta(minutes=6 * n),
            manner=part.manner,
            mastery=Decimal(part.skill) / 100,
            presence=part.presence,
            prompt=True,
            waits=part.waits,
        )
        if part.name == NO_NUMBER:
            young.typed = type_name(young, "no-number")
        return young
