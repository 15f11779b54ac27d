/** Showing a sticker, whatever its format, and a larger look at it under the pointer. */

import { h } from "./dom.js";

/** @typedef {{id: string, format: string, emoji: string, set_name: string, media: string, preview: string}} StickerView */

const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** Videos play only while they are on the screen. */
const onScreen = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) {
      if (!target.src) target.src = target.dataset.media;
      target.play().catch(() => {}); // a pause that overtakes it is no fault
    } else target.pause();
  }
});

/** What a shown element stands for. @type {WeakMap<Element, StickerView>} */
const shown = new WeakMap();

/** Titles of sets, by name. @type {Map<string, string>} */
const titles = new Map();

/** @param {{name: string, title: string}[]} packs Their titles are shown instead of their names. */
export function nameSets(packs) {
  for (const { name, title } of packs) titles.set(name, title);
}

/** What a sticker's set is called: its title, its name until that is known. @param {StickerView} view */
export function titleOf(view) {
  return titles.get(view.set_name) ?? view.set_name ?? "";
}

/**
 * Media comes from this server alone.
 * @param {string} path
 * @returns {string} The path, or "" for another origin.
 */
export function ownMedia(path) {
  const url = new URL(path, location.href);
  return url.origin === location.origin ? url.pathname + url.search : "";
}

/** A picture; where motion is unwelcome, its first frame. */
function picture(view) {
  const image = h("img", { class: "loading", alt: view.emoji, draggable: "false", loading: "lazy" });
  image.addEventListener("error", () => image.replaceWith(h("span", { class: "broken" }, view.emoji || "?")));
  image.addEventListener("load", () => {
    image.classList.remove("loading");
    if (calm.matches && view.format === "animated") {
      const canvas = h("canvas", { role: "img", "aria-label": view.emoji });
      canvas.width = image.naturalWidth;
      canvas.height = image.naturalHeight;
      canvas.getContext("2d").drawImage(image, 0, 0);
      image.replaceWith(canvas);
    }
  });
  image.src = ownMedia(view.format === "static" ? view.media : view.preview);
  return image;
}

/** A silent loop with its first frame as the poster. */
function video(view) {
  const element = h("video", {
    "aria-label": view.emoji,
    role: "img",
    muted: true,
    loop: true,
    playsInline: true,
    preload: "none",
    poster: ownMedia(view.preview),
    dataset: { media: ownMedia(view.media) },
  });
  element.addEventListener("error", () => element.replaceWith(picture(view)));
  onScreen.observe(element);
  return element;
}

/**
 * @param {StickerView} view
 * @returns {HTMLElement} It fills its container.
 */
export function stickerElement(view) {
  return view.format === "video" && !calm.matches ? video(view) : picture(view);
}

/**
 * Let the pointer (or the keyboard's selection, through `showLarge`) bring up a larger look.
 * @param {HTMLElement} element
 * @param {StickerView} view
 */
export function withLargeLook(element, view) {
  shown.set(element, view);
  let timer = 0;
  element.addEventListener("pointerenter", (event) => {
    if (event.pointerType === "mouse") timer = setTimeout(() => showLarge(element), 300);
  });
  element.addEventListener("pointerleave", () => {
    clearTimeout(timer);
    hideLarge();
  });
  element.addEventListener("pointerdown", () => {
    clearTimeout(timer);
    hideLarge();
  });
}

/** @param {Element} anchor An element given to `withLargeLook`. */
export function showLarge(anchor) {
  const view = shown.get(anchor);
  const card = document.getElementById("large-look");
  if (!view || !anchor.isConnected) return;
  card.replaceChildren(
    h("div", { class: "large-picture" }, stickerElement(view)),
    h(
      "div",
      { class: "large-caption" },
      h("span", { class: "large-emoji" }, view.emoji),
      h("span", {}, titleOf(view)),
    ),
  );
  card.hidden = false;
  const at = anchor.getBoundingClientRect();
  const box = card.getBoundingClientRect();
  // Above the popup or beside the column, so that the neighbours stay in sight.
  const around = anchor.closest(".popup, aside")?.getBoundingClientRect() ?? at;
  const beside = anchor.closest("aside") !== null;
  const left = beside ? around.left - box.width - 10 : at.left + at.width / 2 - box.width / 2;
  const top = beside ? at.top + at.height / 2 - box.height / 2 : around.top - box.height - 8;
  const clamp = (value, most) => Math.max(8, Math.min(value, most - 8));
  card.style.setProperty("left", `${clamp(left, innerWidth - box.width)}px`);
  card.style.setProperty("top", `${clamp(top, innerHeight - box.height)}px`);
}

/** Put the larger look away. */
export function hideLarge() {
  const card = document.getElementById("large-look");
  card.hidden = true;
  card.replaceChildren();
}
