"""How the weights of ``python -m loihi_emu demo`` were trained: ``python -m examples.train_digits.train``."""
