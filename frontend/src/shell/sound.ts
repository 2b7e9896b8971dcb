// Two short tones, made by the page: one for "taken", one for "look here".
// Never the only sign of anything, and never loud before the first touch (browsers keep it silent).

import { shallowRef } from "vue";

const SETTING = "posbridge.sound";
const VOLUME = 0.08;

export const soundOn = shallowRef(localStorage.getItem(SETTING) !== "off");

let context: AudioContext | undefined;

export function toggleSound(): void {
	soundOn.value = !soundOn.value;
	localStorage.setItem(SETTING, soundOn.value ? "on" : "off");
	if (soundOn.value) beep("ok");
}

export function beep(kind: "ok" | "error"): void {
	if (!soundOn.value || !navigator.userActivation.hasBeenActive) return;
	if (context) return sound(context, kind);
	// Waking the sound takes longer than drawing the line that it is for: that comes first.
	requestAnimationFrame(() => setTimeout(() => sound((context ??= new AudioContext()), kind)));
}

function sound(audio: AudioContext, kind: "ok" | "error"): void {
	if (kind === "ok") tone(audio, 1480, 0, 0.05, "sine");
	else [0, 0.14].forEach((start) => tone(audio, 210, start, 0.11, "square"));
}

function tone(audio: AudioContext, frequency: number, start: number, seconds: number, type: OscillatorType): void {
	const oscillator = audio.createOscillator();
	const gain = audio.createGain();
	const from = audio.currentTime + start;
	oscillator.type = type;
	oscillator.frequency.value = frequency;
	gain.gain.setValueAtTime(VOLUME, from);
	gain.gain.exponentialRampToValueAtTime(0.001, from + seconds);
	oscillator.connect(gain).connect(audio.destination);
	oscillator.start(from);
	oscillator.stop(from + seconds);
}
