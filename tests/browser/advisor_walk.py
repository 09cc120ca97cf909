"""The advisors' chapters: one young person from the first welcome to the end of a parcours, and others beside."""

from tests.browser.walk import Walk


def until_the_test(walk: Walk) -> None:
    pass


def from_the_result_on(walk: Walk) -> None:
    pass
