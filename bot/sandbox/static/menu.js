/** A short list above the composer: the bot's name while `@` is typed, or the commands after `/`. */

import { h } from "./dom.js";

/** @typedef {{label: string, note: string, pick: () => void}} Item */

/**
 * @param {{command: string, description: string}[]} commands Without the slash.
 * @param {string} prefix What is typed of one so far.
 * @param {{onFill: (text: string) => void, onSend: (text: string) => void}} handlers
 * @returns {Item[]}
 */
export function commandItems(commands, prefix, { onFill, onSend }) {
  return commands
    .filter(({ command }) => command.startsWith(prefix))
    .map(({ command, description }) => ({
      label: `/${command}`,
      note: description,
      pick: () => (command === "addset" ? onFill("/addset ") : onSend(`/${command}`)), // it wants a name
    }));
}

/** A list of which one line is chosen by pointer or keyboard. */
export class Menu {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {Item[]} */
    this.items = [];
    this.active = 0;
  }

  get open() {
    return !this.root.hidden;
  }

  /** @param {Item[]} items Nothing closes it. */
  show(items) {
    this.items = items;
    this.active = 0;
    this.root.hidden = items.length === 0;
    this.root.replaceChildren(
      ...items.map((item, index) =>
        h(
          "button",
          {
            type: "button",
            class: "menu-item",
            role: "option",
            tabIndex: -1,
            on: {
              pointerdown: (event) => event.preventDefault(), // the composer keeps the focus
              click: () => this.#pick(index),
            },
          },
          h("strong", {}, item.label),
          h("span", {}, item.note),
        ),
      ),
    );
    this.#mark();
  }

  close() {
    this.show([]);
  }

  /** @param {KeyboardEvent} event @returns {boolean} Whether the menu took it. */
  handleKey(event) {
    if (!this.open) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.active = (this.active + step + this.items.length) % this.items.length;
    else if (event.key === "Escape") this.close();
    else if (event.key === "Tab" || event.key === "Enter") this.#pick(this.active);
    else return false;
    this.#mark();
    return true;
  }

  #pick(index) {
    const { pick } = this.items[index];
    this.close();
    pick();
  }

  #mark() {
    [...this.root.children].forEach((element, index) => {
      element.setAttribute("aria-selected", String(index === this.active));
      if (index === this.active) element.scrollIntoView({ block: "nearest" });
    });
  }
}
