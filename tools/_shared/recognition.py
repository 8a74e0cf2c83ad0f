"""Text recognized in pictures, by RapidOCR on this machine. It needs the extra ``ocr``."""

import importlib
import importlib.util
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from PIL.Image import Image


class RecognizerMissingError(Exception):
    """The extra ``ocr`` is not installed."""


class Recognized(NamedTuple):
    """A run of words in picture ``number`` (from 1); its sides are parts of the picture's width and height.

    ``score`` is how sure the recognizer is, up to 1.
    """

    number: int
    text: str
    score: float
    left: float
    top: float
    right: float
    bottom: float


def is_installed() -> bool:
    """Whether pictures can be read here."""
    return all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))


def recognize(pictures: Iterable[Image], *, is_upright: bool = False) -> Iterator[Recognized]:
    """Yield what is recognized in each picture, in the recognizer's order.

    Where a picture ``is_upright`` no run is taken to stand on its head: "09/07" turned is "L0/60".

    :raises RecognizerMissingError: the extra ``ocr`` is not installed.
    """
    engine = _engine()
    numpy = importlib.import_module("numpy")
    for number, picture in enumerate(pictures, start=1):
        found = engine(numpy.asarray(picture)[:, :, ::-1], use_cls=not is_upright)
        if found.txts is None:
            continue
        for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
            if text.strip():
                across, down = corners[:, 0] / picture.width, corners[:, 1] / picture.height
                yield Recognized(
                    number,
                    " ".join(text.split()),
                    score,
                    across.min().item(),
                    down.min().item(),
                    across.max().item(),
                    down.max().item(),
                )


def _engine() -> Any:
    """The recognizer; loaded when the first picture comes, because it is large."""
    try:
        rapidocr = importlib.import_module("rapidocr")
        return rapidocr.RapidOCR(
            params={
                "Global.log_level": "critical",
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                "EngineConfig.onnxruntime.enable_cpu_mem_arena": False,
            }
        )
    except ModuleNotFoundError:
        raise RecognizerMissingError from None
