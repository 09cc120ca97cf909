"""The 16 competences of Pix in 5 domains, in the order of its exports (docs/pix-orga.md#framework)."""

DOMAINS: dict[str, tuple[str, ...]] = {
    "Information et données": (
        "Mener une recherche et une veille d’information",
        "Gérer des données",
        "Traiter des données",
    ),
    "Communication et collaboration": (
        "Interagir",
        "Partager et publier",
        "Collaborer",
        "S’insérer dans le monde numérique",
    ),
    "Création de contenu": (
        "Développer des documents textuels",
        "Développer des documents multimédia",
        "Adapter les documents à leur finalité",
        "Programmer",
    ),
    "Protection et sécurité": (
        "Sécuriser l’environnement numérique",
        "Protéger les données personnelles et la vie privée",
        "Protéger la santé, le bien-être et l’environnement",
    ),
    "Environnement numérique": ("Résoudre des problèmes techniques", "Construire un environnement numérique"),
}
COMPETENCES: tuple[str, ...] = tuple(name for names in DOMAINS.values() for name in names)
