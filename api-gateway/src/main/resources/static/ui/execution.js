import {get, has, post} from "./api.js";
import {duration, h, show, status, time} from "./dom.js";
import {followLog} from "./log.js";

const ENDED = new Set(["Success", "Failed", "Aborted", "Expired", "Skipped", "IgnoreFailed"]);
const AGAIN = "post /api/v1/executions/{id}/retry";

/** One execution: what it is, its stages and steps, and the log of the chosen step, all live. */
export async function execution(place, {id, signal, failed}) {
  const self = `/api/v1/executions/${encodeURIComponent(id)}`;
  const head = h("div");
  const stages = h("section", {"aria-label": "Stages"});
  const log = h("section", {"aria-label": "Log"});
  const retry = await has(AGAIN);
  let chosen = {};
  let logStop;
  let view = await get(self);
  if (signal.aborted) return;
  show(place, head, h("div", {class: "columns"}, stages, log));
  draw();
  followChosen();

  function followChosen() {
    logStop?.abort();
    logStop = new AbortController();
    show(log, followLog(id, chosen.stage, chosen.step, logStop.signal));
  }
  signal.addEventListener("abort", () => logStop.abort());

  function choose(stage, step) {
    const same = chosen.stage === stage && chosen.step === step;
    chosen = same ? {} : {stage, step};
    draw();
    followChosen();
  }

  async function act(button, path) {
    button.disabled = true;
    try {
      const answer = await post(path);
      if (answer?.id && answer.id !== id) location.hash = `#/executions/${encodeURIComponent(answer.id)}`;
      else await load();
    } catch (e) {
      button.disabled = false;
      failed(e);
    }
  }

  function draw() {
    const ended = ENDED.has(view.status);
    document.title = `${view.name || view.pipeline} · Archway`;
    show(head,
      h("div", {class: "bar"},
        h("h1", {class: "grow"}, view.name || view.pipeline),
        status(view.status),
        !ended && h("button", {type: "button", class: "danger", "data-key": "abort", onclick: e => act(e.currentTarget, `${self}/abort`)}, "Abort"),
        ended && retry && view.status !== "Success"
          && h("button", {type: "button", "data-key": "retry", onclick: e => act(e.currentTarget, `${self}/retry`)}, "Retry from the failed stages")),
      h("dl", {class: "facts"},
        fact("Id", h("span", {class: "mono"}, view.id)),
        fact("Project", `${view.org}/${view.project}`),
        view.refName && fact("Ref", view.refName),
        view.commit && fact("Commit", h("span", {class: "mono"}, view.commit.slice(0, 12))),
        fact("Started", time(view.createdAt)),
        fact("Took", duration(view.createdAt, view.endedAt)),
        fact("Images", h("a", {href: `#/images?execution=${encodeURIComponent(view.id)}`}, "pushed"))),
      failure(view.failure),
      view.warnings.map(warning => h("p", {class: "quiet"}, warning.line ? `Line ${warning.line}: ${warning.message}` : warning.message)));
    show(stages, ...view.stages.map(stage), ...view.indexes.map(index));
  }

  function stage(run) {
    return h("div", {class: "stage"},
      h("h3", null, h("span", null, run.name || run.id), status(run.status)),
      h("p", {class: "quiet"},
        [run.platform, run.emulated && "emulated", run.connector, run.attempt > 1 && `attempt ${run.attempt}`,
          waits(run) && `waits for an executor, ${run.ahead} before it`, duration(run.startedAt, run.endedAt)].filter(Boolean).join(" · ")),
      failure(run.failure),
      h("ul", {class: "steps"}, run.steps.map(step => h("li", null,
        h("button", {
          type: "button",
          "data-key": `${run.id}/${step.id}`,
          "aria-pressed": String(chosen.stage === run.id && chosen.step === step.id),
          onclick: () => choose(run.id, step.id),
        },
        h("span", {class: "name"}, step.name || step.id),
        h("span", {class: "quiet"}, duration(step.startedAt, step.endedAt)),
        status(step.status)),
        failure(step.failure),
        step.tests && h("p", {class: "quiet"}, `${step.tests.tests} tests, ${step.tests.failures + step.tests.errors} failed, ${step.tests.skipped} skipped`),
        step.images.flatMap(image => image.tags.map(tag => h("p", {class: "quiet mono"}, `${image.repository}:${tag}`)))))));
  }

  function index(entry) {
    return h("div", {class: "stage"},
      h("h3", null, h("span", null, "Image index"), status(entry.status)),
      entry.tags.map(tag => h("p", {class: "mono"}, `${entry.repository}:${tag}`)),
      entry.platforms.length > 0 && h("p", {class: "quiet"}, entry.platforms.join(", ")),
      failure(entry.failure));
  }

  async function load() {
    view = await get(self);
    if (!signal.aborted) draw();
  }

  if (ENDED.has(view.status)) return;
  const events = new EventSource(`${self}/events`);
  signal.addEventListener("abort", () => events.close());
  let soon;
  const changed = () => {
    soon ??= setTimeout(() => {
      soon = undefined;
      load().then(() => ENDED.has(view.status) && events.close(), failed);
    }, 150);
  };
  for (const kind of ["queued", "started", "stage-changed", "step-changed", "index-changed", "finished"]) {
    events.addEventListener(`execution.${kind}.v1`, changed);
  }
  const clock = setInterval(() => ENDED.has(view.status) || document.hidden || draw(), 1000);
  signal.addEventListener("abort", () => clearInterval(clock));
  // What goes on before it in line is no event of this execution.
  const line = setInterval(() => view.stages.some(waits) && !document.hidden && changed(), 3000);
  signal.addEventListener("abort", () => clearInterval(line));
}

/** True for a stage run that waits for an executor; one that waits for another stage is not in line. */
function waits(run) {
  return run.ahead != null;
}

function fact(name, value) {
  return h("div", null, h("dt", null, name), h("dd", null, value));
}

function failure(found) {
  return found ? h("p", {class: "failure"}, found.message) : null;
}
