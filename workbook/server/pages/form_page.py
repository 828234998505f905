"""Show a form, do once what it is for, and say what is wrong.

Forms work without scripts. What somebody typed is kept when there is a problem, except
passphrases and codes of recovery.
"""

import json
from typing import ClassVar

from jupyter_server.auth.decorator import allow_unauthenticated
from tornado.web import HTTPError

from workbook.content import languages, sentences
from workbook.errors import AccessError, WorkbookError, problem
from workbook.server.pages.page import PageHandler
from workbook.server.web.cookies import LEFT_COOKIE, xsrf_cookie_name
from workbook.server.web.error_pages import status_of, status_of_form, wants_json
from workbook.server.web.language import choose_language
from workbook.server.web.sent_once import Done
from workbook.service.identity.accounts import Welcome

LONGEST_TYPED = 400
# What a problem is about, as errors name it, to the kind of field it was typed in.
KIND_OF = {"name": "name", "code": "code", "passphrase": "secret", "new passphrase": "new-secret"}
RECOVERY_CODE = "/recovery-code"


class DoorPage(PageHandler):
    """A page that also strangers may see. After a quick exit it stays out of sight for a while."""

    async def prepare(self) -> None:  # type: ignore[override]
        await super().prepare()
        if self._finished or self.request.method != "GET":
            return
        if self.get_cookie(LEFT_COOKIE):
            self.see("/leave")
        elif (chosen := self.get_query_argument("language", "")) in languages():
            choose_language(self, chosen)
            self.see(self.request.path)


class FormPage(DoorPage):
    """A form: fields in order, each ``name`` with its kind; the wording is in ``server.toml``."""

    form: ClassVar[str]
    fields: ClassVar[dict[str, str]]

    @allow_unauthenticated
    async def get(self) -> None:
        self.ask({})

    def ask(self, typed: dict[str, str], error: WorkbookError | None = None) -> None:
        """Show the form, with what may be shown of what was typed and what is wrong with it."""
        self.set_status(status_of_form(error))
        shown = [name for name, kind in self.fields.items() if kind not in {"secret", "new-secret"}]
        kept = {name: typed.get(name, "") for name in shown}
        problems = self._placed(error) if error else []
        self.show("form.html", form=self.form, fields=self.fields, kept=kept, problems=problems)

    def _placed(self, error: WorkbookError) -> list[tuple[str, str]]:
        """Return each problem with the name of its field; without one where it is about no single field."""
        about = [*error.about, *[""] * len(error.problems)]
        kinds = {kind: name for name, kind in reversed(self.fields.items())}
        return [
            (problem, kinds.get(KIND_OF.get(subject, ""), ""))
            for problem, subject in zip(sentences(error), about, strict=False)
        ]

    def typed(self) -> dict[str, str]:
        """Return what was sent, from a form or as JSON; overlong texts are no mistake of a person's."""
        if self.request.headers.get("Content-Type", "").startswith("application/json"):
            try:
                sent = json.loads(self.request.body)
            except (ValueError, RecursionError):
                raise HTTPError(400) from None
            values = {name: sent.get(name, "") for name in self.fields} if isinstance(sent, dict) else {}
        else:
            values = {name: self.get_body_argument(name, "", strip=False) for name in self.fields}
        if not all(isinstance(value, str) and len(value) <= LONGEST_TYPED for value in values.values()):
            raise HTTPError(400)
        return {name: values.get(name, "") for name in self.fields}

    @allow_unauthenticated
    async def post(self) -> None:
        typed = self.typed()
        try:
            done = await self.done_once(typed)
        except WorkbookError as error:
            if wants_json(self):
                self.answer({"error": " ".join(sentences(error))}, status_of(error))
            else:
                self.ask(typed, error)
            return
        if wants_json(self):
            self.answer({"signed_in": True})
        else:
            self.see(done.goal)

    async def done_once(self, typed: dict[str, str]) -> Done:
        """Do what the form is for, however often it is sent, and seat whoever it seats."""
        token = self.get_body_argument("once", "")
        if not 0 < len(token) <= LONGEST_TYPED:  # our own script asks without a form
            done = await self.take(typed)
        else:
            browser = self.get_cookie(xsrf_cookie_name(self.workbook)) or ""
            marks = (browser, self.form, token, *typed.values())
            done, is_again = await self.context.once.do(marks, lambda: self.take(typed))
            if is_again and not self._stands(done):
                raise AccessError(problem("server.sent_already"))
        if done.actor is not None:
            await self.seat(done.actor)
        return done

    def _stands(self, done: Done) -> bool:
        """Tell whether what was done may still be shown: not after signing out, nor a code written down."""
        if done.actor is None:
            return True
        is_over = self.context.sittings.find(done.actor.sitting_id) is None
        is_written_down = done.actor.sitting_id not in self.context.recovery_codes
        return not is_over and not (done.goal == RECOVERY_CODE and is_written_down)

    async def take(self, typed: dict[str, str]) -> Done:
        """Do what the form is for, once."""
        raise NotImplementedError

    def welcome(self, welcome: Welcome) -> Done:
        """Keep a new recovery code until it is written down, and show it next."""
        self.context.recovery_codes[welcome.actor.sitting_id] = welcome.recovery_code
        return Done(RECOVERY_CODE, welcome.actor)
