/** The inline panel: what `@bot query` brings up above the composer, as Telegram shows it. */

import { inlineQuery } from "./api.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { hideLarge, showLarge, stickerElement, titleOf, withLargeLook } from "./sticker.js";

const PAUSE = 150; // ms without a key before the bot is asked

/** A grid of stickers with paging; at most one request is of interest at a time. */
export class InlinePanel {
  /**
   * @param {HTMLElement} root
   * @param {HTMLTextAreaElement} input Keeps the focus; named the grid's owner for screen readers.
   * @param {object} handlers
   * @param {(choice: {queryId: string, resultId: string}) => Promise<void>} handlers.onChoose
   * @param {(parameter: string) => void} handlers.onPrivate The answer's button was pressed.
   * @param {(query: string) => void} handlers.onAnswer The first page of an answer is shown.
   */
  constructor(root, input, { onChoose, onPrivate, onAnswer }) {
    Object.assign(this, { root, input, onChoose, onPrivate, onAnswer });
    const part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.grid = part("grid");
    this.scroller = part("scroller");
    this.status = part("status");
    this.title = part("title");
    this.latency = part("latency");
    this.privateButton = part("private");
    this.sentinel = part("sentinel");
    this.timer = 0;
    this.pending = null;
    this.#forget();
    new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && this.#more(), {
      root: this.scroller,
      rootMargin: "300px",
    }).observe(this.sentinel);
    this.privateButton.addEventListener("click", () => this.onPrivate(this.button.start_parameter));
    root.addEventListener("pointerdown", (event) => event.preventDefault()); // the composer keeps the focus
  }

  get open() {
    return !this.root.hidden;
  }

  /**
   * Follow the composer.
   * @param {number} person
   * @param {number} chat
   * @param {string|null} query Null closes the panel.
   */
  follow(person, chat, query) {
    if (query === null) {
      this.close();
      return;
    }
    const sameChat = this.open && this.person === person && this.chat === chat;
    if (sameChat && this.query === query) return;
    clearTimeout(this.timer);
    this.pending?.abort();
    Object.assign(this, { person, chat, query });
    if (!sameChat) this.#forget();
    this.root.hidden = false;
    this.root.classList.add("busy");
    this.#select(-1);
    if (this.results.length === 0) this.#shimmer();
    this.timer = setTimeout(() => this.#ask(""), PAUSE);
  }

  close() {
    clearTimeout(this.timer);
    this.pending?.abort();
    this.root.hidden = true;
    this.query = null;
    this.#select(-1);
    hideLarge();
  }

  /** @param {KeyboardEvent} event @returns {boolean} Whether the panel took it. */
  handleKey(event) {
    if (!this.open || event.altKey || event.ctrlKey || event.metaKey) return false;
    if (event.key === "Escape") {
      this.close();
      return true;
    }
    if (event.key === "Enter" && !event.shiftKey) {
      if (!this.root.classList.contains("busy")) this.#choose(Math.max(this.active, 0));
      return true;
    }
    const inGrid = this.active >= 0;
    if (event.key === "ArrowDown") this.#select(inGrid ? this.active + this.#columns() : 0);
    else if (!inGrid)
      return false; // left and right still move in the text
    else if (event.key === "ArrowUp") this.#select(this.active - this.#columns());
    else if (event.key === "ArrowRight") this.#select(this.active + 1);
    else if (event.key === "ArrowLeft") this.#select(Math.max(this.active - 1, 0));
    else return false;
    return true;
  }

  #forget() {
    this.results = [];
    this.nextOffset = "";
    this.button = null;
    this.active = -1;
    this.grid.replaceChildren();
    this.latency.textContent = "";
    this.title.textContent = "";
    this.privateButton.hidden = true;
  }

  #columns() {
    return getComputedStyle(this.grid).gridTemplateColumns.split(" ").length;
  }

  /** @param {string} offset "" for the first page. */
  async #ask(offset) {
    const control = new AbortController();
    this.pending = control;
    this.root.classList.add("busy");
    let answer;
    try {
      answer = await inlineQuery(this.person, this.chat, this.query, offset, control.signal);
    } catch (error) {
      if (error.name === "AbortError") return;
      answer = { ok: false, error: error.status === 0 ? t("no_server") : error.message };
    }
    if (control.signal.aborted) return;
    this.pending = null;
    this.root.classList.remove("busy");
    if (!answer.ok) this.#fail(answer.error, offset);
    else this.#show(answer, offset);
  }

  #more() {
    if (this.open && this.nextOffset && !this.pending && !this.root.classList.contains("busy"))
      this.#ask(this.nextOffset);
  }

  #show(answer, offset) {
    if (!offset) {
      this.#forget();
      this.scroller.scrollTop = 0;
      this.button = answer.button;
      this.privateButton.hidden = !answer.button;
      this.privateButton.textContent = answer.button?.text ?? "";
      this.latency.textContent = `${Math.round(answer.ms)} ms`;
    }
    const from = this.results.length;
    this.results.push(...answer.results.map((result) => ({ ...result, queryId: answer.query_id })));
    this.nextOffset = answer.next_offset ?? "";
    this.grid.append(...answer.results.map((result, index) => this.#cell(result, from + index)));
    const n = this.results.length;
    this.title.textContent = n === 0 ? "" : t(this.nextOffset ? "some_results" : "all_results", { n });
    this.status.replaceChildren();
    if (n === 0)
      this.#say(
        this.query ? t("nothing_found", { query: this.query }) : t("nothing_at_all"),
        this.query ? t("nothing_found_hint") : "",
      );
    if (!offset) this.onAnswer(this.query);
    // A page that does not fill the panel leaves the sentinel in sight, and it does not report again.
    if (this.nextOffset && this.scroller.scrollHeight <= this.scroller.clientHeight + 300) this.#more();
  }

  #cell(result, index) {
    const { sticker } = result;
    const cell = h(
      "button",
      {
        type: "button",
        class: "cell",
        role: "option",
        id: `result-${index}`,
        tabIndex: -1,
        "aria-selected": "false",
        "aria-label": `${sticker.emoji} ${titleOf(sticker)}`.trim(),
        dataset: { testid: "panel-sticker", id: sticker.id, position: index },
        on: { click: () => this.#choose(index) },
      },
      stickerElement(sticker),
    );
    withLargeLook(cell, sticker);
    return cell;
  }

  #choose(index) {
    const result = this.results[index];
    const cell = this.grid.children[index];
    if (!result || cell.classList.contains("chosen")) return;
    cell.classList.add("chosen");
    hideLarge();
    this.onChoose({ queryId: result.queryId, resultId: result.id }).finally(() =>
      cell.classList.remove("chosen"),
    );
  }

  #select(index) {
    this.grid.children[this.active]?.setAttribute("aria-selected", "false");
    this.active = index < 0 ? -1 : Math.min(index, this.results.length - 1);
    const cell = this.grid.children[this.active];
    if (!cell) {
      this.input.removeAttribute("aria-activedescendant");
      hideLarge();
      return;
    }
    cell.setAttribute("aria-selected", "true");
    cell.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", cell.id);
    showLarge(cell);
  }

  #shimmer() {
    this.status.replaceChildren(
      h(
        "div",
        { class: "grid shimmer", "aria-label": t("loading") },
        Array.from({ length: 15 }, () => h("span", { class: "cell" })),
      ),
    );
  }

  #say(title, detail, retry) {
    this.status.replaceChildren(
      h(
        "div",
        { class: "panel-note" },
        h("strong", {}, title),
        h("span", {}, detail),
        retry && h("button", { type: "button", class: "soft-button", on: { click: retry } }, t("retry")),
      ),
    );
  }

  #fail(reason, offset) {
    if (!offset) this.#forget();
    this.nextOffset = "";
    this.#say(t("bot_silent"), reason || t("bot_silent_hint"), () => {
      this.status.replaceChildren();
      if (!offset) this.#shimmer();
      this.#ask(offset);
    });
  }
}
