import {get} from "./api.js";
import {h, show, size, table, time} from "./dom.js";

const PAGE = 100;

/** Recorded tags, the newest first: images of one platform, and the indexes that join them. */
export async function images(place, {query, signal}) {
  const filter = new URLSearchParams({limit: PAGE});
  for (const name of ["execution", "repository", "tag", "before"]) {
    if (query.get(name)) filter.set(name, query.get(name));
  }
  const found = await get(`/api/v1/images?${filter}`);
  if (signal.aborted) return;
  document.title = "Images · Archway";
  const of = query.get("execution") ? ` of execution ${query.get("execution")}` : query.get("repository") ? ` of ${query.get("repository")}` : "";
  show(place,
    h("h1", null, `Images${of}`),
    found.length === 0
      ? h("p", {class: "quiet"}, "No pushed tag is recorded here.")
      : table("Images", ["Image", "Platforms", "Digest", "Size", "Pushed", "By"], found.map(row)));
}

function row(image) {
  return h("tr", null,
    h("td", {class: "long"}, h("a", {href: `#/images?${new URLSearchParams({repository: image.repository})}`}, image.repository), `:${image.tag}`),
    h("td", null, image.platform
      ? image.platform + (image.emulated ? " (emulated)" : "")
      : [`index of ${image.parts.map(part => part.platform).join(", ")}`,
        image.missing.length > 0 && h("span", {class: "status bad"}, ` lacks ${image.missing.join(", ")}`)]),
    h("td", {class: "mono", title: image.digest}, image.digest.slice(0, 19)),
    h("td", null, image.platform ? size(image.size) : ""),
    h("td", null, time(image.recordedAt)),
    h("td", {class: "mono"}, h("a", {href: `#/executions/${encodeURIComponent(image.execution)}`}, image.execution)));
}
