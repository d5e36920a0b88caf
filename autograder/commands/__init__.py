"""One module per command of `autograder`, each with a function of the module's name."""
