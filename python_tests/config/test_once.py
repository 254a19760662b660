"""What is declared is collected once an invocation; who reads it must not change it for those who come after."""

from __future__ import annotations

from pathlib import Path
from random import Random

from python_tests.harness import Project
from python_tests.incremental.arrivals import MONITOR, load, random_logs

COMPARE = """
{% macro compare() %}
    {%- if execute -%}
        {%- for name, found in graph['mlmon_kept']['once'].items() -%}
            {{- print(name ~ (' as declared' if found == mlmon[name]() else ' was changed')) -}}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
"""


def test_nothing_that_is_declared_changes_in_a_build(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.settings = {"on-run-end": ["{{ compare() }}"]}
    project.configure({"leads": MONITOR})
    (tmp_path / "macros" / "compare.sql").write_text(COMPARE, encoding="utf-8")
    load(project, *random_logs(Random(1)))
    outcome = project.build().check()
    told = {line.strip() for line in outcome.output.splitlines() if line.startswith("collected_")}
    assert told == {f"collected_{what} as declared" for what in ("columns", "metrics", "tasks")}
