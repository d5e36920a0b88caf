"""Hand a notebook in over the network: to the service of the course, with the token of this hub or of this person."""

from __future__ import annotations

import http.client
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["Service", "ServiceError", "service_for"]

# Where the service is, and who somebody is there: set by whoever runs the course's machines, or by oneself.
ADDRESS, TOKEN = "COURSE_SERVICE", "COURSE_TOKEN"
# Set by JupyterHub for each user's server, and so for the kernels on it.
HUB_TOKEN = "JUPYTERHUB_API_TOKEN"
ANSWERS_WITHIN_S = 30.0
ATTEMPTS = 3
LOOK_EVERY_S = 1.0


class ServiceError(Exception):
    """The service did not do what it was asked; the message says why, and what to do."""


@dataclass(frozen=True)
class Service:
    """The service of a course.

    Args:
        address: Its address, without a slash at the end.
        token: Says who asks.
    """

    address: str
    token: str

    def hand_in(self, workbook: str, content: bytes) -> dict[str, Any]:
        """Hand in a notebook; asked again after a lost connection, the service takes it once.

        Args:
            workbook: Which workbook it is.
            content: The file.

        Returns:
            What the service says of the hand-in: `number`, `receipt`, `state`, `says`, `exercises` and others.

        Raises:
            ServiceError: It was not accepted.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._ask(f"/api/hand-ins?workbook={urllib.parse.quote(workbook)}", content)
            except (OSError, http.client.HTTPException) as error:
                reason = getattr(error, "reason", None) or error
                if attempt == ATTEMPTS:
                    raise ServiceError(f"the service at {self.address} does not answer ({reason})") from error
                time.sleep(attempt)
        raise AssertionError

    def follow(self, number: int, within_s: float) -> Iterator[dict[str, Any]]:
        """Yield what the service says of a hand-in as it changes, until there is a verdict or the time is over.

        Args:
            number: The number of the hand-in.
            within_s: How long to wait for the verdict, in seconds.

        Raises:
            ServiceError: The service refuses to tell.
        """
        end = time.monotonic() + within_s
        state = ""
        while time.monotonic() < end:
            try:
                told = self._ask(f"/api/hand-ins/{number}")
            except (OSError, http.client.HTTPException):
                told = {"state": state}  # it is handed in; the connection may come back
            if told["state"] != state:
                state = told["state"]
                yield told
            if state not in ("", "waiting", "running"):
                return
            time.sleep(LOOK_EVERY_S)

    def _ask(self, path: str, content: bytes | None = None) -> dict[str, Any]:
        headers = {"Authorization": f"token {self.token}", "Content-Type": "application/x-ipynb+json"}
        request = urllib.request.Request(self.address + path, content, headers)
        try:
            with urllib.request.urlopen(request, timeout=ANSWERS_WITHIN_S) as answer:
                told: dict[str, Any] = json.loads(answer.read())
                return told
        except urllib.error.HTTPError as error:
            raise ServiceError(_said(error)) from error
        except ValueError as error:
            raise ServiceError(f"what answers at {self.address} is not the service of a course") from error


def service_for(address: str = "") -> Service | None:
    """Return the service that hand-ins go to; None where there is none.

    Args:
        address: What the notebook says; the environment variable `COURSE_SERVICE` goes before it.

    Raises:
        ServiceError: There is one, and nothing says who asks; or it is not an address.
    """
    address = (os.environ.get(ADDRESS) or address).rstrip("/")
    if not address:
        return None
    if not address.startswith(("http://", "https://")):
        raise ServiceError(f"{ADDRESS} is {address!r}, which is not an address; it begins with https://")
    token = os.environ.get(TOKEN) or os.environ.get(HUB_TOKEN) or ""
    if not token.strip():
        raise ServiceError(
            f"the service at {address} has to know who you are: put the token that the staff gave you into the "
            f"variable {TOKEN}; in a cell that you delete afterwards: import os; os.environ[{TOKEN!r}] = 'the token'"
        )
    return Service(address, token.strip())


def _said(error: urllib.error.HTTPError) -> str:
    """Return the sentence of a refusal."""
    try:
        return str(json.loads(error.read())["error"])
    except (ValueError, KeyError, TypeError, OSError, http.client.HTTPException):
        return f"the service answered {error.code} ({error.reason}); tell the teaching staff"
