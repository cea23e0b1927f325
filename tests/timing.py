"""How long code takes, told so that a busy machine does not decide whether a test passes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def timed(action: Callable[[], T], limit: float, tries: int = 3) -> tuple[float, T]:
    """Processor seconds that `action` takes on this thread, and what it returned.

    One run also counts what is not the code's: a garbage collection over all that the tests
    hold, or a neighbour's use of the processor's caches. A run over `limit` seconds is therefore
    repeated, at most `tries` in all, and the quickest counts.
    """
    quickest = float("inf")
    for _ in range(tries):
        began = time.thread_time()
        result = action()
        quickest = min(quickest, time.thread_time() - began)
        if quickest <= limit:
            break
    return quickest, result
