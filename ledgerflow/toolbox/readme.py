"""A package's README as a part of a page: Markdown without HTML, pictures and addresses other than of the web.

Every text goes through Django's escaping; a tag that is not named here is never written.
"""

from pathlib import Path
from urllib.parse import urlsplit

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

import tools

_LONGEST = 200 * 1024
_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
_TAGS = {
    "paragraph": "p",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "blockquote": "blockquote",
    "strong": "strong",
    "em": "em",
    "thead": "thead",
    "tbody": "tbody",
    "tr": "tr",
    "td": "td",
}
#: A page has its own heading of the first order, and a card one of the second.
_DEEPER, _DEEPEST = 2, 6


def readme_of(package: str) -> SafeString:
    """Return the README of the tool package as HTML; nothing where there is none that can be read."""
    for place in tools.__path__:
        file = Path(place, package, "README.md")
        if file.is_file():
            try:
                with file.open(encoding="utf-8", errors="replace") as stream:
                    return rendered(stream.read(_LONGEST))
            except OSError:
                return SafeString("")
    return SafeString("")


def rendered(markdown: str) -> SafeString:
    """Return the text as HTML; its first heading, the name, is left out, because the page has it."""
    nodes = SyntaxTreeNode(_PARSER.parse(markdown)).children
    if nodes and nodes[0].type == "heading":
        nodes = nodes[1:]
    return _joined(nodes)


def _joined(nodes: list[SyntaxTreeNode]) -> SafeString:
    return format_html_join("", "{}", ((_html(node),) for node in nodes))


def _html(node: SyntaxTreeNode) -> SafeString:
    """Return a node and what is in it. The parser nests twenty deep at most."""
    if node.type in {"text", "code_inline", "fence", "code_block"}:
        return _text(node)
    inside = _joined(node.children)
    match node.type:
        case "inline":
            return inside
        case "paragraph" if node.hidden:
            return inside
        case "heading":
            level = min(int(node.tag[1:]) + _DEEPER - 1, _DEEPEST)
            return format_html("<h{}>{}</h{}>", level, inside, level)
        case "th":
            return format_html('<th scope="col">{}</th>', inside)
        case "table":
            return format_html(
                '<div class="table-responsive mb-3" tabindex="0" role="region" aria-label="Table">'
                '<table class="table table-vcenter">{}</table></div>',
                inside,
            )
        case "link":
            return _link(node, inside)
        case "hardbreak":
            return format_html("<br>{}", "")
        case "softbreak":
            return conditional_escape("\n")
        case "hr":
            return format_html("<hr>{}", "")
    tag = _TAGS.get(node.type)
    return format_html("<{}>{}</{}>", tag, inside, tag) if tag else inside


def _text(node: SyntaxTreeNode) -> SafeString:
    match node.type:
        case "text":
            return conditional_escape(node.content)
        case "code_inline":
            return format_html("<code>{}</code>", node.content)
    return format_html('<pre tabindex="0"><code>{}</code></pre>', node.content)


def _link(node: SyntaxTreeNode, inside: SafeString) -> SafeString:
    """Return a link to the web; one to elsewhere, such as a file beside the README, is only its text."""
    address = str(node.attrs.get("href", ""))
    try:
        is_of_the_web = urlsplit(address).scheme in {"http", "https"}
    except ValueError:
        is_of_the_web = False
    if not is_of_the_web:
        return inside
    return format_html('<a class="text-decoration-underline" href="{}" rel="noopener noreferrer">{}</a>', address, inside)
