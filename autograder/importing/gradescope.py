"""Gradescope's `submission_metadata.yml`: who stands behind each folder `submission_N`, and when it came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import yaml

from autograder.grade.read import tidy
from autograder.importing.people import slug
from autograder.importing.types import Claim, Refused, Who

__all__ = ["METADATA", "read_metadata"]

METADATA = "submission_metadata.yml"
# What Gradescope writes is nested less than this; the loader's own code cannot do with much more.
DEEPEST = 50
# The loader of libyaml, where PyYAML was built with it: a class of a thousand is read in seconds.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """Plain values only; an object of Ruby becomes the mapping, list or text that it is written as."""


def _plain(loader: yaml.SafeLoader, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None


_Loader.add_multi_constructor("!", _plain)


def read_metadata(content: bytes, folder: tuple[str, ...]) -> dict[tuple[str, ...], Claim]:
    """Return what the file says of each submission, by the path of its folder.

    Args:
        content: The file.
        folder: The path of the folder that it lies in.

    Raises:
        Refused: It cannot be used.
    """
    try:
        text = content.decode("utf-8-sig")
        _check_depth(text)
        # The loader above makes plain values only.
        found = yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError, TypeError) as error:
        raise Refused(f"cannot be read ({tidy(' '.join(str(error).split()), 120)})") from error
    if not isinstance(found, dict):
        raise Refused("is not what Gradescope writes: it names no submissions")
    return {
        (*folder, name): Claim("Gradescope", people, "", _time(_get(entry, "created_at")))
        for name, entry in found.items()
        if isinstance(name, str) and isinstance(entry, dict) and (people := tuple(_people(entry)))
    }


def _check_depth(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Base):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise ValueError("it is nested too deeply")


def _people(entry: Mapping[Any, Any]) -> Iterator[Who]:
    submitters = _get(entry, "submitters")
    for one in submitters if isinstance(submitters, list) else []:
        if isinstance(one, dict):
            name, sid, email = (_text(_get(one, key)) for key in ("name", "sid", "email"))
            ids = tuple((kind, value) for kind, value in (("id", sid), ("email", email)) if value)
            yield Who(name, ids=ids, fallback=sid or slug(name))


def _get(entry: Mapping[Any, Any], key: str) -> Any:
    return entry.get(f":{key}", entry.get(key))


def _text(value: Any) -> str:
    return tidy(str(value), 200).strip() if isinstance(value, str | int) else ""


def _time(value: Any) -> datetime | None:
    if isinstance(value, dict):
        value = value.get("utc")
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
