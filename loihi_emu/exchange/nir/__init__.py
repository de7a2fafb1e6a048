"""NIR, the Neuromorphic Intermediate Representation: graphs of trained networks to networks here, and back."""
