"""One run at a time: of this directory by a lock of the operating system, of the tables by rows in them.

The system lets go of the lock when its holder ends, however it ends. The rows (`mlmon_runs`, written by the package)
are for runs from elsewhere, which no lock of this machine can see.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, TypeVar

from mlmon_cli import console, dbt
from mlmon_cli.errors import BusyError, MlmonError
from mlmon_cli.project import Project

POLL = 1.0  # seconds between two tries
BRIEF = 60.0  # seconds that a run waits for `mlmon ack` and the like

T = TypeVar("T")


def patiently(action: Callable[[], T], deadline: float) -> T:
    """`action`, tried again until `deadline` (monotonic seconds) while others hold what it needs."""
    told = False
    while True:
        try:
            return action()
        except BusyError as busy:
            left = deadline - time.monotonic()
            if left <= 0:
                raise
            if not told:
                console.say(f"{console.clean_lines(str(busy))}\nWaiting up to {left:.0f} s ...")
                told = True
            dbt.release()  # who holds the tables may need the file that dbt left open here
            time.sleep(min(POLL, left))


def _try_lock(file: IO[str]) -> bool:
    """Whether the lock was free and is ours now."""
    try:
        if os.name == "nt":
            import msvcrt

            file.seek(1 << 20)  # a byte behind the text, which others may go on reading
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _take(path: Path, is_word: bool = False) -> IO[str]:
    """The lock's file, held. Raises BusyError that names the holder."""
    file = path.open("a+", encoding="utf-8")
    if _try_lock(file):
        file.seek(0)
        file.truncate()
        since = datetime.now().astimezone().strftime("%H:%M:%S")
        file.write(json.dumps({"process": os.getpid(), "since": since, "word": is_word}))
        file.flush()
        return file
    file.seek(0)
    holder = {}
    try:
        holder = json.loads(file.read())
        who = f": process {holder['process']}, since {holder['since']}"
    except (ValueError, KeyError, TypeError):
        who = ""
    file.close()
    raise BusyError(
        f"another mlmon is at work in this project{who}. Wait for it (--wait SECONDS), or stop it.",
        passes_soon=bool(holder.get("word")),
    )


def _hold(project: Project, deadline: float, is_word: bool = False) -> IO[str]:
    """This directory's lock for the project's target. `mlmon ack` and the like take seconds, and make no run fail."""
    project.state_dir.mkdir(parents=True, exist_ok=True)
    path = project.state_dir / f"run-{project.target or 'default'}.lock"
    try:
        return _take(path, is_word)
    except BusyError as busy:
        if busy.passes_soon:
            deadline = max(deadline, time.monotonic() + BRIEF)
    return patiently(lambda: _take(path, is_word), deadline)


@contextlib.contextmanager
def between_runs(project: Project, deadline: float) -> Iterator[None]:
    """Hold this directory's lock for `mlmon ack` and the like, which take seconds.

    The tables are not held: the package looks for runs from elsewhere, and stops this where
    there is one. Raises BusyError when another process still has the lock at `deadline`.
    """
    with _hold(project, deadline, is_word=True):
        os.environ["MLMON_RUN_HOLDER"] = _holder(project)
        try:
            yield
        finally:
            os.environ.pop("MLMON_RUN_HOLDER", None)


def _holder(project: Project) -> str:
    """Who we are to runs from elsewhere: the same for every run of this directory and target."""
    path = project.state_dir / "holder"
    with contextlib.suppress(FileExistsError), path.open("x", encoding="utf-8") as file:
        file.write(uuid.uuid4().hex[:8])
    target, mark = project.target or "default", path.read_text(encoding="utf-8")
    return f"{socket.gethostname()}:{project.root} ({target}, {mark})"


@dataclass
class Run:
    """Our turn. `ended` tells that the package has let go of the tables already."""

    ended: bool = False


@contextlib.contextmanager
def alone(project: Project, deadline: float) -> Iterator[Run]:
    """Hold this directory's lock for the project's target, and name the run to the package.

    The package takes hold of the tables as the build or the report begins; here they are let go of.
    Raises BusyError when another process still has the lock at `deadline`.
    """
    file = _hold(project, deadline)
    run = Run()
    try:
        os.environ["MLMON_RUN_ID"] = f"{int(time.time())}-{uuid.uuid4().hex[:8]}"
        os.environ["MLMON_RUN_HOLDER"] = _holder(project)
        try:
            yield run
        except BusyError:
            raise  # we never had them
        except MlmonError:
            with contextlib.suppress(MlmonError):
                dbt.run_operation(project, "mlmon_end_run")
            raise
        if not run.ended:
            dbt.run_operation(project, "mlmon_end_run")
    finally:
        os.environ.pop("MLMON_RUN_ID", None)
        os.environ.pop("MLMON_RUN_HOLDER", None)
        file.close()
