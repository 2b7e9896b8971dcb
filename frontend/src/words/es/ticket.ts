// The Spanish words of what is done to a whole ticket: hold, recall, discount; and notes on lines. Part of es/index.ts.

import type { ticket as english } from "@/words/en/ticket";
import type { Part } from "@/words/words";

export const ticket: Part<typeof english> = {
	"hold.menu": "Aparcar, recuperar",
	"hold.button": "Aparcar",
	"hold.title": "Aparcadas",
	"hold.name": "Nombre (opcional)",
	"hold.go": "Aparcar {amount}",
	"hold.list": "Ventas aparcadas",
	"hold.recall": "Recuperar {name}, {amount}",
	"hold.none": "No hay nada aparcado.",
	"hold.unnamed": "Venta de las {time}",
	"hold.done": "Aparcada: {name}",
	"hold.failed": "No aparcada: {reason} La venta sigue abierta.",
	"hold.sold": "{name} ya se vendió; deja de estar aparcada.",
	"hold.meanwhile": "{name} sigue aparcada: entretanto se empezó otra venta. Recupérala otra vez.",
	"hold.came_back": "Entretanto se devolvió más del recibo {number}: esta devolución ya no está en la venta. Elige otra vez qué se devuelve.",
	"hold.count.one": "{count} aparcada",
	"hold.count.other": "{count} aparcadas",
	"ticket.menu": "Descuento",
	"ticket.title": "Descuento en toda la venta",
	"ticket.percent": "Porcentaje",
	"ticket.amount": "Importe",
	"ticket.why": "Por qué",
	"ticket.reason.regular": "Cliente habitual",
	"ticket.reason.damaged": "Embalaje dañado",
	"ticket.reason.goodwill": "Cortesía",
	"ticket.other": "Otro motivo",
	"ticket.total": "Total con el descuento",
	"ticket.remove": "Sin descuento",
	"ticket.bad_percent": "Un descuento es mayor que 0 y como máximo del 100 por ciento.",
	"ticket.bad_amount": "Un descuento es mayor que 0 y como máximo de {total}.",
	"ticket.no_reason": "Elige o escribe un motivo: aparece en el recibo.",
	"ticket.empty": "Aún no se ha vendido nada a lo que aplicar un descuento.",
	"keys.hold": "Aparcar, recuperar",
};
