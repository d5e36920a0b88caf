"""The labels of the capstone stay with the judge, and predictions are judged by the share that is right."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from autograder.catalogue.answer import load_answer, make_key
from course_utils.checks.judge import judge
from course_utils.checks.observe import observe
from course_utils.checks.recorded import load_recorded
from course_utils.data.images import FASHION_MNIST
from course_utils.data.sources import read_sample
from course_utils.exercises.why_it_works.capstone import answer_images as capstone_images
from course_utils.exercises.why_it_works.capstone import probe
from course_utils.exercises.why_it_works.capstone.answer_images import drawn_images, labels_of


@pytest.fixture
def hidden():
    answer = load_answer("capstone")
    inputs = answer.generate(np.random.default_rng(5))
    return inputs, make_key(answer, inputs, 3.0)


def knows(labels, right):
    """Return a student who knows this share of the labels, and says the next class for the others."""
    labels = labels.copy()
    wrong = np.random.default_rng(0).permutation(len(labels))[: round((1 - right) * len(labels))]
    labels[wrong] = (labels[wrong] + 1) % 10
    return lambda train_images, train_labels, test_images: torch.tensor(labels)


@pytest.mark.parametrize(
    ("right", "verdict", "share"),
    [(0.9, "correct", 1.0), (0.77, "correct", 1.0), (0.75, "misconception", 0.5), (0.5, "misconception", 0.0)],
)
def test_the_share_of_right_predictions_decides(hidden, right, verdict, share):
    inputs, key = hidden
    found = judge(observe(probe.PROBE, [knows(labels_of(inputs["ticket"]), right)], inputs), key)
    assert (found.verdict, found.score) == (verdict, 3.0 * share)
    if verdict != "correct":
        assert found.evidence[0].got == pytest.approx(right, abs=1e-9)


def test_predictions_beyond_the_budget_are_named(hidden):
    inputs, key = hidden
    short = replace(probe.PROBE, parts=(replace(probe.PROBE.parts[0], budget_s=1e-9),))
    found = judge(observe(short, [knows(labels_of(inputs["ticket"]), 1.0)], inputs), key)
    assert (found.misconceptions, found.score) == (("over-budget",), 1.5)


def test_each_ticket_has_its_own_order_and_images():
    one, other = (drawn_images(np.random.default_rng(seed)) for seed in (1, 2))
    assert not np.array_equal(labels_of(one["ticket"]), labels_of(other["ticket"]))
    assert not {*map(bytes, one["images"])} & {*map(bytes, other["images"])}
    assert np.bincount(labels_of(one["ticket"]).astype(int)).tolist() == [100] * 10


def test_the_order_cannot_be_had_without_the_images(monkeypatch):
    inputs = drawn_images(np.random.default_rng(3))
    labels = labels_of(inputs["ticket"])
    images, stored, number = capstone_images._stored()
    monkeypatch.setattr(capstone_images, "_stored", lambda: (images, stored, number + 1))
    agreement = (labels_of(inputs["ticket"]) == labels).mean()
    assert agreement < 0.2


def test_no_image_is_one_of_the_package_or_of_the_recorded_check():
    recorded = load_recorded("capstone")[0]
    stored, _, _ = capstone_images._stored()
    shipped = {bytes(image) for train in (True, False) for image in read_sample(FASHION_MNIST, train)[0].numpy()}
    assert not shipped & {*map(bytes, stored)}
    assert (len(recorded["images"]), recorded["ticket"][0]) == (300, 1)
    hidden_rows = capstone_images._order(drawn_images(np.random.default_rng(4))["ticket"])[0]
    assert not {*capstone_images._order(recorded["ticket"])[0]} & {*hidden_rows}
