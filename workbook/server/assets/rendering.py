"""Turning templates and wording into pages. Templates escape everything they are given."""

import json
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from workbook.content import language, languages, lookup, say, spoken
from workbook.server.assets.inline_style import inline_style
from workbook.server.assets.static_files import static_files


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("workbook.server.assets", "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(say=say, lookup=lookup, static=lambda name: static_files().url(name))
    environment.globals.update(inline_style=lambda: Markup(inline_style()))  # noqa: S704  our own file
    environment.globals.update(spoken=spoken, language=language, languages=languages)
    return environment


def render(template: str, **values: Any) -> str:
    """Return a page from one of our own templates."""
    return _environment().get_template(template).render(**values)


def page_settings(
    *,
    xsrf: str,
    leave_to: str,
    person: dict[str, str] | None = None,
    who: str | None = None,
    inside: bool = False,
) -> str:
    """Return what a page's script is told, as JSON for the body's ``data-settings``.

    ``person`` (code and name) is given on the workbook's page only: there the script keeps
    the sitting alive and can ask for the passphrase in place. ``who`` is whose page it is, see
    `PageHandler.tag_of`. Whoever is signed in is ``inside``.
    """
    settings: dict[str, Any] = {"xsrf": xsrf, "leave_to": leave_to, "words": lookup("server.shell")}
    settings["inside"] = inside
    if person is not None:
        settings |= {"person": person, "who": who}
        settings |= {"components": static_files().components, "plotly": static_files().url("plotly.js")}
    return json.dumps(settings, ensure_ascii=False)
