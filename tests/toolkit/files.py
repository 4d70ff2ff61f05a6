"""Write files so that an interruption leaves the old one."""

from pathlib import Path


def atomic_write(path: Path, text: str) -> None:
    """Write a text file. The old file stays until the new one is complete."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
