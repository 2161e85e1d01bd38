"""Truth inference: one answer with an honest probability out of many fallible judgements.

One file per method. `table` says which method an answer kind takes; `hierarchical` is the default for classes.
"""
