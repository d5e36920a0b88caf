"""Answers in their question are found in files without ids and metadata, where the answer cells look alike."""

import pytest

from autograder.course import find_root, load_course
from autograder.grade.answers import answers_beside
from autograder.grade.match import match
from autograder.grade.read import FileCell
from autograder.grade.release import load_release

ROOT = find_root()
ANSWER = "Averages of noisy gradients are less noisy than the gradients."
RELEASES = {
    name: load_release(name, (ROOT / "notebooks" / name / f"{name}.ipynb").read_bytes())
    for name in load_course(ROOT).assignments
}


def answer_cells(release):
    return [place for place, cell in enumerate(release.cells) if cell.role == "manual"]


def kinds():
    return [(name, place) for name, release in RELEASES.items() for place in answer_cells(release)]


def file_of(release, sources):
    """The cells of a file without ids and metadata."""
    return [
        FileCell(number, "", "code" if cell.code else "markdown", source)
        for number, (cell, source) in enumerate(zip(release.cells, sources, strict=True), 1)
    ]


@pytest.mark.parametrize("own", [None, "*Your answer here.*", ""], ids=["as released", "an older text", "emptied"])
@pytest.mark.parametrize(("name", "place"), kinds(), ids=str)
def test_an_answer_in_its_question_is_the_answer_of_this_one(name, place, own):
    release = RELEASES[name]
    sources = [cell.source for cell in release.cells]
    for other in answer_cells(release):
        if other != place:
            sources[other] = f"Something else, number {other}."
    sources[place - 1] += f"\n\n{ANSWER}"
    sources[place] = sources[place] if own is None else own
    found = answers_beside(release, match(release, file_of(release, sources)))
    assert found[release.cells[place].id].source == ANSWER


@pytest.mark.parametrize("name", RELEASES)
def test_cells_that_are_released_alike_keep_their_order(name):
    release = RELEASES[name]
    cells = file_of(release, [cell.source for cell in release.cells])
    found = match(release, cells)
    assert [found.by_id[cell.id].number for cell in release.cells if cell.source.strip()] == [
        number for number, cell in enumerate(release.cells, 1) if cell.source.strip()
    ]
