"""Medusa over its admin API (REST), version 2. Webhooks need the subscriber `webhooks.js` beside this file.

It never reads the shop's database.
"""

from pos_bridge.channels.medusa.connector import Medusa

__all__ = ["Medusa"]
