"""The shared knowledge: resources, and the questions that they answer."""
