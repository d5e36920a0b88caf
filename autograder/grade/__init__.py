"""From submitted notebooks to grades: read, rebuild, plan, run, judge, record; for one submission and for a class."""
