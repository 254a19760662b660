"""Run floor.sql on a workload; print the seconds of each statement as JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import duckdb

connection = duckdb.connect(sys.argv[1], read_only=True)
seconds: dict[str, float] = {}
for statement in Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").split(";\n"):
    if statement.strip():
        started = time.perf_counter()
        connection.execute(statement)
        words = statement.split(" as\n")[0].split()
        name = words[-1] if "table" in words else "edges"
        seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - started
print(json.dumps(seconds))
