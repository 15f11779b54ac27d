/** What a person says: messages and chosen stickers go to the server; what fails is told. */

import { chooseResult, sendMessage } from "./api.js";
import { toast } from "./dom.js";
import { t } from "./i18n.js";

const QUIET = 12000; // ms without a word from the bot before the page wonders aloud

/** @param {Error} error Tell the person. */
export function failed(error) {
  toast(error.status === 0 ? t("no_server") : t("failed", { why: error.message }));
}

/** The way from the composer, the panel and the picker into the open chat. */
export class Talk {
  /** @param {import("./app.js").App} app */
  constructor(app) {
    this.app = app;
    this.quietTimer = 0;
  }

  /**
   * @param {{text?: string, sticker?: string, reply_to?: number}} content Goes into the open chat.
   * @returns {Promise<boolean>} Whether it arrived.
   */
  async send(content) {
    const { person, chat } = this.app;
    try {
      const { message } = await sendMessage(person.id, chat.id, content);
      this.#sent(message);
      if (chat.kind === "private") this.#expectAnswer(chat);
      return true;
    } catch (error) {
      failed(error);
      return false;
    }
  }

  /**
   * @param {{queryId: string, resultId: string}} choice A place of an inline answer.
   * @returns {Promise<boolean>} Whether it arrived.
   */
  async choose({ queryId, resultId }) {
    const { person, chat } = this.app;
    try {
      const { message } = await chooseResult(person.id, chat.id, queryId, resultId);
      this.#sent(message);
      return true;
    } catch (error) {
      failed(error);
      return false;
    }
  }

  /** The bot said something in the open chat. */
  heard() {
    clearTimeout(this.quietTimer);
  }

  /** It comes as an event too, but whoever sent it should not have to wait for that. */
  #sent(message) {
    if (message) this.app.happened({ type: "message", chat: message.chat, message });
  }

  #expectAnswer(chat) {
    const { app } = this;
    this.heard();
    if (app.history.last(chat.id)?.from.is_bot) return; // it was quicker than our own request
    this.quietTimer = setTimeout(() => chat === app.chat && app.conversation.remark(t("bot_quiet")), QUIET);
  }
}
