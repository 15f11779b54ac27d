/** Formatted text: Bot API entities become elements, never markup. */

import { h } from "./dom.js";

/** @typedef {{type: string, offset: number, length: number, url?: string}} Entity UTF-16 units, as in JavaScript */

/**
 * @typedef {object} Actions
 * @property {(command: string) => void} onCommand
 * @property {(mention: string) => void} onMention
 * @property {(text: string) => (() => void)|null} onCode What a click on code does, if anything.
 * @property {(url: string) => boolean} onLink True when the page itself deals with it.
 */

const TAGS = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strikethrough: "s",
  code: "code",
  pre: "pre",
  blockquote: "blockquote",
};

/**
 * A link that leaves the page, or null when its scheme is not for the web.
 * @param {string} address @param {Actions} actions
 */
function link(address, actions) {
  let url;
  try {
    url = new URL(/^[a-z][a-z0-9+.-]*:/i.test(address) ? address : `https://${address}`);
  } catch {
    return null;
  }
  if (!["http:", "https:", "tg:", "mailto:"].includes(url.protocol)) return null;
  const element = h("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" });
  element.addEventListener("click", (event) => {
    if (actions.onLink(url.href)) event.preventDefault();
  });
  return element;
}

/** @param {Entity} entity @param {string} text What it covers. @param {Actions} actions */
function wrapper(entity, text, actions) {
  const action = (listener) => h("button", { type: "button", class: "link", on: { click: listener } });
  const run = entity.type === "code" ? actions.onCode(text) : null;
  if (run) return h("button", { type: "button", class: "code", on: { click: run } });
  if (entity.type in TAGS) return h(TAGS[entity.type]);
  if (entity.type === "url") return link(text, actions);
  if (entity.type === "text_link") return link(entity.url ?? "", actions);
  if (entity.type === "bot_command") return action(() => actions.onCommand(text));
  if (entity.type === "mention") return action(() => actions.onMention(text));
  return null;
}

/**
 * @param {string} text
 * @param {Entity[]} entities They may nest or overlap.
 * @param {Actions} actions
 * @returns {DocumentFragment}
 */
export function formatted(text, entities = [], actions) {
  const fragment = document.createDocumentFragment();
  const cuts = new Set([0, text.length]);
  for (const { offset, length } of entities) {
    cuts.add(Math.max(0, Math.min(offset, text.length)));
    cuts.add(Math.max(0, Math.min(offset + length, text.length)));
  }
  const edges = [...cuts].sort((a, b) => a - b);
  for (let index = 0; index + 1 < edges.length; index += 1) {
    const [start, end] = [edges[index], edges[index + 1]];
    let node = document.createTextNode(text.slice(start, end));
    const covering = entities
      .filter((entity) => entity.offset <= start && entity.offset + entity.length >= end)
      .sort((a, b) => a.length - b.length); // the innermost first
    for (const entity of covering) {
      const outer = wrapper(entity, text.slice(entity.offset, entity.offset + entity.length), actions);
      if (!outer) continue;
      outer.append(node);
      node = outer;
    }
    fragment.append(node);
  }
  return fragment;
}
