/** What the page says, in the language of whoever is looking. */

import { EN, ZH } from "./words.js";

let words = EN;
let defaults = {};

/**
 * Speak a person's language from now on.
 * @param {string} code A language tag: everything that starts with "zh" is Chinese, the rest English.
 * @param {Object<string, string>} [values] Placeholders known everywhere, such as the bot's name.
 */
export function speak(code, values = {}) {
  const chinese = code.startsWith("zh");
  words = chinese ? ZH : EN;
  defaults = values;
  document.documentElement.lang = chinese ? "zh-Hans" : "en";
  for (const element of document.querySelectorAll("[data-text]"))
    element.textContent = t(element.dataset.text);
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", t(element.dataset.label));
    if (element.tagName === "BUTTON") element.title = t(element.dataset.label);
  }
}

/**
 * @param {string} key
 * @param {Object<string, string|number>} [values] What stands for `{name}` in the text.
 */
export function t(key, values = {}) {
  const all = { ...defaults, ...values };
  return (words[key] ?? EN[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => all[name] ?? whole);
}

/** A name from the server, such as a reason, in words where we have them. */
export function named(kind, name) {
  const key = `${kind}_${name}`;
  return key in EN ? t(key) : name;
}

/** @param {number} seconds Unix time. @returns {string} Hours and minutes. */
export function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString(document.documentElement.lang, {
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });
}

/** @param {number} seconds Unix time. @returns {string} The day, in words. */
export function day(seconds) {
  const date = new Date(seconds * 1000);
  if (date.toDateString() === new Date().toDateString()) return t("today");
  return date.toLocaleDateString(document.documentElement.lang, { month: "long", day: "numeric" });
}
