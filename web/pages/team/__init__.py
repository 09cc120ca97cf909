"""The page Équipe: people, roles, absences, handovers."""
