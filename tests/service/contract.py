"""The service contract for one person, in process and over the socket."""

from tests.service.drawer_contract import DrawerContract
from tests.service.research_contract import ResearchContract
from tests.service.rights_contract import RightsContract
from tests.service.sight_contract import SightContract
from tests.service.table_contract import TableContract
from tests.service.therapist_contract import TherapistContract
from tests.service.weekly_line_contract import WeeklyLineContract


class ServiceContract(
    DrawerContract,
    TableContract,
    WeeklyLineContract,
    SightContract,
    RightsContract,
    ResearchContract,
    TherapistContract,
):
    """All of it. Subclasses give the fixture ``house``."""
