"""Read tables of the shared knowledge: its resources, and the questions of the team."""
