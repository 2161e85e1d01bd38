"""The administrators' side: the people of the installation, who of them may come in; organisations closed and opened.

An administrator sees who there is and what they are to which organisation, and no organisation's data.
"""
