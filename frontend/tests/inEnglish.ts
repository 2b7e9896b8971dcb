// Before each test file: the page speaks English, as a page does that has come up. Never loads a language that nobody asked for.

import { speak } from "@/words/words";

await speak("en");
