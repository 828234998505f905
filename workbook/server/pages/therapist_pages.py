"""A therapist's ways in: where the server is a practice's, and nowhere else."""

from typing import ClassVar

from tornado.web import HTTPError

from workbook.server.pages.form_page import FormPage
from workbook.server.web.sent_once import Done


class TherapistForm(FormPage):
    """A form for therapists. Where no practice is run there is no such page."""

    async def prepare(self) -> None:  # type: ignore[override]
        await super().prepare()
        if not self._finished and not self.workbook.has_therapists:
            raise HTTPError(404)


class SignIn(TherapistForm):
    """Sign in to a practice. The digits may be left out; whatever is wrong is told in the same words."""

    form = "therapist"
    fields: ClassVar = {"code": "code", "passphrase": "secret", "digits": "code"}

    async def take(self, typed: dict[str, str]) -> Done:
        call = self.context.household.therapists.sign_in
        actor = await self.in_turn(call, typed["code"], typed["passphrase"], typed["digits"])
        return Done("/workbook", actor)


class Recover(TherapistForm):
    """Get back in with the recovery code; the second step is off then."""

    form = "therapist_recover"
    fields: ClassVar = {"code": "code", "recovery_code": "secret", "passphrase": "new-secret"}

    async def take(self, typed: dict[str, str]) -> Done:
        call = self.context.household.therapists.recover
        given = typed["code"], typed["recovery_code"], typed["passphrase"]
        return self.welcome(await self.in_turn(call, *given))
