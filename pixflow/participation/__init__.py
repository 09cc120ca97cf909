"""Participations, campaigns, and matching with dossiers."""
