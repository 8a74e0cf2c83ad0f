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
#: What is written around what is in a node; a node that is not named is what is in it.
_AROUND = {
    "paragraph": "<p>{}</p>",
    "bullet_list": "<ul>{}</ul>",
    "ordered_list": "<ol>{}</ol>",
    "list_item": "<li>{}</li>",
    "blockquote": "<blockquote>{}</blockquote>",
    "strong": "<strong>{}</strong>",
    "em": "<em>{}</em>",
    "table": '<div class="table-responsive mb-3" tabindex="0" role="region" aria-label="Table">'
    '<table class="table table-vcenter">{}</table></div>',
    "thead": "<thead>{}</thead>",
    "tbody": "<tbody>{}</tbody>",
    "tr": "<tr>{}</tr>",
    "th": '<th scope="col">{}</th>',
    "td": "<td>{}</td>",
}
#: Nodes that hold a text, or nothing.
_ALONE = {
    "text": "{}",
    "code_inline": "<code>{}</code>",
    "fence": '<pre tabindex="0"><code>{}</code></pre>',
    "code_block": '<pre tabindex="0"><code>{}</code></pre>',
    "softbreak": "\n{}",
    "hardbreak": "<br>{}",
    "hr": "<hr>{}",
}
#: The heading of the first order is the page's own.
_HIGHEST, _DEEPEST = 2, 6


def readme_of(package: str) -> SafeString:
    """Return the README of the tool package as HTML; nothing where there is none that can be read."""
    for place in tools.__path__:
        file = Path(place, package, "README.md")
        if file.is_file():
            try:
                with file.open(encoding="utf-8", errors="replace") as stream:
                    return rendered(stream.read(_LONGEST))
            except OSError:
                return conditional_escape("")
    return conditional_escape("")


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
    if node.type in _ALONE:
        return format_html(_ALONE[node.type], node.content)
    inside = _joined(node.children)
    if node.type == "link":
        return _link(node, inside)
    if node.type == "heading":
        level = min(max(int(node.tag[1:]), _HIGHEST), _DEEPEST)
        return format_html("<h{}>{}</h{}>", level, inside, level)
    return inside if node.hidden else format_html(_AROUND.get(node.type, "{}"), inside)


def _link(node: SyntaxTreeNode, inside: SafeString) -> SafeString:
    """Return a link to the web; one to elsewhere, such as a file beside the README, is only its text."""
    address = str(node.attrs.get("href", ""))
    try:
        is_of_the_web = urlsplit(address).scheme in {"http", "https"}
    except ValueError:
        is_of_the_web = False
    if not is_of_the_web:
        return inside
    return format_html(
        '<a class="text-decoration-underline" href="{}" rel="noopener noreferrer">{}</a>', address, inside
    )
