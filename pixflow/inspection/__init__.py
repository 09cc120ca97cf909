"""Inspection of the database: order, commands and seals of every event, in passes of some seconds."""
