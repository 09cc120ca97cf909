"""Names of invented people and places, and what is written of them."""

from random import Random
from typing import Literal

from pixflow.events.values import Cause

_FIRST = (
    "Aaliyah Abdoulaye Adam Adèle Adrien Agathe Aïcha Aïssatou Alan Alexandre Alexis Alice Alicia Alix Amandine "
    "Ambre Amélie Amina Aminata Amine Anaïs Anastasia Andréa Anissa Anthony Antoine Antonin Apolline Arthur Assia "
    "Aubin Audrey Aurélien Awa Axel Aya Ayoub Baptiste Bastien Benjamin Bérénice Bilal Bintou Brandon Brian "
    "Camille Candice Capucine Carla Célestin Célia Charlotte Chiara Chloé Clara Clarisse Clément Cloé Coline "
    "Corentin Cyril Damien Daniela David Diego Dimitri Djibril Dorian Doriane Dylan Éléa Élia Élie Élina Élisa "
    "Élise Ella Éloi Éloïse Elsa Emma Émeline Émile Émilie Enzo Erwan Esteban Esther Étienne Eva Évan Fabio Fanny "
    "Fatima Fatou Fatoumata Félix Ferdinand Firmin Flavie Florian Francesca Gabin Gabriel Gaëlle Gaëtan Gaspard "
    "Géraldine Grâce Guillaume Gwenaëlle Habib Hafsa Hamza Hawa Héléna Héloïse Hicham Hugo Ibrahima Idriss Ilyes "
    "Imane Inaya Inès Ismaël Jade Jalil Jana Jawad Jérémy Joachim Johan Jordan Joris Jules Juliana Julie Juliette "
    "Justine Kadiatou Kaïs Kenza Kévin Khadija Killian Kylian Laëtitia Lamine Laura Lauryn Léa Léandre Léna Léo "
    "Léonie Léopold Lilou Lina Line Lisa Lise Logan Loïc Lola Lorenzo Lou Louane Louis Louise Loris Luca Lucas "
    "Lucie Ludivine Luna Mahé Maël Maëlle Maëlys Maïa Maïssa Malik Malo Mamadou Manon Marceau Margaux Margot "
    "Mariam Marie Marion Marius Martin Maryam Mathéo Mathilde Mathis Matteo Maxence Maxime Mehdi Mélanie Mélina "
    "Mélissa Merveille Mickaël Mila Milan Mina Mohamed Morgane Moussa Myriam Nadia Naïm Naomie Nassim Nathan "
    "Nathanaël Nawel Nicolas Nina Nino Noa Noah Noé Noémie Nolan Nora Nour Océane Olivia Oscar Oumar Ousmane "
    "Paolo Paul Pauline Pénélope Perrine Pierre Quentin Rachid Rania Raphaël Rayan Rayane Rémi Robin Roman Romane "
    "Romain Rose Roxane Ryan Sabrina Sacha Safia Salimata Salma Salomé Sami Samir Samuel Sandra Sara Sarah Sasha "
    "Shaïna Sélim Shanna Sidonie Siham Simon Sofia Sofiane Soline Soraya Souleymane Stella Steven Swann Tanguy "
    "Tessa Théa Théo Thibault Thomas Tiago Timéo Timothée Titouan Tom Tristan Valentin Valentine Victor Victoria "
    "Virgile Wassim William Yacine Yanis Yann Yasmine Ylan Yohan Yoann Youssef Ysaline Yves Zakaria Zélie Zoé"
)
_LAST = (
    "Abdallah Abgrall Adam Alibert Allain Amrani Andrieu Arnaud Aubert Aubry Auffret Auger Azzouzi Ba Bailly "
    "Balde Barbier Barre Barry Baudoin Bazin Becker Bégué Belaïd Belkacem Bellanger Benaïssa Benali Benoît "
    "Bernardin Berthelot Besnard Besson Bigot Blanchard Blanchet Blin Blondel Bodin Boisseau Bonnet Bouaziz "
    "Bouchet Boulanger Bourdon Bourgeois Bousquet Bouvier Boyer Breton Briand Brunet Camara Carlier Caron "
    "Carpentier Carré Castel Chapuis Charpentier Chartier Chauvin Cherif Chevalier Chevallier Cissé Clément "
    "Collet Colin Cordier Cornu Costa Coulibaly Courtois Cousin Couturier Cuvelier Da_Silva Daniel David "
    "De_Oliveira Delacroix Delaunay Delmas Denis Deschamps Desmoulins Devaux Diallo Diarra Didier Dieng Diop "
    "Diouf Do_Nascimento Dos_Santos Doucet Drouet Dubois Ducrocq Dufour Duhamel Dumont Dupuis Durand Duval "
    "El_Amrani El_Idrissi Esnault Étienne Evrard Fabre Faure Fernandes Ferrand Ferreira Fischer Fleury Fofana "
    "Fontaine Fouquet Fournier Gaillard Gallet Garnier Gauthier Gay Gendron Genet Gérard Gilbert Girault Godard "
    "Gomes Gomis Gonçalves Grandjean Granger Grégoire Grondin Gros Guérin Guichard Guillet Guyot Haddad Hamdi "
    "Hamon Hébert Henry Herbin Hernandez Heurtel Hoarau Huet Humbert Imbert Jacob Jacquet Jamin Joly Jourdan "
    "Joubert Kaba Kacimi Kanté Kaya Keïta Khelifi Klein Kone Kouassi Kowalski Lacroix Lafon Lagarde Lambert Lamy "
    "Lang Langlois Laporte Larcher Launay Le_Bihan Le_Corre Le_Floch Le_Gall Le_Goff Le_Roux Lebas Leblanc Lebon "
    "Lebreton Leclerc Lecomte Ledoux Lefèvre Léger Legendre Lejeune Lelong Lemaire Lemoine Lenoir Léonard Leroy "
    "Lesage Lévêque Lhuillier Loiseau Lopes Lopez Louis Lucas Maillard Maillot Mallet Mansouri Marchand Marion "
    "Marques Martel Martin Martinez Martins Marty Masson Mathieu Maurice Mbaye Mendes Mendy Menard Mercier "
    "Meunier Meyer Michaud Millet Monnier Morel Morin Morvan Moulin Muller N’Diaye N’Guessan Naudin Navarro Ndoye "
    "Nguyen Nicolas Noël Olivier Ouattara Öztürk Paillard Papin Paris Parmentier Pasquier Payet Pelletier Pereira "
    "Perret Perrin Petit Pham Philippe Picard Pichon Pineau Poirier Pons Potier Poulain Prévost Prieur Quéré "
    "Raymond Regnier Renard Renaud Rey Reynaud Ribeiro Richard Rivière Robin Rocher Rodrigues Rolland Rousseau "
    "Roussel Roux Royer Sabatier Saïdi Salmon Samson Sanchez Sangaré Sarr Savary Schmitt Schneider Seck Sidibé "
    "Simonet Sissoko Slimani Soares Soulier Sow Sylla Tanguy Tardieu Tavares Teixeira Terrier Tessier Thibault "
    "Thiam Thierry Tissot Tixier Torres Toumi Touré Traoré Tran Turpin Vaillant Valentin Vallet Vasseur Verdier "
    "Verger Vial Vidal Vigneron Vincent Vivier Voisin Wagner Weber Weiss Yıldız Zerrouki Zimmermann"
)
_PLACES = (
    "Beaumont Bellerive Champvert Clairval Courlande Fontenelle Grandpré Hauterive Longueville Marsanne Montclar "
    "Neuvy Pierrefont Rochebrune Sainte-Aude Saint-Elme Tournelle Valbrune Vauxclair Villebelle"
)
FIRST_NAMES = tuple(_FIRST.split())
LAST_NAMES = tuple(name.replace("_", " ") for name in _LAST.split())
PLACES = tuple(_PLACES.split())
JOINED_NAMES = (
    "Jean-Baptiste", "Marie-Lou", "Anne-Sophie", "Jean-Luc", "Pierre-Louis", "Marie-Ange", "Lou-Ann", "Jean-Paul",
    "Marc-Antoine", "Paul-Émile", "Anna-Maria", "Lily-Rose", "Léa-Rose", "Charles-Henri", "Anne-Laure", "Jean-Marc",
)  # fmt: skip
DOUBLE_FIRST, DOUBLE_LAST = 0.05, 0.06
SITUATED = ("", "-sur-Orge", "-les-Bois", "-le-Château", "-la-Forêt", "-en-Plaine", "-sous-Roche", "-le-Vieux")
PARTNERS = (
    "Médiathèque de {site}", "Fablab de {site}", "GRETA de {site}", "Centre social de {site}",
    "Espace public numérique de {site}",
    "Maison de quartier de {site}", "Campus numérique de {site}", "Association Clic et Compagnie, {site}",
)  # fmt: skip
PROJECTS = (
    "Vente en boutique", "Aide-soignante ou aide-soignant", "Logistique, cariste", "Métiers du numérique",
    "Espaces verts", "Petite enfance", "Cuisine", "Bâtiment, électricité", "Secrétariat", "Hôtellerie, réception",
    "Conduite de bus", "Coiffure", "Mécanique automobile", "Boulangerie", "Comptabilité, gestion", "Aide à domicile",
    "Sécurité", "Maraîchage", "Animation auprès d’enfants", "Soudure", "Infographie", "Assistant ou assistante RH",
)  # fmt: skip


def first_name(random: Random) -> str:
    """Draws a first name, or two joined by a hyphen."""
    return random.choice(JOINED_NAMES if random.random() < DOUBLE_FIRST else FIRST_NAMES)


def last_name(random: Random) -> str:
    """Draws a last name, or those of both parents."""
    name = random.choice(LAST_NAMES)
    return f"{name}-{random.choice(LAST_NAMES)}" if random.random() < DOUBLE_LAST else name


def places(count: int) -> list[str]:
    """Returns so many names of towns, all different: a number is added when names run out."""
    made = [f"{place}{where}" for where in SITUATED for place in PLACES]
    return [made[n % len(made)] + (f" {n // len(made) + 1}" if n >= len(made) else "") for n in range(count)]


Reason = Literal["done", "employment", "moved", "unreachable", "declined", "other"]

WISHES = (
    "Refaire le test après une formation courte",
    "Être plus à l’aise avec les démarches en ligne",
    "Valoriser son score",
    "",
)
TUTORIALS = (
    "Tutos Pix : envoyer un courriel avec une pièce jointe ; ranger ses fichiers",
    "Tutos Pix : choisir un mot de passe ; faire une recherche",
)
CAUSES: tuple[Cause, ...] = ("both", "digital", "comprehension")
ADDED = ("Atelier CV en ligne", "Permanence « aide aux démarches »", "Prêt d’un ordinateur", "Atelier mobilité")
READING_KEPT = "Le parcours est bien engagé"
ADDED_SINCE = "Le demande aussi, après sa première séance"
REFUSALS = (
    "Ne souhaite pas passer le test pour l’instant", "Passera le test avec son école", "Pas d’ordinateur, gêné·e",
)  # fmt: skip
EXPLAINED = ("Score expliqué, bien reçu", "Surpris par son score, en est content", "Veut progresser en tableur", "")
STUDIES = {"done": "Refait seul·e les exercices", "ongoing": "La moitié est faite", "stopped": "N’a pas le temps"}
SLOW_READER = "Lit lentement, n’ose pas le dire ; à revoir ensemble"
AT_EASE = "À l’aise au quotidien, son projet ne le demande pas"
BUSY = ("Groupe complet jusqu’à la rentrée", "Hors du secteur", "Ne prend plus d’inscriptions")
RESTING = ("En stage jusque-là, prévenu par SMS", "Hospitalisé·e, rappeler à son retour", "Chez ses parents ce mois-ci")
HANDED = ("Je suis en formation cette semaine-là", "Le connaît déjà de l’atelier", "")
ENDS: dict[Reason, tuple[str, ...]] = {
    "employment": ("CDD de six mois", "Embauché·e en alternance", "Intérim de longue durée"),
    "moved": ("Parti·e dans une autre région", "Suivi·e par une autre Mission locale"),
    "declined": ("Ne souhaite plus être suivi·e",),
    "other": ("Service civique", "Retour en formation initiale"),
}
NOTES = (
    "A passé l’entretien de recrutement, attend la réponse", "Permis : code obtenu", "Pas de connexion chez lui",
    "Vient avec sa mère, demande un point sur les aides", "Stage de découverte trouvé", "Rappeler la semaine prochaine",
    "Téléphone cassé, joindre par courriel", "Garde d’enfant à régler d’abord", "Très à l’aise avec les réseaux",
    "Souhaite refaire son CV", "Logement : dossier déposé", "Inscription au code en cours",
)  # fmt: skip
BRIEFING, TRAINING = "Réunion d’équipe : à quoi sert Pix", "Prise en main de Pix Orga"
