"""Products of two inputs."""
