"""Addresses with another value of one parameter, the others encoded once."""

from hypothesis import given
from hypothesis import strategies as st

from web.http.addresses import address, addresses

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(st.dictionaries(st.sampled_from("abcd"), TEXTS), st.sampled_from("abc"), st.lists(TEXTS, min_size=1, max_size=3))
def test_they_are_those_that_are_written_one_by_one(params: dict[str, str], name: str, values: list[str]) -> None:
    known = {**params, name: params.get(name, "")}
    with_value = addresses("/boite", known, name)
    assert [with_value(one) for one in values] == [address("/boite", {**known, name: one}) for one in values]
