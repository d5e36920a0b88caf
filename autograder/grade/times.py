"""When something was handed in, as nbgrader's `timestamp.txt` says: one reading for imports and for late days."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from dateutil.parser import parse

__all__ = ["time_of"]

# Parts of a date would be completed with today's, and lateness would depend on the day of grading.
DATE = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d")
# A zone that is called after a place, as in `2026-03-01 12:00:00 Europe/Berlin`.
PLACE = re.compile(r"\s\[?([A-Z]\w+(?:/[A-Z][\w-]+)+)\]?$", re.ASCII)
# In hours from UTC. Of a name that several zones share, none is taken but those of North America, as in mail.
ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2, "EEST": 3,
    "MSK": 3, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "EST": -5, "EDT": -4, "CST": -6,
    "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip


def time_of(text: str) -> datetime | None:
    """Read a time with its zone; one without a zone is in UTC, as nbgrader has it.

    Returns:
        The time in UTC; None if it is not a date and a time, or in a zone that nobody knows.
    """
    text = text.strip()
    if not DATE.match(text):
        return None
    place = PLACE.search(text)
    try:
        found: datetime = parse(PLACE.sub("", text), tzinfos=_zone)
        zone = ZoneInfo(place[1]) if place else UTC
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except Exception:  # whatever a student can make the parser raise
        return None


def _zone(name: str | None, offset: int | None) -> tzinfo | None:
    if offset is not None:
        return timezone(timedelta(seconds=offset))
    if name is not None and name not in ZONES:
        raise ValueError(f"the zone {name} is unknown")
    return timezone(timedelta(hours=ZONES[name])) if name else None
