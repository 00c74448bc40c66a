// Copying, the time that is left, and printing: each only adds to what is there to be read.

function ready(root = document) {
  for (const button of root.querySelectorAll("[data-copy][hidden], [data-print][hidden]")) button.hidden = false;
  // The shop's clock counts: a phone's own may be wrong by minutes.
  for (const timer of root.querySelectorAll("[data-until]")) {
    timer.dataset.skew ??= String(Date.parse(timer.dataset.now) - Date.now());
  }
  tick();
}

async function copy(button) {
  const text = button.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without https there is no clipboard: a field that holds the text still can be copied.
    const field = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    button.focus();
  }
  const said = document.getElementById("kata-salin")?.dataset.said ?? "OK";
  const before = button.dataset.word ?? (button.dataset.word = button.textContent);
  button.textContent = said;
  const told = document.getElementById("kabar");
  if (told) told.textContent = said;
  setTimeout(() => { button.textContent = before; if (told?.textContent === said) told.textContent = ""; }, 2000);
}

function tick() {
  for (const timer of document.querySelectorAll("[data-until]")) {
    const left = Math.floor((Date.parse(timer.dataset.until) - Date.now() - Number(timer.dataset.skew)) / 1000);
    const parts = [left / 3600, (left / 60) % 60, left % 60].map((n) => String(Math.floor(n)).padStart(2, "0"));
    if (parts[0] === "00") parts.shift();
    timer.textContent = left <= 0 ? `(${timer.dataset.over})` : `(${timer.dataset.left} ${parts.join(":")})`;
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy], [data-print]");
  if (!button) return;
  if ("print" in button.dataset) print();
  else copy(button);
});
document.addEventListener("konter:renewed", () => ready());
setInterval(tick, 1000);
ready();
