"""nbgrader's configuration: its own commands and formgrader grade through the engine of this course.

`autograder prepare FOLDER` puts a copy into a course folder; nbgrader reads it there. What lateness costs stands in
`course.toml` under `[late]`, and not here.
"""

from autograder.course import load_course
from autograder.grade.nbgrader_engine import COURSE_ROOT, engine_config

c = get_config()  # type: ignore[name-defined]  # noqa: F821 (traitlets gives this name)

c.CourseDirectory.course_id = load_course(COURSE_ROOT).course.id
c.merge(engine_config())
