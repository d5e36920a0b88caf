"""A student's notebook from the outside: which one is open, how far it is done, and what is handed in."""
