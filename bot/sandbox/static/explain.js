/** "Why this order": how the bot read a query, and what every place's score is made of. */

import { explain } from "./api.js";
import { h, remembered } from "./dom.js";
import { named, t } from "./i18n.js";
import { stickerElement, withLargeLook } from "./sticker.js";

/** Their place is their colour in the bars; parts that are not named here follow, in the order they come. */
const KNOWN_PARTS = [
  "ocr",
  "queries",
  "keywords",
  "description",
  "emotions",
  "emoji",
  "pack",
  "utility",
  "preference",
  "meaning",
  "texts",
  "memory",
  "diffusion",
  "own_packs",
  "choices",
];
const COLORS = 15;

/** @param {string[]} names @returns {Map<string, number>} The colour of each part. */
function colorsOf(names) {
  const order = [...KNOWN_PARTS, ...names.filter((name) => !KNOWN_PARTS.includes(name))];
  return new Map(names.map((name) => [name, order.indexOf(name) % COLORS]));
}

/** @param {number} value */
const number = (value) => value.toFixed(Math.abs(value) >= 10 ? 1 : 2);

/**
 * What a score is made of, as lengths that sum to it: the parts of recall, then what the person's style adds to them,
 * then what it adds to be of a pack of their own.
 * @param {{parts: {name: string, value: number}[], score: number, own_packs?: number}} row
 */
function lengthsOf({ parts, score, own_packs = 1 }) {
  const recall = parts.reduce((sum, { value }) => sum + value, 0);
  const added = [
    { name: "preference", value: score / own_packs - recall },
    { name: "own_packs", value: score - score / own_packs },
  ];
  return [...parts, ...added.filter(({ value }) => Math.abs(value) >= 1e-6)];
}

const percentOf = (factor) => `${factor >= 1 ? "+" : "−"}${Math.abs(Math.round(100 * (factor - 1)))}`;

/** "1.20 × 2.50": recall, and what the fit of the style and an own pack multiply it by. */
function formula({ parts, factor, own_packs = 1 }) {
  const percent = percentOf(factor / own_packs);
  const own = percentOf(own_packs);
  const recall = parts.reduce((sum, { value }) => sum + value, 0);
  return h(
    "span",
    {
      class: "why-formula",
      dataset: { testid: "explain-formula" },
      title: t(own_packs === 1 ? "why_formula" : "why_formula_own", { percent, own }),
    },
    `${number(recall)} × ${number(factor)}`,
    Math.abs(factor / own_packs - 1) >= 0.005 && h("em", {}, t("why_style", { percent })),
    own_packs !== 1 && h("em", {}, t("why_own_packs", { own })),
  );
}

function bar(lengths, colors, largest) {
  const words = lengths.map(({ name, value }) => `${named("part", name)} ${number(value)}`).join(", ");
  const element = h("span", { class: "bar", role: "img", "aria-label": words, title: words });
  for (const { name, value } of lengths) {
    if (!value) continue;
    const segment = h("span", { class: `segment part-${colors.get(name)}${value < 0 ? " negative" : ""}` });
    segment.style.setProperty("width", `${(100 * Math.abs(value)) / largest}%`);
    element.append(segment);
  }
  return element;
}

/** The same as figures, under the bar; what would read 0.00 is in the bar's words alone. */
const list = (lengths, colors) =>
  h(
    "span",
    { class: "why-parts", "aria-hidden": "true" },
    lengths
      .filter(({ value }) => Number(number(value)))
      .map(({ name, value }) =>
        h(
          "span",
          { class: "why-part" },
          h("span", { class: `dot part-${colors.get(name)}` }),
          `${named("part", name)} ${number(value)}`,
        ),
      ),
  );

/** The right column. */
export class ExplainPanel {
  /**
   * @param {HTMLElement} root
   * @param {HTMLElement} body
   * @param {(id: string) => void} onSticker A sticker was clicked.
   */
  constructor(root, body, onSticker) {
    this.onSticker = onSticker;
    this.root = root;
    this.body = body;
    this.pending = null;
    this.asked = { person: null, query: "" };
  }

  get open() {
    return !this.root.hidden;
  }

  /**
   * Open and close by these buttons; where there is room, open as it was left.
   * @param {HTMLButtonElement} toggle
   * @param {HTMLButtonElement} close
   */
  wire(toggle, close) {
    const show = (open) => {
      this.root.hidden = !open;
      toggle.setAttribute("aria-pressed", String(open));
      remembered.set("explain", open ? "open" : "");
      if (open) this.refresh();
    };
    toggle.addEventListener("click", () => show(!this.open));
    close.addEventListener("click", () => {
      show(false);
      toggle.focus();
    });
    if (remembered.get("explain", "") === "open" && innerWidth > 1100) show(true);
  }

  /** @param {import("./people.js").Person} person @param {string} query */
  about(person, query) {
    this.asked = { person, query };
    this.refresh();
  }

  /** Ask again: the order may have changed by a choice. */
  async refresh() {
    this.pending?.abort();
    if (!this.open || !this.asked.person) return;
    const { person, query } = this.asked;
    const control = new AbortController();
    this.pending = control;
    try {
      const answer = await explain(person.id, query, control.signal);
      if (!control.signal.aborted) this.#draw(answer, person, query);
    } catch (error) {
      if (error.name !== "AbortError") this.#draw({ error: error.message || t("no_server") }, person, query);
    }
  }

  #draw({ rows = [], tokens = [], meant = [], error }, person, query) {
    for (const row of rows) row.lengths = lengthsOf(row);
    const names = [...new Set(rows.flatMap((row) => row.lengths.map((part) => part.name)))];
    const colors = colorsOf(names);
    const largest = Math.max(
      1e-9,
      ...rows.map((row) => row.lengths.reduce((sum, { value }) => sum + Math.abs(value), 0)),
    );
    const chips = tokens.map((token) => h("span", { class: "token" }, token));
    this.body.replaceChildren(
      ...[
        h(
          "p",
          { class: "why-query" },
          t("why_for", { name: person.name }),
          " ",
          h("strong", {}, query || t("why_empty_query")),
        ),
        error &&
          h("div", { class: "panel-note" }, h("strong", {}, t("why_unavailable")), h("span", {}, error)),
        !error &&
          h(
            "p",
            { class: "why-tokens" },
            h("span", {}, t("why_read_as")),
            chips.length ? chips : h("em", {}, t("why_no_words")),
          ),
        meant.length > 0 &&
          h(
            "p",
            { class: "why-tokens", "data-testid": "explain-meant" },
            h("span", {}, t("why_meant")),
            meant.map((reading) => h("span", { class: "token" }, reading)),
          ),
        names.length > 0 &&
          h(
            "ul",
            { class: "legend", "aria-label": t("why_legend") },
            names.map((name) =>
              h("li", {}, h("span", { class: `dot part-${colors.get(name)}` }), named("part", name)),
            ),
          ),
        !error && rows.length === 0 && h("div", { class: "panel-note" }, h("span", {}, t("why_nothing"))),
        h(
          "ol",
          { class: "why-rows" },
          rows.map((row, index) => this.#row(row, index, colors, largest)),
        ),
      ].filter(Boolean),
    );
  }

  #row(row, index, colors, largest) {
    const thumbnail = h(
      row.sticker ? "button" : "span",
      {
        class: "why-thumb",
        ...(row.sticker && {
          type: "button",
          "aria-label": t("facts_open", { emoji: row.sticker.emoji }),
          on: { click: () => this.onSticker(row.sticker.id) },
        }),
      },
      row.sticker && stickerElement(row.sticker),
    );
    if (row.sticker) withLargeLook(thumbnail, row.sticker);
    const scored = row.parts.length > 0;
    return h(
      "li",
      {
        class: "why-row",
        dataset: { testid: "explain-row", id: row.sticker?.id ?? "", position: row.position },
      },
      h("span", { class: "why-place" }, String(index + 1)),
      thumbnail,
      h(
        "span",
        { class: "why-score" },
        h(
          "span",
          { class: "why-line" },
          h(
            "span",
            { class: `reason reason-${row.reason}` },
            row.sticker ? named("reason", row.reason) : t("why_gone"),
          ),
          row.pick &&
            h(
              "span",
              { class: "reason pick", dataset: { testid: "explain-pick" }, title: t("why_pick", { ranking: row.pick }) },
              row.pick,
            ),
          scored && formula(row),
          h(
            "span",
            { class: scored ? "number" : "number none" },
            scored ? number(row.score) : t("why_no_score"),
          ),
        ),
        scored && bar(row.lengths, colors, largest),
        scored && list(row.lengths, colors),
      ),
    );
  }
}

/**
 * Light up the same sticker in the panel and in the explanation.
 * @param {HTMLElement} from The column under the pointer.
 * @param {HTMLElement} to The other one: it scrolls to the sticker.
 */
export function mirrorHover(from, to) {
  let before;
  from.addEventListener("pointerover", (event) => {
    const id = event.target.closest("[data-id]")?.dataset.id;
    if (id === before) return;
    before = id;
    for (const element of to.querySelectorAll("[data-id]")) {
      const same = element.dataset.id === id;
      element.classList.toggle("mirrored", same);
      if (same) element.scrollIntoView({ block: "nearest" });
    }
  });
  from.addEventListener("pointerleave", () => {
    before = undefined;
    for (const element of to.querySelectorAll(".mirrored")) element.classList.remove("mirrored");
  });
}
