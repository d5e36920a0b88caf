"""The published formats of results, written down from the places' documentation, as checks."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Visibility = Literal["hidden", "after_due_date", "after_published", "visible"]
OutputFormat = Literal["text", "html", "simple_format", "md", "ansi"]
Strict = ConfigDict(extra="forbid", strict=True)


class GradescopeTest(BaseModel):
    """A test of Gradescope's *Autograder Specifications*; everything in it is optional there but one of the scores."""

    model_config = Strict
    score: float | int
    max_score: Annotated[float | int, Field(ge=0)] | None = None
    status: Literal["passed", "failed"] | None = None
    name: str | None = None
    name_format: OutputFormat | None = None
    number: str | None = None
    output: str | None = None
    output_format: OutputFormat | None = None
    tags: list[str] | None = None
    visibility: Visibility | None = None
    extra_data: dict | None = None


class GradescopeResults(BaseModel):
    """`results.json` of Gradescope."""

    model_config = Strict
    score: float | int | None = None
    execution_time: float | int | None = None
    output: str | None = None
    output_format: OutputFormat | None = None
    test_output_format: OutputFormat | None = None
    test_name_format: OutputFormat | None = None
    visibility: Visibility | None = None
    stdout_visibility: Visibility | None = None
    extra_data: dict | None = None
    tests: list[GradescopeTest] | None = None
    leaderboard: list | None = None


class PrairieLearnTest(BaseModel):
    """A test of PrairieLearn's *External Grading*, as `<pl-external-grader-results>` shows it."""

    model_config = Strict
    name: str
    description: str | None = None
    points: float | int
    max_points: float | int
    message: str | None = None
    output: str | None = None
    images: list | None = None


class PrairieLearnResults(BaseModel):
    """`results.json` of PrairieLearn; further fields may be added to it."""

    model_config = ConfigDict(extra="allow", strict=True)
    gradable: bool = True
    score: Annotated[float | int, Field(ge=0, le=1)] | None = None
    message: str | None = None
    output: str | None = None
    images: list | None = None
    format_errors: str | list[str] | None = None
    tests: list[PrairieLearnTest] | None = None


class ClassroomTest(BaseModel):
    """A test as `autograding-grading-reporter` reads it."""

    model_config = Strict
    name: str
    status: Literal["pass", "fail", "error"]
    score: float | int
    message: str | None = None
    line_no: int
    execution_time: str


class ClassroomResults(BaseModel):
    """The output `result` of a grader of GitHub Classroom."""

    model_config = Strict
    version: Literal[1]
    status: Literal["pass", "fail", "error"]
    max_score: float | int
    tests: list[ClassroomTest]


def check_gradescope(results):
    """Refuse what Gradescope would; a sum beside scores of tests would take their place."""
    found = TypeAdapter(GradescopeResults).validate_python(results)
    scored = [one for one in found.tests or [] if one.max_score]
    assert (found.score is None) == bool(scored)


def check_prairielearn(results):
    """Refuse what PrairieLearn would: more than 1 MB, and no score where there is something to grade."""
    found = TypeAdapter(PrairieLearnResults).validate_python(results)
    assert not found.gradable or found.score is not None
    assert len(str(results).encode()) < 1_000_000


def check_classroom(results):
    """Refuse what the reporter could not add up."""
    found = TypeAdapter(ClassroomResults).validate_python(results)
    assert sum(one.score for one in found.tests) <= found.max_score + 1e-9
