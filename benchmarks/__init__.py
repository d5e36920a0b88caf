"""Speed as ratios, both sides in one run: `python -m benchmarks.grading` and the like."""
