"""What a notebook shows while a run goes on: the graph with its axes named, and below it one line per epoch."""

import math

import nbformat
import numpy as np
from nbclient import NotebookClient

from course_utils.training.display import LossGraph

CELL = """
from course_utils.training.display import NotebookDisplay
shown = NotebookDisplay()
losses, valid = [], []
for epoch in shown.epochs(3):
    for batch in shown.batches([0, 1]):
        losses.append(2.0 - 0.2 * len(losses))
    valid.append(1.5 - 0.1 * epoch)
    shown.epoch_ended(f"[{epoch + 1}/3] went well", losses, valid, 3)
"""


def test_the_graph_names_its_axes_and_draws_all_losses():
    graph = LossGraph(4)
    graph.update([2.0, 1.5], [1.2])
    graph.update([2.0, 1.5, 1.0, 0.5], [1.2, 0.8])
    assert (graph.axes.get_xlabel(), graph.axes.get_ylabel()) == ("epoch", "loss (nats)")
    assert [text.get_text() for text in graph.axes.get_legend().get_texts()] == ["train", "valid"]
    train, valid = (line.get_xydata() for line in graph.axes.lines)
    # The last batch of an epoch stands where the epoch's validation loss does.
    np.testing.assert_allclose(train, [(0.5, 2.0), (1.0, 1.5), (1.5, 1.0), (2.0, 0.5)])
    np.testing.assert_allclose(valid, [(1, 1.2), (2, 0.8)])
    (left, right), (low, high) = graph.axes.get_xlim(), graph.axes.get_ylim()
    assert left < 0.5 < 4 < right
    assert low < 0.5 < 2.0 < high


def test_a_run_that_diverged_is_drawn_as_far_as_there_are_numbers():
    graph = LossGraph(2)
    graph.update([2.0, 900.0], [math.nan])
    assert graph.axes.get_ylim()[1] > 900
    graph = LossGraph(2)
    graph.update([math.nan, math.inf], [math.nan])
    graph.figure.canvas.draw()


def test_one_picture_stands_above_all_lines():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    NotebookClient(notebook, kernel_name="python3", timeout=180).execute()
    outputs = [output.data for output in notebook.cells[0].outputs if "data" in output]
    (picture,) = [place for place, data in enumerate(outputs) if "image/png" in data]
    (lines,) = [place for place, data in enumerate(outputs) if "went well" in data.get("text/plain", "")]
    assert picture < lines
    assert outputs[lines]["text/plain"].splitlines() == [f"[{epoch}/3] went well" for epoch in (1, 2, 3)]
    assert sum("went well" in str(data) for data in outputs) == 1
