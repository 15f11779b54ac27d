/** One message of the conversation as an element. */

import { avatar, h, icon } from "./dom.js";
import { formatted } from "./entities.js";
import { clock, t } from "./i18n.js";
import { ownMedia, stickerElement } from "./sticker.js";

/**
 * @typedef {object} Message As the server sends it; see the sandbox's page API.
 * @property {number} id
 * @property {number} chat
 * @property {{id: number, name: string, is_bot: boolean}} from
 * @property {number} date Unix seconds
 */

/**
 * @typedef {object} MessageContext
 * @property {number} person Who is looking.
 * @property {boolean} group Whether names and avatars are shown.
 * @property {(id: number) => string|undefined} colorOf
 * @property {(id: number) => Message|undefined} find
 * @property {import("./entities.js").Actions} actions
 * @property {(message: Message) => void} onReply
 * @property {(message: Message, anchor: HTMLElement) => void} onSticker
 * @property {(id: number) => void} onJump
 * @property {(message: Message, button: object, element: HTMLButtonElement) => void} onButton
 */

/** @param {Message} message @returns {string} One line that stands for it. */
export function summary(message) {
  if (message.sticker) return `${message.sticker.emoji} ${t("sticker")}`.trim();
  if (message.photo) return message.caption ? `${t("photo")}, ${message.caption}` : t("photo");
  if (message.document) return message.document.name || t("file");
  return (message.text ?? message.caption ?? "").replace(/\s+/g, " ");
}

function quote(message, context) {
  const original = context.find(message.reply_to);
  const element = h(
    "button",
    { type: "button", class: "quote", on: { click: () => context.onJump(message.reply_to) } },
    original?.sticker && h("span", { class: "quote-picture" }, stickerElement(original.sticker)),
    h(
      "span",
      { class: "quote-text" },
      h("strong", {}, original?.from.name ?? ""),
      h("span", {}, original ? summary(original) : t("deleted_message")),
    ),
  );
  const color = original && context.colorOf(original.from.id);
  if (color) element.style.setProperty("--name", color);
  return element;
}

function keyboard(message, context) {
  const rows = message.buttons.map((row) =>
    h(
      "div",
      { class: "button-row" },
      row.map((button) => {
        const element = h("button", { type: "button", class: "bot-button" }, button.text);
        element.addEventListener("click", () => context.onButton(message, button, element));
        return element;
      }),
    ),
  );
  return h("div", { class: "keyboard" }, rows);
}

function meta(message, own) {
  return h(
    "span",
    { class: "meta" },
    message.edited && h("span", {}, t("edited")),
    h("time", { datetime: new Date(message.date * 1000).toISOString() }, clock(message.date)),
    own && icon("ticks"),
  );
}

function content(message, context) {
  const parts = [];
  const via = () =>
    h(
      "button",
      {
        type: "button",
        class: "link",
        on: { click: () => context.actions.onMention(`@${message.via_bot}`) },
      },
      t("via", { bot: message.via_bot }),
    );
  const named = context.group && message.from.id !== context.person;
  const head = h("div", { class: "head" });
  if (named && !message.sticker) {
    const name = h("strong", { class: "name" }, message.from.name);
    const color = context.colorOf(message.from.id);
    if (color) name.style.setProperty("--name", color);
    head.append(name);
  }
  if (message.via_bot) head.append(via());
  if (head.childElementCount) parts.push(head);
  if (message.reply_to) parts.push(quote(message, context));
  if (message.sticker) {
    const sticker = h(
      "button",
      {
        type: "button",
        class: "sticker",
        "aria-label": `${t("sticker")} ${message.sticker.emoji}`,
        dataset: { testid: "message-sticker", id: message.sticker.id },
      },
      stickerElement(message.sticker),
    );
    sticker.addEventListener("click", () => context.onSticker(message, sticker));
    parts.push(sticker);
  }
  if (message.photo)
    parts.push(
      h("img", { class: "photo", src: ownMedia(message.photo), alt: message.caption ?? t("photo") }),
    );
  const text = message.text ?? message.caption;
  if (text)
    parts.push(
      h(
        "div",
        { class: "text" },
        formatted(text, message.entities ?? message.caption_entities, context.actions),
      ),
    );
  if (message.document) {
    parts.push(
      h(
        "a",
        { class: "document", href: ownMedia(message.document.url), download: message.document.name },
        message.document.name || t("file"),
      ),
    );
  }
  if (!text && !message.photo && !message.sticker && !message.document)
    parts.push(h("div", { class: "text" }, t("unsupported")));
  return parts;
}

/**
 * @param {Message} message
 * @param {MessageContext} context
 * @returns {HTMLElement}
 */
export function messageElement(message, context) {
  const own = message.from.id === context.person;
  const bubble = h(
    "div",
    { class: message.sticker ? "bubble bare" : message.photo ? "bubble with-photo" : "bubble" },
    content(message, context),
    meta(message, own),
  );
  const reply = h(
    "button",
    {
      type: "button",
      class: "icon-button reply-button",
      title: t("reply"),
      "aria-label": t("reply"),
      on: { click: () => context.onReply(message) },
    },
    icon("reply"),
  );
  const element = h(
    "article",
    {
      class: `message ${own ? "own" : "other"}`,
      "aria-label": `${own ? t("you") : message.from.name}, ${clock(message.date)}`,
      dataset: { testid: "message", id: message.id, from: message.from.id },
    },
    context.group && !own && avatar(message.from.name, context.colorOf(message.from.id)),
    h("div", { class: "column" }, bubble, message.buttons?.length > 0 && keyboard(message, context)),
    reply,
  );
  bubble.addEventListener("dblclick", (event) => {
    if (!event.target.closest("button, a")) context.onReply(message);
  });
  return element;
}
