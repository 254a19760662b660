"""What is being posted, and what was posted but not yet recorded in the warehouse, kept on disk.

Between a post and its record a run can be killed, or the warehouse be out of reach. The next run records what it finds
here before it looks for what is pending, and so posts nothing twice that it knows to have been posted. A message that was
begun and of which nobody knows whether it came through is posted again as it was cut, under the key that it had.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Record = dict[str, Any]


def ends_in_a_line(path: Path) -> bool:
    """Whether what is appended to the file starts a line: a crash may have cut the last one short."""
    try:
        with path.open("rb") as file:
            return file.seek(0, os.SEEK_END) == 0 or (
                file.seek(-1, os.SEEK_END) >= 0 and file.read() == b"\n"
            )
    except FileNotFoundError:
        return True


def append(path: Path, records: Iterable[Record]) -> None:
    """Add `records`, on disk before this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(record) + "\n" for record in records)
    text = text if ends_in_a_line(path) else "\n" + text
    with path.open("a", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def begin(path: Path, key: str, transitions: Iterable[str]) -> None:
    """Note, before it is posted, that the message `key` tells of `transitions`."""
    append(path, [{"begun": key, "transitions": list(transitions)}])


def give_up(path: Path, key: str) -> None:
    """Note that the message `key` did not reach anybody: what it told may be told in another one."""
    append(path, [{"given_up": key}])


def _lines(path: Path) -> list[Record]:
    """All that is written; a line cut short by a crash is skipped."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        with contextlib.suppress(ValueError):
            record = json.loads(line)
            if isinstance(record, dict):
                found.append(record)
    return found


def read(path: Path) -> list[Record]:
    """The deliveries that an earlier run left unrecorded."""
    return [record for record in _lines(path) if record.get("delivery_key")]


def in_doubt(path: Path) -> dict[str, str]:
    """Transitions of messages that may or may not have been received, with the message's key."""
    doubtful: dict[str, str] = {}
    for record in _lines(path):
        if "begun" in record:
            doubtful.update(dict.fromkeys(record.get("transitions") or (), str(record["begun"])))
        elif "given_up" in record:
            doubtful = {t: key for t, key in doubtful.items() if key != record["given_up"]}
        else:
            doubtful.pop(str(record.get("delivery_key")), None)
    return doubtful


def clear(path: Path) -> None:
    """Forget the deliveries, which the warehouse has, and keep what is in doubt."""
    messages: dict[str, list[str]] = {}
    for transition, key in in_doubt(path).items():
        messages.setdefault(key, []).append(transition)
    if not messages:
        path.unlink(missing_ok=True)
        return
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    append(fresh, ({"begun": key, "transitions": told} for key, told in messages.items()))
    fresh.replace(path)
