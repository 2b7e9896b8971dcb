"""Who may speak to the agent as the till's page: keys, the challenge both sides answer, scopes, limits,
clean logs.

It works without a server: keys are exchanged once, and nothing that can be replayed is ever sent.
"""
