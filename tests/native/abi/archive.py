"""The symbols of a static library, by its index."""

MAGIC = b"!<arch>\n"
HEADER = 60


def symbols(data: bytes) -> list[str]:
    """The symbols that a library in ``ar``'s GNU format defines.

    :raises ValueError: if it is none, or has no index.
    """
    start = len(MAGIC) + HEADER
    header = data[len(MAGIC) : start]
    if data[: len(MAGIC)] != MAGIC or header[:16].rstrip() != b"/":
        raise ValueError("no static library with an index: wanted '!<arch>' and '/'")
    index = data[start : start + int(header[48:58])]
    count = int.from_bytes(index[:4], "big")
    names = index[4 + 4 * count :].split(b"\0")[:count]
    if len(names) < count or len(index) < 4 + 4 * count:
        raise ValueError(f"the index ends early: wanted {count} symbols")
    return sorted({name.decode() for name in names})
