"""Keys of one purpose, each in a file of its own under `home/secrets`; the newest is used, all can be read.

The folder is looked at on each use, which is one `stat`: a key that another process has added counts at once.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pursight_app.core.errors import ConflictError, ServiceUnavailableError
from pursight_app.core.settings import get_settings
from pursight_app.core.whole_files import ensure_file

FIRST_ID = "1"
# Two changes within one tick of the file system's clock look like one, so a folder that has just changed is read again.
_TICK_S = 0.05


@dataclass(frozen=True, slots=True)
class Key:
    """One key; `made_at` in seconds since 1970. A prepared one is read with, but does not write yet."""

    id: str
    secret: str
    made_at: float
    is_prepared: bool = False


class KeyRing:
    """All keys of one purpose.

    The first one is `PURPOSE.key`, as before there were several; later ones are `PURPOSE.2.key` and so on, and
    `PURPOSE.2.next` while they are prepared only.
    """

    def __init__(self, purpose: str, make: Callable[[], str]) -> None:
        self._purpose = purpose
        self._make = make
        self._file_name = re.compile(rf"{purpose}(?:\.(?P<id>[0-9]{{1,6}}))?\.(?P<state>key|next)")
        self._seen: tuple[Path, int] | None = None
        self._keys: Mapping[str, Key] = {}
        self._had_some_in: Path | None = None

    def all(self) -> Mapping[str, Key]:
        """All keys by id, the oldest first; empty before the first one is made."""
        folder = _folder()
        try:
            changed_ns = folder.stat().st_mtime_ns
        except FileNotFoundError:
            return {}
        if self._seen != (folder, changed_ns):
            self._keys = self._read(folder)
            self._seen = (folder, changed_ns) if time.time() - changed_ns / 1e9 > _TICK_S else None
            if self._keys:
                self._had_some_in = folder
        return self._keys

    def _read(self, folder: Path) -> Mapping[str, Key]:
        found: dict[int, Key] = {}
        for path in folder.iterdir():
            if name := self._file_name.fullmatch(path.name):
                number = int(name["id"] or FIRST_ID)
                if number in found and name["state"] == "next":
                    # Killed while it was made active.
                    continue
                try:
                    secret, made_at = path.read_text().strip(), path.stat().st_mtime
                except FileNotFoundError:
                    # Removed or made active between the listing and now; the folder has changed, so it is read again.
                    continue
                found[number] = Key(str(number), secret, made_at, is_prepared=name["state"] == "next")
        return {key.id: key for _, key in sorted(found.items())}

    def active(self) -> list[Key]:
        """The keys that are or were written with, the oldest first."""
        return [key for key in self.all().values() if not key.is_prepared]

    def newest(self) -> Key:
        """The key to write with; made if there has never been one.

        Raises:
            ServiceUnavailableError: this process had keys before and they are gone; a new one would hide that.
        """
        if active := self.active():
            return active[-1]
        if self._had_some_in == _folder():
            raise ServiceUnavailableError(f"The key files {self._purpose}*.key are gone. Restore them from the backup.")
        ensure_file(self._path(FIRST_ID), self._make())
        return self.active()[-1]

    def find(self, key_id: str) -> Key | None:
        """The key of that id; None when there is none."""
        return self.all().get(key_id)

    def successor(self, key_id: str) -> Key | None:
        """The active key that took over from that one; None for the newest."""
        return next((key for key in self.active() if int(key.id) > int(key_id)), None)

    def add(self, *, is_prepared: bool = False) -> Key:
        """Makes the next key, or makes a prepared one active.

        Raises:
            ConflictError: one is prepared already, and another was asked for.
        """
        self.newest()
        waiting = next((key for key in self.all().values() if key.is_prepared), None)
        if waiting and is_prepared:
            raise ConflictError(f"A key is prepared already: {self._path(waiting.id, 'next').name}.")
        if waiting:
            # A new file and not a renamed one, so that the time of the file is the time at which it took over.
            ensure_file(self._path(waiting.id), waiting.secret)
            self._path(waiting.id, "next").unlink(missing_ok=True)
            return self.all()[waiting.id]
        key_id = str(max(int(known) for known in self.all()) + 1)
        ensure_file(self._path(key_id, "next" if is_prepared else "key"), self._make())
        return self.all()[key_id]

    def remove(self, key_id: str) -> None:
        """Removes a key for good; removed already is fine."""
        self._path(key_id).unlink(missing_ok=True)

    def _path(self, key_id: str, state: str = "key") -> Path:
        number = "" if key_id == FIRST_ID else f".{key_id}"
        return _folder() / f"{self._purpose}{number}.{state}"


def _folder() -> Path:
    return get_settings().path("secrets")
