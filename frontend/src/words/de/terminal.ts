// The German words of what a card terminal does beside charging, and of paper that nobody is sure of. Part of de/index.ts.

import type { terminal as english } from "@/words/en/terminal";
import type { Part } from "@/words/words";

export const terminal: Part<typeof english> = {
	"card.back.give": "{amount} am Terminal zurückgeben",
	"card.back.ready": "Das Terminal ist verbunden: Es wird von selbst gebeten, {amount} zurückzugeben.",
	"card.back.by_hand": "Stattdessen von Hand zurückgeben",
	"card.back.waiting": "Warten auf das Terminal: {amount} zurück",
	"card.back.unsure": "Es ist noch nicht bekannt, ob {amount} zurückgegeben wurden",
	"card.back.unsure_hint": "Das Terminal wird gefragt. Nicht noch einmal zurückgeben. Bleibt es so, am Terminal die Anzeige oder den letzten Beleg ansehen und hier sagen, was dort steht.",
	"card.back.was_charged": "Es wurde zurückgegeben",
	"card.back.was_not_charged": "Es wurde nicht zurückgegeben",
	"card.back.declined": "Die Karte hat nichts zurückbekommen. Eine andere Karte oder ein anderer Weg?",
	"card.back.declined_why": "Die Karte hat nichts zurückbekommen: {reason}",
	"card.back.not_asked": "Das Terminal wurde nicht gefragt: Es ist nichts zurückgegeben.",
	"card.back.given": "{tender} hat {amount} zurückbekommen.",
	"day.title": "Kartenterminal",
	"day.end": "Kassenschnitt am Kartenterminal",
	"day.again": "Kassenschnitt am Kartenterminal, noch einmal",
	"day.waiting": "Das Kartenterminal macht seinen Kassenschnitt. Das kann Minuten dauern; hier wartet nichts darauf.",
	"day.approved": "Das Kartenterminal hat seinen Kassenschnitt gemacht.",
	"day.failed": "Das Kartenterminal hat keinen Kassenschnitt gemacht: {reason}",
	"day.unsure": "Es ist nicht bekannt, ob das Kartenterminal seinen Kassenschnitt gemacht hat: {reason} Dort nachsehen oder noch einmal fragen: Es bucht nichts ab.",
	"day.lines": "Was es gedruckt hat",
	"unsure.title": "Ist das aus dem Drucker gekommen?",
	"unsure.hint": "Der Drucker hat es nicht bestätigt. Bitte das Papier ansehen. Was noch einmal gedruckt wird, ist als Wiederholung gekennzeichnet.",
	"unsure.on_paper": "Es ist auf Papier",
	"unsure.again": "Noch einmal drucken",
	"unsure.not_told": "Das konnte nicht entschieden werden: {reason}",
	"unsure.prints.one": "{count} Ausdruck ansehen",
	"unsure.prints.other": "{count} Ausdrucke ansehen",
};
