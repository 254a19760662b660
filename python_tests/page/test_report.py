"""The report of the demo: its numbers are those of the tables, and a person finds in a browser what broke, since when, and what it cost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from mlmon_cli.dbt import release
from mlmon_cli.main import invoke
from mlmon_cli.page.build import build_page
from python_tests.page.browser import Watched, opened, started, why_no_browser

HOSTILE = "</script><script>alert(1)</script>"
SIZES = [(1440, "light"), (820, "dark"), (390, "light")]


@pytest.fixture(scope="session")
def document(demo: Any) -> Any:
    """The data of the demo's report."""
    from mlmon_cli.commands.report import read_page
    from mlmon_cli.project import Project

    try:
        return read_page(Project(root=demo.project, profiles_dir=demo.project))
    finally:
        release()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    reason = why_no_browser()
    if reason:
        pytest.skip(f"browser: {reason}")
    with started() as found:
        yield found


@pytest.fixture(scope="session")
def page_file(demo: Any) -> Path:
    return Path(demo.project / "mlmon_report.html")


@pytest.fixture
def look(browser: Any, page_file: Path) -> Iterator[Callable[..., Watched]]:
    """Opens the report; fails where something went wrong in it."""
    seen: list[Watched] = []

    def open_it(file: Path = page_file, width: int = 1440, scheme: str = "light") -> Watched:
        seen.append(opened(browser, file, width, scheme))
        return seen[-1]

    yield open_it
    wrong = [message for watched in seen for message in watched.wrong]
    for watched in seen:
        watched.page.context.close()
    assert wrong == []


def rows_of(document: Any, monitor: str, name: str) -> list[dict[str, Any]]:
    found = document["blocks"][monitor][name]
    return [dict(zip(found["columns"], cells, strict=True)) for cells in found["rows"]]


def test_the_demo_says_where_its_report_is(demo: Any, page_file: Path) -> None:
    assert f"The report:  {page_file}" in demo.output
    assert page_file.stat().st_size < 2_000_000


def test_every_row_is_one_of_the_query_behind_it(demo: Any, document: Any) -> None:
    connection = duckdb.connect(str(demo.project / "lead_scoring.duckdb"), read_only=True)
    for monitor, blocks in document["blocks"].items():
        for name, block in blocks.items():
            cursor = connection.execute(block["sql"])
            columns = [column[0] for column in cursor.description]
            rows = cursor.fetchall()
            lists = [i for i, column in enumerate(block["columns"]) if column in block["packed"]]
            if not lists:
                assert len(block["rows"]) == len(rows), (monitor, name)
                continue
            shown = [
                [document["lists"][cell][at] if i in lists else cell for i, cell in enumerate(cells)]
                for cells in block["rows"]
                for at in range(len(document["lists"][cells[lists[0]]]))
            ]
            assert len(shown) == len(rows), (monitor, name)
            for place, column in enumerate(block["columns"]):
                if column in block["packed"] and column not in ("window_start", "status", "reason"):
                    mine = sorted(row[place] for row in shown if row[place] is not None)
                    theirs = sorted(row[columns.index(column)] for row in rows if row[columns.index(column)] is not None)
                    assert mine == pytest.approx([float(value) for value in theirs], rel=1e-4, abs=1e-30), (monitor, name, column)
    connection.close()


def test_the_data_tells_the_story(document: Any) -> None:
    (row,) = rows_of(document, "", "overview")
    assert (row["status"], row["open_since"][:10], row["owner"]) == ("error", "2026-04-01", "growth-analytics")
    (group,) = [g for g in rows_of(document, "", "groups") if g["group_id"] == row["group_id"]]
    assert (group["metric"], group["cause_kind"], group["cause"]) == ("precision", "segment", "channel=paid_social")
    assert group["value_lost"] == pytest.approx(row["value_at_stake"])


def test_a_threshold_earns_what_its_decisions_did(demo: Any, document: Any) -> None:
    """The demo logs its decisions, which are those of 0.5."""
    thresholds = [row for row in rows_of(document, "lead_scoring", "thresholds") if row["era"] == "reference"]
    assert (thresholds[0]["threshold"], thresholds[-1]["threshold"]) == (0, 1)
    assert len({row["n"] for row in thresholds}) == 1
    assert not any(row["in_use"] for row in thresholds)
    (as_decided,) = [row for row in thresholds if row["threshold"] == 0.5]
    connection = duckdb.connect(str(demo.project / "lead_scoring.duckdb"), read_only=True)
    ((earned,),) = connection.execute("""
        select sum(numerator) / sum(denominator) from mlmon_kpis
        where kpi = 'business_value' and is_reference and segment = 'overall' and model_version = 'all'""").fetchall()
    connection.close()
    assert as_decided["value_by_prediction"] == pytest.approx(earned)


def test_calibration_and_deciles_add_up(document: Any) -> None:
    whole = {"model_version": "all", "segment": "overall", "segment_value": "all", "era": "reference"}

    def of(name: str) -> list[dict[str, Any]]:
        return [row for row in rows_of(document, "lead_scoring", name) if whole.items() <= row.items()]

    deciles, calibration = of("deciles"), of("calibration")
    assert [row["decile"] for row in deciles] == list(range(1, 11))
    assert [row["n"] for row in deciles] == pytest.approx([sum(row["n"] for row in calibration) / 10] * 10)
    assert deciles[-1]["cumulative_gain"] == pytest.approx(1)
    assert sum(row["n"] * row["positive_rate"] for row in deciles) == pytest.approx(sum(row["n"] * row["observed"] for row in calibration))
    assert deciles[0]["lift"] > 2
    for row in calibration:
        assert row["low"] <= row["observed"] <= row["high"]
        assert abs(row["score"] - row["observed"]) < 0.05


def test_what_is_expected_of_windows_whose_labels_are_still_coming(look: Any, document: Any) -> None:
    """Each has an estimate, the last one too, of which no label is known; after the campaign none is to be trusted, which is said."""
    whole = {"model_version": "all", "segment": "overall", "segment_value": "all"}

    def of(name: str) -> dict[str, Any]:
        (row,) = [row for row in rows_of(document, "lead_scoring", name) if whole.items() <= row.items()]
        packed = document["blocks"]["lead_scoring"][name]["packed"]
        return {column: document["lists"][row[column]] for column in packed}

    estimates, performance = of("estimates"), of("performance")
    complete = {window for window, is_mature in zip(performance["window_start"], performance["is_mature"], strict=True) if is_mature}
    windows = of("operations")["window_start"]
    assert estimates["window_start"] == [window for window in windows if window not in complete]
    assert estimates["window_start"][-1] not in performance["window_start"]
    assert set(estimates["is_trusted"]) == {0}
    watched = look()
    watched.go("#/monitor/lead_scoring")
    chart = watched.page.locator("section.chart", has_text="precision of the whole log").first
    assert "hollow: not to be trusted (precision missed what came in too many of the last complete windows)" in chart.inner_text()
    chart.locator("svg[role=img]").wait_for()
    assert "estimate" in chart.locator("svg").text_content()


def test_versions_side_by_side_and_what_is_at_stake(look: Any) -> None:
    watched = look()
    watched.go("#/monitor/lead_scoring")
    page = watched.page
    rows = page.locator("table", has_text="Versions beside those before them, of the whole log").locator("tbody tr")
    assert rows.count() == 5
    for row in rows.all_inner_texts():
        assert row.startswith("v2 beside v1")
        assert "not told apart yet" in row
    chart = page.locator("section.chart", has_text="Value at stake of the whole log, a week")
    chart.locator("summary").click()
    assert chart.locator("tbody tr").count() == 120
    assert 'from "lead_scoring"."main"."mlmon_value"' in chart.locator("pre").inner_text()


def test_a_newcomer_finds_what_broke_since_when_and_what_it_cost(look: Any) -> None:
    page = look().page
    row = page.locator("table.overview tbody tr").first.inner_text()
    told = ("lead_scoring", "error", "1 Apr 2026", "precision fell from 0.697 to 0.427", "channel = paid_social", "211,995")
    for text in (*told, "growth-analytics"):
        assert text in row
    page.get_by_role("link", name="precision fell from").first.click()
    page.wait_for_selector(".story")
    story = page.locator("main").inner_text()
    told = ("channel = paid_social (explains 81.8 % of it)", "1 Apr 2026", "211,995 of business value", "What moved first")
    for text in (*told, "Runbook: https://", "mlmon ack", "channel console was told"):
        assert text in story
    moved = page.locator("table", has_text="What moved, the first first").locator("tbody tr").first.inner_text()
    assert "number of predictions" in moved
    assert "paid_social" in moved
    page.wait_for_selector(".canvas svg[role=img]")


def test_filters_clicks_and_what_stands_behind_a_chart(look: Any) -> None:
    watched = look()
    page = watched.page
    page.get_by_role("link", name="lead_scoring", exact=True).first.click()
    page.wait_for_selector(".filters")
    page.get_by_label("Segment", exact=True).select_option(label="channel = paid_social")
    chart = page.locator("section.chart", has_text="precision of channel = paid_social")
    chart.locator("summary").click()
    assert chart.locator("tbody tr").count() == 118  # the labels of the last two days are still to come
    assert 'from "lead_scoring"."main"."mlmon_performance"' in chart.locator("pre").first.inner_text()
    page.get_by_label("From", exact=True).fill("2026-04-01")
    page.get_by_label("From", exact=True).dispatch_event("change")
    chart.locator("summary").click()
    assert chart.locator("tbody tr").count() == 28
    page.get_by_label("Version", exact=True).select_option("v1")
    assert "No labeled predictions here" in chart.inner_text()
    page.get_by_label("Version", exact=True).select_option("all")
    page.get_by_label("Metric", exact=True).select_option("recall")
    page.wait_for_selector("text=recall of channel = paid_social")

    page.get_by_label("Column", exact=True).select_option("channel")
    page.wait_for_selector("text=Values of channel on 30 Apr 2026")
    head = page.get_by_role("button", name="Change", exact=True)
    head.click()
    first = page.locator("table", has_text="precision by segment").locator("tbody th").first
    assert first.inner_text() == "channel = paid_social"
    head.click()
    assert first.inner_text() != "channel = paid_social"
    watched.draw_all()


def test_a_click_on_the_heat_map_shows_the_values(look: Any) -> None:
    page = look().page
    page.get_by_role("link", name="lead_scoring", exact=True).first.click()
    page.wait_for_selector(".filters")
    drift = page.locator("section.chart", has_text="Drift of each column")
    drift.scroll_into_view_if_needed()
    cells = drift.locator(".mark-rect path")
    cells.first.wait_for()
    cells.first.click()
    page.wait_for_selector("text=Values of age on 1 Jan 2026")
    assert page.get_by_label("Window", exact=True).input_value() == "2026-01-01"


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_anyone_can_read_it(look: Any, width: int, scheme: str) -> None:
    """No violation that axe knows of, and nothing wider than the window, in each of the three views."""
    from axe_playwright_python.sync_playwright import Axe

    watched = look(width=width, scheme=scheme)
    page = watched.page
    card = page.locator(".card a").first.get_attribute("href")
    for address in ("#/", "#/monitor/lead_scoring", card):
        watched.go(address)
        watched.draw_all()
        found = Axe().run(page)
        assert [(v["id"], [n["html"][:200] for n in v["nodes"][:3]]) for v in found.response["violations"]] == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_a_hostile_category_is_only_a_name(look: Any, document: Any, tmp_path: Path) -> None:
    text = json.dumps(document).replace("paid_social", HOSTILE)
    file = tmp_path / "hostile.html"
    file.write_text(build_page(json.loads(text)), encoding="utf-8")
    watched = look(file)
    assert f"channel = {HOSTILE}" in watched.page.locator("main").inner_text()
    watched.page.locator(".card a").first.click()
    watched.page.wait_for_selector(".story")
    watched.draw_all()
    assert HOSTILE in watched.page.locator(".story").inner_text()
    watched.go("#/monitor/lead_scoring")
    watched.draw_all()


def test_restated_verdicts_are_listed(look: Any, document: Any, tmp_path: Path) -> None:
    """The demo has none: here is one."""
    changed = json.loads(json.dumps(document))
    block = changed["blocks"][""]["restatements"]
    assert block["rows"] == []
    row = {
        "monitor": "lead_scoring", "model_version": "v2", "segment": "channel", "segment_value": "email",
        "window_start": "2026-04-20T00:00:00", "family": "performance", "subject": "model", "metric": "precision",
        "compared_to": "reference", "first_value": 0.7, "first_status": "ok", "first_known_at": "2026-05-01T05:00:00",
        "value": 0.42, "status": "error", "restated_at": "2026-05-03T05:00:00", "reason": "data",
    }  # fmt: skip
    block["columns"], block["rows"] = list(row), [list(row.values())]
    file = tmp_path / "restated.html"
    file.write_text(build_page(changed), encoding="utf-8")
    watched = look(file)
    watched.go("#/monitor/lead_scoring")
    cells = watched.page.locator("table", has_text="Verdicts that became others").locator("tbody tr").inner_text()
    for text in ("20 Apr 2026", "precision", "channel = email, version v2", "0.7", "1 May 2026", "0.42", "error", "3 May 2026", "data"):
        assert text in cells


def test_it_works_by_keyboard(look: Any) -> None:
    page = look().page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".filters")
    assert page.evaluate("document.activeElement.id") == "main"


def test_flags(demo: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    place = ["--project-dir", str(demo.project), "--profiles-dir", str(demo.project)]
    try:
        assert invoke(["report", "--monitor", "lead_scorin", *place]) == 2
        assert "did you mean 'lead_scoring'" in capsys.readouterr().err
        assert not (tmp_path / "mlmon_report.html").exists()
        assert invoke(["report", "--period", "2026-04", "--format", "json", *place]) == 0
        document = json.loads(capsys.readouterr().out)
        windows = {text for cells in document["blocks"]["lead_scoring"]["operations"]["rows"] for text in document["lists"][cells[3]]}
        assert (min(windows), max(windows), len(windows)) == ("2026-04-01", "2026-04-30", 30)
        assert not (tmp_path / "mlmon_report.html").exists()
    finally:
        release()
