"""Words and the room they take: widths and line breaks.

Widths are measured once a text. The same words always give the same layout.
"""

from functools import cache
from itertools import accumulate

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

POINT = 25.4 / 72  # mm
BASE = 100  # points at which widths are measured; they grow in proportion to the size

# ----------------------------------------------------------------------------------------- words


@cache
def _measure_line(line: str, weight: str) -> float:
    font = FontProperties(size=BASE, weight=weight)
    return (
        TextToPath().get_text_width_height_descent(line, font, False)[0] * POINT / BASE
        if line
        else 0.0
    )


def measure_text(words: str, size: float = 6, weight: str = "normal") -> float:
    """Return the width in mm of the longest line of `words` at `size` points in our font."""
    return max(_measure_line(line, weight) for line in words.split("\n")) * size


def _break_evenly(widths: list[float], space: float, limit: float) -> list[int]:
    """Return how many words stand on each line: fewest lines within `limit`, then the narrowest."""
    ends = list(accumulate(widths, lambda total, wide: total + space + wide))
    starts = [end - wide for end, wide in zip(ends, widths, strict=True)]

    def fill(most: float) -> list[int]:
        lines, first = [], 0
        for place, end in enumerate(ends):
            if place > first and end - starts[first] > most + 1e-9:
                lines.append(place - first)
                first = place
        return [*lines, len(ends) - first]

    most = fill(limit)
    spans = sorted({end - start for place, end in enumerate(ends) for start in starts[: place + 1]})
    spans = [span for span in spans if span < limit]
    low, high = (
        0,
        len(spans),
    )  # the narrowest span that needs no more lines lies in spans[low:high + 1]
    while low < high:
        middle = (low + high) // 2
        if len(fill(spans[middle])) <= len(most):
            high = middle
        else:
            low = middle + 1
    return fill(spans[low]) if low < len(spans) else most


def _join_lines(words: list[str], counts: list[int]) -> str:
    ends = list(accumulate(counts))
    return "\n".join(
        " ".join(words[end - count : end]) for end, count in zip(ends, counts, strict=True)
    )


@cache
def wrap_words(words: str, width: float, size: float = 6, weight: str = "normal") -> str:
    """Break `words` into the fewest lines of at most `width` mm, all about equally long.

    A word wider than that stays whole.
    """
    parts = words.split()
    widths = [measure_text(part, size, weight) for part in parts]
    space = measure_text("n n", size, weight) - measure_text("nn", size, weight)
    return _join_lines(parts, _break_evenly(widths, space, width)) if parts else ""


@cache
def wrap_letters(words: str, letters: int) -> str:
    """Break `words` into the fewest lines of at most so many letters, all about equally long."""
    parts = words.split()
    return (
        _join_lines(parts, _break_evenly([len(part) for part in parts], 1, letters))
        if parts
        else ""
    )
