"""What some weeks do not have can be answered so, where a question is about it, and nowhere else."""

from playwright.sync_api import Browser

from tests.ui.at_browser import at_browser
from workbook.address import at
from workbook.content import say
from workbook.session import Session

CHAPTER = "connection.talk"


def test_it_did_not_come_up_is_offered_where_it_may_be_and_kept_as_its_own_reason(
    maya: Session, take_part, browser: Browser, address: str
) -> None:
    take_part(maya)
    screens = maya.screens(CHAPTER)
    number = next(
        n for n, items in enumerate(screens) if {one.may_not_arise for one in items} == {True, False}
    )
    items = screens[number]
    with at_browser(browser, address, maya, str(at("chapter", CHAPTER, number + 1))) as page:
        page.look()
        words = say("ui.form.not_arisen")
        for item in items:
            question = page.page.locator("fieldset").filter(has_text=item.text)
            assert question.get_by_label(words).count() == int(item.may_not_arise), item.id
        asked = next(one for one in items if one.may_not_arise)
        question = page.page.locator("fieldset").filter(has_text=asked.text)
        question.get_by_label(words).check(force=True)
        page.page.wait_for_timeout(800)
        page.look()
        maya.refresh("drawer")
        own = maya.responses.set_index("item").loc[asked.id]
        assert bool(own["not_arisen"]) and not bool(own["declined"]) and own["version"] == asked.version
        assert maya.answers([asked])[asked.id]["not_arisen"] and maya.n_answered(CHAPTER) == 1
