"""What a build makes of a master: cells, ids and metadata, the student's form, the same bytes each time."""

import nbformat
import pytest

from autograder.build.files import drift, write
from autograder.build.notebooks import build_notebooks, release_notebook, source_notebook
from course_utils.handin.answer_frame import framed

OWN = ["start-1", "start-2", "near-momentum-1", "momentum", "check-momentum", "run-picture", "near-why-1", "why"]
IDS = ["colab-install", *OWN, "hand-in"]


@pytest.fixture
def released(small):
    return release_notebook("01_small", small.root)


def cells(notebook):
    return {cell.id: cell for cell in notebook.cells}


def test_ids_come_from_what_the_cells_are_for(small, released):
    assert [cell.id for cell in source_notebook("01_small", small.root).cells] == IDS
    assert [cell.id for cell in released.cells] == IDS


def test_a_stub_keeps_the_signature_and_loses_the_solution(released):
    source = cells(released)["momentum"].source
    assert source.startswith('class MomentumOptimizer:\n    """Descend."""\n\n    def step(self):\n')
    assert source.endswith("        # TODO\n        raise NotImplementedError")
    assert "secret" not in source


def test_the_model_answer_and_its_marking_guide_stay_with_the_instructor(small, released):
    assert cells(released)["why"].source == framed("*Your answer here.*")
    assert "**Marking guide**" in cells(source_notebook("01_small", small.root))["why"].source


def test_nbgrader_is_told_what_each_cell_is_worth(released):
    graded = {
        name: dict(cell.metadata["nbgrader"]) for name, cell in cells(released).items() if "nbgrader" in cell.metadata
    }
    facts = ("grade_id", "grade", "solution", "locked", "points", "schema_version")
    assert {name: tuple(meta.get(fact) for fact in facts) for name, meta in graded.items()} == {
        "momentum": ("momentum", False, True, False, None, 3),
        "check-momentum": ("check-momentum", True, False, True, 2, 3),
        "why": ("why", True, True, False, 1, 3),
    }


def test_an_exercise_with_both_kinds_of_points_has_two_graded_cells(small):
    toml = small.root / "course.toml"
    toml.write_text(toml.read_text().replace("why = { manual = 1 }", "").replace("= 2", "= { auto = 2, manual = 1 }"))
    small.edit("# ### Question `why`\n", "# ### And then\n")
    small.edit('question="why"', 'question="momentum"')
    made = cells(release_notebook("01_small", small.root))
    assert made["check-momentum"].metadata.nbgrader.points == 2
    assert made["explain-momentum"].metadata.nbgrader.points == 1


def test_several_solution_cells_of_one_exercise_have_ids_of_their_own(small):
    second = "def more():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n\n"
    small.edit('# %% check="momentum"', f'# %% exercise="momentum" part="more"\n{second}# %% check="momentum"')
    assert "momentum-more" in cells(release_notebook("01_small", small.root))


def test_the_cells_that_grading_skips_are_tagged(released):
    tagged = [cell.id for cell in released.cells if "experiment" in cell.metadata.get("tags", [])]
    assert tagged == ["colab-install", "run-picture", "hand-in"]


def test_the_notebook_holds_nothing_that_changes_by_itself(released):
    assert set(released.metadata) == {"kernelspec", "language_info"}
    assert released.metadata.kernelspec.name == "python3"
    assert dict(released.metadata.language_info) == {"name": "python"}
    assert all(not cell.outputs and cell.execution_count is None for cell in released.cells if cell.cell_type == "code")


def test_two_builds_give_the_same_bytes(small):
    first, second = (build_notebooks(small.course, small.root) for _ in range(2))
    assert first == second
    (content,) = first.values()
    nbformat.validate(nbformat.reads(content.decode(), as_version=4))


def test_a_change_of_a_master_is_drift_until_the_next_build(small):
    path = next(iter(write(build_notebooks(small.course, small.root), small.root)))
    assert drift(build_notebooks(small.course, small.root), small.root) == {}
    small.edit("# Why?", "# But why?")
    changed = build_notebooks(small.course, small.root)
    assert drift(changed, small.root) == {path: "differs"}
    assert write(changed, small.root) == {path: "differs"}
    assert drift(changed, small.root) == {}


def test_a_notebook_without_a_master_is_drift(small):
    files = build_notebooks(small.course, small.root)
    write(files, small.root)
    stray = small.root / "notebooks" / "09_gone" / "09_gone.ipynb"
    stray.parent.mkdir()
    stray.write_text("{}")
    assert list(drift(files, small.root).values()) == ["stale"]
    write(files, small.root)
    assert not stray.exists()
