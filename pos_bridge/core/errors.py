"""The error tree. One question decides where an error belongs: can the same call succeed later?

It never formats for a screen; a message says what happened, to what, and what to do now.

PosBridgeError
├── Retryable            the same call may succeed later: keep the entry and try again
└── Rejected             the same call will never succeed: tell a person
    ├── Malformed        the bytes are not what the protocol says
    ├── Unauthenticated  the sender is not known
    └── TooLarge         over a named limit: send less at a time
"""

from collections.abc import Mapping


class PosBridgeError(Exception):
	"""Base of all errors of POS Bridge; `code` is stable and fit for programs."""

	code = "error"
	retryable = False
	status = 500

	def __init__(self, message: str, *, code: str | None = None) -> None:
		super().__init__(message)
		self.message = message
		if code is not None:
			self.code = code

	def to_body(self) -> Mapping[str, object]:
		"""What goes over the wire: `{"error": {"code", "message", "retryable"}}`."""
		return {"error": {"code": self.code, "message": self.message, "retryable": self.retryable}}


class Retryable(PosBridgeError):
	"""A passing fault: roll back all of it, keep the entry, call again."""

	code = "retry"
	retryable = True
	status = 503

	def __init__(self, message: str, *, code: str | None = None, retry_after_seconds: int = 0) -> None:
		"""`retry_after_seconds`: whoever was asked said when; 0 if not."""
		super().__init__(message, code=code)
		self.retry_after_seconds = retry_after_seconds


class Rejected(PosBridgeError):
	"""A refusal: calling again with the same input gives the same answer."""

	code = "rejected"
	status = 422


class Malformed(Rejected):
	"""The bytes are not what the protocol says; whoever reads them quarantines them."""

	code = "malformed"
	status = 400


class Unauthenticated(Rejected):
	"""No token, or one that is not known (any more)."""

	code = "unauthenticated"
	status = 401


class TooLarge(Rejected):
	"""Over a limit with a name; nothing of it was taken."""

	code = "too_large"
	status = 413
