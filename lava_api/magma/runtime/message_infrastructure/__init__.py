"""Shared memory for programs that start processes of the operating system themselves."""
