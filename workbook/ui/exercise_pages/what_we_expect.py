"""What we expect of each other: what was written stands under its topic."""

from workbook.exercises.what_we_expect import Expectation
from workbook.ui.exercise_pages.titled import Titled


class WhatWeExpect(Titled[Expectation]):
    """Topics, the newest first."""

    of = "what_we_expect"
    chosen = "written.topic"
