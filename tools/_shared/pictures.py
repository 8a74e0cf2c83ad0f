"""Pictures of pages: photos and screenshots, opened with limits, and as documents of one page."""

import io
from array import array
from functools import partial
from itertools import pairwise

from PIL import Image, ImageChops, ImageFilter, ImageOps, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "WEBP")
_MOST_PIXELS = 60_000_000
#: What scanners write; it only says how large the page is.
_DOTS_AN_INCH = 200
#: A slant is measured in a picture of this size, whose ink is so much darker than what is so near.
_SLANT_SIDE, _SURROUNDINGS, _INK = 1_000, 12, 40


class PictureRefusedError(Exception):
    """The bytes are no picture that can be read; the message is a sentence."""


def is_picture(content: bytes) -> bool:
    """Whether the bytes begin as a picture that can be opened here."""
    return content.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")) or (
        content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    )


def open_picture(content: bytes, *, longest_side: int) -> Image.Image:
    """Return the picture upright, in colors, no side longer than that many pixels.

    :raises PictureRefusedError: it is damaged or too large.
    """
    try:
        opened = Image.open(io.BytesIO(content), formats=FORMATS)
        if opened.width * opened.height > _MOST_PIXELS:
            raise PictureRefusedError("The picture has more than 60 million pixels; make it smaller.")
        picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise PictureRefusedError("The picture is damaged, so it cannot be read.") from None
    picture.thumbnail((longest_side, longest_side))
    return picture


def as_document(content: bytes, *, longest_side: int, least_side: int = 1) -> bytes:
    """Return the picture as a PDF of one page, its lines of text level; ``least_side`` in pixels, as ``longest_side``.

    :raises PictureRefusedError: as :func:`open_picture`, or its longer side is shorter than that.
    """
    picture, document = open_picture(content, longest_side=longest_side), io.BytesIO()
    if max(picture.size) < least_side:
        raise PictureRefusedError(
            f"The picture is {picture.width} by {picture.height} pixels, too small to read."
        )
    if angle := _slant(picture):
        picture = picture.rotate(angle, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)
    picture.save(document, "PDF", resolution=_DOTS_AN_INCH)
    return document.getvalue()


def _slant(picture: Image.Image) -> float:
    """Return by how many degrees, counter-clockwise and at most 6.5, the picture is to be turned for level lines.

    Where lines are level, ink stands in rows with nothing between them. The same picture gives the same answer, so
    that places found in a page are those of the page that is shown.
    """
    gray = picture.convert("L")
    gray.thumbnail((_SLANT_SIDE, _SLANT_SIDE))
    around = gray.filter(ImageFilter.BoxBlur(_SURROUNDINGS))
    ink = ImageChops.subtract(around, gray).point(lambda darker: 255 * (darker > _INK)).convert("F")
    rough = max((half / 2 for half in range(-12, 13)), key=partial(_levelness, ink))
    return max((rough + tenth / 10 for tenth in range(-5, 6)), key=partial(_levelness, ink))


def _levelness(ink: Image.Image, angle: float) -> float:
    turned = ink.rotate(angle, resample=Image.Resampling.BILINEAR)
    rows = array("f", turned.resize((1, ink.height), Image.Resampling.BOX).tobytes())
    return sum((this - above) ** 2 for above, this in pairwise(rows))
