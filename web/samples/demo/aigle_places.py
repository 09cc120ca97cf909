"""Partners of L'Aigle-Mortagne: invented places in real communes."""

from pixflow.events.values import ContactDetails
from web.samples.demo.partners import HELP, LEARN, DemoPartner, DemoTerritory, place

TERRITORY = DemoTerritory(
    groupings=("200068468", "200036069"), radius=15, sites={"L’Aigle": "61214", "Mortagne-au-Perche": "61293"}
)
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
