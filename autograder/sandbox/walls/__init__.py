"""The walls around student code: what the kernel refuses, not what Python hides."""
