/** The composer: text, the message it replies to, and input methods that compose characters. */

import { h, icon } from "./dom.js";
import { t } from "./i18n.js";
import { summary } from "./message.js";
import { stickerElement } from "./sticker.js";

/**
 * What `@bot query` asks, or null when the text is no inline query.
 * @param {string} text
 * @param {string} username Without the @.
 * @returns {string|null} At most 256 characters, as the Bot API says.
 */
export function inlineQueryOf(text, username) {
  const [first, ...rest] = text.split(/(\s[\s\S]*)/);
  if (first.toLowerCase() !== `@${username.toLowerCase()}` || rest.length === 0) return null;
  return [...rest[0].trim()].slice(0, 256).join("");
}

/** The line at the foot of the conversation. */
export class Composer {
  /**
   * @param {object} parts
   * @param {HTMLFormElement} parts.form
   * @param {HTMLTextAreaElement} parts.input
   * @param {HTMLElement} parts.replyBar
   * @param {object} handlers
   * @param {(text: string) => void} handlers.onText Each change, never in the middle of a composition.
   * @param {(text: string, replyTo?: number) => void} handlers.onSend
   * @param {(event: KeyboardEvent) => boolean} handlers.onKey True when a panel above took the key.
   */
  constructor({ form, input, replyBar }, { onText, onSend, onKey }) {
    Object.assign(this, { form, input, replyBar, onText });
    this.replyTo = null;
    this.composing = false;
    input.addEventListener("compositionstart", () => {
      this.composing = true;
    });
    input.addEventListener("compositionend", () => {
      this.composing = false;
      this.#changed();
    });
    input.addEventListener("input", (event) => {
      if (this.composing || event.isComposing) this.#fit();
      else this.#changed();
    });
    input.addEventListener("keydown", (event) => {
      if (this.composing || event.isComposing || event.keyCode === 229) return; // Enter picks a candidate
      if (onKey(event)) event.preventDefault();
      else if (event.key === "Escape" && this.replyTo) this.reply(null);
      else if (event.key === "Enter" && !event.shiftKey) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.text.trim();
      if (!text) return;
      const replyTo = this.replyTo?.id;
      this.clear();
      onSend(text, replyTo);
    });
  }

  /** @returns {string} */
  get text() {
    return this.input.value;
  }

  /** @param {string} text Put it in, as if it was typed. @param {boolean} [focus] */
  fill(text, focus = true) {
    this.input.value = text;
    if (focus) {
      this.input.focus();
      this.input.setSelectionRange(text.length, text.length);
    }
    this.#changed();
  }

  /** Empty it and answer to nothing. */
  clear() {
    this.reply(null);
    this.fill("", false);
  }

  /** @param {import("./message.js").Message|null} message What the next message answers to. */
  reply(message) {
    this.replyTo = message;
    this.replyBar.hidden = !message;
    if (!message) return;
    this.replyBar.replaceChildren(
      icon("reply"),
      message.sticker ? h("span", { class: "quote-picture" }, stickerElement(message.sticker)) : "",
      h(
        "span",
        { class: "quote-text" },
        h("strong", {}, t("reply_to", { name: message.from.name })),
        h("span", {}, summary(message)),
      ),
      h(
        "button",
        {
          type: "button",
          class: "icon-button",
          "aria-label": t("close"),
          on: { click: () => this.reply(null) },
        },
        icon("close"),
      ),
    );
    this.input.focus();
  }

  #changed() {
    this.form.classList.toggle("has-text", this.text.trim() !== "");
    this.#fit(); // after the chip has made room
    this.onText(this.text);
  }

  #fit() {
    this.input.style.setProperty("height", "auto");
    this.input.style.setProperty("height", `${Math.min(this.input.scrollHeight, 160)}px`);
  }
}
