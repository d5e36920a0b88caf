"""One module per exercise, named by its id, each with an `ANSWER`. Never shipped to students."""
