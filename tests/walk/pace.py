"""The pace of a person, who takes a moment on each page."""

from tests.walk.person import Person

DOUBLE_TAP_MS = 600
"""The same button sooner is taken for a double tap and not heard, also where it is on the next page."""


def go_on(person: Person) -> None:
    """Turn the page with its primary button, not sooner than a person would."""
    person.page.wait_for_timeout(DOUBLE_TAP_MS)
    person.turn(lambda: person.press(person.page.locator("button.button-primary:visible").last))
