/** The sticker picker: every pack that this Telegram knows, to send a sticker to the bot. */

import { getPack, getPacks } from "./api.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { nameSets, stickerElement, titleOf, withLargeLook } from "./sticker.js";

/** Packs in a bar of covers, the chosen pack's stickers below. */
export class StickerPicker {
  /**
   * @param {HTMLElement} root
   * @param {{onSend: (stickerId: string) => void, onError: (error: Error) => void}} handlers
   */
  constructor(root, { onSend, onError }) {
    Object.assign(this, { root, onSend, onError });
  }

  get open() {
    return !this.root.hidden;
  }

  close() {
    this.root.hidden = true;
    this.root.replaceChildren();
  }

  /**
   * @param {number} person
   * @param {string} [name] The pack to show first; the first one when it is left out.
   */
  async show(person, name) {
    try {
      const { packs } = await getPacks(person);
      nameSets(packs);
      if (packs.length === 0) throw new Error(t("pack_missing"));
      const chosen = name ? packs.find((pack) => pack.name.toLowerCase() === name.toLowerCase()) : packs[0];
      if (!chosen) {
        this.onError(new Error(t("pack_missing")));
        return;
      }
      this.root.hidden = false;
      await this.#draw(packs, chosen);
    } catch (error) {
      this.onError(error);
    }
  }

  async #draw(packs, chosen) {
    const tabs = packs.map((pack) => {
      const tab = h(
        "button",
        {
          type: "button",
          class: "pack-tab",
          role: "tab",
          title: pack.title,
          "aria-label": pack.title,
          "aria-selected": String(pack === chosen),
          dataset: { testid: `pack-${pack.name}` },
          on: { click: () => this.#draw(packs, pack).catch(this.onError) },
        },
        pack.cover ? stickerElement(pack.cover) : pack.title,
      );
      return tab;
    });
    const grid = h("div", { class: "grid" });
    this.root.replaceChildren(
      h("div", { class: "pack-tabs", role: "tablist", "aria-label": t("packs_title") }, tabs),
      h(
        "div",
        { class: "pack-head" },
        h("span", {}, h("strong", {}, chosen.title), ` · ${t("pack_count", { n: chosen.count })}`),
        h("small", {}, chosen.credit),
        h("small", { class: "pack-hint" }, t("packs_hint")),
      ),
      h("div", { class: "panel-scroller" }, grid),
    );
    this.root
      .querySelector('[aria-selected="true"]')
      ?.scrollIntoView({ block: "nearest", inline: "nearest" });
    const { stickers } = await getPack(chosen.name);
    grid.append(
      ...stickers.map((sticker) => {
        const cell = h(
          "button",
          {
            type: "button",
            class: "cell",
            "aria-label": `${sticker.emoji} ${titleOf(sticker)}`.trim(),
            dataset: { testid: "picker-sticker", id: sticker.id },
            on: { click: () => this.onSend(sticker.id) },
          },
          stickerElement(sticker),
        );
        withLargeLook(cell, sticker);
        return cell;
      }),
    );
  }
}
