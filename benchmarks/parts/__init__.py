"""The sides that benchmarks compare with."""
