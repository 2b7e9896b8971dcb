"""Pictures for a receipt printer: lines of text that no code page of it carries, and the shop's logo.

It never decides what is printed, and no picture of it holds bytes that a printer takes for a command.
"""

from pos_bridge.agent.devices.raster.line import Drawing, Pen, draw_row, draw_text, drawable
from pos_bridge.agent.devices.raster.logo import read_logo
from pos_bridge.agent.devices.raster.picture import Picture, raster_command
from pos_bridge.agent.devices.raster.wrap import one_line_each

__all__ = [
	"Drawing",
	"Pen",
	"Picture",
	"draw_row",
	"draw_text",
	"drawable",
	"one_line_each",
	"raster_command",
	"read_logo",
]
