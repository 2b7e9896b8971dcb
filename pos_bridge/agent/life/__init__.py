"""The agent's life on a till: as a service, with its devices, its browser's policy, and a doctor that says
what is wrong.

It never changes anything of the system without being asked for just that.
"""
