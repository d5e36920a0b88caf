"""A small class from folder to reports."""

from tests.grade import mini


def verdicts(grade):
    return {one.exercise: one.verdict for one in grade.exercises}


def test_each_submission_gets_its_verdicts(course, submissions, grade):
    mini.hand_in(submissions, "perfect", mini.solved(course, mini.PERFECT))
    mini.hand_in(submissions, "untouched", mini.released(course))
    mini.hand_in(submissions, "heavy", mini.solved(course, {**mini.PERFECT, "momentum": mini.HEAVY_BALL}))
    grades = grade()
    assert verdicts(grades["perfect"]) == {"momentum": "correct", "why": "by hand", "adam": "correct"}
    assert verdicts(grades["untouched"]) == dict.fromkeys(("momentum", "why", "adam"), "not attempted")
    assert verdicts(grades["heavy"]) == {"momentum": "misconception", "why": "by hand", "adam": "correct"}
    assert [grades[name].score for name in ("perfect", "untouched", "heavy")] == [4, 0, 3]
    assert grades["heavy"].exercises[0].misconceptions == ("no-one-minus-beta",)
