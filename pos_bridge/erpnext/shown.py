"""Text of tills and of error messages on its way into columns that the desk shows.

It never touches an entry's own text: that stays byte for byte what the till sealed.
"""

_PLAIN = str.maketrans({"<": "\u2039", ">": "\u203a"})


def plain(text: str) -> str:
	"""The text without anything that a browser could take for markup, and readable all the same.

	Frappe cleans what its documents save and its lists, reports and forms rely on that; we write past it.
	"""
	return text.translate(_PLAIN)
