/** What the page knows of the chats of whoever is looking: messages, and how far each was read. */

/** @typedef {import("./message.js").Message} Message */

/** Messages by chat, for one person at a time; what was read is kept for everybody. */
export class History {
  constructor() {
    /** @type {Map<number, Map<number, Message>>} */
    this.chats = new Map();
    /** @type {Map<string, number>} Newest message read, by person and chat. */
    this.read = new Map();
  }

  /**
   * @param {number} person
   * @param {number} chat
   * @param {Message[]} messages Everything that is there.
   * @returns {boolean} Whether anything differs from what was known.
   */
  load(person, chat, messages) {
    const before = this.list(chat);
    this.chats.set(chat, new Map(messages.map((message) => [message.id, message])));
    const key = `${person}:${chat}`;
    const newest = this.#newest(chat);
    // First visit, or a sandbox that started anew: nothing counts as missed.
    if ((this.read.get(key) ?? Infinity) > newest) this.read.set(key, newest);
    return JSON.stringify(before) !== JSON.stringify(this.list(chat));
  }

  /** @param {number} chat @param {Message} message */
  put(chat, message) {
    if (!this.chats.has(chat)) this.chats.set(chat, new Map());
    this.chats.get(chat).set(message.id, message);
  }

  /** @param {number} chat @param {number} id */
  remove(chat, id) {
    this.chats.get(chat)?.delete(id);
  }

  /** @param {number} chat @returns {Message[]} Oldest first. */
  list(chat) {
    return [...(this.chats.get(chat)?.values() ?? [])].sort((a, b) => a.id - b.id);
  }

  /** @param {number} chat */
  last(chat) {
    return this.list(chat).at(-1);
  }

  /** @param {number} chat @param {number} id */
  find(chat, id) {
    return this.chats.get(chat)?.get(id);
  }

  /** @param {number} person @param {number} chat */
  markRead(person, chat) {
    this.read.set(`${person}:${chat}`, this.#newest(chat));
  }

  /** @param {number} person @param {number} chat @returns {number} How many messages of others were not seen. */
  unread(person, chat) {
    const read = this.read.get(`${person}:${chat}`) ?? 0;
    return this.list(chat).filter((message) => message.id > read && message.from.id !== person).length;
  }

  #newest(chat) {
    return Math.max(0, ...(this.chats.get(chat)?.keys() ?? []));
  }
}
