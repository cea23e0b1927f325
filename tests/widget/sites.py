"""Pages of other sites that carry the button, each awkward in its own way, on their own origin."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

SENTENCE = "Eighteen people took part in the pilot study; nobody’s treatment was changed."
FILLER = "<p>" + "A paragraph about something else entirely. " * 12 + "</p>"

SNIPPET = (
    '<p><a id="link" href="{bot}/chat" data-faq-bot>Ask a question</a></p>\n'
    '<script async src="{bot}/static/embed.js" referrerpolicy="no-referrer" {options}></script>'
)

HEADS = {
    "blank": "",
    "dark": "<style>:root{color-scheme:dark}body{background:#111;color:#eee}</style>",
    "wordpress": """<style>
        html{font-size:62.5%}
        body{font:1.8rem/1.6 Georgia,serif;margin:0;display:flex;flex-direction:column}
        *,::before,::after{box-sizing:inherit}.site{max-width:68rem;margin:0 auto;padding:2rem}
        button,input[type=submit]{background:#e91e63;border:0;border-radius:0;color:#fff;
          text-transform:uppercase;letter-spacing:.2em;padding:1.5rem 3rem}
        a{color:#ad1457;text-decoration:none}iframe,img{max-width:100%;height:auto}
        dialog{display:block}h2{font-size:4rem;margin:4rem 0}
        .bar{position:sticky;top:0;background:#fff;z-index:99;padding:2rem}</style>""",
    "hostile": """<style>
        :not(html){all:revert!important;display:inline!important;position:static!important;color:red!important;
          font:9px/1 fantasy!important;opacity:.2!important;pointer-events:none!important;
          transform:rotate(3deg)!important;visibility:hidden!important;z-index:-1!important}
        html{font-size:4px}body{filter:blur(0);transform:translateX(0);overflow:hidden}
        faq-bot,faq-bot *{display:none!important;width:9px!important;height:9px!important}
        :root{--x:900px;--y:900px;--height:10px}html>*{margin:500px!important}</style>""",
}
STRICT = (
    "default-src 'none'; script-src {bot}; frame-src {bot}; base-uri 'none';"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)
BODIES = {
    "article": f"""<h1>Ketamine and MS fatigue</h1>{FILLER * 8}
        <h2 id="what-the-study-found">What the study found</h2>
        <p>Before. Eighteen people took <strong>part in the
        pilot</strong> study; nobody’s treatment was changed. After.</p>{FILLER * 8}""",
    "framed": '<iframe id="inner" title="A page" src="/blank" width="900" height="700"></iframe>',
    "controls": '<div style="height:100vh"></div><input id="corner" aria-label="Corner" '
    'style="position:fixed;inset:auto 20px 20px auto;width:90px">',
}


def page(path: str, bot: str) -> tuple[dict[str, str], str] | None:
    """Headers and HTML of `/name?lang=…&dir=…&option=…`; the options become the snippet's."""
    parts = urlsplit(path)
    name, given = parts.path.strip("/"), dict(parse_qsl(parts.query))
    if name not in {*HEADS, *BODIES, "strict", "gone"}:
        return None
    lang, direction = given.pop("lang", "en"), given.pop("dir", "ltr")
    source = given.pop("bot", bot)
    options = " ".join(f'data-{key}="{value}"' for key, value in given.items())
    main = BODIES.get(name) or f"<h1>A clinic</h1>{FILLER * 6}"
    if name not in ("framed", "gone"):
        main += SNIPPET.format(bot=source, options=options)
    html = (
        f'<!doctype html><html lang="{lang}" dir="{direction}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
        f"<title>A clinic</title>{HEADS.get(name, '')}</head>"
        f'<body><main class="site">{main}</main></body></html>'
    )
    headers = {"Content-Type": "text/html; charset=utf-8"}
    if name == "strict":
        html = html.replace('<link rel="icon" href="data:,">', "")
        headers["Content-Security-Policy"] = STRICT.format(bot=bot)
        headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    return headers, html


@contextmanager
def served(bot: list[str]) -> Iterator[int]:
    """The port the pages are served on; `bot[0]` is the origin of the chatbot, once it is known."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = page(self.path, bot[0])
            if self.path.startswith("/static/embed.js"):  # a chatbot that never answers
                found = {"Content-Type": "text/javascript"}, bot[1]
            elif self.path.startswith("/chat"):
                threading.Event().wait(15)
                return
            self.send_response(200 if found else 404)
            headers, html = found or ({}, "")
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(html.encode())))
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
