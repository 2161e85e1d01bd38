"""`fairmark truth`: truth inference over files, without a server. `files` alone needs NumPy and SciPy."""
