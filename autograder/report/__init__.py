"""Pages and tables about a graded class: for instructors the class page, for students their feedback."""
