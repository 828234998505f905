"""What two people at one device may do, in process: the table, and a decision by one of them."""

from workbook.service.couple import choices, drawer_contents, rounds
from workbook.service.couple.drawers import Drawer
from workbook.service.couple.tables import fold_table, table_log
from workbook.service.desks.at_table import AtTable
from workbook.service.desks.roles import TogetherService
from workbook.service.identity.directory import couple_log, refuse_unpaired
from workbook.sharing import Grain
from workbook.storage.base import Writing
from workbook.storage.deciding import Seen


class LocalTogether(AtTable, TogetherService):
    """The interface of two together. It opens no drawer, but for one decision and its passphrase."""

    def decide(
        self, instrument: str, occasion: str, grain: Grain, *, person_id: str, passphrase: str
    ) -> None:
        core, actor = self._core, self._seated()
        asked = core.shareable(instrument, occasion, self._asked_from())
        grain = rounds.as_grain(grain, asked)
        account, key = core.accounts.open_member(actor.couple_id, person_id, passphrase)
        drawer, store = Drawer(core.store, person_id, key, instruments=core.instruments), core.store_of(actor)
        waiting = core.waiting_of(actor, drawer)
        decision = rounds.Decision(drawer, actor.couple_id, asked, occasion, grain)
        responses = drawer_contents.responses(drawer, core.instruments, actor.couple_id, instrument)

        def decide(seen: Seen) -> Writing:
            refuse_unpaired(seen[couple_log(actor.couple_id)])
            fold = fold_table(seen[table_log(actor.couple_id)])
            return rounds.deciding(fold, waiting, decision, responses)

        logs = [couple_log(actor.couple_id), table_log(actor.couple_id)]
        core.decide_as(store, account, logs, decide)
        core.sittings.act(actor.sitting_id)

    def choose_exercise(self, exercise: str, choice: str, *, stands: bool) -> None:
        actor, about = self._seated(), choices.as_choice(exercise, choice)

        def choose(seen: Seen) -> Writing:
            refuse_unpaired(seen[couple_log(actor.couple_id)])
            waiting, fold = self._core.waiting_of(actor), fold_table(seen[table_log(actor.couple_id)])
            return choices.choosing_together(fold, waiting, about, stands=stands is True)

        self._write_decided([couple_log(actor.couple_id), table_log(actor.couple_id)], choose)
        self._core.sittings.act(actor.sitting_id)
