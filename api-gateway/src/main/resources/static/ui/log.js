import {h} from "./dom.js";

const MOST_LINES = 20000;
const AT_ONCE = 2000;
// Colours and cursor movements (ECMA-48) of programs that write to a terminal.
const CONTROL = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-_])|[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** Follows a log into an element, from its start to its end; a break is mended from where it was. Lines are drawn with the next frame. */
export function followLog(id, stage, step, signal) {
  const pane = h("pre", {class: "log", tabindex: "0", role: "log", "aria-live": "off", "aria-label": "Log"});
  const filter = new URLSearchParams({follow: "true", ...(stage && {stage}), ...(step && {step})});
  const source = new EventSource(`/api/v1/executions/${encodeURIComponent(id)}/logs?${filter}`);
  signal.addEventListener("abort", () => source.close());
  let waiting = [];
  let left = 0;

  function draw() {
    const now = waiting.splice(0, AT_ONCE);
    const atEnd = pane.scrollHeight - pane.scrollTop - pane.clientHeight < 40;
    pane.append(...now);
    while (pane.childElementCount > MOST_LINES) {
      pane.firstElementChild.remove();
      left++;
    }
    if (left) pane.dataset.left = left;
    if (atEnd) pane.scrollTop = pane.scrollHeight;
    if (waiting.length) requestAnimationFrame(draw);
  }

  function add(element) {
    if (waiting.push(element) === 1) requestAnimationFrame(draw);
  }

  source.onmessage = event => {
    const line = JSON.parse(event.data);
    add(h("span", {class: line.stream === "ERR" ? "err" : null},
      step ? null : h("span", {class: "from"}, `${line.stage}/${line.step} `),
      line.text.replace(CONTROL, ""), "\n"));
  };
  source.addEventListener("end", event => {
    source.close();
    const complete = JSON.parse(event.data).complete !== false;
    add(h("span", {class: "from"}, complete ? "– end of the log –\n" : "– the log ends here; some of its lines were lost –\n"));
  });
  return pane;
}
