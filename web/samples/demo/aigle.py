"""Demonstration of L'Aigle-Mortagne: its partners, its young people, its scenes, its staff; everyone is invented."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

from pixflow.documents.grille import Grille
from pixflow.dossier.privacy import request_erasure
from pixflow.dossier.stages import orientation
from pixflow.events.values import ContactDetails
from pixflow.pix_orga import ExportCampaign
from web.samples import words
from web.samples.agenda import at
from web.samples.behaviours.campaigns import Offer, Season
from web.samples.demo.knowledge import Library
from web.samples.demo.people import NEVER, Company, ScriptedYoung
from web.samples.demo.story import HELP, LEARN, DemoPartner, Scene, Story, place
from web.samples.youth import Attempt, type_name

TERRITORY = {
    "groupings": ("200068468", "200036069"), "communes": (), "radius": 15,
    "sites": {"L’Aigle": "61214", "Mortagne-au-Perche": "61293"},
}  # fmt: skip
"""Groupings by SIREN, kilometres around them, and the commune of each site."""
COMMUNES = ("61214", "61293", "", "61491", "61214")
"""Where young people live, one after the other; nobody has asked some yet."""
SOURCE = "Conseiller numérique"
SUGGESTED = place(
    "Café solidaire de Tourouvre", "61491", (48.5900, 0.6500), LEARN, phone="+33233000107", address="2 rue du Lavoir"
)
MISSED = "Solène Legrand"
"""Somebody whose e-mail address comes back."""
PARTNERS = (
    DemoPartner(
        place(
            "Médiathèque de Mortagne", "61293", (48.5206, 0.5467), LEARN,
            email="mediatheque@ml-demo.example", phone="+33233000101", hours="Tu-Sa 10:00-12:30,14:00-18:00",
            address="8 rue du Fort",
        ),
        offers=(("Café numérique du jeudi", "cafe", ("cafe-numerique",)),),
        source=SOURCE,
    ),
    DemoPartner(
        place(
            "Fablab de L’Aigle", "61214", (48.7631, 0.6281), LEARN,
            email="fablab@ml-demo.example", phone="+33233000102", address="12 rue des Tanneurs",
        ),
        offers=(("Permanences du fablab", "general", ("epn-fablab",)),),
        contacts=(
            ContactDetails(
                "Maël Letourneur", "médiateur numérique", "+33233000112", answers="phone",
                note="Permanences le mardi et le jeudi, après 14 h.",
            ),
        ),
        source=SOURCE,
        age=60,
    ),
    DemoPartner(
        place(
            "viaformation", "61214", (48.7655, 0.6312),
            "Insertion professionnelle via le numérique", email="accueil@viaformation.example", phone="+33233000103",
            address="4 avenue du Perche",
        ),
        offers=(
            ("CAP Digital", "digital", ("cap-digital",)),
            ("CAP LEC", "literacy", ("cap-lec",)),
            ("Plongée numérique", "general", ("plongee-numerique",)),
        ),
        names=("Via Formation L’Aigle",),
        contacts=(
            ContactDetails(
                "Clémence Aubert", "responsable des parcours CAP", "+33233000113", "c.aubert@viaformation.example",
                "email", "Répond dans la journée, sauf le mercredi.",
            ),
            ContactDetails("Youssef Amrani", "accueil des stagiaires", "+33233000103"),
        ),
    ),
    DemoPartner(
        place(
            "Centre social de L’Aigle", "61214", (48.7610, 0.6250), LEARN, HELP,
            email="centre.social@ml-demo.example", phone="+33233000104", hours="Mo,Tu,Th,Fr 09:00-12:00",
        ),
        offers=(("Atelier bureautique", "digital", ("cap-digital", "epn-fablab")),),
        contacts=(
            ContactDetails(
                MISSED, "animatrice de l’atelier", "+33233000114", "s.legrand@ml-demo.example", "email"
            ),
        ),
        age=200,
        source=SOURCE,
    ),
    DemoPartner(
        place("France services Rémalard", "61345", (48.4292, 0.7707), HELP,
              labels=("France Services",), phone="+33233000105"),
        source="France Services",
        age=700,
    ),
    DemoPartner(
        place("Bus numérique du Perche", "61293", (48.5212, 0.5480), LEARN,
              itinerant=True, hours='We 14:00-17:00 "semaines paires, sur les marchés"', phone="+33233000106"),
        offers=(("Bus numérique", "cafe", ("cafe-numerique",)),),
        source=SOURCE,
        age=300,
    ),
)  # fmt: skip


YOUNG_PEOPLE = 44
EAGER = range(YOUNG_PEOPLE - 16, YOUNG_PEOPLE - 4)  # their results come in with the last export
# Advisors in the order of arrivals: Nadia Benali, whose day the tour shows, has every second one.
FOLLOWS = ("Nadia Benali", "Paul Rey", "Nadia Benali", "Karim Morel", "Nadia Benali", "Élise Caron")

FIRST = (
    "Aminata Lucas Zoé Noé Éloïse Emmanuel Inès Théo Can Awa Léa Hugo Sarah Mathis Fatou Enzo Manon Yanis Chloé Bilal "
    "Camille Tom Nour Louis Jade Kylian Lina Adam Maëlys Rayan Océane Gabin Salomé Ilyes Margaux Axel Romane Nathan "
    "Anaïs Jean"
)
LAST = (
    "Diallo Martin Benaïssa Lefèvre D’Ornano Nkom Kowalski Moreau Öztürk Koné Petit Garnier Haddad Roussel Traoré "
    "Leroy Fontaine Belkacem Perrin Chevalier Marchand Nguyen Saïdi Girard Blanchard Lopez Meunier Amrani Guérin "
    "Dupuis Barbier Colin Rolland Mansouri Vidal Aubry Caron Leclerc Renaud Bono"
)
PROJECTS = (*words.PROJECTS[:9], "")
MANNERS = ("shares",) * 11 + ("starts-only", "no-test", "keeps", "declines", "leaves")

TYPED = {3: "swapped-capitals", 5: "no-number", 7: "formula", 8: "initial"}
"""Mistypes of every tenth name, by last digit of the rank."""

# Last name, first name, manner, first name as typed, then working days before the last one: of the arrival, and of the
# test, in the evening (0: never). The tour shows them, whatever its date.
STAGED = (
    ("Ferrand", "Alix", "no-test", "Alix", 24, 0),
    ("Lemoine", "Sacha", "declines", "Sacha", 68, 0),
    ("Cordier", "Mina", "comes-back", "Mina", 20, 1),
    ("Rault", "Eden", "comes-back", "Eden", 45, 31),
    ("Tanguy", "Marie", "no-test", "Marie", 50, 0),
    ("Tanguy", "Marie-Lou", "no-test", "Marie", 50, 40),
    ("Vallet", "Maud", "keeps", "Maud", 30, 0),
)
# The six seats of a workshop to come, and its waiting list.
WORKSHOP = ("Bérénice Aubert", "Dylan Cotard", "Flavie Gosselin", "Idriss Hamel", "Justine Ledoux", "Loïs Picard")
WAITING = "Naëlle Prunier"
NOT_CHASED = dict.fromkeys(("chase-diagnostic", "chase-sharing", "close-or-plan"), NEVER)
NOT_BEGUN = dict.fromkeys(("present-pix", "plan-diagnostic"), NEVER)
TO_BOOK = dict.fromkeys(("plan-diagnostic", "book-workshop", "rebook-absent"), NEVER)
# People with two dossiers: the first pair stays to be merged, the second one is merged.
TWICE = (("Lina Baudry", 40, 6), ("Kenza Morin", 45, 30))
EXPORTS = "exports-a-importer"
INITIAL = Offer(
    ExportCampaign(530214, "HPVBRC358", "Diagnostic initial Pix emploi"),
    "initial",
    "Diagnostic initial Pix Emploi",
    strangers=True,
)
UNDECLARED = Offer(ExportCampaign(530391, "TQKWJD742", "Atelier numérique de L’Aigle"), "initial", "Diagnostic initial")
NOTE = "Au-dessus de 45, ils n’ont pas besoin du CAP LEC : trois mois de recul le montrent"
NADIA, PAUL, KARIM, ELISE = "Nadia Benali", "Paul Rey", "Karim Morel", "Élise Caron"
SOPHIE, THOMAS = "Sophie Lecomte", "Thomas Garnier"
ABSENCE = timedelta(days=9)
OFFERS = (
    INITIAL,
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
    addresses={
        "L’Aigle": "12 place Boislandry, 61300 L’Aigle",
        "Mortagne-au-Perche": "12 rue du Lavoir, 61400 Mortagne-au-Perche",
    },
    room="Salle multimédia",
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


def _spread(days: Sequence[date]) -> list[date]:
    """Returns the days of arrival: the first one is the first day, most are late."""
    last = len(days) - 1
    spread = [days[round(last * (i / (YOUNG_PEOPLE - 1)) ** 0.62)] for i in range(YOUNG_PEOPLE)]
    return sorted(days[-8 + i % 4] if i in EAGER else day for i, day in enumerate(spread))


class Aigle(Story):
    company = COMPANY

    def settle(self) -> None:
        self.settle_team((SOPHIE,), (SOPHIE, NADIA, THOMAS), (KARIM, "Claire Vasseur", "Bruno Petit"))
        self.list_partners(TERRITORY, "61", PARTNERS)

    def conclude(self, now: datetime) -> None:
        super().conclude(now)
        self.leave(ELISE, NADIA, self.sim.today, self.sim.today + ABSENCE)
        self._export_today()

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
        yield at(day[-25], 9, 15), self._merge_twice
        yield at(day[-4], 9, 30), self._draft
        yield at(day[-3], 9, 15), partial(self.endorse, PAUL, True, "")
        yield at(day[-3], 9, 25), partial(self.endorse, ELISE, False, "Et le fablab, à partir de 45 ?")
        yield at(day[-2], 9, 10), partial(self.endorse, NADIA, True, "Testé avec trois jeunes")
        yield at(day[-2], 9, 20), partial(self.set_aside, NADIA, PAUL)
        yield at(day[-2], 9, 40), self._forget_me
        yield at(day[-2], 10, 20), partial(self.add_action, NADIA)
        yield at(day[-58], 10, 0), partial(self.verify, SOPHIE, "Centre social de L’Aigle")
        yield at(day[-57], 10, 0), partial(self.verify, SOPHIE, "Bus numérique du Perche")
        yield at(day[-18], 9, 40), self.confirm_team
        yield at(day[-11], 16, 30), partial(self.take_list, SOPHIE)
        yield at(day[-40], 10, 0), partial(self.verify, SOPHIE, "Médiathèque de Mortagne")
        yield at(day[-3], 11, 0), partial(self.suggest, NADIA, SUGGESTED)
        yield at(day[-2], 11, 0), partial(self.miss, NADIA, MISSED)
        yield at(day[-1], 8, 50), self._import_undeclared
        yield from Library(self, SOPHIE).scenes(NADIA, PAUL, KARIM, ELISE)

    # --- acts and young people

    def youths(self) -> list[ScriptedYoung]:
        """Returns the crowd, and the people whom the tour shows."""
        return [*self._invented(), *self._staged(), *self._of_the_workshop(), *self._list_duplicates()]

    def _invented(self) -> list[ScriptedYoung]:
        """Draws the crowd. The `EAGER` take the test within days of arriving."""
        random, first_names, last_names, made = self.random, FIRST.split(), LAST.split(), []
        for i, day in enumerate(_spread(self.days)):
            name = f"{first_names[i % 40]} {last_names[(i * 7 + i // 40) % 40]}"
            number = f"{12_300 + 37 * i:05d}" if i % 9 else f"00{12_300 + 37 * i}"
            young = self.newcomer(
                number,
                name,
                birth_date=date(2001 + random.randrange(8), 1 + random.randrange(12), 1 + random.randrange(28)),
                programme="CEJ" if random.random() < 0.55 else "PACEA",
                project=PROJECTS[random.randrange(len(PROJECTS))],
                site=random.randrange(2),
                commune=COMMUNES[i % len(COMMUNES)],
                advisor_name="" if i == YOUNG_PEOPLE - 3 else FOLLOWS[i % len(FOLLOWS)],
                arrives=at(day, 9 + i % 8, 5),
                manner="shares" if i in EAGER else MANNERS[i % len(MANNERS)],
                eager=i in EAGER,
            )
            young.typed = type_name(young, TYPED.get(i % 10, ""))
            made.append(young)
        return made

    def _staged(self) -> Iterator[ScriptedYoung]:
        """Yields two people who leave and come back, two sisters of whom one types the other's name, and others."""
        for i, (last, first, manner, types, arrives, tests) in enumerate(STAGED):
            number, name = f"{24_100 + 41 * i}", f"{first} {last}"
            young = self.newcomer(
                number,
                name,
                birth_date=date(2004, 1 + i, 3 + i),
                programme="PACEA",
                project=PROJECTS[i],
                site=i % 2,
                typed=(last, types, number if types == first else None),
                advisor_name=FOLLOWS[0],
                arrives=at(self.days[-arrives], 9, 10 + i),
                manner=manner,
                eager=True,
                waits={} if tests else NOT_CHASED,
                sibling=f"{24_100 + 41 * (i + 1)}" if first == "Marie" else "",
            )
            if tests:
                began = at(self.days[-tests - 1], 20, 10)
                ended = began + timedelta(minutes=35)
                young.attempts.append(
                    Attempt(began, ended, ended + timedelta(minutes=3), Decimal("0.55"), Decimal("0.5"))
                )
            yield young

    def _of_the_workshop(self) -> Iterator[ScriptedYoung]:
        """Yields the people who arrived last week. The facilitator registers them, their advisors do not."""
        for i, name in enumerate((*WORKSHOP, WAITING)):
            number = f"{25_010 + 43 * i}"
            yield self.newcomer(
                number,
                name,
                birth_date=date(2005, 2 + i, 7 + i),
                programme="CEJ",
                project=PROJECTS[i],
                site=i % 2,
                advisor_name=FOLLOWS[i % 3],
                arrives=at(self.days[-7], 9, 20 + i),
                manner="shares",
                waits=TO_BOOK,
            )

    def _list_duplicates(self) -> Iterator[ScriptedYoung]:
        """Yields the same people twice, the second time without a number."""
        for i, (name, *arrivals) in enumerate(TWICE):
            for again, days in enumerate(arrivals):
                number = "" if again else f"{26_070 + 31 * i}"
                yield self.newcomer(
                    number,
                    name,
                    birth_date=date(2005, 9, 4 + i),
                    programme="PACEA",
                    project=PROJECTS[4 + i],
                    site=0,
                    advisor_name=FOLLOWS[1 + 4 * again],
                    arrives=at(self.days[-days], 9, 40 + i),
                    manner="no-test",
                    waits=NOT_BEGUN if again else NOT_CHASED,
                )

    def welcome(self, young: ScriptedYoung) -> None:
        """Opens the dossier. Presents Pix to some, noted on the wrong day, and retracts it at once."""
        super().welcome(young)
        if not young.number.endswith("3") or not young.advisor_name:
            return
        self.sim.log.wait(10)
        yesterday = self.sim.today - timedelta(days=1)
        streams = {"dossier": young.dossier}
        self.say(young.advisor_name, streams, orientation.present_pix, occasion="welcome", on=yesterday)
        self.sim.log.wait(5)
        self.sim.execute(self.take_back(self.case(young, young.advisor_name), "erreur de date"))

    def _import_undeclared(self) -> None:
        """Imports a campaign that nobody declared: three people took it yesterday."""
        began = self.sim.now - timedelta(hours=18)
        one = Attempt(began, began + timedelta(minutes=40), None, Decimal("0.6"), Decimal(1))
        rows = [(young, one) for young in self.pix.everyone[:3]]
        season = Season(UNDECLARED, 0, date.min, date.max, rows=[*rows])
        self.pix.bring_in(season, self.actor(self.company.referent))

    def _merge_twice(self) -> None:
        first, again = self.find_by_name(TWICE[1][0])
        self.sim.execute([self.merge(first, again, self.actor(self.company.referent))])

    def _forget_me(self) -> None:
        """Requests the erasure of somebody whose path is over; the manager has not answered yet."""
        over = (case for case in self.cases() if case.state.closed and not (case.state.merged or case.state.late))
        streams = {"dossier": next(over).young.dossier}
        self.say(self.company.referent, streams, request_erasure, reason="request")

    def _draft(self) -> None:
        """Drafts a grid whose first band ends at 45."""
        now = self.sim.refs.grille(self.sim.today).document
        low, middle, *rest = now.bands
        proposed = Grille(now.name, now.rounding, (replace(low, high=45), replace(middle, low=46), *rest))
        self.draft(proposed, NOTE)

    def _export_today(self) -> None:
        """Writes today's export, to be dropped on Résultats: some people took the test yesterday evening."""
        yesterday = self.sim.today - timedelta(days=1)
        everyone = self.pix.everyone
        planned = [young for young in everyone if young.manner == "shares" and not young.attempts and not young.waits]
        for young in planned[:4]:
            young.take_test(at(yesterday, 17), self.random)
        name, content = self.pix.export(self.pix.season("initial", 0))
        folder = self.opened.folder / EXPORTS
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / name).touch(mode=0o600)
        (folder / name).write_bytes(content)
