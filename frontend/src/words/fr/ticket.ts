// The French words of what is done to a whole ticket: hold, recall, discount; and notes on lines. Part of fr/index.ts.

import type { ticket as english } from "@/words/en/ticket";
import type { Part } from "@/words/words";

export const ticket: Part<typeof english> = {
	"hold.menu": "Mettre en attente, reprendre",
	"hold.button": "En attente",
	"hold.title": "En attente",
	"hold.name": "Nom (facultatif)",
	"hold.go": "Mettre {amount} en attente",
	"hold.list": "Ventes en attente",
	"hold.recall": "Reprendre {name}, {amount}",
	"hold.none": "Rien n’est en attente.",
	"hold.unnamed": "Vente de {time}",
	"hold.done": "En attente : {name}",
	"hold.failed": "Pas mis en attente : {reason} La vente reste ouverte.",
	"hold.sold": "{name} a déjà été vendue ; elle n’est plus en attente.",
	"hold.meanwhile": "{name} reste en attente : une autre vente a été commencée entre-temps. Reprenez-la de nouveau.",
	"hold.came_back": "Davantage est revenu du ticket {number} entre-temps : ce retour n’est plus dans la vente. Choisissez de nouveau ce qui revient.",
	"hold.count.one": "{count} en attente",
	"hold.count.other": "{count} en attente",
	"ticket.menu": "Remise",
	"ticket.title": "Remise sur toute la vente",
	"ticket.percent": "Pourcentage",
	"ticket.amount": "Montant",
	"ticket.why": "Pourquoi",
	"ticket.reason.regular": "Client fidèle",
	"ticket.reason.damaged": "Emballage abîmé",
	"ticket.reason.goodwill": "Geste commercial",
	"ticket.other": "Autre motif",
	"ticket.total": "Total avec la remise",
	"ticket.remove": "Pas de remise",
	"ticket.bad_percent": "Une remise est supérieure à 0 et d’au plus 100 pour cent.",
	"ticket.bad_amount": "Une remise est supérieure à 0 et d’au plus {total}.",
	"ticket.no_reason": "Choisissez ou saisissez un motif : il figure sur le ticket.",
	"ticket.empty": "Rien n’est encore vendu dont une remise pourrait être déduite.",
	"keys.hold": "Mettre en attente, reprendre",
};
