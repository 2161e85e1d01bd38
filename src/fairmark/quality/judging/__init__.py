"""Judging a task: what several fallible people say together, how sure that is, and whether to ask one more.

`service.consensus` is the door. What is known of judges is kept in `state`, made anew by `settling`.
"""
