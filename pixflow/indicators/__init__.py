"""Figures of a structure: milestones, cohorts, delays and conformance, each with the facts behind it."""
