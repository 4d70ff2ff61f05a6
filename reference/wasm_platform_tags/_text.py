"""How a message shows text that was given: escaped, and not absurdly long."""

from __future__ import annotations

_SHOWN = 80  # characters that a message repeats


def printable(text: str, keep: str = "") -> str:
    r"""Return a text with escapes for what a reader would not see as it is.

    A terminal obeys a control character, and a character that turns the direction of
    writing can make one name look like another.

    :param text: any text; what can be printed stays as it is.
    :param keep: the characters that stay too, such as ``"\n"``.
    """
    if text.isprintable():
        return text
    return "".join(
        char
        if char.isprintable() or char in keep
        else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


def shortened(text: str) -> str:
    """Return the repr of a text, cut if it is absurdly long."""
    if len(text) <= _SHOWN:
        return repr(text)
    return f"{text[:_SHOWN]!r}... ({len(text)} characters)"
