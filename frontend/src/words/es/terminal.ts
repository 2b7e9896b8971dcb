// The Spanish words of what a card terminal does beside charging, and of paper that nobody is sure of. Part of es/index.ts.

import type { terminal as english } from "@/words/en/terminal";
import type { Part } from "@/words/words";

export const terminal: Part<typeof english> = {
	"card.back.give": "Devolver {amount} en el terminal",
	"card.back.ready": "El terminal está conectado: se le pide automáticamente que devuelva {amount}.",
	"card.back.by_hand": "Devolver a mano",
	"card.back.waiting": "Esperando al terminal: devuelve {amount}",
	"card.back.unsure": "Aún no se sabe si se han devuelto {amount}",
	"card.back.unsure_hint": "Se está preguntando al terminal. No devuelva otra vez. Si sigue así, mire la pantalla o el último recibo del terminal y diga aquí lo que muestra.",
	"card.back.was_charged": "Se ha devuelto",
	"card.back.was_not_charged": "No se ha devuelto",
	"card.back.declined": "No se ha devuelto nada a la tarjeta. ¿Otra tarjeta u otra forma?",
	"card.back.declined_why": "No se ha devuelto nada a la tarjeta: {reason}",
	"card.back.not_asked": "No se preguntó al terminal: no se ha devuelto nada.",
	"card.back.given": "{tender} ha recibido {amount} de vuelta.",
	"day.title": "Terminal de tarjetas",
	"day.end": "Cierre del día en el terminal",
	"day.again": "Cierre del día en el terminal, otra vez",
	"day.waiting": "El terminal está cerrando su día. Puede tardar minutos; aquí nada espera por ello.",
	"day.approved": "El terminal ha cerrado su día.",
	"day.failed": "El terminal no ha cerrado su día: {reason}",
	"day.unsure": "No se sabe si el terminal ha cerrado su día: {reason} Mírelo, o pregunte otra vez: eso no cobra a nadie.",
	"day.lines": "Lo que imprimió",
	"unsure.title": "¿Ha salido esto de la impresora?",
	"unsure.hint": "La impresora no lo ha confirmado. Mire el papel. Lo que se imprime otra vez lleva la marca de repetición.",
	"unsure.on_paper": "Está en papel",
	"unsure.again": "Imprimir otra vez",
	"unsure.not_told": "No se ha podido decidir: {reason}",
	"unsure.prints.one": "{count} impresión por revisar",
	"unsure.prints.other": "{count} impresiones por revisar",
};
