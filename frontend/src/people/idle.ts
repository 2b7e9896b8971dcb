// Locks the till after minutes without a touch, a key or a scan, while somebody with a PIN is signed in.
// Never in the middle of a payment that is being taken, and never touches the sale.

export const LOOK_EVERY_MS = 5_000;
const SIGNS = ["pointerdown", "keydown"] as const;

interface Around {
	/** 0: never. */
	minutes(): number;
	/** Nobody to lock, or something that must not be interrupted. */
	mustWait(): boolean;
	lock(): void;
}

/** Watches until the returned function is called; `touched` is for what comes by another way than the keyboard. */
export function watchIdle({ minutes, mustWait, lock }: Around, steadyMs = () => performance.now()): { touched(): void; stop(): void } {
	let last = steadyMs();
	const touched = (): void => void (last = steadyMs());
	const look = (): void => {
		if (mustWait()) return touched();
		if (minutes() > 0 && steadyMs() - last >= minutes() * 60_000) lock();
	};
	SIGNS.forEach((sign) => window.addEventListener(sign, touched, { capture: true, passive: true }));
	const timer = setInterval(look, LOOK_EVERY_MS);
	return {
		touched,
		stop() {
			SIGNS.forEach((sign) => window.removeEventListener(sign, touched, { capture: true }));
			clearInterval(timer);
		},
	};
}
