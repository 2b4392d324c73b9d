/* The API's reference: sends a GET that the reader filled in and shows the answer. The token stays in its field. */
"use strict";

(function () {
  const KEPT = ["content-type", "etag", "ratelimit", "ratelimit-policy", "retry-after"];

  function addressOf(form) {
    let path = form.dataset.try;
    const query = new URLSearchParams();
    for (const field of form.querySelectorAll("input[name]")) {
      const value = field.value.trim();
      if (field.dataset.in === "path") path = path.replace("{" + field.name + "}", encodeURIComponent(value));
      else if (field.dataset.in === "query" && value) query.set(field.name, value);
    }
    return query.size ? path + "?" + query : path;
  }

  function shown(address, response, text) {
    const fields = KEPT.filter((name) => response.headers.has(name)).map((name) => name + ": " + response.headers.get(name));
    try {
      text = JSON.stringify(JSON.parse(text), null, 2);
    } catch (error) { /* shown as it came */ }
    const box = document.createElement("pre");
    box.tabIndex = 0;
    box.textContent = ["GET " + address, "", response.status + " " + response.statusText, ...fields, "", text].join("\n");
    return box;
  }

  async function send(form) {
    const answer = form.querySelector("[data-answer]");
    const token = document.getElementById("api-token").value.trim();
    const address = addressOf(form);
    const headers = token ? { Authorization: "Bearer " + token } : {};
    try {
      const response = await fetch(address, { headers, credentials: "omit", cache: "no-store", redirect: "error" });
      answer.replaceChildren(shown(address, response, await response.text()));
    } catch (error) {
      answer.textContent = String(error);
    }
  }

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-try]")) return;
    event.preventDefault();
    send(event.target);
  });
})();
