"""Vendure over its admin API (GraphQL), version 3. Webhooks need the plugin `webhooks.js` beside this file.

It never reads the shop's database.
"""

from pos_bridge.channels.vendure.connector import Vendure

__all__ = ["Vendure"]
