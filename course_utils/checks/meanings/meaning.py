"""What one message of Python, numpy or torch means."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Meaning"]


@dataclass(frozen=True)
class Meaning:
    """What an exception means.

    Args:
        error: Its type; subclasses are meant too.
        pattern: A regular expression that is found in its message.
        says: A sentence for the student; `{name}` stands for what the group `name` of the pattern matched.
    """

    error: type[Exception]
    pattern: str
    says: str

    def of(self, error: BaseException, text: str) -> str:
        """Return the sentence for an exception whose message begins with `text`; empty if another one is meant."""
        found = re.search(self.pattern, text) if isinstance(error, self.error) else None
        return self.says.format_map(found.groupdict()) if found else ""
