// Makes elements. Whatever comes from a pipeline, a log or a registry becomes text, never markup: no other module makes elements.

/** An element: h("a", {href: "#/", class: "x", onclick: f}, "text", child, null, [more]). */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...present(children));
  return element;
}

function present(children) {
  return children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false);
}

/** Shows these in place of what is there; keeps the focus on the control of the same key. */
export function show(place, ...children) {
  const key = place.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  place.replaceChildren(...present(children));
  if (key) place.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({preventScroll: true});
}

const KINDS = {
  Success: "good", IgnoreFailed: "good",
  Failed: "bad", Expired: "bad", Aborted: "bad",
  Running: "busy",
};

export function status(word) {
  return h("span", {class: `status ${KINDS[word] ?? "idle"}`}, word);
}

export function time(instant) {
  if (!instant) return "";
  const date = new Date(instant);
  return h("time", {datetime: instant, title: date.toLocaleString()}, ago(date));
}

function ago(date) {
  const seconds = Math.max(0, Math.round((Date.now() - date) / 1000));
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return date.toLocaleDateString();
}

/** How long from one instant to another; to now while the second is not there. */
export function duration(from, to) {
  if (!from) return "";
  const seconds = Math.max(0, ((to ? new Date(to) : new Date()) - new Date(from)) / 1000);
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 3600
    ? `${Math.floor(whole / 60)} min ${whole % 60} s`
    : `${Math.floor(whole / 3600)} h ${Math.floor(whole % 3600 / 60)} min`;
}

export function size(bytes) {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export function table(caption, heads, rows) {
  return h("div", {class: "scroll"}, h("table", {"aria-label": caption},
    h("thead", null, h("tr", null, heads.map(head => h("th", {scope: "col"}, head)))),
    h("tbody", null, rows)));
}

export function notice(text) {
  document.getElementById("notice").textContent = text;
}
