"""What is tracked over commits: ``asv run``, ``asv publish`` (https://asv.readthedocs.io).

The settings are in asv.conf.json. Times of one machine, to see when something became slower; ratios beside C are
``python -m loihi_emu bench``.
"""
