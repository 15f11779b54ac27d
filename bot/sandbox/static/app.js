/** The page as a whole: who is looking at which chat, and what each part tells the others. */

import { messageActions } from "./actions.js";
import { getCommands, getMessages, getPacks, listen } from "./api.js";
import { Conversation } from "./chat.js";
import { Composer, inlineQueryOf } from "./composer.js";
import { h, remembered, toast } from "./dom.js";
import { ExplainPanel, mirrorHover } from "./explain.js";
import { FactsCard } from "./facts.js";
import { DISMISSED, hintFor } from "./hint.js";
import { History } from "./history.js";
import { speak, t } from "./i18n.js";
import { commandItems, Menu } from "./menu.js";
import { InlinePanel } from "./panel.js";
import { BOT_COLOR, drawChats, drawHead, drawPeople } from "./people.js";
import { StickerPicker } from "./picker.js";
import { nameSets } from "./sticker.js";
import { failed, Talk } from "./talk.js";

/** The menu until the bot has told its own. */
const COMMANDS = ["start", "help", "packs", "mystyle", "why", "privacy", "forgetme"];

const byId = (id) => document.getElementById(id);

/** Everything that is not one part's own business. */
export class App {
  /** @param {{bot: object, people: object[], chats: object[]}} state */
  constructor(state) {
    this.bot = state.bot;
    this.people = state.people;
    // A bot sees a private chat under the person's name; the person sees the bot's.
    this.chats = state.chats.map((chat) =>
      chat.kind === "private" ? { ...chat, title: state.bot.name } : chat,
    );
    this.told = [];
    this.history = new History();
    this.drafts = new Map();
    this.person = this.people[0];
    this.chat = this.chats[0];
    this.lastQuery = "";
    this.stopListening = () => {};

    this.talk = new Talk(this);
    this.conversation = new Conversation(byId("messages"), byId("to-bottom"), [
      byId("panel"),
      byId("picker"),
    ]);
    this.panel = new InlinePanel(byId("panel"), byId("composer"), {
      onChoose: (choice) => this.#choose(choice),
      onPrivate: (parameter) => this.startBot(parameter),
      onAnswer: (query) => this.#explainQuery(query),
    });
    this.facts = new FactsCard(byId("facts"));
    this.explain = new ExplainPanel(byId("explain"), byId("explain-body"), (id) => this.facts.show(id));
    this.menu = new Menu(byId("menu"));
    this.picker = new StickerPicker(byId("picker"), {
      onSend: (sticker) => {
        this.picker.close();
        this.send({ sticker });
      },
      onError: failed,
    });
    this.composer = new Composer(
      { form: byId("composer-form"), input: byId("composer"), replyBar: byId("reply-bar") },
      {
        onText: (text) => this.#typed(text),
        onSend: (text, replyTo) => this.send({ text, reply_to: replyTo }),
        onKey: (event) => this.menu.handleKey(event) || this.panel.handleKey(event),
      },
    );
  }

  /** Show the person and chat that the address names, else the first of each. */
  start() {
    this.#wire();
    getPacks(this.person.id).then(
      ({ packs }) => nameSets(packs),
      () => {},
    ); // without them, names will do
    const address = new URLSearchParams(location.hash.slice(1));
    this.#become(
      Number(address.get("person")) || this.person.id,
      Number(address.get("chat")) || this.chat.id,
    );
  }

  #wire() {
    byId("ask-bot").replaceChildren("@", h("span", {}, this.bot.username));
    byId("ask-bot").addEventListener("click", () => this.ask(""));
    byId("commands").addEventListener("click", () =>
      this.menu.open ? this.menu.close() : this.#offerCommands(""),
    );
    byId("stickers").addEventListener("click", () => (this.picker.open ? this.picker.close() : this.pick()));
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      this.menu.close();
      this.panel.close();
      this.picker.close();
    });
    byId("back").addEventListener("click", () => {
      document.body.dataset.view = "list";
    });
    this.explain.wire(byId("explain-toggle"), byId("explain-close"));
    mirrorHover(byId("panel"), byId("explain-body"));
    mirrorHover(byId("explain-body"), byId("panel"));
  }

  /** Be another person, in the same kind of chat unless one is named. */
  async #become(personId, chatId) {
    const inline = inlineQueryOf(this.composer.text, this.bot.username) !== null;
    this.#keepDraft();
    this.person = this.people.find(({ id }) => id === personId) ?? this.people[0];
    this.stopListening();
    speak(this.person.language, { bot: this.bot.username });
    document.dispatchEvent(new CustomEvent("persrv:language"));
    this.picker.close();
    this.menu.close();
    const mine = this.#myChats();
    const wanted = mine.find(({ id }) => id === (chatId ?? this.chat.id));
    this.chat = wanted ?? mine.find(({ kind }) => kind === this.chat.kind) ?? mine[0];
    this.history.chats.clear();
    this.conversation.open([], this.#context(), () => null);
    if (!inline) this.composer.fill(this.#draft(this.chat), false);
    const { person } = this;
    this.stopListening = listen(person.id, {
      onEvent: (event) => this.happened(event),
      onUp: () => {
        byId("banner").hidden = true;
        this.#load();
      },
      onDown: () => {
        byId("banner").textContent = t("offline");
        byId("banner").hidden = false;
      },
    });
    await this.#load();
    if (person !== this.person) return;
    this.#show(this.chat, this.composer.text); // with what was typed meanwhile
    // The same question by another person is the point of it all: ask it again.
    if (!inline) this.#explainQuery(this.lastQuery);
  }

  /** The bot's menu, in the person's language. @returns {{command: string, description: string}[]} */
  get commands() {
    if (this.told.length) return this.told;
    return COMMANDS.map((command) => ({ command, description: t(`cmd_${command}`) }));
  }

  #myChats() {
    return this.chats.filter(({ id, kind }) => kind === "group" || id === this.person.id);
  }

  async #load() {
    const { person } = this;
    let changed = false;
    try {
      const { commands } = await getCommands(person.id);
      if (person !== this.person) return;
      this.told = commands;
      for (const { id } of this.#myChats()) {
        const { messages } = await getMessages(person.id, id);
        if (person !== this.person) return;
        if (this.history.load(person.id, id, messages) && id === this.chat.id) changed = true;
      }
    } catch (error) {
      failed(error);
    }
    if (changed) this.#openConversation();
    this.#drawSide();
  }

  #openConversation() {
    this.conversation.open(this.history.list(this.chat.id), this.#context(), () => hintFor(this));
  }

  /** Go into a chat; on a narrow page the list makes way. */
  #enter(chat) {
    this.#keepDraft();
    document.body.dataset.view = "chat";
    this.#show(chat, this.#draft(chat));
  }

  /** @param {import("./people.js").Chat} chat @param {string} text What the composer holds. */
  #show(chat, text) {
    this.chat = chat;
    document.body.dataset.kind = chat.kind;
    history.replaceState(null, "", `#person=${this.person.id}&chat=${chat.id}`);
    drawHead(chat, this.people);
    byId("composer").placeholder = t(chat.kind === "group" ? "placeholder" : "placeholder_private");
    byId("composer").setAttribute("aria-label", byId("composer").placeholder);
    byId("panel-grid").setAttribute("aria-label", t("panel_label"));
    this.picker.close();
    this.#openConversation();
    this.#drawSide();
    this.composer.reply(null);
    this.composer.fill(
      text,
      matchMedia("(pointer: fine)").matches && !byId("people").contains(document.activeElement),
    );
  }

  #draft(chat) {
    return this.drafts.get(`${this.person.id}:${chat.id}`) ?? "";
  }

  #keepDraft() {
    const inline = inlineQueryOf(this.composer.text, this.bot.username) !== null;
    this.drafts.set(`${this.person.id}:${this.chat.id}`, inline ? "" : this.composer.text);
  }

  #drawSide() {
    this.history.markRead(this.person.id, this.chat.id);
    drawPeople(
      byId("people"),
      this.people,
      this.person.id,
      (id) => id !== this.person.id && this.#become(id),
    );
    drawChats(
      byId("chats"),
      this.#myChats(),
      {
        selected: this.chat.id,
        person: this.person,
        last: (chat) => this.history.last(chat),
        unread: (chat) => this.history.unread(this.person.id, chat),
      },
      (id) => this.#enter(this.chats.find((chat) => chat.id === id)),
    );
  }

  /** @returns {import("./message.js").MessageContext} */
  #context() {
    return {
      person: this.person.id,
      group: this.chat.kind === "group",
      colorOf: (id) => this.people.find((person) => person.id === id)?.color ?? BOT_COLOR,
      find: (id) => this.history.find(this.chat.id, id),
      onReply: (message) => this.composer.reply(message),
      onJump: (id) => this.conversation.jump(id),
      ...messageActions(this),
    };
  }

  /** The newcomer knows how it works now. */
  dismissHint() {
    if (remembered.get("hint", "") === DISMISSED) return;
    remembered.set("hint", DISMISSED);
    this.conversation.refresh();
  }

  /** @param {{type: string, chat: number, message?: object, text?: string}} event Of the server's, or our own. */
  happened({ type, chat, message, text }) {
    if (type === "notice") {
      if (text) toast(text); // what the bot said to a pressed button
      return;
    }
    if (type === "deleted") this.history.remove(chat, message.id);
    else this.history.put(chat, message);
    if (chat === this.chat.id) {
      if (type === "deleted") this.conversation.remove(message.id);
      else {
        const first = this.history.list(chat).length === 1;
        this.conversation.put(message);
        if (first) this.conversation.refresh(); // the hint of an empty chat goes
      }
      if (message.from.is_bot) this.talk.heard();
    }
    this.#drawSide();
  }

  #typed(text) {
    const query = inlineQueryOf(text, this.bot.username);
    this.panel.follow(this.person.id, this.chat.id, query);
    if (query !== null || text) this.picker.close();
    const mention = `@${this.bot.username}`;
    if (/^@\w*$/.test(text) && mention.startsWith(text.toLowerCase())) {
      this.menu.show([{ label: mention, note: t("inline_hint"), pick: () => this.ask("") }]);
    } else if (/^\/\w*$/.test(text)) this.#offerCommands(text.slice(1).toLowerCase());
    else this.menu.close();
  }

  #offerCommands(prefix) {
    this.picker.close();
    this.#showCommands(prefix);
    byId("composer").focus();
    if (!prefix) this.#renewCommands();
  }

  /** A bot that has only just started tells its menu after the page has asked for it. */
  async #renewCommands() {
    const { person, told } = this;
    const { commands } = await getCommands(person.id).catch(() => ({ commands: told }));
    const typed = /^(?:\/(\w*))?$/.exec(this.composer.text);
    if (person !== this.person || JSON.stringify(commands) === JSON.stringify(told)) return;
    this.told = commands;
    if (typed && this.menu.open) this.#showCommands((typed[1] ?? "").toLowerCase());
  }

  #showCommands(prefix) {
    const items = commandItems(this.commands, prefix, {
      onFill: (text) => this.composer.fill(text),
      onSend: (text) => {
        this.composer.clear();
        this.send({ text });
      },
    });
    this.menu.show(items);
  }

  /** @param {string} query Put `@bot query` into the composer. */
  ask(query) {
    this.composer.fill(`@${this.bot.username} ${query}`);
  }

  /** The same in a person's other chat: there are but two, so none is asked for. @param {string} query */
  askElsewhere(query) {
    this.#enter(this.#myChats().find(({ id }) => id !== this.chat.id));
    this.ask(query);
  }

  /** Open the picker, in the bot's chat: stickers are sent to the bot. @param {string} [name] The pack to show. */
  pick(name) {
    this.#enterPrivate();
    this.menu.close();
    this.picker.show(this.person.id, name);
  }

  #enterPrivate() {
    if (this.chat.kind !== "private") this.#enter(this.#myChats().find(({ kind }) => kind === "private"));
  }

  /** @param {string} parameter What /start carries, as behind a t.me link. */
  startBot(parameter) {
    this.composer.clear();
    this.#enterPrivate();
    this.send({ text: `/start ${parameter}`.trim() });
  }

  async #choose(choice) {
    const asked = this.composer.text;
    if (!(await this.talk.choose(choice))) return;
    if (this.composer.text === asked) this.composer.clear(); // what was typed meanwhile stays
    this.dismissHint();
    this.explain.refresh();
  }

  /** @param {{text?: string, sticker?: string, reply_to?: number}} content Goes into the open chat. */
  async send(content) {
    if ((await this.talk.send(content)) || !content.text) return;
    if (!this.composer.text) this.composer.fill(content.text); // unsent, it comes back, but over nothing newer
  }

  #explainQuery(query) {
    this.lastQuery = query;
    this.explain.about(this.person, query);
  }
}
