import {get, Refused, signIn, signOut} from "./api.js";
import {h, notice, show} from "./dom.js";
import {executions} from "./executions.js";
import {execution} from "./execution.js";
import {images} from "./images.js";

const main = document.getElementById("main");
const nav = document.getElementById("nav");
const who = document.getElementById("who");
let leave = () => {};

const VIEWS = [
  [/^\/executions\/([^/]+)$/, execution],
  [/^\/executions$/, executions],
  [/^\/images$/, images],
];

async function route() {
  const [path, query] = (location.hash.slice(1) || "/executions").split("?");
  leave();
  leave = () => {};
  notice("");
  for (const [pattern, view] of VIEWS) {
    const match = pattern.exec(path);
    if (!match) continue;
    for (const link of nav.children) {
      const current = path.startsWith(link.getAttribute("href").slice(1));
      current ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
    }
    try {
      const stop = new AbortController();
      leave = () => stop.abort();
      await view(main, {
        id: match[1] && decodeURIComponent(match[1]),
        query: new URLSearchParams(query),
        signal: stop.signal,
        failed,
      });
    } catch (e) {
      failed(e);
    }
    return;
  }
  show(main, h("p", null, "There is no such page. ", h("a", {href: "#/executions"}, "Executions")));
}

function failed(e) {
  if (e instanceof Refused && e.status === 401) {
    leave();
    login();
  } else {
    notice(e.message);
  }
}

async function login() {
  nav.hidden = true;
  show(who);
  const methods = await get("/api/v1/login").catch(() => ({openId: false}));
  const token = h("input", {type: "password", id: "token", autocomplete: "off", required: true, spellcheck: "false"});
  show(main, h("form", {
    class: "login",
    onsubmit: async event => {
      event.preventDefault();
      try {
        await signIn(token.value.trim());
        await start();
      } catch (e) {
        notice(e.message);
      }
    },
  },
  h("h1", null, "Sign in"),
  methods.openId && h("a", {href: "/login", class: "openid"}, "Sign in with your organisation's account"),
  h("label", null, "Token", token),
  h("p", {class: "quiet"}, "The server's own token is in its home directory, .archway/token; ./archway token create makes others."),
  h("button", {type: "submit"}, "Sign in")));
  token.focus();
}

async function start() {
  try {
    const me = await get("/api/v1/me");
    nav.hidden = false;
    show(who, h("span", null, me.name), h("button", {
      type: "button",
      onclick: () => signOut().then(() => {
        leave();
        login();
      }, failed),
    }, "Sign out"));
    await route();
  } catch (e) {
    failed(e);
  }
}

window.addEventListener("hashchange", async () => {
  await route();
  main.focus();
});
start();
