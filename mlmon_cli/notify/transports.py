"""Ways to deliver a message: standard output, a file, HTTP.

A URL may hold a secret, and the HTTP library's exceptions quote it: nothing of them is shown.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import click

from mlmon_cli import __version__
from mlmon_cli.settings import Channel

LONGEST_WAIT = 60.0  # seconds; a server that asks for more is left for the next run

Sleep = Callable[[float], None]


class DeliveryError(Exception):
    """A message could not be delivered; the text is fit to be shown.

    `unreachable` tells a channel that is down from a message that it refused.
    """

    def __init__(self, message: str, unreachable: bool = False) -> None:
        super().__init__(message)
        self.unreachable = unreachable


@dataclass(frozen=True)
class Attempt:
    """One try: delivered, worth another try (after `wait` seconds, if the server said), or not."""

    problem: str = ""
    again: bool = False
    wait: float | None = None


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds asked for by a Retry-After header, given in seconds or as an HTTP date."""
    if not value:
        return None
    if re.fullmatch(r"\s*\d{1,9}\s*", value):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max(0.0, (moment - (now or datetime.now(timezone.utc))).total_seconds())


def backoff(attempt: int, base: float, chance: Callable[[], float] = random.random) -> float:
    """Seconds before try number `attempt` + 1: doubling, with up to half of it left to chance."""
    longest: float = min(LONGEST_WAIT, base * 2.0 ** (attempt - 1))
    return longest * (0.5 + 0.5 * chance())


def with_retries(
    attempt: Callable[[], Attempt], retries: int, base: float, sleep: Sleep = time.sleep
) -> None:
    """Call `attempt` until it delivers. Raises DeliveryError with the last problem."""
    for number in range(1, retries + 2):
        result = attempt()
        if not result.problem:
            return
        if not result.again:
            raise DeliveryError(result.problem)
        if number > retries:
            tries = f" ({number} tries)" if number > 1 else ""
            raise DeliveryError(result.problem + tries, unreachable=True)
        pause = backoff(number, base)
        if result.wait is not None:
            if result.wait > LONGEST_WAIT:
                raise DeliveryError(
                    f"{result.problem}, and asks to wait {result.wait:.0f} s", unreachable=True
                )
            pause = max(pause, result.wait)
        sleep(pause)


def _post_once(channel: Channel, body: bytes, headers: Mapping[str, str]) -> Attempt:
    import requests

    try:
        response = requests.post(
            channel.url,
            data=body,
            headers=dict(headers),
            timeout=channel.timeout_seconds,
            allow_redirects=False,
            stream=True,
        )
    except requests.exceptions.SSLError:
        return Attempt("TLS failed: the server's certificate was not accepted")
    except requests.exceptions.Timeout:
        return Attempt(f"no answer within {channel.timeout_seconds:g} s", again=True)
    except requests.exceptions.ConnectionError as error:
        reset = "reset" in repr(error).lower() or "aborted" in repr(error).lower()
        return Attempt("connection lost" if reset else "could not connect", again=True)
    except (requests.exceptions.RequestException, ValueError, UnicodeError) as error:
        return Attempt(f"the request could not be sent ({type(error).__name__})")
    status = response.status_code
    reason = ""
    if 200 <= status < 300:
        response.close()
        return Attempt()
    if channel.type == "slack":
        # Slack explains itself in one word, such as invalid_payload or no_service
        word = _first_bytes(response)
        reason = f" ({word})" if re.fullmatch(r"[a-z_]{3,40}", word) else ""
    wait = retry_after(response.headers.get("Retry-After"))
    response.close()
    problem = f"HTTP {status}{reason}"
    if 300 <= status < 400:
        problem += ": a redirection, which is not followed"
    return Attempt(problem, again=status in (408, 425, 429) or status >= 500, wait=wait)


def _first_bytes(response: Any) -> str:
    try:
        chunk: bytes = next(response.iter_content(64), b"")
    except Exception:
        return ""
    return chunk.decode("ascii", "replace").strip()


def post(
    channel: Channel, payload: Mapping[str, Any], delivery_key: str, sleep: Sleep = time.sleep
) -> None:
    """POST `payload` as JSON to a webhook, trying again where that can help.

    Every try carries the same delivery key, so that a receiver can tell a repetition.
    """
    body = json.dumps(payload, ensure_ascii=True, allow_nan=False).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": f"mlmon/{__version__}",
        **channel.headers,
        "Idempotency-Key": delivery_key,
        "Mlmon-Delivery": delivery_key,
    }
    with_retries(
        lambda: _post_once(channel, body, headers),
        channel.retries,
        channel.backoff_seconds,
        sleep,
    )


def append(path: Path, payload: Mapping[str, Any]) -> None:
    """Append `payload` as one line of JSON."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(payload, ensure_ascii=False) + "\n")
    except OSError as error:
        raise DeliveryError(f"{path} cannot be written: {error.strerror}") from None


def show(text: str) -> None:
    """Print a message to standard output."""
    click.echo(text + "\n")
