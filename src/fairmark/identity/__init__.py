"""Who asks and in whose name: people, sign-ins, organisations with their members, invitations and API keys.

Other packages meet it through `authenticate` (wiring hands it to every request) and `service.organisations_of`. What a
caller may do with what is found here is the kernel's table of permissions.
"""
