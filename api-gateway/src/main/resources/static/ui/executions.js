import {get} from "./api.js";
import {duration, h, show, status, table, time} from "./dom.js";

const STATUSES = ["Queued", "Running", "Success", "Failed", "Aborted", "Expired"];
const LOOK_AGAIN = 3000;
const PAGE = 50;

/** The list of executions; looks again every few seconds while it is seen. */
export async function executions(place, {query, signal, failed}) {
  const only = query.get("status") ?? "";
  const before = query.get("before");
  const rows = h("div");
  document.title = "Executions · Archway";
  show(place,
    h("div", {class: "bar"},
      h("h1", {class: "grow"}, "Executions"),
      h("label", null, "Status ", h("select", {
        id: "status",
        onchange: event => { location.hash = `#/executions${event.target.value && `?status=${event.target.value}`}`; },
      }, h("option", {value: ""}, "any"), STATUSES.map(word => h("option", {value: word, selected: word === only}, word))))),
    rows);

  async function load() {
    const filter = new URLSearchParams({limit: PAGE});
    if (only) filter.set("status", only);
    if (before) filter.set("before", before);
    const found = await get(`/api/v1/executions?${filter}`);
    if (signal.aborted) return;
    if (found.length === 0) {
      show(rows, h("p", {class: "quiet"}, "No executions here. ./archway run FILE starts one."));
      return;
    }
    const older = new URLSearchParams({...(only && {status: only}), before: found.at(-1).createdAt});
    show(rows,
      table("Executions", ["Pipeline", "Status", "Project", "Started", "Took", "Id"], found.map(row)),
      found.length === PAGE && h("p", null, h("a", {href: `#/executions?${older}`}, "Older")));
  }

  function row(execution) {
    const link = `#/executions/${encodeURIComponent(execution.id)}`;
    return h("tr", null,
      h("td", {class: "long"}, h("a", {href: link, "data-key": execution.id}, execution.name || execution.pipeline)),
      h("td", null, status(execution.status)),
      h("td", {class: "long quiet"}, `${execution.org}/${execution.project}`),
      h("td", null, time(execution.createdAt)),
      h("td", null, duration(execution.createdAt, execution.endedAt)),
      h("td", {class: "mono quiet"}, execution.id));
  }

  await load();
  const timer = setInterval(() => document.hidden || load().catch(failed), LOOK_AGAIN);
  signal.addEventListener("abort", () => clearInterval(timer));
}
