"""Files named by their content, so that a browser may keep them for ever."""

import gzip
import hashlib
import json
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

_TYPES = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "woff2": "font/woff2"}
_SMALLEST_TO_PACK = 1024


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is sent: its bytes, the same packed in the ways there are, best first, and the type."""

    body: bytes
    packed: Mapping[str, bytes]
    type: str

    def sent_to(self, accepted: str) -> tuple[str, bytes]:
        """Return how it is packed for who accepts these encodings, empty where it is not; and its bytes."""
        offers = (one.replace(" ", "") for one in accepted.split(","))
        known = {one.partition(";")[0] for one in offers if not one.endswith(";q=0")}
        return next(((way, body) for way, body in self.packed.items() if way in known), ("", self.body))


def _read(source: Traversable, packed: Traversable | None = None) -> StaticFile:
    body = source.read_bytes()
    ending = source.name.rpartition(".")[2]
    kind = _TYPES.get(ending) or mimetypes.guess_type(source.name)[0] or "application/octet-stream"
    ways = {"br": packed.read_bytes()} if packed is not None and packed.is_file() else {}
    if ending in {"js", "css", "svg", "json"} and len(body) >= _SMALLEST_TO_PACK:
        ways["gzip"] = gzip.compress(body, 6, mtime=0)
    return StaticFile(body, ways, kind)


class StaticFiles:
    """Every file a browser may fetch, read once, under a name that holds its digest.

    Examples
    --------
    >>> files = StaticFiles()
    >>> files.url("shell.js").startswith("/static/shell.")
    True
    """

    def __init__(self) -> None:
        self._by_path: dict[str, StaticFile] = {}
        self._url_of: dict[str, str] = {}
        self.components: dict[str, str] = {}
        server, ui = files("workbook.server.assets") / "static", files("workbook") / "ui"
        for name in ("shell.js", "page.js", "plotly.js", "neutral.js"):
            self._add("", server / name, server / f"{name}.br")
        self._add("", ui / "workbook.css")
        self._add_folder("components", ui / "components", ".js")
        self._add_folder("fonts", ui / "fonts", ".woff2")

    def _add_folder(self, folder: str, source: Traversable, ending: str) -> None:
        if not source.is_dir():
            return
        for entry in sorted(source.iterdir(), key=lambda entry: entry.name):
            if entry.name.endswith(ending):
                self._add(folder, entry)

    def _add(self, folder: str, source: Traversable, packed: Traversable | None = None) -> None:
        file = _read(source, packed)
        stem, _, ending = source.name.rpartition(".")
        digest = hashlib.sha256(file.body).hexdigest()[:16]
        prefix = f"{folder}/" if folder else ""
        path = f"{prefix}{stem}.{digest}.{ending}"
        self._by_path[path] = file
        self._url_of[prefix + source.name] = f"/static/{path}"
        if folder == "components":
            self.components[stem] = f"/static/{path}"
        if folder == "fonts":  # the stylesheet names its fonts plainly
            self._by_path[prefix + source.name] = file

    def url(self, name: str) -> str:
        """Return the address of a file by its plain name, such as ``components/form.js``."""
        return self._url_of[name]

    def get(self, path: str) -> StaticFile | None:
        return self._by_path.get(path)


@cache
def static_files() -> StaticFiles:
    """Return the files of this process."""
    return StaticFiles()


def manifest() -> dict[str, dict[str, str]]:
    """Return what the committed bundles were built from; see ``frontend/build.mjs``."""
    text = (files("workbook.server.assets") / "static" / "manifest.json").read_text(encoding="utf-8")
    recorded: dict[str, dict[str, str]] = json.loads(text)
    return recorded
