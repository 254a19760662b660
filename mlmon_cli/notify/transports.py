"""Delivery with retries, and HTTP.

A URL may hold a secret, and the libraries' exceptions quote it: nothing of them is shown.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

from mlmon_cli import __version__

LONGEST_ANSWER = 65536  # bytes
LONGEST_WAIT = 60.0  # seconds; a server that asks for more is left for the next run

Sleep = Callable[[float], None]


class DeliveryError(Exception):
    """A message could not be delivered; the text is fit to be shown.

    `unreachable` tells a channel that is down from a message that it refused; `in_doubt` that it
    may have been received all the same.
    """

    def __init__(self, message: str, unreachable: bool = False, in_doubt: bool = False) -> None:
        super().__init__(message)
        self.unreachable = unreachable
        self.in_doubt = in_doubt


@dataclass(frozen=True)
class Attempt:
    """One try: delivered, worth another try (after `wait` seconds, if the server said), or not.

    `receipt` is what the receiver calls a message that it took. `in_doubt`: it may have been taken.
    """

    problem: str = ""
    again: bool = False
    wait: float | None = None
    receipt: str = ""
    in_doubt: bool = False


@dataclass(frozen=True)
class Answer:
    """What an HTTP server answered."""

    status: int
    body: bytes
    wait: float | None

    def json(self) -> Any:
        """The body as a JSON document; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


Judge = Callable[[Answer], Attempt]


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
) -> str:
    """Call `attempt` until it delivers -> the receipt. Raises DeliveryError with the last problem."""
    in_doubt = False
    for number in range(1, retries + 2):
        result = attempt()
        in_doubt = in_doubt or result.in_doubt
        if not result.problem:
            return result.receipt
        if not result.again:
            raise DeliveryError(result.problem, in_doubt=in_doubt)
        if number > retries:
            tries = f" ({number} tries)" if number > 1 else ""
            raise DeliveryError(result.problem + tries, unreachable=True, in_doubt=in_doubt)
        pause = backoff(number, base)
        if result.wait is not None:
            if result.wait > LONGEST_WAIT:
                raise DeliveryError(
                    f"{result.problem}, and asks to wait {result.wait:.0f} s",
                    unreachable=True,
                    in_doubt=in_doubt,
                )
            pause = max(pause, result.wait)
        sleep(pause)
    raise AssertionError("the last try returns or raises")


def by_status(answer: Answer) -> Attempt:
    """The verdict of an HTTP status alone."""
    if 200 <= answer.status < 300:
        return Attempt()
    problem = f"HTTP {answer.status}"
    if 300 <= answer.status < 400:
        problem += ": a redirection, which is not followed"
    again = answer.status in (408, 425, 429) or answer.status >= 500
    return Attempt(problem, again=again, wait=answer.wait)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What signs a body: HMAC-SHA256 over the time, a dot and the body, in hexadecimal."""
    text = timestamp.encode() + b"." + body
    return "v1=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Request:
    """A request that can be tried several times."""

    url: str
    body: bytes
    headers: Mapping[str, str]
    secret: str = ""
    method: str = "POST"
    timeout: float = 10.0


def _try(request: Request, judge: Judge) -> Attempt:
    import requests

    headers = dict(request.headers)
    if request.secret:
        now = str(int(time.time()))
        headers["Mlmon-Timestamp"] = now
        headers["Mlmon-Signature"] = signature(request.secret, now, request.body)
    try:
        with requests.request(
            request.method,
            request.url,
            data=request.body,
            headers=headers,
            timeout=request.timeout,
            allow_redirects=False,
            stream=True,
        ) as response:
            wait = retry_after(response.headers.get("Retry-After"))
            try:
                body: bytes = next(response.iter_content(LONGEST_ANSWER), b"")
            except requests.exceptions.RequestException:
                body = b""
            return judge(Answer(response.status_code, body, wait))
    except requests.exceptions.SSLError:
        return Attempt("TLS failed: the server's certificate was not accepted")
    except requests.exceptions.Timeout:
        return Attempt(f"no answer within {request.timeout:g} s", again=True, in_doubt=True)
    except requests.exceptions.ConnectionError as error:
        reset = "reset" in repr(error).lower() or "aborted" in repr(error).lower()
        problem = "connection lost" if reset else "could not connect"
        return Attempt(problem, again=True, in_doubt=reset)
    except (requests.exceptions.RequestException, ValueError, UnicodeError) as error:
        return Attempt(f"the request could not be sent ({type(error).__name__})")


def json_request(
    url: str,
    payload: object,
    delivery_key: str,
    headers: Mapping[str, str],
    *,
    secret: str = "",
    method: str = "POST",
    timeout: float = 10.0,
) -> Request:
    """A request with a JSON body. Every try carries the same delivery key."""
    return Request(
        url=url,
        body=json.dumps(payload, ensure_ascii=True, allow_nan=False).encode(),
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": f"mlmon/{__version__}",
            **headers,
            "Idempotency-Key": delivery_key,
            "Mlmon-Delivery": delivery_key,
        },
        secret=secret,
        method=method,
        timeout=timeout,
    )


def send_request(
    request: Request,
    retries: int,
    backoff_seconds: float,
    judge: Judge = by_status,
    sleep: Sleep = time.sleep,
) -> str:
    """Send `request`, trying again where that can help -> the receipt."""
    return with_retries(lambda: _try(request, judge), retries, backoff_seconds, sleep)
