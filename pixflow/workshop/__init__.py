"""Workshops: scheduling, seats, waiting list, attendance."""
