// The error tree of the till: every failure is either worth another try or it is not.
// Never holds a failure that was swallowed elsewhere.

/** Root of all errors that we raise; `code` is stable and read by machines, `message` is read by people. */
export class PosBridgeError extends Error {
	// Written out, because a build shortens the names of classes and errors cross the worker's border by name.
	override readonly name: string = "PosBridgeError";

	constructor(
		message: string,
		readonly code: string,
	) {
		super(message);
	}
}

/** The same call can succeed later: a network, a busy server, a time-out. */
export class Retryable extends PosBridgeError {
	override readonly name = "Retryable";

	constructor(message: string, code = "retry") {
		super(message, code);
	}
}

/** The same call will never succeed: a person or another call must change something first. */
export class Rejected extends PosBridgeError {
	override readonly name: string = "Rejected";

	constructor(message: string, code = "rejected") {
		super(message, code);
	}
}

/** Bytes or text that do not have the shape that was agreed. */
export class Malformed extends Rejected {
	override readonly name = "Malformed";

	constructor(message: string, code = "malformed") {
		super(message, code);
	}
}

/** The words of any thrown value, for a status line. */
export function wordsOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
