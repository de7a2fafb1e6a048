"""A spiking network that reads handwritten digits: data, training recipe, trained weights and network."""
