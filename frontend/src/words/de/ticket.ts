// The German words of what is done to a whole ticket: hold, recall, discount; and notes on lines. Part of de/index.ts.

import type { ticket as english } from "@/words/en/ticket";
import type { Part } from "@/words/words";

export const ticket: Part<typeof english> = {
	"hold.menu": "Parken, zurückholen",
	"hold.button": "Parken",
	"hold.title": "Geparkt",
	"hold.name": "Name (freiwillig)",
	"hold.go": "{amount} parken",
	"hold.list": "Geparkte Verkäufe",
	"hold.recall": "{name} zurückholen, {amount}",
	"hold.none": "Nichts ist geparkt.",
	"hold.unnamed": "Verkauf von {time}",
	"hold.done": "Geparkt: {name}",
	"hold.failed": "Nicht geparkt: {reason} Der Verkauf bleibt offen.",
	"hold.sold": "{name} ist schon verkauft und nicht mehr geparkt.",
	"hold.meanwhile": "{name} bleibt geparkt: Inzwischen wurde ein anderer Verkauf begonnen. Bitte noch einmal zurückholen.",
	"hold.came_back": "Von Beleg {number} kam inzwischen mehr zurück: Diese Rücknahme ist nicht mehr im Verkauf. Bitte neu auswählen, was zurückkommt.",
	"hold.count.one": "{count} geparkt",
	"hold.count.other": "{count} geparkt",
	"ticket.menu": "Rabatt",
	"ticket.title": "Rabatt auf den ganzen Verkauf",
	"ticket.percent": "Prozent",
	"ticket.amount": "Betrag",
	"ticket.why": "Warum",
	"ticket.reason.regular": "Stammkunde",
	"ticket.reason.damaged": "Verpackung beschädigt",
	"ticket.reason.goodwill": "Kulanz",
	"ticket.other": "Anderer Grund",
	"ticket.total": "Summe damit",
	"ticket.remove": "Kein Rabatt",
	"ticket.bad_percent": "Ein Rabatt ist mehr als 0 und höchstens 100 Prozent.",
	"ticket.bad_amount": "Ein Rabatt ist mehr als 0 und höchstens {total}.",
	"ticket.no_reason": "Bitte einen Grund wählen oder eingeben: er steht auf dem Beleg.",
	"ticket.empty": "Noch ist nichts verkauft, worauf es Rabatt geben könnte.",
	"keys.hold": "Parken, zurückholen",
};
