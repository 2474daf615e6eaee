// The files of a run. Pictures and sound are shown, all others can be saved only.

import { h } from "./dom.js";
import { bytes } from "./format.js";
import { isObject, oneLine, paged } from "./text.js";

export function files(run) {
  return Object.entries(isObject(run.s3_urls) ? run.s3_urls : {})
    .filter(([key, file]) => key.startsWith("attachment.") && isObject(file))
    .map(([key, file]) => {
      // the path only: the page asks no other host, whatever the address says
      let path = "";
      try {
        path = new URL(String(file.presigned_url), location.origin).pathname;
      } catch {
        /* none */
      }
      return { name: key.slice("attachment.".length), type: String(file.mime_type || ""), path };
    });
}

export function attachments(run) {
  const box = h("div", { class: "files" });
  paged(
    files(run),
    box,
    (file) => {
      const type = file.type.split(";")[0].trim().toLowerCase();
      const body = h("div", { class: "file-body" });
      if (/^image\/(png|jpeg|gif|webp)$/.test(type)) {
        const img = h("img", { class: "picture", alt: oneLine(file.name, 80), loading: "lazy", decoding: "async" });
        img.addEventListener("error", () => img.replaceWith(h("p", { class: "dim pad", text: "The image cannot be read." })));
        img.src = file.path;
        body.append(img);
      } else if (type.startsWith("audio/"))
        body.append(h("audio", { controls: true, preload: "none", src: file.path, "aria-label": oneLine(file.name, 80) }));
      const save = h("a", {
        class: "btn small",
        href: file.path,
        download: file.name.split(/[\\/]/).pop() || "attachment",
        text: "Download",
      });
      const size = h("span", { class: "dim" });
      fetch(file.path, { method: "HEAD" })
        .then((answer) => {
          const n = answer.headers.get("content-length");
          if (answer.ok && n) size.textContent = bytes(+n);
        })
        .catch(() => {});
      return h(
        "figure",
        { class: "file" },
        h(
          "figcaption",
          {},
          h("bdi", { class: "strong clip", text: oneLine(file.name, 120) }),
          h("span", { class: "dim", text: oneLine(file.type, 60) }),
          size,
          h("span", { class: "spacer" }),
          save,
        ),
        body.firstChild ? body : null,
      );
    },
    30,
  );
  return box;
}
