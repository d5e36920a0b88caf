"""Every demo by name, made anew; a demo that trains is given little to do."""

import pytest

from course_utils import widgets
from course_utils.widgets.demo import Demo

NAMES = [name for name in widgets.__all__ if name.endswith("_demo")]


def make(name: str, **changes) -> Demo:
    return getattr(widgets, name)(**changes)


@pytest.fixture(params=NAMES)
def demo(request) -> Demo:
    return make(request.param)
