"""The same network in other simulators, each in an interpreter of its own."""
