"""A README is a stranger's text: it may be read on a page and do nothing there."""

import pytest

import tools
from ledgerflow.toolbox.readme import readme_of, rendered

_ACTS = ("<script", "<img", 'onclick="', 'javascript:alert(1)"')


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("Plain *words* and `code <b>`.", "<p>Plain <em>words</em> and <code>code &lt;b&gt;</code>.</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>"),
        ("[go](javascript:alert(1))", "<p>[go](javascript:alert(1))</p>"),
        ("[go](JaVaScRiPt&colon;alert(1))", "<p>[go](JaVaScRiPt:alert(1))</p>"),
        ("[a file](docs/tools/search.md)", "<p>a file</p>"),
        ("[mail](mailto:a@example.org) [other](//evil.example/)", "<p>mail other</p>"),
        ('[x](http://a.example/"onclick="alert)', None),
        ("![picture](https://tracker.example/x.png)", None),
        ("- one\n- two", "<ul><li>one</li><li>two</li></ul>"),
        ("```html\n<b>\n```", '<pre tabindex="0"><code>&lt;b&gt;\n</code></pre>'),
        ("# Name\n\nText", "<p>Text</p>"),
        ("Text\n\n# One\n\n## Two\n\n### Three", "<p>Text</p><h2>One</h2><h2>Two</h2><h3>Three</h3>"),
        ("&lt;script&gt; {{ settings.SECRET_KEY }}", "<p>&lt;script&gt; {{ settings.SECRET_KEY }}</p>"),
    ],
)
def test_it_is_shown_without_what_acts(markdown: str, html: str | None):
    found = rendered(markdown)

    assert html is None or found == html
    assert [part for part in _ACTS if part in found] == []


def test_a_link_to_the_web_is_a_link():
    found = rendered("See [SearXNG](https://docs.searxng.org/?a=1&b=2).")

    assert 'href="https://docs.searxng.org/?a=1&amp;b=2" rel="noopener noreferrer">SearXNG</a>' in found


def test_a_table_has_headings_for_its_columns():
    found = rendered("| A | B |\n|---|---|\n| 1 | <i> |")

    assert '<th scope="col">A</th>' in found
    assert "<td>&lt;i&gt;</td>" in found


def test_deep_nesting_ends():
    assert rendered("> " * 5_000 + "deep").count("<blockquote>") <= 20


def test_it_is_found_in_the_package(tmp_path, monkeypatch):
    monkeypatch.setattr(tools, "__path__", [str(tmp_path)])
    (tmp_path / "word_counter").mkdir()
    (tmp_path / "word_counter" / "README.md").write_bytes(b"# Word counter\n\nCounts \xff words.")

    assert readme_of("word_counter") == "<p>Counts \N{REPLACEMENT CHARACTER} words.</p>"
    assert readme_of("another") == ""
