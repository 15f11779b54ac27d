/** "What the bot knows": one sticker with its emoji, words, captions and searches, as a card over the page. */

import { aboutSticker } from "./api.js";
import { h, icon } from "./dom.js";
import { named, t } from "./i18n.js";
import { stickerElement } from "./sticker.js";

const chinese = () => document.documentElement.lang.startsWith("zh");

const row = (label, ...content) => [h("dt", {}, label), h("dd", {}, ...content)];

function emojiRow({ emoji }) {
  const lines = emoji.map((one) =>
    h(
      "div",
      { class: "facts-emoji" },
      h("span", {}, one.emoji),
      h("span", {}, (chinese() ? one.chinese : one.english).join(chinese() ? "、" : ", ")),
    ),
  );
  return row(t("part_emoji"), lines.length ? lines : h("em", {}, t("facts_no_emoji")));
}

function textRow({ field, text, engine, confidence }) {
  const sure = confidence === null ? "" : `, ${Math.round(100 * confidence)} %`;
  return row(named("part", field), text, h("small", {}, `${engine}${sure}`));
}

function queriesRow({ queries }) {
  const chips = queries.map(({ query, people }) =>
    h("span", { class: "token" }, query, h("b", {}, ` ${people}`)),
  );
  return row(t("part_queries"), chips.length ? chips : h("em", {}, t("facts_no_queries")));
}

function notes({ media, problem, live, texts, failures }) {
  const said = [];
  if (!live) said.push(t("facts_retired"));
  if (media === "unusable") said.push(t("facts_unreadable", { why: problem }));
  else if (media === "wanted") said.push(t("facts_on_its_way"));
  else if (texts.length === 0 && failures.length === 0) said.push(t("facts_nothing_read"));
  said.push(...failures.map(({ stage, reason }) => `${named("stage", stage)}: ${reason}`));
  return said.map((text) => h("p", { class: "panel-note" }, text));
}

/** The card. */
export class FactsCard {
  /** @param {HTMLDialogElement} root */
  constructor(root) {
    this.root = root;
    root.addEventListener("click", (event) => event.target === root && root.close()); // beside the card
    root.addEventListener("close", () => root.replaceChildren());
  }

  /** @param {string} id A sticker's. */
  async show(id) {
    let answer;
    try {
      answer = await aboutSticker(id);
    } catch (error) {
      answer = { sticker: null, facts: null, error: error.message || t("no_server") };
    }
    this.#draw(answer);
    if (!this.root.open) this.root.showModal();
  }

  #draw({ sticker, facts, error }) {
    const close = h(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": t("close"),
        title: t("close"),
        on: { click: () => this.root.close() },
      },
      icon("close"),
    );
    const details =
      facts &&
      h("dl", { class: "facts-list" }, [
        ...emojiRow(facts),
        ...row(t("part_pack"), facts.pack || h("em", {}, t("facts_no_pack"))),
        ...facts.texts.flatMap(textRow),
        ...queriesRow(facts),
      ]);
    this.root.replaceChildren(
      ...[
        h("header", {}, h("h2", { id: "facts-title" }, t("facts_title")), close),
        sticker && h("div", { class: "facts-picture" }, stickerElement(sticker)),
        details,
        facts && h("div", { class: "facts-notes" }, notes(facts)),
        !facts && h("p", { class: "panel-note" }, error ?? t("facts_unknown")),
      ].filter(Boolean),
    );
  }
}
