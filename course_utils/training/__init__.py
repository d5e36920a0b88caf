"""Training: `run_model` for one run, `run_models` for one per seed, `History` for what came of it."""

from course_utils.training.history import History
from course_utils.training.loop import evaluate, fit, train_epoch
from course_utils.training.run_model import run_model
from course_utils.training.run_models import run_models

__all__ = ["History", "evaluate", "fit", "run_model", "run_models", "train_epoch"]
