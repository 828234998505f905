"""What a therapist may do, in process: their practice, their cases, their notes."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from workbook.content.exercise import exercises
from workbook.content.practice import practice_offer
from workbook.errors import AccessError, CaseError, StorageError, problem
from workbook.service.cases import notes
from workbook.service.cases.board import Board, board_cell, key_of, read_board, removing_board, writing_board
from workbook.service.cases.office import ALONE, Joined, Office, read_whole, seen_case
from workbook.service.cases.records import (
    CaseRecord,
    PracticeFold,
    check_label,
    new_case,
    policy_record,
    problems_of_policy,
    problems_of_words,
    tick_record,
)
from workbook.service.cases.therapists import LOG as THERAPISTS
from workbook.service.desks.caseload import PLACES
from workbook.service.desks.live_session import LiveSession
from workbook.service.desks.roles import TherapistService
from workbook.service.formats.case_values import (
    CaseRead,
    CaseSeen,
    Homework,
    Note,
    Policy,
    Practice,
    SecondStep,
)
from workbook.service.formats.values import Change
from workbook.service.identity.codes import new_couple_code
from workbook.storage.base import Cell, Writing
from workbook.storage.deciding import Seen, decide_and_write, put

LONGEST_HOMEWORK, MOST_HOMEWORK, MOST_CASES = 200, 20, 200


class LocalTherapist(LiveSession, TherapistService):
    """A therapist's interface. Whatever names a case begins with their own drawer."""

    # -- the practice -------------------------------------------------------------------
    def practice(self) -> Practice:
        office = self._office()
        has_factor = self._core.therapists.has_factor(self._actor)
        return Practice(office.account.name, office.account.code, office.fold().policy, has_factor)

    def set_policy(self, choice: str, words: str, kept_days: int) -> Practice:
        wrong = problems_of_policy(choice, words, kept_days)
        if wrong:
            raise CaseError(wrong)
        office, policy = self._office(), Policy(choice, words.strip(), kept_days)
        open_cases = [case for case in office.fold().cases.values() if not case.is_closed]
        office.change_boards(open_cases, lambda board: replace(board, policy=policy), [policy_record(policy)])
        log = notes.notes_log(office.person_id)

        def keep(seen: Seen) -> Writing:
            return notes.keeping_for(seen[log], office.key, office.person_id, kept_days)

        decide_and_write(office.store, [log], keep)
        for case in open_cases:
            self._core.caseload.look_again(office, case.case_id)
        self._act()
        return self.practice()

    def offer_second_step(self) -> SecondStep:
        offered = SecondStep(*self._core.therapists.offer_factor(self._actor))
        self._act()
        return offered

    def set_second_step(self, passphrase: str, secret: str, digits: str) -> Practice:
        self._core.therapists.set_factor(self._actor, passphrase, secret, digits)
        self._act()
        return self.practice()

    def end_second_step(self, passphrase: str, digits: str) -> Practice:
        self._core.therapists.end_factor(self._actor, passphrase, digits)
        self._act()
        return self.practice()

    def erase_practice(self, passphrase: str) -> None:
        core, office = self._core, self._office()
        core.therapists.check_passphrase(self._actor, passphrase)
        core.store.drop_set_aside()  # what restoring a backup set aside holds the same
        for case_id in office.fold().cases:
            core.caseload.sessions.close(case_id)
        logs = [*office.logs(), THERAPISTS]
        try:
            decide_and_write(office.store, logs, office.erasing)
        except StorageError as error:
            core.make_room(error)
            decide_and_write(office.store, logs, office.erasing)
        core.sittings.end_where(lambda actor: actor.person_id == office.person_id)

    # -- cases --------------------------------------------------------------------------
    def cases(self) -> list[CaseSeen]:
        office = self._office()
        fold = office.fold()
        joined = office.joined(fold)
        return [self._seen(fold, fold.cases[case_id], *found) for case_id, found in joined.items()]

    def make_case(self, label: str) -> CaseSeen:
        office, label = self._office(), check_label(label)
        fold = office.fold()
        if sum(not case.is_closed for case in fold.cases.values()) >= MOST_CASES:
            raise CaseError(problem("errors.case.too_many", most=MOST_CASES))
        if not fold.policy.choice:
            raise CaseError(problem("errors.case.policy_first"))
        code = new_couple_code()
        key = key_of(code, self._core.cost)
        case, account = new_case(label, code, key), office.account
        public = account.keys.public if account.keys else ""
        board = Board(case.case_id, office.person_id, account.name, public, fold.policy)
        nothing = Cell(board_cell(key), None, b"")
        put(
            office.store,
            Writing.of(office.drawer.keeping([case.record()]), writing_board(key, board, nothing)),
        )
        self._act()
        return self._seen(office.fold(), case, board, [])

    def rename_case(self, case_id: str, label: str) -> None:
        office, label = self._office(), check_label(label)
        case = office.fold().case(case_id)
        self._keep_case(office, replace(case, label=label))
        self._act()

    def close_case(self, case_id: str) -> None:
        office = self._office()
        case = office.fold().case(case_id)
        self._core.caseload.sessions.close(case_id)
        closed = replace(case, is_closed=True).record()

        def close(_seen: Seen) -> Writing:
            _, cell = read_board(office.store, bytes.fromhex(case.key))
            return Writing.of(office.drawer.keeping([closed]), removing_board(cell))

        decide_and_write(office.store, [], close)
        self._act()

    def read_case(self, case_id: str) -> CaseRead:
        office = self._office()
        fold = office.fold()
        case = fold.case(case_id)
        board, people = self._joined(office, fold, case_id)
        return read_whole(self._seen(fold, case, board, people), fold, board, people, self._core.instruments)

    def tick_case(self, case_id: str, tick: str, *, stands: bool) -> None:
        office = self._office()
        fold = office.fold()
        fold.case(case_id)
        _, people = self._joined(office, fold, case_id)
        known = {f"{ALONE}{one.place.person_id}" for one in people} | set(practice_offer().steps)
        if tick not in known:
            raise CaseError(problem("errors.events.not_allowed", field="tick"))
        office.drawer.add([tick_record(case_id, tick, stands=stands is True)])
        self._act()

    # -- notes --------------------------------------------------------------------------
    def notes(self, case_id: str) -> list[Note]:
        office = self._office()
        self._known_case(office, case_id)
        rows = office.store.read(notes.notes_log(office.person_id))
        kept = notes.notes_of(rows, office.key, office.person_id)
        today = datetime.now(UTC).date().isoformat()
        return [note for _, note in kept.values() if note.case_id == case_id and note.until > today]

    def write_note(self, case_id: str, template: str, text: str, *, note_id: str = "") -> Note:
        office = self._office()
        self._known_case(office, case_id)
        if template not in practice_offer().templates:
            raise CaseError(problem("errors.events.not_allowed", field="template"))
        if note_id and note_id not in {note.note_id for note in self.notes(case_id)}:
            raise AccessError(problem("errors.access.not_yours"))
        kept_days = office.fold().policy.kept_days or practice_offer().kept_days[0]
        note = notes.made_note(case_id, template, text, kept_days, note_id)
        log = notes.notes_log(office.person_id)

        def keep(seen: Seen) -> Writing:
            return notes.keeping_note(seen[log], office.key, office.person_id, note)

        decide_and_write(office.store, [log], keep)
        self._act()
        return note

    def destroy_note(self, case_id: str, note_id: str) -> None:
        office = self._office()
        self._known_case(office, case_id)
        if note_id not in {note.note_id for note in self.notes(case_id)}:
            return
        log = notes.notes_log(office.person_id)

        def destroy(seen: Seen) -> Writing:
            return notes.destroying_note(seen[log], office.key, office.person_id, note_id)

        decide_and_write(office.store, [log], destroy)
        self._act()

    # -- homework -----------------------------------------------------------------------
    def suggest_homework(self, case_id: str, exercise: str, words: str) -> Homework:
        office = self._office()
        case, wrong = office.fold().case(case_id), problems_of_words(words, "words", LONGEST_HOMEWORK)
        if exercise not in exercises():
            wrong.append(problem("errors.events.not_allowed", field="exercise"))
        if wrong:
            raise CaseError(wrong)
        day = datetime.now(UTC).date().isoformat()
        made = Homework(secrets.token_hex(8), exercise, " ".join(words.split()), day)
        office.change_boards(
            [case], lambda board: replace(board, homework=(*board.homework, made)[-MOST_HOMEWORK:])
        )
        self._tell_couple(office, case_id)
        self._act()
        return made

    def withdraw_homework(self, case_id: str, homework_id: str) -> None:
        office = self._office()
        case = office.fold().case(case_id)

        def without(board: Board) -> Board:
            return replace(board, homework=tuple(one for one in board.homework if one.id != homework_id))

        office.change_boards([case], without)
        self._tell_couple(office, case_id)
        self._act()

    # -- changes ------------------------------------------------------------------------
    def watch(self, notify: Callable[[Change], None]) -> Callable[[], None]:
        core, office = self._core, self._office()
        known = {"state": office.state()}

        def hear(_rows: object = None) -> None:
            """Tell of what has changed in one's own cases; what was written anew as it was tells nothing."""
            try:
                now, before = office.state(), known["state"]
            except AccessError:
                return
            known["state"] = now
            for case_id in sorted({*now, *before}):
                if now.get(case_id) != before.get(case_id):
                    self._core.caseload.look_again(office, case_id)
                    notify(Change("case", "", case_id))

        stops = [core.store.watch(cell, hear) for cell in office.place_cells()]
        stops.append(core.caseload.sessions.watch(PLACES, hear))
        told = Change("session", "")
        stops.append(core.caseload.sessions.watch(office.person_id, lambda: notify(told)))
        return core.stop_at_end(self._actor, stops)

    # -- within -----------------------------------------------------------------------
    def _seen(self, fold: PracticeFold, case: CaseRecord, board: Board, people: list[Joined]) -> CaseSeen:
        live = self._core.caseload.sessions.of_case(case.case_id)
        is_in_session = live is not None and not live.is_over
        return seen_case(case, fold, board, people, is_in_session=is_in_session)

    def _known_case(self, office: Office, case_id: str) -> None:
        """Refuse a case that one never had; of one that was closed the notes are kept."""
        if case_id not in office.fold().cases:
            raise AccessError(problem("errors.access.not_yours"))

    def _keep_case(self, office: Office, case: CaseRecord) -> None:
        before = [
            one
            for one in office.drawer.records()
            if one.kind == "case" and one.payload["case_id"] == case.case_id
        ]
        office.drawer.add([case.record()], instead_of=before)
