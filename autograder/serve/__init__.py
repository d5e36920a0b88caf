"""The service that takes hand-ins: receipts, verdicts on fresh inputs, a live view for the teaching staff."""
