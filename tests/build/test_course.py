"""`course.toml` is read with errors that say which entry is wrong."""

import pytest

from autograder.course import CourseError, find_root, load_course

COURSE = """
[course]
id = "small"
title = "Small"

[workbooks.01_small]
title = "One"
points = { first = 1, second = { manual = 2 }, third = { auto = 1, manual = 0.5 } }
"""


def course_of(tmp_path, text):
    (tmp_path / "course.toml").write_text(text)
    return load_course(tmp_path)


def test_a_plain_number_is_marked_by_the_check_and_the_rest_as_it_says(tmp_path):
    points = course_of(tmp_path, COURSE).points
    assert {name: (p.auto, p.manual, p.total) for name, p in points.items()} == {
        "first": (1, 0, 1),
        "second": (0, 2, 2),
        "third": (1, 0.5, 1.5),
    }


def test_the_order_of_the_exercises_is_that_of_the_file(tmp_path):
    course = course_of(tmp_path, COURSE.replace("first = 1, ", "").replace("0.5 }", "0.5 }, first = 1"))
    assert list(course.points) == ["second", "third", "first"]
    assert course.workbooks["01_small"].total == 4.5


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("first = 1", "first = 0", "workbooks.01_small.points.first: Value error, an exercise needs points"),
        ("first = 1", "first = -1", "workbooks.01_small.points.first.auto: Input should be greater than or equal to 0"),
        ("first = 1", "first = true", "workbooks.01_small.points.first: Input should be a valid dictionary"),
        ("manual = 2", "manul = 2", "workbooks.01_small.points.second.manul: Extra inputs are not permitted"),
        ("first = 1", '"First-one" = 1', "'First-one': an exercise id is lower case"),
        ("01_small", "small", "'small': a workbook's name is two digits and a topic"),
        ('title = "One"', "", "workbooks.01_small.title: Field required"),
        ('id = "small"', "id = ", "is not TOML: Invalid value (at line 3"),
        (
            "[workbooks.01_small]",
            "[limits]\ncell_s = 0\n\n[workbooks.01_small]",
            "limits.cell_s: Input should be greater",
        ),
    ],
)
def test_a_wrong_entry_is_named_with_its_file(tmp_path, old, new, said):
    with pytest.raises(CourseError, match=r"course\.toml") as caught:
        course_of(tmp_path, COURSE.replace(old, new))
    assert said in str(caught.value)


def test_all_wrong_entries_are_listed_at_once(tmp_path):
    with pytest.raises(CourseError) as caught:
        course_of(tmp_path, COURSE.replace("first = 1", "first = 0").replace("manual = 2", "manual = -2"))
    assert "points.first" in str(caught.value)
    assert "points.second.manual" in str(caught.value)


def test_a_workbook_without_exercises_is_no_assignment(tmp_path):
    course = course_of(tmp_path, COURSE + '\n[workbooks.00_start]\ntitle = "Zero"\n')
    assert list(course.workbooks) == ["01_small", "00_start"]
    assert course.assignments == ("01_small",)
    assert course.workbooks["00_start"].total == 0


def test_an_exercise_belongs_to_one_workbook(tmp_path):
    twice = COURSE + '\n[workbooks.02_small]\ntitle = "Two"\npoints = { first = 1 }\n'
    with pytest.raises(CourseError, match="exercise 'first' stands in 01_small and in 02_small"):
        course_of(tmp_path, twice)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CourseError, match=r"course\.toml cannot be read: No such file"):
        load_course(tmp_path)


def test_the_course_is_found_from_a_folder_below_it(tmp_path):
    course_of(tmp_path, COURSE)
    below = tmp_path / "notebooks" / "01_small"
    below.mkdir(parents=True)
    assert find_root(below) == tmp_path.resolve()
