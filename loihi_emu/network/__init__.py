"""What is simulated: populations, inputs, connections and probes, checked when they are added; and their files."""
