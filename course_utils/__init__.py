"""What the notebooks import: data, models, training, plots, checks and demos. Holds no answers."""
