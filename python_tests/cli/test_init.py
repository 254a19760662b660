"""Drafts from real columns, and edits that leave a user's files as they were."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from cli_support import FAKE

from mlmon_cli import scaffold
from mlmon_cli.draft import Draft, draft_monitor, set_baseline, set_maturity, to_yaml
from mlmon_cli.draft_columns import read_columns
from mlmon_cli.draft_tasks import MISSING
from mlmon_cli.errors import MlmonError
from mlmon_cli.project import Project, link_package


def column(
    name: str, kind: str, n_distinct: int, low: Any = None, high: Any = None
) -> dict[str, Any]:
    return {
        "kind": "column",
        "name": name,
        "type": kind,
        "n_distinct": n_distinct,
        "n_rows": 100_000,
        "minimum": low,
        "maximum": high,
        "null_rate": 0.0,
        "score_of": ["binary", "multiclass", "regression", "ranking"][
            0 if low >= 0 and high <= 1 else 2 :
        ]
        if kind == "numeric"
        else [],
    }


PREDICTIONS = [
    column("prediction_id", "text", 99_800),
    column("customer_id", "numeric", 40_000, 1, 90_000),
    column("predicted_at", "timestamp", 90_000, "2026-01-01T00:03:00", "2026-04-30T23:59:00"),
    column("loaded_at", "timestamp", 3_000, "2026-01-01T01:00:00", "2026-05-01T01:00:00"),
    column("score", "numeric", 80_000, 0.01, 0.99),
    column("predicted_label", "numeric", 2, 0, 1),
    column("model_version", "text", 2),
    column("latency_ms", "numeric", 900, 2, 4000),
    column("age", "numeric", 70, 18, 90),
    column("discount", "numeric", 100, 0, 1),
    column("job", "text", 30),
    column("channel", "text", 5),
    column("region", "text", 3),
    column("note", "text", 60_000),
    column("is_member", "boolean", 2),
    column("gender", "text", 3),
    column("converted_before", "text", 1),
]
LABELS = [
    column("prediction_id", "text", 99_000),
    column("converted", "numeric", 2, 0, 1),
    column("labeled_at", "timestamp", 80_000, "2026-01-03T00:00:00", "2026-05-01T00:00:00"),
    column("loaded_at", "timestamp", 80_000, "2026-01-03T00:00:00", "2026-05-01T00:00:00"),
    column("revenue", "numeric", 900, 0, 4000),
]


def drafted(predictions: list[dict[str, Any]], labels: list[dict[str, Any]] | None = None) -> Draft:
    described = ("crm.labels", read_columns(labels)) if labels else None
    return draft_monitor(("predictions", read_columns(predictions)), described)


def test_a_draft_from_well_named_columns() -> None:
    block = drafted(PREDICTIONS, LABELS).block
    assert block == {
        "task": "binary",
        "predictions": {
            "relation": "predictions",
            "id": "prediction_id",
            "timestamp": "predicted_at",
            "score": "score",
            "prediction": "predicted_label",
            "version": "model_version",
            "latency_ms": "latency_ms",
            "loaded_at": "loaded_at",
        },
        "labels": {
            "relation": "crm.labels",
            "id": "prediction_id",
            "label": "converted",
            "timestamp": "labeled_at",
            "loaded_at": "loaded_at",
            "maturity": "30 days",
        },
        "features": {
            "numeric": ["age", "discount"],
            "categorical": ["job", "channel", "region", "is_member"],
        },
        "segments": ["channel", "region"],
        "fairness": {"attributes": ["gender"]},
        "window": "day",
        "reference": {"start": "2026-01-01", "end": "2026-01-31"},
        "alerts": {"owner": MISSING},
    }


def test_a_number_of_many_values_is_the_label_of_a_regression() -> None:
    columns = [c for c in PREDICTIONS if c["name"] not in ("score", "predicted_label")]
    columns.append(column("forecast", "numeric", 20_000, -3, 900))
    labels = [c for c in LABELS if c["name"] != "converted"]
    block = drafted(columns, labels).block
    assert block["task"] == "regression"
    assert block["predictions"]["score"] == "forecast"
    assert not {"prediction", "threshold"} & set(block["predictions"])
    assert block["labels"]["label"] == "revenue"
    # few numbers may be classes
    few = [{**c, "n_distinct": 5} if c["name"] == "revenue" else c for c in labels]
    assert drafted(columns, few).block["task"] == "binary"


CLASSES = [
    column("prediction_id", "text", 99_800),
    column("predicted_at", "timestamp", 90_000, "2026-01-01", "2026-04-30"),
    column("predicted_class", "text", 3),
    column("age", "numeric", 70, 18, 90),
    column("channel", "text", 5),
    column("p_gold", "numeric", 80_000, 0, 1),
    column("p_none", "numeric", 80_000, 0, 1),
    column("p_silver", "numeric", 80_000, 0, 1),
]


def test_a_label_of_several_classes_is_a_multiclass_model() -> None:
    labels = [*LABELS[:1], column("offer_taken", "text", 3), *LABELS[2:3]]
    block = drafted(CLASSES, labels).block
    assert block["task"] == "multiclass"
    assert block["predictions"]["prediction"] == "predicted_class"
    assert block["predictions"]["class_scores"] == {
        "gold": "p_gold",
        "none": "p_none",
        "silver": "p_silver",
    }
    assert block["labels"]["label"] == "offer_taken"
    assert "positive_class" not in block["labels"]
    assert block["features"] == {"numeric": ["age"], "categorical": ["channel"]}
    # fewer columns of scores than classes are no scores of them
    block = drafted(CLASSES[:-1], [*LABELS[:1], column("offer_taken", "text", 3)]).block
    assert "class_scores" not in block["predictions"]
    # a model of which the label log is not known yet
    numbers = [*CLASSES[:2], column("predicted_label", "numeric", 4, 0, 3)]
    stars = [*LABELS[:1], column("label", "numeric", 4, 0, 3), *LABELS[2:3]]
    assert drafted(numbers, stars).block["task"] == "multiclass"
    assert drafted([*CLASSES[:2], CLASSES[3]], labels).block["predictions"]["prediction"] == MISSING


def test_lists_with_ranks_are_a_ranking() -> None:
    shown = [
        column("impression_id", "text", 99_800),
        column("shown_at", "timestamp", 90_000, "2026-01-01", "2026-04-30"),
        column("search_id", "text", 10_000),
        column("position", "numeric", 10, 1, 10),
        column("product_id", "text", 4_000),
        column("score", "numeric", 80_000, -3, 12),
        column("channel", "text", 5),
    ]
    clicks = [column("impression_id", "text", 9_000), column("clicked", "numeric", 2, 0, 1)]
    block = drafted(shown, clicks).block
    assert block["task"] == "ranking"
    assert block["predictions"] == {
        "relation": "predictions",
        "id": "impression_id",
        "timestamp": "shown_at",
        "query": "search_id",
        "rank": "position",
        "item": "product_id",
        "score": "score",
    }
    assert block["features"] == {"categorical": ["channel"]}


@pytest.mark.parametrize(
    ("months", "weekday", "month", "window", "baseline"),
    [
        (12, 0.1, 0.9, "day", {"rolling": 28}),
        (12, 0.7, 0.9, "day", {"seasonal": {"period": "7 days", "count": 4}}),
        (40, 0.7, 0.9, "week", {"seasonal": {"period": "52 weeks", "count": 2}}),
        (12, 0.9, 0.2, "day", None),  # the reference knows days of the week
        (4, 0.1, 0.9, "day", None),  # one change looks like a season
    ],
)
def test_the_baseline_by_the_seasons_of_the_log(
    months: int, weekday: float, month: float, window: str, baseline: Any
) -> None:
    draft = drafted(PREDICTIONS, LABELS)
    draft.block["window"] = window
    seasons = [
        {"name": "n", "months": months, "weekday": weekday, "month": 0.0},
        {"name": "age", "months": months, "weekday": 0.0, "month": month},
    ]
    set_baseline(draft, seasons)
    assert draft.block.get("baseline") == (["reference", baseline] if baseline else None)
    if baseline:
        assert "months differ in age" in to_yaml("m", draft)


def test_what_cannot_be_guessed_is_marked_and_asked() -> None:
    draft = drafted(
        [column("a", "numeric", 5, 0, 9), column("b", "text", 5)], [column("c", "text", 400)]
    )
    assert draft.block["predictions"] | {"relation": ""} == {
        "relation": "",
        "id": MISSING,
        "timestamp": MISSING,
        "score": MISSING,
        "threshold": 0.5,
    }
    assert draft.block["labels"]["label"] == MISSING
    assert draft.block["reference"] == {"start": MISSING, "end": MISSING}
    text = to_yaml("m", draft)
    assert f"score: {MISSING}  # which column is the probability of the positive class?" in text


@pytest.mark.parametrize(
    ("first", "last", "window", "reference"),
    [
        ("2026-01-05T03:20:00", "2026-01-06T09:00:00", "hour", ("2026-01-05 03:00:00", 8)),
        ("2026-01-05", "2026-01-15", "day", ("2026-01-05", 7 * 24)),
        ("2020-01-01", "2026-01-01", "week", ("2019-12-30", 78 * 7 * 24)),
        ("2026-01-05 00:00:00+00", "2026-05-05 00:00:00+00", "day", ("2026-01-05", 30 * 24)),
    ],
)
def test_the_reference_is_a_quarter_and_at_least_seven_windows(
    first: str, last: str, window: str, reference: tuple[str, int]
) -> None:
    from datetime import datetime

    block = drafted([column("ts", "timestamp", 9, first, last)]).block
    assert block["window"] == window
    assert block["reference"]["start"] == reference[0]
    span = datetime.fromisoformat(block["reference"]["end"]) - datetime.fromisoformat(reference[0])
    assert span.total_seconds() / 3600 == reference[1]


def test_the_text_parses_back_to_the_block() -> None:
    draft = drafted([*PREDICTIONS, column("yes", "text", 4), column("a: b #c", "text", 7)], LABELS)
    parsed = yaml.safe_load(to_yaml("lead: scoring", draft))
    assert list(parsed) == ["lead: scoring"]
    block = parsed["lead: scoring"]
    assert {k: str(v) for k, v in block["reference"].items()} == draft.block["reference"]
    assert block | {"reference": 0} == draft.block | {"reference": 0}
    assert "a: b #c" in block["features"]["categorical"]


def test_words_for_yes_and_what_is_no_feature() -> None:
    """A decision that is a boolean, classes in words, protected attributes by name, calendar and ids."""
    more = [
        column("applicant_sex", "numeric", 2, 0, 1),
        column("race", "text", 6),
        column("age_band", "text", 5),
        column("weekday", "numeric", 7, 0, 6),
        column("is_weekend", "boolean", 2),
        column("hour_of_day", "numeric", 24, 0, 23),
        column("account_no", "numeric", 9_000, 1, 10_000),
        column("trace", "numeric", 9_000, 1, 10_000),
        column("months_employed", "numeric", 90, 0, 400),
    ]
    predictions = [c for c in PREDICTIONS if c["name"] != "predicted_label"]
    predictions = [*predictions, column("was_approved", "boolean", 2), *more]
    labels = [*LABELS[:1], column("outcome", "text", 2, "NO", "YES"), *LABELS[2:3]]
    draft = drafted(predictions, labels)
    set_maturity(draft, 60.5)
    block = draft.block
    assert block["predictions"]["prediction"] == "was_approved"
    assert block["labels"]["positive_class"] == "YES"
    assert block["labels"]["maturity"] == "3 days"
    assert block["fairness"]["attributes"] == ["gender", "applicant_sex", "race", "age_band"]
    assert block["features"]["numeric"] == ["age", "discount", "trace", "months_employed"]
    assert block["features"]["categorical"] == ["job", "channel", "region", "is_member"]
    assert yaml.safe_load(to_yaml("m", draft))["m"]["labels"]["positive_class"] == "YES"


@pytest.mark.parametrize(
    ("values", "positive"),
    [(("good", "bad"), "bad"), (("N", "Y"), "Y"), (("no", "refund"), "refund"), (("a", "b"), None)],
)
def test_the_class_that_means_yes(values: tuple[str, str], positive: str | None) -> None:
    low, high = sorted(values)
    labels = [*LABELS[:1], column("outcome", "text", 2, low, high), *LABELS[2:3]]
    assert drafted(PREDICTIONS, labels).block["labels"]["positive_class"] == positive or MISSING


@pytest.mark.parametrize(("hours", "days"), [(0.2, "1 day"), (24, "1 day"), (24.1, "2 days")])
def test_labels_are_complete_after_whole_days(hours: float, days: str) -> None:
    draft = drafted(PREDICTIONS, LABELS)
    set_maturity(draft, hours)
    assert draft.block["labels"]["maturity"] == days


BLOCK = "    shop:\n      task: binary  # one\n"


@pytest.mark.parametrize(
    "text",
    [
        "name: shop\n",
        "name: shop",
        "name: shop\nvars:\n  # mine\n  a: 1  # one\n\nmodels: {}\n",
        "vars:\n    a:\n        b: 2\nname: shop\n",
        "vars:   # nothing yet\nname: shop\n",
        "name: shop\r\nvars:\r\n  a: 1\r\n",
        "name: shop\nvars:\n  shop:\n    b: [1,\n      2]\n# the end\n",
    ],
)
def test_a_monitor_is_added_and_the_rest_stays(tmp_path: Path, text: str) -> None:
    path = tmp_path / "dbt_project.yml"
    path.write_bytes(text.encode())
    before = yaml.safe_load(text)
    assert scaffold.add_monitor(Project(tmp_path), "shop", BLOCK)
    after = path.read_bytes().decode()
    parsed = yaml.safe_load(after)
    assert parsed["vars"].pop("mlmon_monitors") == {"shop": {"task": "binary"}}
    assert parsed == {**before, "vars": before.get("vars") or {}}
    kept = [line for line in after.splitlines() if line in text.splitlines()]
    assert kept == text.splitlines()
    assert ("\r\n" in after) == ("\r\n" in text)
    assert not list(tmp_path.glob("*.tmp"))


@pytest.mark.parametrize("indent", ["  ", "    "])
def test_a_second_monitor_joins_the_first(tmp_path: Path, indent: str) -> None:
    text = (
        f"name: shop  # ours\nvars:\n{indent}mlmon_monitors:   # all of them\n{indent}# the first\n"
        f"{indent * 2}other: {{task: binary}}  # one\n\nmodels: {{}}\n"
    )
    path = tmp_path / "dbt_project.yml"
    path.write_text(text)
    assert scaffold.add_monitor(Project(tmp_path), "shop", BLOCK)
    after = path.read_text()
    expected = {"shop": {"task": "binary"}, "other": {"task": "binary"}}
    assert yaml.safe_load(after)["vars"]["mlmon_monitors"] == expected
    assert [line for line in after.splitlines() if line in text.splitlines()] == text.splitlines()


@pytest.mark.parametrize(
    "text",
    [
        "vars: {a: 1}\n",
        "vars:\n  mlmon_monitors: {other: {}}\n",
        "vars:\n  mlmon_monitors:\n    shop: {}\n",
        "vars: &x\n  a: 1\nother: *x\n",
        "name: [broken\n",
    ],
)
def test_a_file_that_cannot_be_edited_safely_is_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "dbt_project.yml"
    path.write_text(text)
    assert not scaffold.add_monitor(Project(tmp_path), "shop", BLOCK)
    assert path.read_text() == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("packages.yml", None),
        ("packages.yml", "packages:\n  - package: dbt-labs/dbt_utils\n    version: 1.3.0\n"),
        ("packages.yml", "# ours\npackages:\n- git: x  # y\n"),
        ("dependencies.yml", "projects: []\npackages:\n  - git: x\n"),
    ],
)
def test_the_package_is_added(tmp_path: Path, name: str, text: str | None) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    path = scaffold.add_package(Project(tmp_path), '- local: "/a b/mlmon"\n')
    assert path.name == name
    packages = yaml.safe_load(path.read_text())["packages"]
    assert packages[0] == {"local": "/a b/mlmon"}
    assert packages[1:] == (yaml.safe_load(text)["packages"] if text else [])
    if text:
        assert [row for row in path.read_text().splitlines() if row in text.splitlines()] == (
            text.splitlines()
        )


def test_a_package_file_that_cannot_be_edited_is_shown_what_to_add(tmp_path: Path) -> None:
    (tmp_path / "packages.yml").write_text("packages: [{git: x}]\n")
    with pytest.raises(MlmonError, match="- local: /mlmon"):
        scaffold.add_package(Project(tmp_path), "- local: /mlmon\n")
    assert (tmp_path / "packages.yml").read_text() == "packages: [{git: x}]\n"


def test_the_package_is_recognised(tmp_path: Path) -> None:
    assert scaffold.has_package([{"local": str(FAKE)}], tmp_path)
    assert scaffold.has_package([{"git": "https://host/team/mlmon.git"}], tmp_path)
    assert scaffold.has_package([{"package": "team/mlmon"}], tmp_path)
    assert not scaffold.has_package([{"package": "dbt-labs/dbt_utils"}, {"local": "x"}], tmp_path)


@pytest.fixture
def fake_package(monkeypatch: pytest.MonkeyPatch) -> None:
    from mlmon_cli import project

    monkeypatch.setattr(project, "package_root", lambda: FAKE)


@pytest.mark.usefixtures("fake_package")
def test_init_in_an_empty_directory(
    tmp_path: Path, mlmon: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert mlmon("init").code == 2
    result = mlmon("init", "--new", "my_shop")
    assert result.code == 0, result.err
    assert yaml.safe_load((tmp_path / "packages.yml").read_text()) == {
        "packages": [{"local": ".mlmon/dbt_package"}]
    }
    assert (tmp_path / "dbt_packages" / "mlmon").exists()
    # another machine has neither the link nor what dbt installed, and its mlmon elsewhere
    assert (tmp_path / ".mlmon" / "dbt_package").resolve() == FAKE.resolve()
    assert (tmp_path / ".mlmon" / ".gitignore").read_text() == "*\n"
    shutil.rmtree(tmp_path / ".mlmon")
    shutil.rmtree(tmp_path / "dbt_packages")
    assert mlmon("doctor").code in (0, 2)
    assert (tmp_path / "dbt_packages" / "mlmon" / "dbt_project.yml").exists()
    (tmp_path / ".mlmon" / "dbt_package").unlink()
    (tmp_path / ".mlmon" / "dbt_package").symlink_to("/gone/elsewhere")
    link_package(Project(tmp_path))
    assert (tmp_path / ".mlmon" / "dbt_package" / "dbt_project.yml").exists()
    from mlmon_cli.settings import load_settings

    assert [c.name for c in load_settings(tmp_path, {}).channels] == ["console"]
    assert mlmon("init", "--new", "again").code == 2
    assert mlmon("init", "--new", "no-good").code == 2
    again = mlmon("init")
    assert again.code == 0
    assert "already declared" in again.out


@pytest.mark.usefixtures("fake_package")
def test_a_new_project_has_a_folder_of_its_own(
    tmp_path: Path, mlmon: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside other files; a directory with nothing in it is the folder."""
    (tmp_path / "notes.txt").write_text("mine")
    monkeypatch.chdir(tmp_path)
    result = mlmon("init", "--new", "my_shop")
    assert result.code == 0, result.err
    assert "cd my_shop" in result.out
    assert sorted(p.name for p in tmp_path.iterdir()) == ["my_shop", "notes.txt"]
    assert (tmp_path / "my_shop" / "packages.yml").exists()
    assert mlmon("init", "--new", "my_shop").code == 2


def test_a_package_is_copied_where_no_link_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_link(*_: Any, **__: Any) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "symlink_to", no_link)
    for _ in range(2):
        link_package(Project(tmp_path))
        copied = tmp_path / ".mlmon" / "dbt_package"
        assert sorted(p.name for p in copied.iterdir()) == [
            *("dbt_project.yml", "macros", "models", "seeds", "tests")
        ]


@pytest.mark.usefixtures("fake_package")
def test_init_drafts_a_monitor(shop: Any, mlmon: Any) -> None:
    path = shop.root / "dbt_project.yml"
    path.write_text(path.read_text().split("# what we watch")[0])
    described = {"crm.lead_predictions": PREDICTIONS, "labels": LABELS}
    shop.write("dbt_project.yml", path.read_text() + "vars:\n")
    shop.set_vars(fake_describe=described, fake_lag=60.5)
    result = mlmon("init", "--predictions", "crm.lead_predictions", "--labels", "labels")
    assert result.code == 0, result.err
    monitors = yaml.safe_load(path.read_text())["vars"]["mlmon_monitors"]
    assert list(monitors) == ["lead"]
    assert monitors["lead"]["predictions"]["score"] == "score"
    assert "mlmon doctor && mlmon run" in result.out
    result = mlmon("init", "--predictions", "crm.lead_predictions", "--name", "second")
    assert result.code == 0
    monitors = yaml.safe_load(path.read_text())["vars"]["mlmon_monitors"]
    assert sorted(monitors) == ["lead", "second"]
    assert monitors["lead"]["labels"]["maturity"] == "3 days"
    before = path.read_text()
    result = mlmon("init", "--predictions", "crm.lead_predictions", "--name", "second")
    assert "already exists" in result.out
    assert path.read_text() == before
    result = mlmon("init", "--predictions", "nothing")
    assert result.code == 2
    assert "there is no relation 'nothing'" in result.err
