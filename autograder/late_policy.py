"""What lateness costs: `[late]` in `course.toml`, in percent of a workbook's points."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

__all__ = ["DAY_S", "LatePolicy"]

DAY_S = 86_400
MOST_HOURS = 24 * 7
# The end of a day that is given without a time.
END_OF_DAY = time(23, 59, 59)


class LatePolicy(BaseModel):
    """Due dates, and the marks that a late submission loses. Without any entry, lateness is shown and costs nothing.

    Args:
        per_day: Percent of the workbook's points for every day that has begun after the due date.
        grace_hours: Hours after the due date in which lateness costs nothing; later, they count as all others do.
        cap: Percent of the workbook's points that lateness costs at most.
        time_zone: The zone of due dates that name none, as `Europe/Berlin`.
        due: The due date of a workbook, by its name. A day without a time ends at midnight.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    per_day: float = 0.0
    grace_hours: float = 0.0
    cap: float = 100.0
    time_zone: str = ""
    due: Annotated[Mapping[str, datetime | date], Field()] = {}

    @field_validator("per_day", "cap", mode="before")
    @classmethod
    def _percent(cls, value: Any) -> Any:
        return _number(value, 100, "percent of the workbook's points, a number from 0 to 100")

    @field_validator("grace_hours", mode="before")
    @classmethod
    def _hours(cls, value: Any) -> Any:
        return _number(value, MOST_HOURS, f"hours after the due date, a number from 0 to {MOST_HOURS}")

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value or "UTC")
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"there is no time zone {value!r}; write it as Europe/Berlin") from error
        return value

    @field_validator("due", mode="before")
    @classmethod
    def _dates(cls, value: Any) -> Any:
        for name, when in value.items() if isinstance(value, Mapping) else ():
            if not isinstance(when, date):
                raise ValueError(f"{name} = {when!r} is no date; write {name} = 2026-03-01T23:59:00, without quotes")
        return value

    @model_validator(mode="after")
    def _zones(self) -> LatePolicy:
        open_ones = [name for name, when in self.due.items() if not getattr(when, "tzinfo", None)]
        if open_ones and not self.time_zone:
            raise ValueError(f'the due date of {open_ones[0]} names no zone; add time_zone = "Europe/Berlin", or yours')
        return self

    def due_date(self, assignment: str) -> datetime | None:
        """Return when an assignment is due, in UTC; None where `due` does not name it."""
        when = self.due.get(assignment)
        if when is None:
            return None
        moment = when if isinstance(when, datetime) else datetime.combine(when, END_OF_DAY)
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(self.time_zone))).astimezone(UTC)

    def marks_off(self, late: timedelta, most: float) -> float:
        """Return the marks that lateness costs.

        Args:
            late: Time after the due date, an extension allowed for; not negative.
            most: All points of the workbook.
        """
        if late <= timedelta(hours=self.grace_hours):
            return 0.0
        return most * min(self.per_day * math.ceil(late.total_seconds() / DAY_S), self.cap) / 100


def _number(value: Any, highest: float, what: str) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= highest:
        raise ValueError(f"{value!r} is not possible: it has to be {what}")
    return value
