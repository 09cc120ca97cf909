"""The page of one dossier: its sheet, its forms, its papers."""
