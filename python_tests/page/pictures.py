"""Makes the pictures of the docs from the demo: the report, and its message as Slack shows it.

    python -m python_tests.page.pictures       (make pictures)

It needs the Chromium of the system.
"""

from __future__ import annotations

import html
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from python_tests.demo import build_demo
from python_tests.page.browser import opened, started, why_no_browser

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
SLACK = 'channels:\n  slack: {type: slack, url: "https://hooks.slack.com/services/T0/B0/x"}\nroutes:\n  - {channels: [slack]}\n'
LOOK = """
body { margin: 0; padding: 16px 20px; width: 760px; background: #fff; color: #1d1c1d; font: 15px/1.46 Helvetica, Arial, sans-serif; }
h1 { font-size: 18px; line-height: 1.33; margin: 2px 0 6px; }
p { margin: 0 0 4px; }
a { color: #1264a3; }
.by { display: flex; gap: 10px; }
.icon { width: 36px; height: 36px; flex: none; border-radius: 6px; background: #0b5cad; color: #fff; }
.icon { font: 700 20px/36px sans-serif; text-align: center; }
.name { font-weight: 900; }
.time { color: #616061; font-size: 12px; }
.attached { border-left: 4px solid #ddd; padding-left: 12px; margin-top: 8px; color: #616061; }
"""


def slack_payload(project: Path) -> dict[str, Any]:
    """What would be posted to a Slack channel that was told nothing yet."""
    from mlmon_cli import dbt
    from mlmon_cli.notify.channels.slack import to_slack
    from mlmon_cli.notify.compose import compose
    from mlmon_cli.project import Project
    from mlmon_cli.report import read_report
    from mlmon_cli.settings import load_settings

    told = (project / "mlmon.yml").read_text(encoding="utf-8")
    (project / "mlmon.yml").write_text(SLACK + told[told.index("actions:") :], encoding="utf-8")
    settings = load_settings(project)
    try:
        rows = dbt.run_operation(Project(root=project, profiles_dir=project), "mlmon_report", settings.asked_of_the_warehouse)
    finally:
        dbt.release()
    (message,) = compose(read_report(rows), settings)
    return to_slack(message)[0]


def as_html(text: str) -> str:
    """Slack's markup: bold, links, lines. The text is escaped as Slack wants it, which is as HTML does."""
    text = re.sub(r"<([^|<>]+)\|([^<>]+)>", r'<a href="\1">\2</a>', text)
    text = re.sub(r"<(https?://[^|<>]+)>", r'<a href="\1">\1</a>', text)
    return re.sub(r"\*([^*\n]+)\*", r"<b>\1</b>", text).replace("\n", "<br>")


def slack_page(payload: dict[str, Any]) -> str:
    """The head of a message as Slack lays it out; the attachment, which Slack folds, as its first line."""
    parts = []
    for block in payload["blocks"]:
        if block["type"] == "header":
            parts.append(f"<h1>{html.escape(block['text']['text'])}</h1>")
        else:
            texts = [block["text"], *block.get("fields", [])] if "text" in block else block.get("fields") or block["elements"]
            parts += [f"<p>{as_html(text['text'])}</p>" for text in texts]
    if payload.get("attachments"):
        parts.append('<p class="attached">Show more</p>')
    by = '<span class="name">mlmon</span> <span class="time">APP&nbsp; 8:00 AM</span>'
    return f'<meta charset="utf-8"><style>{LOOK}</style><div class="by"><div class="icon">m</div><div>{by}{"".join(parts)}</div></div>'


def draw(browser: Browser, project: Path, folder: Path) -> None:
    """Writes the pictures."""
    watched = opened(browser, project / "mlmon_report.html", 1280, device_scale_factor=1.25)
    watched.page.set_viewport_size({"width": 1280, "height": 1015})
    watched.go("#/monitor/lead_scoring")
    watched.draw_all()
    watched.page.screenshot(path=folder / "report.png")
    page = browser.new_context(viewport={"width": 800, "height": 100}, device_scale_factor=1.25).new_page()
    page.set_content(slack_page(slack_payload(project)))
    page.screenshot(path=folder / "message.png", full_page=True)


def main() -> None:
    if why_no_browser():
        sys.exit(f"pictures: {why_no_browser()}")
    with tempfile.TemporaryDirectory() as folder:
        project = build_demo(Path(folder)).project
        FOLDER.mkdir(exist_ok=True)
        with started() as browser:
            draw(browser, project, FOLDER)


if __name__ == "__main__":
    main()
