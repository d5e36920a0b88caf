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


class _Loader(yaml.SafeLoader):
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
        # The loader above makes plain values only.
        found = yaml.load(content.decode("utf-8-sig"), Loader=_Loader)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError, TypeError) as error:
        raise Refused(f"cannot be read ({tidy(' '.join(str(error).split()), 120)})") from error
    if not isinstance(found, dict):
        raise Refused("is not what Gradescope writes: it names no submissions")
    return {
        (*folder, name): Claim("Gradescope", people, "", _time(_get(entry, "created_at")))
        for name, entry in found.items()
        if isinstance(name, str) and isinstance(entry, dict) and (people := tuple(_people(entry)))
    }


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
