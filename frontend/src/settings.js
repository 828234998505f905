// What the server told this page: addresses, wording and the cross-site token.
// (`shell.js` may run while the page is still being sent; the body's own tag came first.)
export const settings = JSON.parse(document.body?.dataset.settings ?? "{}");
export const words = settings.words ?? {};
export const xsrf = () => settings.xsrf ?? "";

export function post(address, body, { limit = 8000, keepalive = false } = {}) {
  return fetch(address, {
    method: "POST",
    credentials: "same-origin",
    cache: "no-store",
    redirect: "error",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-XSRFToken": xsrf() },
    body: JSON.stringify(body),
    keepalive,
    signal: keepalive ? undefined : AbortSignal.timeout(limit),
  });
}
