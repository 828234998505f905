"""Send the files that `StaticFiles` holds, and no others."""

from tornado import web

from workbook.server.assets.static_files import static_files
from workbook.server.web.headers import A_YEAR, Secured


class StaticHandler(Secured, web.RequestHandler):
    """Serves only what `StaticFiles` holds: no path of a disk is ever built from a request."""

    def prepare(self) -> None:
        if not self.check_host():
            raise web.HTTPError(403)

    def get(self, path: str) -> None:
        file = static_files().get(path)
        if file is None:
            raise web.HTTPError(404)
        self.set_header("Content-Type", file.type)
        self.set_header("Cache-Control", f"public, max-age={A_YEAR}, immutable")
        self.set_header("Vary", "Accept-Encoding")
        way, body = file.sent_to(self.request.headers.get("Accept-Encoding", ""))
        if way:
            self.set_header("Content-Encoding", way)
        self.finish(body)

    def head(self, path: str) -> None:
        self.get(path)
