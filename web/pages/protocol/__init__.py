"""The page Protocole et grille, and drafts."""
