"""Card terminals: the port, what was asked of them (durable), the simulated one and ZVT over TCP.

No card number ever gets in: the terminal keeps it, and what looks like one is taken out of every text.
"""
