/** What the parts of a message do when they are clicked. */

import { pressButton } from "./api.js";
import { inlineQueryOf } from "./composer.js";
import { toast } from "./dom.js";
import { openStickerMenu } from "./hint.js";
import { t } from "./i18n.js";
import { failed } from "./talk.js";

/**
 * @param {import("./app.js").App} app
 * @returns {Pick<import("./message.js").MessageContext, "actions"|"onSticker"|"onButton">}
 */
export function messageActions(app) {
  const isBot = (name) => name.toLowerCase() === app.bot.username.toLowerCase();

  /** Links that stay on this Telegram. @param {string} address @returns {boolean} Whether it was one. */
  const onLink = (address) => {
    const url = new URL(address);
    if (url.hostname !== "t.me") return false;
    const [first = "", second] = url.pathname.split("/").filter(Boolean);
    if (first === "addstickers" && second) app.pick(second);
    else if (isBot(first)) app.startBot(url.searchParams.get("start") ?? "");
    else return false;
    return true;
  };

  const press = async (message, data, element) => {
    element.classList.add("busy");
    try {
      const { answer } = await pressButton(app.person.id, message.chat, message.id, data);
      if (!answer) toast(t("bot_silent")); // what it says otherwise comes as an event
    } catch (error) {
      failed(error);
    }
    element.classList.remove("busy");
  };

  const onButton = (message, button, element) => {
    const query = button.switch_inline_query_current_chat;
    const elsewhere = button.switch_inline_query;
    if (typeof query === "string") app.ask(query);
    else if (typeof elsewhere === "string") app.askElsewhere(elsewhere);
    else if (button.callback_data !== undefined) press(message, button.callback_data, element);
    else if (/^https?:/.test(button.url ?? "") && !onLink(button.url))
      window.open(button.url, "_blank", "noopener,noreferrer");
  };

  const onSticker = (message, anchor) => {
    const items = [{ label: t("reply"), pick: () => app.composer.reply(message) }];
    // The bot answers /why in its own chat; the card tells the same anywhere.
    if (app.chat.kind === "private" && app.commands.some(({ command }) => command === "why"))
      items.push({ label: t("why_sticker"), pick: () => app.send({ text: "/why", reply_to: message.id }) });
    items.push({ label: t("facts_title"), pick: () => app.facts.show(message.sticker.id) });
    if (message.sticker.set_name)
      items.push({ label: t("show_pack"), pick: () => app.pick(message.sticker.set_name) });
    openStickerMenu(document.getElementById("sticker-menu"), anchor, items);
  };

  return {
    actions: {
      onCommand: (command) => app.send({ text: command }),
      onMention: (mention) => isBot(mention.slice(1)) && app.ask(""),
      onCode: (text) => {
        const query = inlineQueryOf(text, app.bot.username);
        return query === null ? null : () => app.ask(query); // "try `@bot 笑`" can be tried at once
      },
      onLink,
    },
    onSticker,
    onButton,
  };
}
