"""Pages that everyone has: "Just for me", and where to find help."""

from workbook.address import at
from workbook.content import say
from workbook.content.document import Section, documents
from workbook.content.resource import Resource, resources
from workbook.ui.blocks import (
    Block,
    callout,
    card,
    details,
    heading,
    kicker,
    lead,
    note,
    opening,
    paragraph,
)
from workbook.ui.buttons import Button
from workbook.ui.locks import always
from workbook.ui.pages.base import Page
from workbook.ui.path import PARTNER, TOGETHER


class JustForMe(Page):
    """The same parts and length for everyone; only their order differs between people and weeks."""

    kind = "just-for-me"
    part = "anytime"
    lock = staticmethod(always)

    def fill(self) -> None:
        parts = [
            card([heading(2, one.heading), *[paragraph(text) for text in one.paragraphs]])
            for one in self._ordered()
        ]
        self.say_words([*opening("just-for-me"), *parts])
        private = next((one for one in self.session.instruments.values() if one.is_private), None)
        buttons = (
            [Button(say("ui.just-for-me.private_button"), self.to(at("chapter", private.chapters[0].id)))]
            if private
            else []
        )
        self.offer(
            Button(say("ui.steps.resources"), self.to(at("resources")), "primary"), *buttons, self.home()
        )

    def _ordered(self) -> list[Section]:
        sections = {one.id: one for one in documents()["just_for_me"].sections}
        first = [one.id for one in sections.values() if one.raised_by]
        return [sections[name] for name in self.session.order_for_me(list(sections), first)]


class HelpPage(Page):
    """Only what was seen in a source; an empty list says so."""

    kind = "resources"
    part = "anytime"
    roles = PARTNER | TOGETHER
    lock = staticmethod(always)

    def fill(self) -> None:
        found = resources()
        words = [kicker(say("ui.resources.kicker")), heading(1, found.title), lead(say("ui.resources.lead"))]
        if not found.entries:
            words += [paragraph(text) for text in found.when_empty]
        else:
            words += [callout("", [paragraph(found.traces)], tone="care")]
        words += [
            details(region, [block for one in entries for block in self._entry(one, found.unverified)])
            for region, entries in found.by_region().items()
        ]
        self.say_words(words)
        alone = at("just-for-me")  # not where two sit together: it is for one person
        is_open = self.desk.pages.status(alone) == "open"
        buttons = [Button(say("ui.steps.just-for-me"), self.to(alone))] if is_open else []
        self.offer(*buttons, self.home())

    @staticmethod
    def _entry(one: Resource, unverified: str) -> list[Block]:
        checked = say("ui.resources.verified", by=one.checked_by) if one.is_verified else unverified
        return [
            heading(3, one.name),
            paragraph([{"text": one.contact, "strong": True}]),
            paragraph(one.what),
            *([paragraph(one.hours)] if one.hours else []),
            note(checked),
            note(say("ui.resources.source", address=one.address)),
        ]
