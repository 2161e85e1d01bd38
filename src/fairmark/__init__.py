"""fairmark, the open data foundry: from raw data to training data people can trust."""

__version__ = "0.1.0"
