"""The page Ressources: texts of the shared knowledge, questions, and what steps show of them."""
