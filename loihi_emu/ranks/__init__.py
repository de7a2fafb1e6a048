"""Processes of one program under MPI: how they agree on what they do, and how each hears that another has failed."""
