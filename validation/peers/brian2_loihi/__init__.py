"""The rule set "brian2_loihi": brian2-loihi 0.5.2, to replay what it recorded."""
