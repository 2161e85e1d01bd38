"""Inspection: looks at a file in a process of its own before anyone trusts it, and makes small pictures of it.

Decoders are large, old and fed by strangers: one that crashes, hangs or fills its memory takes only that process down.
"""
