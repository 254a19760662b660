"""The dashboard of Apache Superset, as the ZIP file that its import takes.

`superset.yml` beside this file says what is on it. Names are the same in each file that is made of a
project, so that an import of a newer one replaces what an older one brought.
"""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from mlmon_cli.errors import MlmonError

Row = Mapping[str, Any]
VERSION = "1.0.0"  # of the format
_TYPES = {"text": "VARCHAR", "timestamp": "TIMESTAMP", "boolean": "BOOLEAN", "bigint": "BIGINT", "double": "DOUBLE"}  # fmt: skip
_VIEWS = {"table": "table", "line": "echarts_timeseries_line", "bar": "echarts_timeseries_bar", "heatmap": "heatmap_v2"}  # fmt: skip
_NAMESPACE = uuid.UUID("6d6c6d6f-6e00-5000-8000-737570657273")


def declared() -> dict[str, Any]:
    """What is on the dashboard."""
    text = (files("mlmon_cli") / "dashboards" / "superset.yml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def charts(layout: Row) -> list[Row]:
    """The charts of all rows, in order."""
    return [chart for row in layout["rows"] for chart in row]


def tables(layout: Row) -> list[str]:
    """The tables that its charts and filters read."""
    names = [chart["table"] for chart in charts(layout)]
    names += [known["table"] for known in layout["filters"] if "table" in known]
    return sorted(set(names))


def address(warehouse: Row, root: Path) -> str:
    """How Superset reaches the warehouse, without a password: it asks for that.

    `root`: of the project, which the path of an embedded database is relative to.

    Raises:
        MlmonError: for an engine whose address the profile does not hold in full.
    """
    if warehouse["address"]:
        file = quote(str(root.resolve() / (warehouse["file"] or "")))
        return str(warehouse["address"]).replace("{file}", file)
    raise MlmonError(
        "--uri is missing: how Superset reaches the warehouse. It is the URI that Superset shows "
        "under Settings, Database Connections; leave the password out"
    )


class _Names:
    """A UUID for each thing of a project, the same each time."""

    def __init__(self, project: str) -> None:
        self.project = project

    def __call__(self, kind: str, name: str) -> str:
        return str(uuid.uuid5(_NAMESPACE, f"{self.project}/{kind}/{name}"))


def _database(warehouse: Row, uri: str, names: _Names) -> dict[str, Any]:
    return {
        "database_name": f"mlmon {warehouse['project']}",
        "sqlalchemy_uri": uri,
        "cache_timeout": None,
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_file_upload": False,
        "extra": {"allows_virtual_table_explore": True},
        "uuid": names("database", "warehouse"),
        "version": VERSION,
    }


def _dataset(table: Row, names: _Names) -> dict[str, Any]:
    columns = [
        {
            "column_name": column["name"],
            "type": _TYPES[column["type"]],
            "is_dttm": column["type"] == "timestamp",
            "is_active": True,
            "groupby": column["type"] in ("text", "boolean", "timestamp"),
            "filterable": True,
            "description": column["description"],
            "expression": None,
            "python_date_format": None,
            "verbose_name": None,
            "extra": {},
        }
        for column in table["columns"]
    ]
    times = [column["name"] for column in table["columns"] if column["type"] == "timestamp"]
    return {
        "table_name": table["identifier"],
        "schema": table["schema"],
        "catalog": None,
        "sql": None,
        "main_dttm_col": next((t for t in ("window_start", *times) if t in times), None),
        "description": table["description"],
        "offset": 0,
        "filter_select_enabled": True,
        "columns": columns,
        "metrics": [],
        "uuid": names("dataset", table["name"]),
        "database_uuid": names("database", "warehouse"),
        "version": VERSION,
    }


def _measure(label: str, expression: str) -> dict[str, Any]:
    return {
        "expressionType": "SQL",
        "sqlExpression": expression,
        "label": label,
        "hasCustomLabel": True,
        "optionName": f"metric_{label}",
    }


def _condition(text: str) -> dict[str, Any]:
    return {
        "expressionType": "SQL",
        "sqlExpression": text,
        "clause": "WHERE",
        "filterOptionName": f"filter_{text}",
    }


def _period(column: str) -> dict[str, Any]:
    """Lets the dashboard's filter of time apply."""
    return {
        "expressionType": "SIMPLE",
        "subject": column,
        "operator": "TEMPORAL_RANGE",
        "comparator": "No filter",
        "clause": "WHERE",
        "filterOptionName": f"period_{column}",
    }


def _parameters(chart: Row) -> dict[str, Any]:
    """What Superset calls form data."""
    conditions = [_condition(text) for text in chart.get("where", ())]
    if "Time" in chart["follows"]:
        conditions.append(_period(chart["time"]))
    shared = {"viz_type": _VIEWS[chart["kind"]], "adhoc_filters": conditions, "row_limit": 10_000}
    if chart["kind"] == "table":
        order = [json.dumps(by) for by in chart.get("order", ())]
        return {
            **shared,
            "query_mode": "raw",
            "all_columns": chart["columns"],
            "order_by_cols": order,
            "row_limit": 1_000,
            "table_timestamp_format": "smart_date",
            "show_cell_bars": False,
            "column_config": {n: {"d3NumberFormat": ",.4~r"} for n in chart.get("numbers", ())},
            "include_search": True,
        }
    measures = [_measure(label, expression) for label, expression in chart["measures"].items()]
    axis = chart.get("axis") or chart["time"]
    if chart["kind"] == "heatmap":
        return {
            **shared,
            "x_axis": axis,
            "time_grain_sqla": None,
            "groupby": chart["by"][0],
            "metric": measures[0],
            "normalize_across": "heatmap",
            "linear_color_scheme": "schemeYlOrRd",
            "sort_x_axis": "alpha_asc",
            "sort_y_axis": "alpha_desc",
            "xscale_interval": -1,
            "yscale_interval": -1,
            "left_margin": "auto",
            "bottom_margin": "auto",
            "value_bounds": [None, None],
            "y_axis_format": "SMART_NUMBER",
            "x_axis_time_format": "%Y-%m-%d",
            "show_legend": True,
            "show_values": False,
        }
    return {
        **shared,
        "x_axis": axis,
        "time_grain_sqla": None,
        "xAxisForceCategorical": "axis" in chart,
        "metrics": measures,
        "groupby": chart.get("by", []),
        "show_legend": True,
        "rich_tooltip": True,
        "truncate_metric": True,
        "truncateYAxis": chart["kind"] == "line",
        "x_axis_time_format": "smart_date",
        "y_axis_format": "SMART_NUMBER",
    }


def _chart(chart: Row, names: _Names) -> dict[str, Any]:
    return {
        "slice_name": chart["title"],
        "viz_type": _VIEWS[chart["kind"]],
        "params": _parameters(chart),
        "query_context": None,
        "cache_timeout": None,
        "uuid": names("chart", chart["title"]),
        "dataset_uuid": names("dataset", chart["table"]),
        "version": VERSION,
    }


def _positions(layout: Row, names: _Names) -> dict[str, Any]:
    rows = [f"ROW-{number}" for number, _ in enumerate(layout["rows"], 1)]
    found: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": rows, "parents": ["ROOT_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": layout["title"]}},
    }
    number = 0
    for row, shown in zip(rows, layout["rows"], strict=True):
        parents = ["ROOT_ID", "GRID_ID"]
        children = []
        for chart in shown:
            number += 1
            children.append(f"CHART-{number}")
            meta = {
                "chartId": number,
                "uuid": names("chart", chart["title"]),
                "sliceName": chart["title"],
                "width": chart["width"],
                "height": chart["height"],
            }
            found[children[-1]] = {
                "type": "CHART",
                "id": children[-1],
                "children": [],
                "parents": [*parents, row],
                "meta": meta,
            }
        found[row] = {
            "type": "ROW",
            "id": row,
            "children": children,
            "parents": parents,
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
    return found


def _filter(known: Row, layout: Row, names: _Names) -> dict[str, Any]:
    numbered = list(enumerate(charts(layout), 1))
    chosen: dict[str, Any] = {"extraFormData": {}, "filterState": {}}
    if "default" in known:
        value = [known["default"]]
        chosen = {
            "extraFormData": {"filters": [{"col": known["column"], "op": "IN", "val": value}]},
            "filterState": {"value": value, "label": known["default"]},
        }
    target = (
        {}
        if known.get("time")
        else {"column": {"name": known["column"]}, "datasetUuid": names("dataset", known["table"])}
    )
    return {
        "id": f"NATIVE_FILTER-{known['name'].lower()}",
        "type": "NATIVE_FILTER",
        "name": known["name"],
        "filterType": "filter_time" if known.get("time") else "filter_select",
        "targets": [target],
        "defaultDataMask": chosen,
        "controlValues": {
            "enableEmptyFilter": "first" in known or "default" in known,
            "defaultToFirstItem": bool(known.get("first")),
            "multiSelect": False,
            "searchAllOptions": False,
            "inverseSelection": False,
        },
        "adhoc_filters": [_condition(known["where"])] if "where" in known else [],
        "requiredFirst": bool(known.get("first")),
        "cascadeParentIds": [],
        "scope": {
            "rootPath": ["ROOT_ID"],
            "excluded": [n for n, chart in numbered if known["name"] not in chart["follows"]],
        },
        "description": "",
    }


def _dashboard(layout: Row, names: _Names) -> dict[str, Any]:
    return {
        "dashboard_title": layout["title"],
        "description": "Made by `mlmon dashboard superset`.",
        "css": None,
        "slug": None,
        "published": True,
        "uuid": names("dashboard", "mlmon"),
        "position": _positions(layout, names),
        "metadata": {
            "native_filter_configuration": [_filter(f, layout, names) for f in layout["filters"]],
            "color_scheme": "supersetColors",
            "cross_filters_enabled": True,
            "refresh_frequency": 0,
            "timed_refresh_immune_slices": [],
            "expanded_slices": {},
        },
        "version": VERSION,
    }


def bundle(rows: Sequence[Row], root: Path, uri: str | None = None) -> bytes:
    """The ZIP file. `rows`: what the macro `mlmon_dashboard` prints; `uri`: of the warehouse."""
    layout = declared()
    (warehouse,) = (row for row in rows if row["kind"] == "warehouse")
    found = [row for row in rows if row["kind"] == "table"]
    names = _Names(str(warehouse["project"]))
    parts: dict[str, Any] = {
        "metadata.yaml": {"version": VERSION, "type": "Dashboard"},
        "databases/mlmon.yaml": _database(warehouse, uri or address(warehouse, root), names),
        "dashboards/mlmon.yaml": _dashboard(layout, names),
    }
    for table in found:
        parts[f"datasets/mlmon/{table['name']}.yaml"] = _dataset(table, names)
    for number, chart in enumerate(charts(layout), 1):
        parts[f"charts/{number:02}.yaml"] = _chart(chart, names)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1000)
            archive.writestr(zipfile.ZipInfo(f"mlmon/{name}"), text)
    return made.getvalue()
