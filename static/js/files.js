// Files of a form: each that is chosen is sent at once, with its progress, and the form then only names it.
// Without this file they go along with the form.
//   <div data-files="/where/to/"><input type="file" multiple> <ul data-files-list></ul> <p data-files-says …></p></div>
(() => {
  "use strict";

  const underWay = new Map(); // form → how many files are on their way

  const row = (list, name) => {
    const item = document.createElement("li");
    const label = Object.assign(document.createElement("span"), { textContent: name });
    const progress = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
    progress.setAttribute("aria-label", name);
    item.append(label, " ", progress);
    list.append(item);
    return { item, progress };
  };

  const settle = (item, input, kept) => {
    const box = Object.assign(document.createElement("input"), { type: "checkbox", name: "kept", value: kept.id });
    box.checked = box.defaultChecked = true;
    if (input.hasAttribute("form")) box.setAttribute("form", input.getAttribute("form"));
    const label = Object.assign(document.createElement("label"), { className: "choice" });
    const words = Object.assign(document.createElement("span"), { textContent: `${kept.name} ` });
    words.append(Object.assign(document.createElement("small"), { textContent: kept.size }));
    label.append(box, words);
    item.replaceChildren(label);
  };

  const fail = (item, name, why) => {
    const said = Object.assign(document.createElement("p"), { className: "error", textContent: `${name}: ${why}` });
    said.setAttribute("role", "alert");
    item.replaceChildren(said);
  };

  const send = (field, input, file) => {
    const says = field.querySelector("[data-files-says]");
    const { item, progress } = row(field.querySelector("[data-files-list]"), file.name);
    const form = input.form;
    const body = new FormData();
    body.append("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]")?.value || "");
    body.append("files", file);
    underWay.set(form, (underWay.get(form) || 0) + 1);
    says.textContent = `${says.dataset.sending} ${file.name}`;
    const request = new XMLHttpRequest();
    request.open("POST", field.dataset.files);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress.value = event.loaded / event.total;
    });
    request.addEventListener("loadend", () => {
      const answer = request.response || {};
      if (request.status === 201) {
        settle(item, input, answer);
        says.textContent = `${says.dataset.sent} ${answer.name}`;
      } else fail(item, file.name, answer.problem || says.dataset.failed);
      underWay.set(form, underWay.get(form) - 1);
      if (underWay.get(form) === 0 && form.dataset.waits) {
        delete form.dataset.waits;
        form.requestSubmit(waiting.get(form));
      }
    });
    request.send(body);
  };

  document.addEventListener("change", ({ target }) => {
    const field = target.closest?.("[data-files]");
    if (!field || target.type !== "file") return;
    [...target.files].forEach((file) => send(field, target, file));
    target.value = "";
  });

  // A form that is sent while files are on their way waits for them, then goes by the button that was pressed.
  const waiting = new WeakMap();
  document.addEventListener(
    "submit",
    (event) => {
      if (!underWay.get(event.target)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      event.target.dataset.waits = "1";
      waiting.set(event.target, event.submitter);
      const says = document.querySelector("[data-files-says]");
      if (says) says.textContent = says.dataset.wait;
    },
    true,
  );
})();
