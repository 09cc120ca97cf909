"""Indicateurs: the figures of a structure, each with the list of people behind it."""
