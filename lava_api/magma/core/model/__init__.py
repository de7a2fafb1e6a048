"""Process models: what a process does when it runs."""
