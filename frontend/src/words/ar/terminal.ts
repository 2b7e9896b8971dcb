// The Arabic words of what a card terminal does beside charging, and of paper that nobody is sure of. Part of ar/index.ts.

import type { terminal as english } from "@/words/en/terminal";
import type { Part } from "@/words/words";

export const terminal: Part<typeof english> = {
	"card.back.give": "إعادة {amount} على الجهاز",
	"card.back.ready": "جهاز البطاقات متصل: يُطلب منه تلقائيًا أن يعيد {amount}.",
	"card.back.by_hand": "الإعادة يدويًا بدلًا من ذلك",
	"card.back.waiting": "بانتظار جهاز البطاقات: إعادة {amount}",
	"card.back.unsure": "لم يُعرف بعد هل أُعيد {amount}",
	"card.back.unsure_hint": "يُسأل الجهاز الآن. لا تُعِد المبلغ مرة أخرى. إن بقي الأمر كذلك فانظر إلى شاشة الجهاز أو آخر إيصال له وقل هنا ما يظهر.",
	"card.back.was_charged": "تمت الإعادة",
	"card.back.was_not_charged": "لم تتم الإعادة",
	"card.back.declined": "لم يُعَد شيء إلى البطاقة. بطاقة أخرى أم طريقة أخرى؟",
	"card.back.declined_why": "لم يُعَد شيء إلى البطاقة: {reason}",
	"card.back.not_asked": "لم يُسأل الجهاز: لم يُعَد شيء.",
	"card.back.given": "أُعيد {amount} إلى {tender}.",
	"day.title": "جهاز البطاقات",
	"day.end": "إقفال اليوم على جهاز البطاقات",
	"day.again": "إقفال اليوم على جهاز البطاقات مرة أخرى",
	"day.waiting": "يقفل جهاز البطاقات يومه. قد يستغرق دقائق؛ ولا شيء هنا ينتظره.",
	"day.approved": "أقفل جهاز البطاقات يومه.",
	"day.failed": "لم يقفل جهاز البطاقات يومه: {reason}",
	"day.unsure": "لا يُعرف هل أقفل جهاز البطاقات يومه: {reason} انظر إليه، أو اسأله مرة أخرى: فذلك لا يخصم من أحد.",
	"day.lines": "ما طبعه الجهاز",
	"unsure.title": "هل خرج هذا من الطابعة؟",
	"unsure.hint": "لم تؤكده الطابعة. انظر إلى الورق. ما يُطبع مرة أخرى يُعلَّم بأنه مكرر.",
	"unsure.on_paper": "هو على الورق",
	"unsure.again": "اطبع مرة أخرى",
	"unsure.not_told": "تعذر الحسم: {reason}",
	"unsure.prints.zero": "لا مطبوعات للمراجعة",
	"unsure.prints.one": "مطبوع واحد للمراجعة",
	"unsure.prints.two": "مطبوعان للمراجعة",
	"unsure.prints.few": "{count} مطبوعات للمراجعة",
	"unsure.prints.many": "{count} مطبوعًا للمراجعة",
	"unsure.prints.other": "{count} مطبوع للمراجعة",
};
