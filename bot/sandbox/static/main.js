/** Start the page: wait for the sandbox, then hand over to the app. */

import { getState } from "./api.js";
import { App } from "./app.js";
import { icon, remembered } from "./dom.js";
import { speak, t } from "./i18n.js";

const byId = (id) => document.getElementById(id);

/** The sun or the moon: the theme that a click brings. */
function prepareTheme() {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const button = byId("theme");
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const draw = () => {
    button.replaceChildren(icon(dark() ? "sun" : "moon"));
    button.title = t(dark() ? "theme_light" : "theme_dark");
    button.setAttribute("aria-label", button.title);
  };
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    remembered.set("theme", root.dataset.theme);
    draw();
  });
  system.addEventListener("change", draw);
  document.addEventListener("persrv:language", draw);
  draw();
}

/** Ask for the state until the sandbox is there. */
async function waitForState() {
  const banner = byId("banner");
  for (;;) {
    try {
      const state = await getState();
      banner.hidden = true;
      return state;
    } catch {
      banner.textContent = t("no_server");
      banner.hidden = false;
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
}

for (const [id, name] of Object.entries({
  back: "back",
  send: "send",
  commands: "slash",
  stickers: "sticker",
  "to-bottom": "down",
  "explain-icon": "bars",
  "explain-close": "close",
})) {
  byId(id).append(icon(name));
}
speak(navigator.language);
prepareTheme();
new App(await waitForState()).start();
