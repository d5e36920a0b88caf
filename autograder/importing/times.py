"""When something was handed in: as platforms write it into names, and as nbgrader writes it down."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

__all__ = ["local_time", "stamp"]

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
# Brightspace: "Oct 12, 2021 1023 PM" or "12 October, 2021 2223"; the colon cannot be in a file's name.
NAMED = (
    re.compile(r"(?P<month>[A-Za-z]{3,9})\.? (?P<day>\d{1,2}),? (?P<year>\d{4}) (?P<clock>.+)"),
    re.compile(r"(?P<day>\d{1,2})\.? (?P<month>[A-Za-z]{3,9})\.?,? (?P<year>\d{4}) (?P<clock>.+)"),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d) (?P<clock>.+)"),
)
CLOCK = re.compile(r"(?P<hour>\d{1,2}?)[.:_]?(?P<minute>\d\d)(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?")


def stamp(when: datetime) -> bytes:
    """Return the content of nbgrader's `timestamp.txt`."""
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC\n".encode()


def local_time(text: str, zone: tzinfo | None) -> datetime | None:
    """Read a time that a platform wrote into a file's name.

    Args:
        text: As in "Oct 12, 2021 1023 PM".
        zone: The zone that the platform shows times in; that of this machine if None.

    Returns:
        The time, or None if it is written in another way.
    """
    for form in NAMED:
        found = form.fullmatch(text.strip())
        clock = CLOCK.fullmatch(found["clock"].strip()) if found else None
        if found and clock:
            return _time(found.groupdict(), clock, zone)
    return None


def _time(date: dict[str, str], clock: re.Match[str], zone: tzinfo | None) -> datetime | None:
    month = date["month"][:3].lower()
    number = int(month) if month.isdigit() else MONTHS.index(month) + 1 if month in MONTHS else 0
    hour = int(clock["hour"])
    if half := clock["half"]:
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    try:
        found = datetime(int(date["year"]), number, int(date["day"]), hour, int(clock["minute"]))
    except ValueError:
        return None
    return found.replace(tzinfo=zone) if zone else found.astimezone()
