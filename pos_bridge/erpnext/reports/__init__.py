"""What the desk's reports read: figures of entries beside their texts, and what of the daybook is open."""
