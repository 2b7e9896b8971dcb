// Whether this till can start and sell without a network, in words.
// Never says ready because nothing was asked: what is not known is not ready.

import type { OfflineFacts } from "@/offline/offline";
import { hasLittleRoom, megabytes } from "@/offline/room";
import type { Tone } from "@/trust/trust";
import { t, tCount } from "@/words/words";

export interface Holdings {
	/** Every item is on this till. */
	readonly whole: boolean;
	/** They are kept twice: browsers lose whole databases. */
	readonly copied: boolean;
	/** Why the items are not kept for a restart. */
	readonly notKept: string | undefined;
	/** The browser promised not to clear this till's storage. */
	readonly persisted: boolean;
}

export interface Readiness {
	readonly tone: Tone;
	readonly text: string;
	readonly more?: string;
}

export function readinessOf(facts: OfflineFacts, holdings: Holdings): Readiness {
	const reason = whyNot(facts, holdings);
	const update = facts.waiting ? t("offline.update_waits") : "";
	if (reason !== undefined) {
		const tone = facts.worker === "starting" ? "notice" : "warning";
		return { tone, text: t("offline.not_ready", { reason }), ...(update && { more: update }) };
	}
	const room = hasLittleRoom(facts) ? t("offline.little_room", { megabytes: megabytes(facts.freeBytes) }) : "";
	const more = [holdings.persisted ? "" : t("offline.unpromised"), room, update].filter(Boolean).join(" ");
	const tone = !holdings.persisted || room !== "" ? "warning" : facts.waiting ? "notice" : "ok";
	return { tone, text: t("offline.ready"), ...(more && { more }) };
}

function whyNot({ worker, reason, missing }: OfflineFacts, { whole, copied, notKept }: Holdings): string | undefined {
	if (worker === "unsupported") return t("offline.why.unsupported");
	if (worker === "failed") return t("offline.why.failed", { reason: reason || t("offline.why.unreachable") });
	if (worker === "starting" || missing === undefined) return t("offline.why.starting");
	if (missing > 0) return tCount("offline.why.missing", missing);
	if (notKept !== undefined) return t("offline.why.not_kept", { reason: notKept });
	if (!whole) return t("offline.why.loading");
	return copied ? undefined : t("offline.why.copying");
}
