"""How data sets arrive: one script each, run from the project's root as `python -m data_scripts.prepare_<name>`."""
