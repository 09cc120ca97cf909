"""A decision as a value: its stored name, its function, its roles, and the arguments the engine adds."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from inspect import signature
from typing import Generic, Literal, ParamSpec, TypeVar

from msgspec import Struct

from pixflow.events.values import Role

P = ParamSpec("P")
R = TypeVar("R")

Reach = Literal["own", "all"]
Owned = Literal["dossier", "reading", "loan", "workshop", "member"]
OnErased = Literal["refuse", "ignore", "decide"]
Reauthentication = Literal["never", "always", "others", "many"]
"""When a page asks for a factor of the last ten minutes: for what takes a dossier from somebody else (`others`), or for
a list of many people.
"""


class Roles(Struct, frozen=True):
    """The roles that may take a decision, each on its own subjects or on all of them.

    `own` says what makes a subject their own: a dossier they follow, a dossier they read (also by any handed task), a
    dossier they lend or borrow, a workshop they run, or themselves.
    """

    reach: Mapping[Role, Reach]
    own: Owned = "dossier"


NOBODY = Roles({})
REFERENT = Roles({"referent": "all"})
MANAGER = Roles({"manager": "all"})
AUDITOR = Roles({"auditor": "all"})
REFERENT_AND_MANAGER = Roles({"referent": "all", "manager": "all"})
ACCOUNTS = Roles({"manager": "all", "administrator": "all"})
TEAM = Roles({"advisor": "all", "facilitator": "all", "referent": "all", "manager": "all"})
OPENING = Roles({"advisor": "all", "referent": "all", "manager": "all"})
ANY_ADVISOR = Roles({"advisor": "all"})
OWN_DOSSIERS = Roles({"advisor": "own", "referent": "all"})
OWN_DOSSIERS_AND_MANAGER = Roles({"advisor": "own", "referent": "all", "manager": "all"})
DOSSIER_READERS = Roles({"advisor": "own", "referent": "all", "manager": "all", "auditor": "all"}, "reading")
LOAN_PARTIES = Roles({"advisor": "own", "referent": "all", "manager": "all"}, "loan")
WORKSHOP_READERS = Roles({**TEAM.reach, "auditor": "all"})
"""An auditor writes nothing, but a paper that they take leaves a fact."""
EVERYBODY = Roles({**WORKSHOP_READERS.reach, "administrator": "all"})
"""Roles that take a list as a file: everybody has a page with one."""
REVIEWERS = Roles({"referent": "all", "manager": "all", "auditor": "all"})
"""Roles that take what is counted and recorded as a file."""
READINGS_READERS = Roles({"manager": "all", "auditor": "all"})
"""Roles that read the access journal of the whole structure."""
OWN_SEATS = Roles({"advisor": "own", "facilitator": "all", "referent": "all"})
OWN_WORKSHOPS = Roles({"advisor": "own", "facilitator": "all", "referent": "all"}, "workshop")
OWN_MILESTONES = Roles(
    {
        "advisor": "own", "facilitator": "own", "administrator": "own", "referent": "all", "manager": "all",
    },
    "member",
)  # fmt: skip
ONESELF = Roles(dict.fromkeys(TEAM.reach, "own"), "member")
FIGURES_TO_ONESELF = Roles({"referent": "own", "manager": "own"}, "member")
OWN_DETAILS = Roles({**OWN_MILESTONES.reach, "administrator": "all"}, "member")


class Argument(StrEnum):
    """An argument that the engine adds, by the name of its parameter.

    ACTOR is the id of who decides, NOW the instant (UTC). ENTRUSTED tells if they may note in this workshop more than
    the presence of this dossier (authorization.is_entrusted).
    """

    ACTOR = "actor"
    NOW = "now"
    ENTRUSTED = "entrusted"
    HISTORY = "history"
    WORKSHOP_HISTORY = "workshop_history"
    OPEN_TASKS = "open_tasks"
    TEAM = "team"
    PERSON = "person"
    CAMPAIGN_ID = "campaign_id"
    DOSSIER_ID = "dossier_id"
    PARTICIPATION_ID = "participation_id"
    WORKSHOP_ID = "workshop_id"


@dataclass(frozen=True, slots=True, eq=False)
class Decision(Generic[P, R]):
    """One decision. Called, it is its function: states and arguments in, events out.

    `name` is stored in fingerprints: it never changes. `system` are the system's actors that may take it. `on_erased`
    says what happens on the stream of an erased person. `dated`: the engine adds today as `on` when it is not sent.
    `checks_retracted`: the actor must also be allowed the decisions that recorded the events it retracts.
    `reauthentication` says when whoever takes it on a page signs in again.
    """

    name: str
    function: Callable[P, R]
    roles: Roles
    system: Collection[str]
    needs: tuple[Argument, ...]
    on_erased: OnErased
    dated: bool
    checks_retracted: bool
    reauthentication: Reauthentication

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.function(*args, **kwargs)


def decision(
    name: str,
    roles: Roles,
    *,
    system: Collection[str] = (),
    on_erased: OnErased = "refuse",
    checks_retracted: bool = False,
    reauthentication: Reauthentication = "never",
) -> Callable[[Callable[P, R]], Decision[P, R]]:
    """Turns the function below it into a decision. Its parameters say what the engine adds: an Argument, or `on`.

    Whoever keeps accounts always signs in again.
    """
    rule: Reauthentication = "always" if roles is ACCOUNTS else reauthentication

    def decide(function: Callable[P, R]) -> Decision[P, R]:
        parameters = signature(function).parameters
        needs = tuple(need for need in Argument if need in parameters)
        return Decision(name, function, roles, system, needs, on_erased, "on" in parameters, checks_retracted, rule)

    return decide
