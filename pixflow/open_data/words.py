"""Closed lists of the two standards, and the older words that stand for them.

Sources: "lieux de médiation numérique" 1.0.2 and 0.1.1 (LaMednum, standard-mediation-num), data·inclusion v1
(data-inclusion-schema).
"""

SERVICES = (
    "Aide aux démarches administratives", "Maîtrise des outils numériques du quotidien",
    "Insertion professionnelle via le numérique", "Utilisation sécurisée du numérique",
    "Parentalité et éducation avec le numérique", "Loisirs et créations numériques",
    "Compréhension du monde numérique", "Accès internet et matériel informatique",
    "Acquisition de matériel informatique à prix solidaire",
)  # fmt: skip
SUPPORT = ("En autonomie", "Accompagnement individuel", "Dans un atelier collectif", "À distance")
ACCESS = (
    "Se présenter", "Téléphoner", "Contacter par mail", "Prendre un RDV en ligne",
    "Ce lieu n'accueille pas de public", "Envoyer un mail avec une fiche de prescription",
)  # fmt: skip
AUDIENCES = ("Jeunes", "Étudiants", "Familles et/ou enfants", "Seniors", "Femmes")
SPECIAL_CARE = (
    "Surdité", "Handicaps moteurs", "Handicaps mentaux", "Illettrisme", "Langues étrangères (anglais)",
    "Langues étrangères (autres)", "Déficience visuelle",
)  # fmt: skip
LABELS = (
    "Aidants Connect", "Bibliothèques numérique de référence", "Certification PIX", "Conseillers numériques",
    "Emmaüs Connect", "France Services", "Grande école du numérique", "La Croix Rouge", "Point d'accès numérique CAF",
    "Promeneurs du net", "Relais numérique (Emmaüs Connect)",
)  # fmt: skip
FEES = ("Gratuit", "Gratuit sous condition", "Payant")
LISTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "services": (SERVICES, ("services",)),
    "audiences": (AUDIENCES, ("publics_specifiquement_adresses", "publics_accueillis")),
    "special_care": (SPECIAL_CARE, ("prise_en_charge_specifique",)),
    "fees": (FEES, ("frais_a_charge", "conditions_acces")),
    "labels": (LABELS, ("dispositif_programmes_nationaux", "labels_nationaux")),
    "access": (ACCESS, ("modalites_acces",)),
    "support": (SUPPORT, ("modalites_accompagnement",)),
}
"""The closed list of each field of "lieux de médiation numérique", and its columns: that of 1.0.2, then of 0.1.1."""

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
TYPES = ("accompagnement", "aide-financiere", "aide-materielle", "atelier", "formation", "information")
RECEPTION = ("a-distance", "en-presentiel")
MOBILISATION = ("envoyer-un-courriel", "se-presenter", "telephoner", "utiliser-lien-mobilisation")
