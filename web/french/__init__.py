"""French sentences: events, tasks, errors, dates, labels."""
