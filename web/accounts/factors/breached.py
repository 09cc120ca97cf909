"""The list of breached passwords that an operator may provide: lines `SHA1:COUNT`, sorted (Have I Been Pwned)."""

from hashlib import sha1
from mmap import ACCESS_READ, mmap
from pathlib import Path

DIGITS = 40


class Breached:
    """A file of breached passwords. `password in Breached(path)` bisects it, without reading it whole.

    Raises OSError when the file cannot be read, ValueError when it is empty.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __contains__(self, password: str) -> bool:
        wanted = sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
        with open(self.path, "rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as lines:
            low, high = 0, len(lines)
            while low < high:
                start = _line_start(lines, (low + high) // 2)
                found = lines[start : start + DIGITS].upper()
                if found == wanted:
                    return True
                if found < wanted:
                    low = _line_end(lines, start)
                else:
                    high = start
            return False


def is_sorted(path: Path, looks: int = 1_000) -> bool:
    """Tells if the digests at `looks` places of the file are digests in ascending order."""
    with open(path, "rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as lines:
        places = (len(lines) * look // looks for look in range(looks))
        found = [
            lines[start : start + DIGITS].upper() for start in dict.fromkeys(_line_start(lines, at) for at in places)
        ]
    return found == sorted(found) and all(len(one) == DIGITS and one.isalnum() for one in found)


def _line_start(lines: mmap, at: int) -> int:
    return lines.rfind(b"\n", 0, at) + 1


def _line_end(lines: mmap, start: int) -> int:
    """Returns the place after the line that begins at `start`."""
    end = lines.find(b"\n", start)
    return len(lines) if end < 0 else end + 1
