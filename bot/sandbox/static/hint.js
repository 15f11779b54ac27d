/** What a newcomer sees in the conversation: what to type, as examples to click. */

import { h, icon, remembered } from "./dom.js";
import { t } from "./i18n.js";

export const DISMISSED = "dismissed";

const EXAMPLES = ["笑", "想哭", "谢谢", "good night", "🎉"];

/**
 * @param {string} username The bot's, without the @.
 * @param {{onQuery: (query: string) => void, onDismiss: (() => void)|null}} handlers
 * @returns {HTMLElement}
 */
function inlineHint(username, { onQuery, onDismiss }) {
  const example = (query, note) =>
    h(
      "button",
      {
        type: "button",
        class: "example",
        dataset: { testid: "example" },
        on: { click: () => onQuery(query) },
      },
      h("span", { class: "example-bot" }, `@${username} `),
      note ? h("em", {}, note) : query,
    );
  return h(
    "section",
    { class: "hint", dataset: { testid: "hint" } },
    h("h3", {}, t("hint_title")),
    h("p", {}, t("hint_text")),
    h(
      "div",
      { class: "examples" },
      EXAMPLES.map((query) => example(query)),
      example("", t("hint_empty")),
    ),
    onDismiss &&
      h("button", { type: "button", class: "soft-button", on: { click: onDismiss } }, t("hint_dismiss")),
  );
}

/**
 * The private chat before its first message.
 * @param {{onStart: () => void, onStickers: () => void}} handlers
 * @returns {HTMLElement}
 */
function privateHint({ onStart, onStickers }) {
  return h(
    "section",
    { class: "hint", dataset: { testid: "private-hint" } },
    h("h3", {}, t("private_title")),
    h("p", {}, t("private_text")),
    h(
      "div",
      { class: "examples" },
      h(
        "button",
        { type: "button", class: "main-button", dataset: { testid: "start" }, on: { click: onStart } },
        t("start"),
      ),
      h(
        "button",
        { type: "button", class: "soft-button", on: { click: onStickers } },
        icon("sticker"),
        t("add_a_pack"),
      ),
    ),
  );
}

/**
 * What stands beside the messages of the open chat, if anything.
 * @param {import("./app.js").App} app
 * @returns {HTMLElement|null}
 */
export function hintFor(app) {
  const empty = app.history.list(app.chat.id).length === 0;
  if (app.chat.kind === "private") {
    const handlers = { onStart: () => app.send({ text: "/start" }), onStickers: () => app.pick() };
    return empty ? privateHint(handlers) : null;
  }
  const dismissed = remembered.get("hint", "") === DISMISSED;
  if (dismissed && !empty) return null;
  return inlineHint(app.bot.username, {
    onQuery: (query) => app.ask(query),
    onDismiss: dismissed ? null : () => app.dismissHint(),
  });
}

/**
 * A small menu at a sticker of the conversation.
 * @param {HTMLElement} root
 * @param {HTMLElement} anchor
 * @param {{label: string, pick: () => void}[]} items
 */
export function openStickerMenu(root, anchor, items) {
  const close = () => {
    root.hidden = true;
    document.removeEventListener("pointerdown", outside, true);
    document.removeEventListener("keydown", onKey, true);
  };
  const outside = (event) => !root.contains(event.target) && close();
  const onKey = (event) => {
    const buttons = [...root.children];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step)
      buttons[(buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length].focus();
    else if (event.key === "Escape") {
      close();
      anchor.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  root.replaceChildren(
    ...items.map(({ label, pick }) =>
      h(
        "button",
        {
          type: "button",
          role: "menuitem",
          on: {
            click: () => {
              close();
              pick();
            },
          },
        },
        label,
      ),
    ),
  );
  root.hidden = false;
  const at = anchor.getBoundingClientRect();
  const box = root.getBoundingClientRect();
  root.style.setProperty("left", `${Math.max(8, Math.min(at.left + 24, innerWidth - box.width - 8))}px`);
  root.style.setProperty(
    "top",
    `${Math.max(8, Math.min(at.top + at.height / 2, innerHeight - box.height - 8))}px`,
  );
  root.firstElementChild.focus();
  document.addEventListener("pointerdown", outside, true);
  document.addEventListener("keydown", onKey, true);
}
