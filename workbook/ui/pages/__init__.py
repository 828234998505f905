"""The pages, in the order of the path. This is the only list of them."""

from workbook.ui.pages.again import Again, Weekly
from workbook.ui.pages.base import Page
from workbook.ui.pages.chapter import ChapterReview, Screen
from workbook.ui.pages.consent import Consent
from workbook.ui.pages.decide_here import DecideHere
from workbook.ui.pages.exercise import ExerciseList, ExercisePage
from workbook.ui.pages.first_look import FirstLook, FirstPicture
from workbook.ui.pages.home import Home
from workbook.ui.pages.in_session import InSession
from workbook.ui.pages.just_for_me import HelpPage, JustForMe
from workbook.ui.pages.ledger import Ledger
from workbook.ui.pages.mood import Cooling, Mood
from workbook.ui.pages.own_needs import OwnNeeds
from workbook.ui.pages.progress import OwnProgress, TheProgress
from workbook.ui.pages.reading import Expectation, Introduction, Limits
from workbook.ui.pages.research import Research
from workbook.ui.pages.results import EarlierResults, OwnResults
from workbook.ui.pages.rights import Rights
from workbook.ui.pages.room import TheRoom
from workbook.ui.pages.share import Decided, Share
from workbook.ui.pages.sharing import Sharing
from workbook.ui.pages.take_along import TakeAlong
from workbook.ui.pages.therapist import Therapist
from workbook.ui.pages.this_week import TheCalendar, ThisWeek
from workbook.ui.pages.together import Together, TogetherEarlier
from workbook.ui.pages.view import EarlierView, OwnView, TogetherEarlierView, TogetherView

PAGES: tuple[type[Page], ...] = (
    Home, Introduction, Limits, Consent, FirstLook, FirstPicture,
    Screen, ChapterReview, OwnNeeds, OwnResults, OwnView,
    EarlierResults, EarlierView,
    Share, Decided, Expectation, Together, TogetherView, TogetherEarlier, TogetherEarlierView,
    DecideHere, Mood, Cooling,
    TakeAlong,
    ThisWeek, TheCalendar, ExerciseList, ExercisePage, TheRoom, InSession, Ledger,
    Weekly, Again, TheProgress, OwnProgress, JustForMe, HelpPage, Sharing, Therapist, Research, Rights,
)  # fmt: skip
