"""How bytes get to a printer and back: network, serial line, USB, the system's print queue, a file.

It never knows what the bytes mean, and says so where a printer did not answer for what it was sent.
"""
