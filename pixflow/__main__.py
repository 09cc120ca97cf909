"""`python -m pixflow`: the command of the terminal, found by its name, because the engine imports no page."""

from importlib.metadata import entry_points

if __name__ == "__main__":
    (command,) = entry_points(group="console_scripts", name="pixflow")
    command.load()()
