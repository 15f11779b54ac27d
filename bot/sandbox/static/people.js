/** The left column: whom you are, and the chats of that person. */

import { avatar, h } from "./dom.js";
import { clock, t } from "./i18n.js";
import { summary } from "./message.js";

/** @typedef {{id: number, name: string, language: string, color: string}} Person */
/** @typedef {{id: number, title: string, kind: "group"|"private"}} Chat */

export const BOT_COLOR = "#3a9fd6";
const GROUP_COLOR = "#e8a04c";

/** @param {Chat} chat */
const chatAvatar = (chat) =>
  chat.kind === "group" ? avatar(chat.title, GROUP_COLOR, "group") : avatar(chat.title, BOT_COLOR, "bot");

/** @param {string} code @returns {string} The language's own name. */
const languageName = (code) => (code.startsWith("zh") ? "中文" : "English");

/**
 * @param {HTMLElement} root
 * @param {Person[]} people
 * @param {number} selected
 * @param {(id: number) => void} onSelect
 */
export function drawPeople(root, people, selected, onSelect) {
  const focused = root.contains(document.activeElement);
  root.replaceChildren(
    ...people.map((person) =>
      h(
        "button",
        {
          type: "button",
          class: "person",
          role: "radio",
          "aria-checked": String(person.id === selected),
          tabIndex: person.id === selected ? 0 : -1,
          dataset: { testid: `person-${person.id}` },
          on: {
            click: () => onSelect(person.id),
            keydown: (event) => {
              const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
              if (!step) return;
              event.preventDefault();
              const at = people.indexOf(person);
              onSelect(people[(at + step + people.length) % people.length].id);
            },
          },
        },
        avatar(person.name, person.color),
        h("span", { class: "person-name" }, person.name),
        h("span", { class: "person-language", lang: person.language }, languageName(person.language)),
      ),
    ),
  );
  if (focused) root.querySelector('[aria-checked="true"]')?.focus();
}

/**
 * @param {HTMLElement} root
 * @param {Chat[]} chats
 * @param {object} view
 * @param {number} view.selected
 * @param {Person} view.person
 * @param {(chat: number) => import("./message.js").Message|undefined} view.last
 * @param {(chat: number) => number} view.unread
 * @param {(chat: number) => void} onSelect
 */
export function drawChats(root, chats, { selected, person, last, unread }, onSelect) {
  const focused = root.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
  root.replaceChildren(
    ...chats.map((chat) => {
      const message = last(chat.id);
      const count = unread(chat.id);
      const sender =
        chat.kind === "group" && message
          ? message.from.id === person.id
            ? t("you")
            : message.from.name
          : "";
      return h(
        "button",
        {
          type: "button",
          class: "chat-row",
          "aria-current": chat.id === selected ? "true" : null,
          dataset: { testid: `chat-${chat.id}` },
          on: { click: () => onSelect(chat.id) },
        },
        chatAvatar(chat),
        h(
          "span",
          { class: "chat-lines" },
          h(
            "span",
            { class: "chat-line" },
            h("strong", {}, chat.title),
            message && h("time", {}, clock(message.date)),
          ),
          h(
            "span",
            { class: "chat-line" },
            h(
              "span",
              { class: "chat-preview" },
              sender && h("span", { class: "chat-sender" }, `${sender}: `),
              message ? summary(message) : t("nothing_yet"),
            ),
            count > 0 &&
              h("span", { class: "unread", "aria-label": t("unread", { n: count }) }, String(count)),
          ),
        ),
      );
    }),
  );
  if (focused) root.querySelector(`[data-testid="${focused}"]`)?.focus();
}

/**
 * The line above the conversation.
 * @param {Chat} chat
 * @param {Person[]} people
 */
export function drawHead(chat, people) {
  const part = (id) => document.getElementById(id);
  part("chat-avatar").replaceChildren(chatAvatar(chat));
  part("chat-title").textContent = chat.title;
  part("chat-subtitle").textContent =
    chat.kind === "group" ? people.map(({ name }) => name).join(", ") : t("bot");
}
