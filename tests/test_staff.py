from typing import Any

import pytest

from pixflow.events.staff import RoleGranted, StaffJoined
from pixflow.staff import add
from pixflow.streams import KINDS
from tests.given import DAY, given, state_of

CAMILLE: dict[str, Any] = {
    "name": "Camille Roy", "email": "Camille.Roy@ml.fr ", "site": "L'Aigle", "roles": ("advisor", "referent"),
    "on": DAY,
}  # fmt: skip
JOINED = StaffJoined(name="Camille Roy", email="camille.roy@ml.fr", site="L'Aigle", on=DAY)
ADVISOR, REFERENT = (RoleGranted(role=role, on=DAY) for role in ("advisor", "referent"))


def test_somebody_joins_in_several_roles() -> None:
    given().when(add, **CAMILLE).then(JOINED, ADVISOR, REFERENT)
    assert state_of("staff", JOINED, ADVISOR, REFERENT).roles == {"advisor", "referent"}


def test_another_role_is_added_to_those_held() -> None:
    given(JOINED, ADVISOR).when(add, **CAMILLE).then(REFERENT)
    given(JOINED, ADVISOR).when(add, **CAMILLE | {"roles": ()}).then_nothing()


@pytest.mark.parametrize(
    ("changes", "code", "details"),
    [
        ({"roles": ("advisor", "king")}, "unknown-role", {"role": "king", "field": "roles"}),
        ({"roles": ()}, "required", {"field": "roles"}),
        ({"email": "camille"}, "bad-email", {"field": "email"}),
        ({"name": " "}, "required", {"field": "name"}),
    ],
)
def test_somebody_is_refused(changes: dict[str, Any], code: str, details: dict[str, Any]) -> None:
    given().when(add, **CAMILLE | changes).refused(code, **details)


def test_an_address_is_one_person_s() -> None:
    assert KINDS["staff"].claims(state_of("staff", JOINED)) == {("email", "camille.roy@ml.fr")}
