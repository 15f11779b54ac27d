/** Building elements without HTML strings: what people and bots write can never become markup. */

/**
 * Make an element.
 * @param {string} tag
 * @param {Object<string, *>} [props] `class`, `dataset`, `on` (event name -> listener); a known DOM property
 *   is set as one, everything else as an attribute; null, undefined and false are left out.
 * @param {...(Node|string|null|undefined|false)} children
 * @returns {HTMLElement}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (PROPERTIES.has(name)) element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child || child === 0 || child === ""));
  return element;
}

const PROPERTIES = new Set([
  "muted",
  "loop",
  "autoplay",
  "playsInline",
  "disabled",
  "hidden",
  "tabIndex",
  "value",
]);

/** Outlines on a 24 x 24 grid, drawn with `currentColor`. */
const ICONS = {
  back: ["M15 5l-7 7 7 7"],
  send: ["M4 12l16-8-6 17-3.2-6.8z", "M10.8 14.2L20 4"],
  sun: [
    "M12 8a4 4 0 100 8 4 4 0 000-8z",
    "M12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2",
  ],
  moon: ["M20 14.5A8.5 8.5 0 019.5 4a8.5 8.5 0 1010.5 10.5z"],
  sticker: ["M20 12a8 8 0 10-8 8z", "M20 12c-5 0-8 3-8 8", "M9 10v.5M14.5 10v.5"],
  slash: ["M5 3h14a2 2 0 012 2v14a2 2 0 01-2 2H5a2 2 0 01-2-2V5a2 2 0 012-2z", "M14 7l-4 10"],
  bars: ["M4 6h16M4 12h10M4 18h6"],
  close: ["M6 6l12 12M18 6L6 18"],
  reply: ["M10 6l-6 5 6 5", "M4 11h9a7 7 0 017 7v1"],
  down: ["M6 9l6 6 6-6"],
  ticks: ["M2 13l4 4 8-9", "M11 16l1.5 1.5L21 8"],
  group: [
    "M9 11a3.5 3.5 0 100-7 3.5 3.5 0 000 7z",
    "M2.5 20c0-4 3-6 6.5-6s6.5 2 6.5 6",
    "M16 11a3 3 0 100-6M18 14.5c2.2.8 3.5 2.6 3.5 5.5",
  ],
  bot: ["M6 8h12a2 2 0 012 2v7a2 2 0 01-2 2H6a2 2 0 01-2-2v-7a2 2 0 012-2z", "M12 8V4M9 13v1M15 13v1"],
};

/**
 * @param {keyof ICONS} name
 * @returns {SVGElement} Hidden from screen readers: the button around it has the label.
 */
export function icon(name) {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  for (const d of ICONS[name]) {
    const path = document.createElementNS(namespace, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

/**
 * A round picture with a person's initial, or an icon.
 * @param {string} name
 * @param {string} [color] Any CSS colour.
 * @param {keyof ICONS} [iconName] Shown instead of the initial.
 */
export function avatar(name, color, iconName) {
  const element = h("span", { class: "avatar", "aria-hidden": "true" });
  element.append(iconName ? icon(iconName) : ([...name][0] ?? "?"));
  if (color && CSS.supports("color", color)) element.style.setProperty("--avatar", color);
  return element;
}

/** Remember a choice between visits, where the browser lets us. */
export const remembered = {
  /** @param {string} key @param {string} fallback */
  get(key, fallback) {
    try {
      return localStorage.getItem(`persrv.${key}`) ?? fallback;
    } catch {
      return fallback;
    }
  },
  /** @param {string} key @param {string} value */
  set(key, value) {
    try {
      localStorage.setItem(`persrv.${key}`, value);
    } catch {
      // Private windows may refuse: then it is only forgotten.
    }
  },
};

let toastTimer = 0;

/**
 * Say something in passing, at the foot of the page.
 * @param {string} text
 */
export function toast(text) {
  const element = document.getElementById("toast");
  element.textContent = text;
  element.classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => element.classList.remove("shown"), 4000);
}
