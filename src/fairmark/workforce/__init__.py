"""The people an organisation can call on: workforces, their workers' roles and skills, pauses, and lending.

A worker is a person as one organisation knows them: by an alias of its own, so that two organisations cannot find out
that one person works for both. Invitations bring people in through `service.enrol` (wiring hands it to identity).
"""
