"""The arguments that the engine would add to a decision about the team."""

from typing import Any

from pixflow.decision import Decision


def added_to(decide: Decision[..., Any], **known: Any) -> dict[str, Any]:
    """Returns the day, and those that the decision needs."""
    return {name: one for name, one in known.items() if name == "on" or name in {need.value for need in decide.needs}}
