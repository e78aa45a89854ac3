// The server's API. The session's cookie says who asks; the header says that this page asks, which no other site's page can.

export class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

export async function call(path, options = {}) {
  const response = await fetch(path, {
    ...options,
    headers: {Accept: "application/json", "X-Requested-With": "archway", ...options.headers},
  });
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw new Refused(response.status, problem.detail ?? problem.title ?? `the server answered ${response.status}`);
  }
  return response.status === 204 ? null : response.json();
}

export const get = path => call(path);
export const post = path => call(path, {method: "POST"});

export function signIn(token) {
  return call("/api/v1/session", {method: "POST", headers: {Authorization: `Bearer ${token}`}});
}

export function signOut() {
  return call("/api/v1/session", {method: "DELETE"});
}

/** The operations that this server has, such as "post /api/v1/executions/{id}/retry". */
let known;
export async function has(operation) {
  known ??= get("/v3/api-docs").then(document => new Set(Object.entries(document.paths)
    .flatMap(([path, methods]) => Object.keys(methods).map(method => `${method} ${path}`))));
  return (await known).has(operation);
}
