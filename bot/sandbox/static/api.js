/** The page's own API (see docs of the sandbox server); JSON in, JSON out. */

/** A request that failed, with a sentence for a person. */
export class ApiError extends Error {
  /** @param {string} message @param {number} status HTTP status; 0 when the server was not reached. */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/**
 * @param {string} path
 * @param {{body?: object, signal?: AbortSignal}} [options] With a body it is a POST.
 * @returns {Promise<*>} The decoded answer.
 * @throws {ApiError} When the server cannot be reached or refuses.
 */
async function request(path, { body, signal } = {}) {
  let response;
  try {
    response = await fetch(path, {
      method: body ? "POST" : "GET",
      headers: body ? { "Content-Type": "application/json" } : {},
      body: body && JSON.stringify(body),
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("", 0);
  }
  let answer = null;
  try {
    answer = await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
  }
  if (!response.ok || answer === null) {
    const said = answer?.error ?? answer?.detail ?? answer?.description;
    throw new ApiError(typeof said === "string" ? said : `HTTP ${response.status}`, response.status);
  }
  return answer;
}

/** Who is here: the bot, the people, the chats. */
export const getState = () => request("/api/state");

/** @param {number} person @param {number} chat */
export const getMessages = (person, chat) => request(`/api/messages?person=${person}&chat=${chat}`);

/** Ask the bot, as `@bot query` does. @param {AbortSignal} [signal] */
export const inlineQuery = (person, chat, query, offset, signal) =>
  request("/api/inline", { body: { person, chat, query, offset }, signal });

/** Choose a sticker from an answer: it goes into the chat. */
export const chooseResult = (person, chat, queryId, resultId) =>
  request("/api/choose", { body: { person, chat, query_id: queryId, result_id: resultId } });

/**
 * @param {number} person
 * @param {number} chat
 * @param {{text?: string, sticker?: string, reply_to?: number}} content
 */
export const sendMessage = (person, chat, content) =>
  request("/api/send", { body: { person, chat, ...content } });

/** Press a button under a message and wait for the bot's word on it: `answer` is null when there was none. */
export const pressButton = (person, chat, messageId, data) =>
  request("/api/press", { body: { person, chat, message_id: messageId, data, wait: 8 } });

/** Every sticker set that this Telegram knows. */
export const getPacks = (person) => request(`/api/packs?person=${person}`);

/** @param {string} name @returns {Promise<{stickers: object[]}>} */
export const getPack = (name) => request(`/api/packs/${encodeURIComponent(name)}`);

/** Why an answer is in its order. @param {AbortSignal} [signal] */
export const explain = (person, query, signal) =>
  request(`/api/explain?person=${person}&query=${encodeURIComponent(query)}`, { signal });

/** What the bot knows of a sticker. @param {string} id */
export const aboutSticker = (id) => request(`/api/stickers/${encodeURIComponent(id)}`);

/**
 * The bot's menu, as a person sees it.
 * @returns {Promise<{commands: {command: string, description: string}[]}>}
 */
export const getCommands = (person) => request(`/api/commands?person=${person}`);

/**
 * Listen to what happens in a person's chats. Reconnects by itself, slower and slower up to 8 s.
 * @param {number} person
 * @param {{onEvent: (event: object) => void, onUp: (again: boolean) => void, onDown: () => void}} handlers
 *   `onUp(true)` after a gap: events may have been missed.
 * @returns {() => void} Stop listening.
 */
export function listen(person, { onEvent, onUp, onDown }) {
  let source;
  let timer = 0;
  let wait = 1000;
  let lost = false;
  const open = () => {
    source = new EventSource(`/api/events?person=${person}`);
    source.onopen = () => {
      onUp(lost);
      lost = false;
      wait = 1000;
    };
    source.onmessage = (message) => onEvent(JSON.parse(message.data));
    source.onerror = () => {
      lost = true;
      onDown();
      source.close();
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 2, 8000);
    };
  };
  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
