"""`fairmark demo`: an installation of its own with a real project, a simulated crowd, and work left for the newcomer.

`scenes` makes the pictures and knows what is right about them, `drawn` stands in where their source is not installed,
`cast` keeps who signs in how, `filling` builds the project over the public API, `companions` goes on working beside the
newcomer, `command` is the command.
"""
