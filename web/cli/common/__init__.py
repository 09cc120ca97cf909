"""Common parts of the commands: their answers, their ends, and the structures they open."""
