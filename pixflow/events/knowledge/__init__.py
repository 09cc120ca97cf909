"""Events of the shared knowledge: resources, and the questions of the team."""
