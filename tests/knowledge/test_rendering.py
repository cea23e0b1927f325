from __future__ import annotations

import re

import pytest

from chatbot.knowledge.rendering import render


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("**a** *b* `c`", "<p><strong>a</strong> <em>b</em> <code>c</code></p>"),
        ("[a](https://x.example/?a=1&b=2)",
         '<p><a href="https://x.example/?a=1&amp;b=2" rel="noopener nofollow">a</a></p>'),
        ("[a](tel:988) [b](mailto:a@x.example)",
         '<p><a href="tel:988" rel="noopener nofollow">a</a> '
         '<a href="mailto:a@x.example" rel="noopener nofollow">b</a></p>'),
        ("[a](first-visit.md#the-day)",
         '<p><a href="/sources/first-visit#the-day" rel="noopener nofollow">a</a></p>'),
        ("[a](#here)", "<p>a</p>"),
        ("[a](/about.html?x=y)", "<p>a</p>"),
        ("# Head", "<p><strong>Head</strong></p>"),
        ("![alt <b>](https://x.example/i.png)", "<p>alt &lt;b&gt;</p>"),
        ("3. a\n5. b", '<ol>\n<li value="3">a</li>\n<li value="5">b</li>\n</ol>'),
        ("```js\nx < 1\n```", "<pre><code>x &lt; 1\n</code></pre>"),
    ],
)  # fmt: skip
def test_what_a_visitor_sees(source: str, shown: str) -> None:
    assert render(source) == shown


SCHEMES = [
    *("javascript:alert(1)", "JAVASCRIPT:alert(1)", "java&#10;script:alert(1)", "data:text/html,x"),
    *("vbscript:x", "file:///etc/passwd", "//evil.example", "\\\\evil", "&#106;avascript:alert(1)"),
    *("javascript&colon;alert(1)", "\x01javascript:alert(1)", "%6aavascript:alert(1)"),
    'http:javascript:alert(1)//" onmouseover=x',
]
AROUND = [("", ""), ("- ", ""), ("> ", "</x>"), ("`", "`"), ("| a |\n|---|\n| ", " |")]
ATTACKS = [
    *(f"[x]({scheme})" for scheme in SCHEMES),
    *(f"[x](<{scheme}>)" for scheme in SCHEMES),
    *(f"<{scheme}>" for scheme in SCHEMES),
    *(f"![x]({scheme})" for scheme in SCHEMES),
    *(f"{before}<{tag} onerror=alert(1) src=x>{after}"
      for tag in ("script", "img", "svg", "iframe", "style", "SCRIPT", "math", "body", "a href=x")
      for before, after in AROUND),
    "```<script>alert(1)</script>\nx\n```",
    "```x\" onmouseover=alert(1)\nx\n```",
    "[x](https://a.example \"onmouseover='alert(1)'\")",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<script>]]>",
]  # fmt: skip


@pytest.mark.parametrize("source", ATTACKS)
def test_no_text_brings_a_tag_an_attribute_or_a_scheme_of_its_own(source: str) -> None:
    shown = render(source)
    for tag in re.findall(r"<[^>]*>", shown):
        assert re.fullmatch(
            r"</?(p|a|code|pre|ul|li|blockquote|table|thead|tbody|tr|td|strong|em|br)>"
            r'|<th scope="col">|</th>|<a href="(https?|tel|mailto):[^"]*" rel="noopener nofollow">',
            tag,
        ), shown
