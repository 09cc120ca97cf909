"""The form that is open on the dossier's page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pixflow.dossier.state import Dossier
from web.desk.desk import Desk
from web.pages.dossier.forms import FORMS


@dataclass(frozen=True, slots=True)
class OpenForm:
    """The one form that is open: its values, what is wrong with them, and the version they were sent from."""

    name: str
    about: str
    values: Mapping[str, Any]
    errors: Mapping[str, str] = field(default_factory=dict)
    seen: int | None = None

    @classmethod
    def blank(cls, desk: Desk, dossier: Dossier, name: str, about: str) -> "OpenForm":
        values = {"on": desk.today.isoformat(), "about": about, **FORMS[name].initial(desk, dossier, about)}
        return cls(name, str(values["about"]), values)

    @classmethod
    def again(
        cls, desk: Desk, dossier: Dossier, name: str, sent: Mapping[str, Any], errors: Mapping[str, str]
    ) -> "OpenForm":
        """With the values that were sent, all of them kept; what is wrong with a hidden field is said of the form."""
        blank = cls.blank(desk, dossier, name, str(sent.get("about", "")))
        empty = {key: "" for key in FORMS[name].model.model_fields if key != "about"}
        shown = {("" if key in ("about", "seen", "command_id") else key): said for key, said in errors.items()}
        seen = str(sent.get("seen", ""))
        return cls(name, blank.about, {**blank.values, **empty, **sent}, shown, int(seen) if seen.isdecimal() else None)

    def get(self, name: str) -> Any:
        return self.values.get(name, "")

    def many(self, name: str) -> list[str]:
        """The values of a name that may come several times."""
        value = self.get(name)
        return [value] if isinstance(value, str) else [str(one) for one in value]

    def error(self, name: str) -> str:
        return self.errors.get(name, "")

    @property
    def asked(self) -> Mapping[str, Any]:
        return FORMS[self.name].model.model_fields
