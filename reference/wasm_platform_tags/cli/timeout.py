"""How long a command may be told to wait."""

from __future__ import annotations

DAY = 86400  # seconds


def check_timeout(seconds: float) -> None:
    """Refuse a time-out that ends at once, or never.

    :raises ValueError: if it is not more than 0 seconds and at most a day.
    """
    if not 0 < seconds <= DAY:  # nor NaN
        raise ValueError(
            f"--timeout: wanted more than 0 seconds and at most {DAY}, got {seconds:g}"
        )
