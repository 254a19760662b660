"""The user's dbt project on disk: where it is and what its YAML says, read without dbt."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from mlmon_cli.errors import MlmonError, closest

# every var that the package reads; a test holds the two together. Those of the second kind are for tests.
LEGAL_VARIABLES = (
    *("mlmon_monitors", "mlmon_defaults", "mlmon_only", "mlmon_rebaseline", "mlmon_rebuild"),
    "mlmon_broken",
    "mlmon_rows_at_once",
)
VARIABLES = (*LEGAL_VARIABLES, "mlmon_skip_refs", "mlmon_now", "mlmon_test_grain")


@dataclass(frozen=True)
class Project:
    """A dbt project and how to connect it."""

    root: Path
    profiles_dir: Path | None = None
    profile: str | None = None
    target: str | None = None

    @property
    def state_dir(self) -> Path:
        """Where mlmon keeps its own dbt artifacts, apart from the user's."""
        return self.root / "target" / "mlmon"


def package_root() -> Path:
    """The directory of the mlmon dbt package: inside a wheel, else the repository's root."""
    here = Path(__file__).resolve().parent
    for candidate in (here / "dbt_package", here.parent):
        if (candidate / "dbt_project.yml").is_file():
            return candidate
    raise MlmonError(
        "the mlmon dbt package is not beside the CLI: this installation is incomplete. "
        "Reinstall mlmon, or use `mlmon init --git URL`."
    )


# where a project finds the package that this installation carries, whatever machine it is on
PACKAGE_LINK = ".mlmon/dbt_package"


def place_package(project: Project) -> None:
    """Make `.mlmon/dbt_package` the package of this installation, where the project asks for it.

    A link, or a copy where the system makes none. Git ignores the folder.
    """
    if any(item.get("local") == PACKAGE_LINK for item in declared_packages(project)):
        link_package(project)


def link_package(project: Project) -> None:
    """Make `.mlmon/dbt_package` in a project. Raises MlmonError where it can't be written."""
    link, package = project.root / PACKAGE_LINK, package_root()
    if link.is_symlink() and Path(os.readlink(link)) == package:
        return
    try:
        link.parent.mkdir(exist_ok=True)
        (link.parent / ".gitignore").write_text("*\n", encoding="utf-8")
        if link.is_dir() and not link.is_symlink():
            shutil.rmtree(link)
        new = link.with_name(f"dbt_package.{os.getpid()}")
        try:
            new.symlink_to(package, target_is_directory=True)
        except OSError:  # no links on this system
            new.mkdir()
            for part in ("models", "macros", "tests", "seeds"):
                shutil.copytree(package / part, new / part)
            shutil.copy(package / "dbt_project.yml", new)
        os.replace(new, link)  # at once: another run may read it
    except OSError as error:
        raise MlmonError(f"{link} cannot be made: {error.strerror or error}") from None


def find_project(
    project_dir: Path | None,
    profiles_dir: Path | None = None,
    profile: str | None = None,
    target: str | None = None,
) -> Project:
    """The dbt project in `project_dir`, else in the working directory or the nearest above it."""
    start = (project_dir or Path.cwd()).resolve()
    candidates = [start] if project_dir else [start, *start.parents]
    if profiles_dir is None and os.environ.get("DBT_PROFILES_DIR"):
        profiles_dir = Path(os.environ["DBT_PROFILES_DIR"])
    for candidate in candidates:
        if (candidate / "dbt_project.yml").is_file():
            return Project(
                root=candidate,
                profiles_dir=profiles_dir.expanduser().resolve() if profiles_dir else None,
                profile=profile,
                target=target,
            )
    raise MlmonError(
        f"no dbt_project.yml in {start}{'' if project_dir else ' or above it'}.\n"
        "  In a dbt project: cd into it, or give --project-dir.\n"
        "  Without one: `mlmon init --new NAME` makes a small project, `mlmon demo` an example."
    )


def read_yaml(path: Path) -> Any:
    """The content of a YAML file; None where the file is absent or cannot be parsed."""
    import yaml

    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return None


def repeated_keys(path: Path) -> list[str]:
    """Keys that a mapping of a YAML file has twice, with both lines: YAML readers take the last and say nothing."""
    import yaml

    found: list[str] = []
    seen: set[int] = set()

    def look(node: yaml.Node, where: tuple[str, ...]) -> None:
        if id(node) in seen or not isinstance(node, yaml.CollectionNode):
            return
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            for item in node.value:
                look(item, where)
            return
        lines: dict[str, int] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in lines:
                what = f"'{': '.join((*where, name))}' stands twice"
                if where and where[-1] == "mlmon_monitors":
                    what = f"two monitors are named '{name}'"
                found.append(
                    f"{what}, on line {lines[name]} and on line {line}; the first would be lost"
                )
            lines.setdefault(name, line)
            look(value, (*where, name))

    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError):
        return []
    if root is not None:
        look(root, ())
    return found


def declared_monitors(project: Project) -> dict[str, Any]:
    """`mlmon_monitors` as written in dbt_project.yml or vars.yml; {} where it can't be read.

    Only for error messages and drafts: dbt is the one that reads the configuration for real.
    """
    for name in ("vars.yml", "dbt_project.yml"):
        content = read_yaml(project.root / name)
        variables = content.get("vars") if isinstance(content, dict) else None
        if not isinstance(variables, dict):
            continue
        scopes = [variables, *(v for v in variables.values() if isinstance(v, dict))]
        for scope in scopes:
            monitors = scope.get("mlmon_monitors")
            if isinstance(monitors, dict):
                return {str(key): value for key, value in monitors.items()}
    return {}


def _variables(project: Project) -> Iterator[tuple[str, dict[Any, Any], str]]:
    """The file and `vars` of each place that dbt reads them from, and the project's name."""
    content = read_yaml(project.root / "dbt_project.yml")
    name = str(content.get("name")) if isinstance(content, dict) else ""
    for file in ("dbt_project.yml", "vars.yml"):
        content = read_yaml(project.root / file)
        variables = content.get("vars") if isinstance(content, dict) else None
        if isinstance(variables, dict):
            yield file, variables, name


def _no_variable(file: str, place: str, key: str) -> str:
    """A var that mlmon does not read, and the one that was probably meant."""
    wanted = key.lower().replace("-", "_").removeprefix("mlmon_")
    like = closest(wanted, [name.removeprefix("mlmon_") for name in LEGAL_VARIABLES])
    hint = f" \N{EM DASH} did you mean 'mlmon_{like}'?" if like else "."
    return f"{file}: {place}: '{key}' is no var of mlmon{hint} Legal: {', '.join(LEGAL_VARIABLES)}"


def unknown_variables(project: Project) -> list[str]:
    """What is wrong with the names of mlmon's vars: dbt ignores a var that nobody reads, and of
    two of one name the first."""
    files = ("dbt_project.yml", "vars.yml")
    found = [f"{file}: {text}" for file in files for text in repeated_keys(project.root / file)]
    for file, variables, name in _variables(project):
        own = variables.get("mlmon")
        for key in own if isinstance(own, dict) else ():
            if key not in VARIABLES:
                found.append(_no_variable(file, "vars: mlmon", str(key)))
        for key in map(str, variables):
            ours = key.lower().replace("-", "_").startswith("mlmon_")
            ours = ours or bool(get_close_matches(key.lower(), VARIABLES, n=1, cutoff=0.85))
            if ours and key not in VARIABLES:
                found.append(_no_variable(file, "vars", key))
        others = variables.get(name)
        for key in others if isinstance(others, dict) and name != "mlmon" else ():
            if key in VARIABLES:
                found.append(
                    f"{file}: vars: {name}: '{key}' is not seen by the package mlmon there. "
                    "Put it at the top of vars:, or under vars: mlmon:"
                )
    return found


def check_variables(project: Project) -> None:
    """Stop at a var of mlmon's that nobody would read. Raises MlmonError that lists them all."""
    found = unknown_variables(project)
    if found:
        raise MlmonError("\n".join(found))


def declared_packages(project: Project) -> list[dict[str, Any]]:
    """What packages.yml and dependencies.yml ask for."""
    found: list[dict[str, Any]] = []
    for name in ("packages.yml", "dependencies.yml"):
        content = read_yaml(project.root / name)
        packages = content.get("packages") if isinstance(content, dict) else None
        if isinstance(packages, list):
            found += [item for item in packages if isinstance(item, dict)]
    return found


def packages_missing(project: Project) -> bool:
    """Whether fewer packages are installed than declared: dbt's own test, made before it fails."""
    content = read_yaml(project.root / "dbt_project.yml")
    path = content.get("packages-install-path") if isinstance(content, dict) else None
    folder = project.root / (path if isinstance(path, str) else "dbt_packages")
    installed = [p for p in folder.iterdir() if p.is_dir()] if folder.is_dir() else []
    return len(declared_packages(project)) > len(installed)


def suggest_relation(wanted: str, names: list[str]) -> str | None:
    """The model, seed or source most like `wanted`, also when only its last part is like it."""
    return closest(wanted, names) or closest(wanted.split(".")[-1], names)
