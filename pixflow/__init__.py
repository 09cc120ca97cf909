"""The engine: events, decisions, tasks, files, stores."""

__version__ = "0.1.0"
