// The French words of what a card terminal does beside charging, and of paper that nobody is sure of. Part of fr/index.ts.

import type { terminal as english } from "@/words/en/terminal";
import type { Part } from "@/words/words";

export const terminal: Part<typeof english> = {
	"card.back.give": "Rembourser {amount} au terminal",
	"card.back.ready": "Le terminal est connecté : il lui est demandé automatiquement de rembourser {amount}.",
	"card.back.by_hand": "Rembourser plutôt à la main",
	"card.back.waiting": "En attente du terminal : remboursement de {amount}",
	"card.back.unsure": "On ne sait pas encore si {amount} ont été remboursés",
	"card.back.unsure_hint": "Le terminal est interrogé. Ne remboursez pas une seconde fois. Si cela dure, regardez l’écran ou le dernier ticket du terminal et dites ici ce qu’il montre.",
	"card.back.was_charged": "C’est remboursé",
	"card.back.was_not_charged": "Ce n’est pas remboursé",
	"card.back.declined": "La carte n’a rien reçu. Une autre carte ou un autre moyen ?",
	"card.back.declined_why": "La carte n’a rien reçu : {reason}",
	"card.back.not_asked": "Le terminal n’a pas été interrogé : rien n’est remboursé.",
	"card.back.given": "{tender} : {amount} remboursés.",
	"day.title": "Terminal de paiement",
	"day.end": "Clôture du jour au terminal",
	"day.again": "Clôture du jour au terminal, à nouveau",
	"day.waiting": "Le terminal clôture sa journée. Cela peut durer des minutes ; rien ne l’attend ici.",
	"day.approved": "Le terminal a clôturé sa journée.",
	"day.failed": "Le terminal n’a pas clôturé sa journée : {reason}",
	"day.unsure": "On ne sait pas si le terminal a clôturé sa journée : {reason} Regardez-le, ou redemandez : personne n’est débité.",
	"day.lines": "Ce qu’il a imprimé",
	"unsure.title": "Ceci est-il sorti de l’imprimante ?",
	"unsure.hint": "L’imprimante ne l’a pas confirmé. Regardez le papier. Ce qui est réimprimé porte la mention de répétition.",
	"unsure.on_paper": "C’est sur papier",
	"unsure.again": "Imprimer à nouveau",
	"unsure.not_told": "Cela n’a pas pu être décidé : {reason}",
	"unsure.prints.one": "{count} impression à vérifier",
	"unsure.prints.other": "{count} impressions à vérifier",
};
