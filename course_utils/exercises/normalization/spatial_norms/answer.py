"""What is right and wrong in `spatial_norms`: batch and group normalization of images."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.kits.batch_sequences import BATCHES, FEATURES, fresh_affine
from autograder.kits.library_functions import AUTOGRAD, NORMALIZATIONS
from course_utils.exercises.normalization.spatial_norms.answer_groups import fresh_groups, groups_part
from course_utils.exercises.normalization.spatial_norms.answer_images import images_part
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]


def _generate(rng: np.random.Generator) -> Inputs:
    inputs = {name: np.array(rng.uniform(*between)) for name, between in RANGES.items()}
    for name in BATCHES:
        inputs[f"image_x_{name}"] = _fresh_images(rng)
    inputs["image_gamma"], inputs["image_beta"] = fresh_affine(rng)
    return {**inputs, **fresh_groups(rng)}


RANGES = {"eps": (1e-3, 3e-3), "momentum": (0.65, 0.8)}


def _fresh_images(rng: np.random.Generator) -> np.ndarray:
    """Draw (2, 4, 2, 3) images: channel scales 1, 3 and 0.05, offsets, and a constant channel (exact in binary)."""
    scales = np.array([1.0, 3.0, 0.05, 0.0])[:, None, None]
    x = rng.normal(size=(2, FEATURES, 2, 3)) * scales + rng.uniform(0.5, 1.5, size=(FEATURES, 1, 1))
    x[:, 3] = rng.integers(3, 9) / 4
    return np.asarray(x)


ANSWER = Answer("spatial_norms", _generate, (images_part(), groups_part()), by_hand=(*NORMALIZATIONS, *AUTOGRAD))
