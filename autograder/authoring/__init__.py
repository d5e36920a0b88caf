"""Starting a new exercise: the files of its folder, its cells in the master, its marks."""
