"""XML parts of a workbook: no document type, no entities, nothing from outside, read as a stream."""

from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from tools.contract import StatementRefusedError


def local(name: str) -> str:
    """Return a name without its namespace; files of the strict and the usual variant differ only there."""
    return name.rpartition("}")[2]


def attribute(element: Element, name: str) -> str | None:
    """Return an attribute whatever its namespace."""
    value = element.get(name)
    if value is not None:
        return value
    return next((value for key, value in element.attrib.items() if local(key) == name), None)


def elements(content: bytes, *names: str) -> Iterator[tuple[str, str, Element]]:
    """Yield ``start`` or ``end``, the local name and the element for the named elements.

    Raises:
        StatementRefusedError: The part is no XML, or has a document type or entities.
    """
    try:
        for event, element in iterparse(BytesIO(content), events=("start", "end"), forbid_dtd=True):
            name = local(element.tag)
            if name in names:
                yield event, name, element
    except DefusedXmlException as error:
        raise StatementRefusedError(
            "The workbook defines XML entities, which no bank's workbook does. Export the file again."
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise StatementRefusedError("The workbook is damaged. Download it again.") from error


def text_of(element: Element) -> str:
    """Return the text of a string's runs; phonetic guides are left out."""
    parts: list[str] = []
    for child in element:
        if local(child.tag) == "t":
            parts.append(child.text or "")
        elif local(child.tag) == "r":
            parts.extend(run.text or "" for run in child if local(run.tag) == "t")
    return "".join(parts)
