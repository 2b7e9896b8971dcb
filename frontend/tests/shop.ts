// A small catalogue and the company behind it, for tests that load and change it.

import type { KeptStart } from "@/catalogue/columns";
import type { CatalogueShelf } from "@/catalogue/store";
import { Retryable } from "@/core/errors";
import type { Snapshot } from "@/server/api";
import type { Changes } from "@/server/changes";

export const CHUNK_SIZE = 10;

export function snapshotOf(digest: string, items: number): Snapshot {
	return {
		protocol: 1, snapshot: digest, till: "T1", company: "Demo", shop: "Corner", address: [], currency: "EUR",
		currency_precision: 2, rounding: "commercial", locale: "en",
		taxes: [{ tax: "VAT-19", label: "VAT 19 %", inclusive: true }],
		templates: [{ template: "standard", rates: { "VAT-19": "19" } }, { template: "free", rates: {} }],
		tenders: [], cashiers: [], groups: ["Coffee", "Tea"], units: ["Nos", "kg"], code_patterns: [], items,
		chunk_size: CHUNK_SIZE, chunks: Math.ceil(items / CHUNK_SIZE), next_epoch: 1, heads: [], receipt_footer: [],
	};
}

export function chunkText(snapshot: Snapshot, chunk: number): string {
	const first = chunk * CHUNK_SIZE;
	const rows = Array.from({ length: Math.min(CHUNK_SIZE, snapshot.items - first) }, (_, row) => first + row);
	const message = {
		chunk,
		item: rows.map((row) => `SKU-${row}`),
		name: rows.map((row) => `${snapshot.snapshot} blend ${row}`),
		price_minor: rows.map((row) => 100 + row),
		group: rows.map((row) => row % 2),
		unit: rows.map((row) => row % 2),
		template: rows.map((row) => row % 2),
		gtins: rows.map((row) => (row === 3 ? ["012345678905", "4006381333931"] : [])),
		weighed: rows.filter((row) => row % 2 === 1).map((row) => row - first),
	};
	return JSON.stringify({ message });
}

export class FakeSource {
	current = snapshotOf("first", 95);
	readonly asked: number[] = [];
	atOnce = 0;
	mostAtOnce = 0;
	breakAfter = Number.POSITIVE_INFINITY;
	/** What it answers next to a cursor; nothing new if there is none. */
	readonly answers = new Map<string, Changes>();
	readonly cursors: string[] = [];

	async snapshot(): Promise<Snapshot> {
		return this.current;
	}

	async changes(cursor: string): Promise<Changes> {
		this.cursors.push(cursor);
		return this.answers.get(cursor) ?? { cursor };
	}

	async chunk(_: string, chunk: number): Promise<string> {
		this.atOnce += 1;
		this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
		await new Promise((resolve) => setImmediate(resolve));
		this.atOnce -= 1;
		if (this.asked.length >= this.breakAfter) throw new Retryable("gone", "network");
		this.asked.push(chunk);
		return chunkText(this.current, chunk);
	}
}

export class MemoryShelf implements CatalogueShelf {
	whole: Snapshot | undefined;
	full = false;
	answers: readonly Changes[] = [];
	first: KeptStart | undefined;
	readonly chunks = new Map<string, Map<number, string>>();

	async manifest(): Promise<Snapshot | undefined> {
		return this.whole;
	}

	async texts({ snapshot }: Snapshot): Promise<readonly string[]> {
		return [...(this.chunks.get(snapshot) ?? [])].sort(([a], [b]) => a - b).map(([, text]) => text);
	}

	async start(): Promise<KeptStart | undefined> {
		return this.first;
	}

	async keepStart(start: KeptStart): Promise<void> {
		if (this.full) throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
		this.first = start;
	}

	async kept({ snapshot }: Snapshot): Promise<ReadonlyMap<number, string>> {
		return this.chunks.get(snapshot) ?? new Map<number, string>();
	}

	async keepChunk({ snapshot }: Snapshot, chunk: number, text: string): Promise<void> {
		if (this.full) throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
		const chunks = this.chunks.get(snapshot) ?? new Map<number, string>();
		this.chunks.set(snapshot, chunks.set(chunk, text));
	}

	async finish(snapshot: Snapshot): Promise<void> {
		this.whole = snapshot;
		this.answers = [];
		for (const digest of this.chunks.keys()) if (digest !== snapshot.snapshot) this.chunks.delete(digest);
	}

	async changes(): Promise<readonly Changes[]> {
		return this.answers;
	}

	async keepChanges(_: Snapshot, changes: Changes, merged?: Changes): Promise<void> {
		if (this.full) throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
		this.answers = merged ? [merged] : [...this.answers, changes];
	}
}
