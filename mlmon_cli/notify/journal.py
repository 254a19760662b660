"""What was posted but not yet recorded in the warehouse, kept on disk.

Between a post and its record a run can be killed, or the warehouse be out of reach. The next
run records what it finds here before it looks for what is pending, and so posts nothing twice.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

Record = dict[str, Any]


def append(path: Path, records: list[Record]) -> None:
    """Add `records`, on disk before this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(json.dumps(record) + "\n" for record in records))
        file.flush()
        os.fsync(file.fileno())


def read(path: Path) -> list[Record]:
    """All records left by an earlier run; a line cut short by a crash is skipped."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    records = []
    for line in lines:
        with contextlib.suppress(ValueError):
            record = json.loads(line)
            if isinstance(record, dict) and record.get("delivery_key"):
                records.append(record)
    return records


def clear(path: Path) -> None:
    """Forget the records: the warehouse has them."""
    path.unlink(missing_ok=True)
