"""The calendar file of workshops and appointments, and each person's private feed."""
