/** The conversation: its messages in order, day by day, and where the reader is in it. */

import { h } from "./dom.js";
import { day, t } from "./i18n.js";
import { messageElement } from "./message.js";

/** @typedef {import("./message.js").Message} Message */

/** One open conversation in the middle column. */
export class Conversation {
  /**
   * @param {HTMLElement} list Scrolls.
   * @param {HTMLButtonElement} toBottom Shown while newer messages are out of sight.
   * @param {HTMLElement[]} popups May lie over the end of the conversation, which then makes way.
   */
  constructor(list, toBottom, popups) {
    this.list = list;
    this.toBottom = toBottom;
    /** @type {Map<number, Message>} */
    this.messages = new Map();
    this.context = null;
    this.empty = null;
    list.addEventListener("scroll", () => this.#moved(), { passive: true });
    toBottom.addEventListener("click", () => this.scrollDown(true));
    // Pictures get their size late: stay at the end if the reader is there.
    this.following = true;
    new ResizeObserver(() => this.following && this.scrollDown()).observe(list, { box: "border-box" });
    const makeWay = new ResizeObserver(() => {
      const covered = Math.max(...popups.map((popup) => popup.offsetHeight));
      list.parentElement.style.setProperty("--covered", `${covered}px`);
      if (this.following) this.scrollDown();
    });
    for (const popup of popups) makeWay.observe(popup);
  }

  /**
   * Show another conversation.
   * @param {Message[]} messages
   * @param {import("./message.js").MessageContext} context
   * @param {() => Node|null} empty What is shown besides messages, such as a first hint.
   */
  open(messages, context, empty) {
    this.messages = new Map(messages.map((message) => [message.id, message]));
    this.context = context;
    this.empty = empty;
    this.#drawAll();
    this.scrollDown();
  }

  /** @param {Message} message Add it, or replace it. */
  put(message) {
    const known = this.messages.has(message.id);
    const newest = Math.max(0, ...this.messages.keys());
    this.messages.set(message.id, message);
    const stay = !this.following && message.from.id !== this.context.person;
    if (known) this.#element(message.id)?.replaceWith(this.#draw(message));
    else if (message.id > newest) this.#append(message);
    else this.#drawAll();
    this.#regroup();
    if (!stay) this.scrollDown();
    this.#moved();
  }

  /** @param {number} id */
  remove(id) {
    this.messages.delete(id);
    this.#drawAll();
  }

  /** Draw again what is beside the messages (the hint). */
  refresh() {
    this.#drawAll();
    if (this.following) this.scrollDown();
  }

  /** Show a passing remark that is no message. @param {string} text */
  remark(text) {
    this.list.querySelector(".remark")?.remove();
    this.list.append(h("div", { class: "remark pill", role: "status" }, text));
    this.scrollDown();
  }

  /** @param {number} id Bring a message into sight and flash it. */
  jump(id) {
    const element = this.#element(id);
    if (!element) return;
    element.scrollIntoView({ block: "center" });
    element.classList.remove("flash");
    void element.offsetWidth; // restarts the animation
    element.classList.add("flash");
  }

  /** @param {boolean} [smooth] */
  scrollDown(smooth = false) {
    this.following = true;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.list.scrollTo({ top: this.list.scrollHeight, behavior: smooth && !calm ? "smooth" : "instant" });
  }

  #element(id) {
    return this.list.querySelector(`.message[data-id="${id}"]`);
  }

  #draw(message) {
    const element = messageElement(message, this.context);
    for (const media of element.querySelectorAll("img")) {
      media.addEventListener("load", () => this.following && this.scrollDown());
    }
    return element;
  }

  #append(message) {
    this.list.querySelector(".remark")?.remove();
    const label = day(message.date);
    const last = [...this.list.querySelectorAll(".day")].at(-1);
    if (last?.textContent !== label) this.list.append(h("div", { class: "day pill" }, label));
    this.list.append(this.#draw(message));
  }

  #drawAll() {
    this.list.replaceChildren();
    const ordered = [...this.messages.values()].sort((a, b) => a.id - b.id);
    const beside = this.empty?.();
    if (ordered.length === 0 && !beside) this.list.append(h("div", { class: "pill" }, t("nothing_yet")));
    for (const message of ordered) this.#append(message);
    if (beside) this.list.append(beside);
    this.#regroup();
  }

  /** A run of messages by one person shows the name once and the avatar once. */
  #regroup() {
    let before = null;
    for (const element of this.list.children) {
      const follows = before?.dataset.from !== undefined && before.dataset.from === element.dataset.from;
      element.classList.toggle("follows", follows);
      before?.classList.toggle("followed", follows);
      before = element;
    }
    before?.classList.remove("followed");
  }

  #moved() {
    const left = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight;
    this.following = left < 80;
    this.toBottom.hidden = this.following;
  }
}
