"""A receipt printer on USB, found by vendor, product and serial number; needs pyusb (extra `usb`).

It never resets a device and takes only its printer interface. Without pyusb, `file:/dev/usb/lp0` prints, too.
"""

import contextlib
from typing import Any

from pos_bridge.agent.devices.links.dialogue import TalkingPrinter
from pos_bridge.agent.devices.profile import GENERIC_80MM, PrinterProfile

PRINTER_CLASS = 7
_CHUNK = 64
_DIRECTION_IN = 0x80
_BULK = 2


def usb_printer(
	vendor: int, product: int, serial: str = "", profile: PrinterProfile = GENERIC_80MM
) -> TalkingPrinter:
	"""The printer with these ids; with several of a kind, `serial` tells them apart."""
	name = f"The USB printer {vendor:04x}:{product:04x}"
	return TalkingPrinter("usb", name, lambda: UsbLink(vendor, product, serial), profile, hold=True)


class UsbLink:
	"""The bulk end points of a device's printer interface."""

	def __init__(self, vendor: int, product: int, serial: str = "") -> None:
		try:
			import usb.core
			import usb.util
		except ImportError as error:
			raise OSError("pyusb is not installed: pip install 'pos_bridge[usb]'") from error
		self._core, self._util = usb.core, usb.util
		self._device = self._find(vendor, product, serial)
		interface = self._interface()
		self._number: int = interface.bInterfaceNumber
		self._take()
		self._out = _end_point(interface, 0)
		self._in = _end_point(interface, _DIRECTION_IN)
		if self._out is None:
			raise OSError("its printer interface takes no data")

	def _find(self, vendor: int, product: int, serial: str) -> Any:  # noqa: ANN401 - untyped library
		try:
			found = list(self._core.find(find_all=True, idVendor=vendor, idProduct=product) or ())
		except self._core.NoBackendError as error:
			raise OSError("libusb is not installed on this machine") from error
		for device in found:
			if not serial or self._util.get_string(device, device.iSerialNumber) == serial:
				return device
		raise OSError("it is not plugged in")

	def _interface(self) -> Any:  # noqa: ANN401 - untyped library
		for configuration in self._device:
			for interface in configuration:
				if interface.bInterfaceClass == PRINTER_CLASS:
					return interface
		raise OSError("the device has no printer interface")

	def _take(self) -> None:
		"""From the system's own driver, which would answer in our place."""
		with contextlib.suppress(NotImplementedError):
			if self._device.is_kernel_driver_active(self._number):
				self._device.detach_kernel_driver(self._number)
		self._util.claim_interface(self._device, self._number)

	def write(self, data: bytes, seconds: float) -> int:
		try:
			return int(self._out.write(data, max(1, int(seconds * 1000))))
		except self._core.USBTimeoutError:
			return 0

	def read(self, seconds: float) -> bytes:
		if self._in is None:
			raise OSError("it has no way to answer: choose the proof “none” for it")
		try:
			return bytes(self._in.read(_CHUNK, max(1, int(seconds * 1000))))
		except self._core.USBTimeoutError:
			return b""

	def close(self) -> None:
		# An unplugged device has nothing to let go of.
		with contextlib.suppress(OSError):
			self._util.release_interface(self._device, self._number)
		self._util.dispose_resources(self._device)


def _end_point(interface: Any, direction: int) -> Any:  # noqa: ANN401 - untyped library
	for point in interface:
		if point.bEndpointAddress & _DIRECTION_IN == direction and point.bmAttributes & 3 == _BULK:
			return point
	return None
