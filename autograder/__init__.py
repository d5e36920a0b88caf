"""What an instructor runs: masters, answers, build, grading. Never shipped to students."""
