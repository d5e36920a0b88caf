"""What goes into a run of one submission, and what comes out. Sources and arrays in, plain records and arrays out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:  # numpy and all checks, which limits alone do not need
    from course_utils.checks.types import Observation, PartObservation
    from course_utils.kits.probe import Inputs

__all__ = [
    "OBSERVER_OFF",
    "CellResult",
    "CellStatus",
    "CellStep",
    "Claim",
    "LibraryUse",
    "Limits",
    "PointStep",
    "ProbeStep",
    "RunResult",
    "Step",
]

# Name of the use that is kept where code takes the observer away.
OBSERVER_OFF = "sys.setprofile"

CellStatus = Literal["ok", "error", "timeout", "crashed"]


@dataclass(frozen=True)
class CellStep:
    """Run the source of one cell.

    Args:
        id: Cell id, as in the notebook.
        source: Its source; untrusted.
        exercise: The exercise that it solves; None for set-up cells and cells that the student added.
        added: Whether the student added it, so that it is no cell of the release.
    """

    id: str
    source: str
    exercise: str | None = None
    added: bool = False


@dataclass(frozen=True)
class ProbeStep:
    """Run the probe of an exercise on fresh inputs, with the objects that the cells so far have defined.

    Args:
        exercise: Exercise id.
        inputs: The fresh inputs.
        watch: Whether to record what the student's code uses of libraries.
    """

    exercise: str
    inputs: Inputs
    watch: bool = False


@dataclass(frozen=True)
class PointStep:
    """Look for the line that makes a part of a probe wrong, and run the part on fresh inputs with that line changed.

    Args:
        exercise: The exercise.
        part: The part of its probe.
        inputs: The fresh inputs; the search itself uses the recorded ones.
    """

    exercise: str
    part: str
    inputs: Inputs


Step = CellStep | ProbeStep | PointStep


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Args:
        cell_s: Wall time of one cell, in seconds.
        probe_s: Wall time of one probe, in seconds.
        total_s: Wall time of all cells, probes and searches for a line together, in seconds, beside what some of them
            need longer than `cell_s` and `probe_s`, such as for training.
        memory_bytes: Memory of all its processes together.
        output_bytes: Outputs that are kept of one cell.
        all_output_bytes: Outputs that are kept of all cells together, as JSON.
        file_bytes: Largest file, and size of its private disk.
        processes: Number of processes and threads.
        cell_s_of: Other wall times of a cell, by exercise.
        probe_s_of: Other wall times of a probe, by exercise.
    """

    cell_s: float = 20.0
    probe_s: float = 10.0
    total_s: float = 120.0
    memory_bytes: int = 2_000_000_000
    output_bytes: int = 1_000_000
    all_output_bytes: int = 8_000_000
    file_bytes: int = 100_000_000
    processes: int = 64
    cell_s_of: Mapping[str, float] = field(default_factory=dict)
    probe_s_of: Mapping[str, float] = field(default_factory=dict)

    def cell_seconds(self, exercise: str | None) -> float:
        """Return the wall time of a cell of an exercise, or of a cell of none, in seconds."""
        return self.cell_s_of.get(exercise or "", self.cell_s)

    def probe_seconds(self, exercise: str, part_s: float) -> float:
        """Return the wall time of a part of a probe that asks for `part_s`, in seconds; a stated limit wins."""
        return self.probe_s_of.get(exercise, max(self.probe_s, part_s))


@dataclass(frozen=True)
class CellResult:
    """What became of one cell: its status, the message of its error, its outputs as nbformat dictionaries."""

    id: str
    status: CellStatus
    message: str = ""
    outputs: tuple[Mapping[str, Any], ...] = ()
    duration_s: float = 0.0


@dataclass(frozen=True)
class LibraryUse:
    """One use of a library by a student's code.

    Args:
        name: Dotted name of what ran or of what the object is, such as `torch.nn.modules.batchnorm._BatchNorm.forward`
            or `aten.native_batch_norm`.
        text: The student's line that led there; empty for an object.
        of: Name of the student's object that is a library's own; empty for a call.
    """

    name: str
    text: str = ""
    of: str = ""


@dataclass(frozen=True)
class Claim:
    """What the process of the student says about one change that makes a part right. Nothing of it is sure.

    Args:
        line: The line of its cell, counted from 1.
        quote: The text of the line.
        kind: The kind of change.
        before: The piece that is changed.
        after: What stands in its place.
        seen: What the part is said to give for the fresh inputs after the change.
    """

    line: int
    quote: str
    kind: str
    before: str
    after: str
    seen: PartObservation


@dataclass(frozen=True)
class RunResult:
    """What came out of a run.

    Args:
        cells: One result per cell step, in order.
        observations: One observation per probe step, by exercise; a probe without one earns nothing.
        isolation: The walls that stood around the run, in words.
        notes: Lines for the report.
        library_uses: What the exercises use of libraries, by exercise, where that was watched; untrusted like all else.
        claims: What was found for the steps that look for a line, by exercise and part.
        seconds: Wall time that counts against the limit of the whole; waiting for others does not.
    """

    cells: tuple[CellResult, ...]
    observations: Mapping[str, Observation]
    isolation: str
    notes: tuple[str, ...] = field(default=())
    library_uses: Mapping[str, tuple[LibraryUse, ...]] = field(default_factory=dict)
    claims: Mapping[tuple[str, str], Claim] = field(default_factory=dict)
    seconds: float = 0.0
