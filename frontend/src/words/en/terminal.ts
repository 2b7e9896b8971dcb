// The English words of what a card terminal does beside charging, and of paper that nobody is sure of. Part of en/index.ts.

export const terminal = {
	"card.back.give": "Give {amount} back at the terminal",
	"card.back.ready": "The terminal is connected: it is asked to give {amount} back by itself.",
	"card.back.by_hand": "Give back by hand instead",
	"card.back.waiting": "Waiting for the terminal: {amount} back",
	"card.back.unsure": "It is not known yet whether {amount} was given back",
	"card.back.unsure_hint": "The terminal is being asked. Don't give it back again. If it stays so, look at the terminal's display or last receipt and say what it shows.",
	"card.back.was_charged": "It was given back",
	"card.back.was_not_charged": "It was not given back",
	"card.back.declined": "The card got nothing back. Another card, or another way?",
	"card.back.declined_why": "The card got nothing back: {reason}",
	"card.back.not_asked": "The terminal was not asked: nothing was given back.",
	"card.back.given": "{tender} got {amount} back.",
	"day.title": "Card terminal",
	"day.end": "End of day at the card terminal",
	"day.again": "End of day at the card terminal, again",
	"day.waiting": "The card terminal ends its day. It may take minutes; nothing here waits for it.",
	"day.approved": "The card terminal has settled its day.",
	"day.failed": "The card terminal has not settled its day: {reason}",
	"day.unsure": "It is not known whether the card terminal has settled its day: {reason} Look at it, or ask again: that charges nobody.",
	"day.lines": "What it printed",
} as const;
