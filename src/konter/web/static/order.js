// An order's page that follows its order: when the shop says that something changed, the changing
// part is asked for again and put in place of the old one, and the new headline is told to whoever
// cannot see it. Without this script one reloads by a link.

const pollMs = 1000 * document.getElementById("kabar").dataset.pollS;
const section = () => document.getElementById("pesanan");
let stream = null;
let polling = 0;

let renewing = null;
let again = false;

// One at a time, and once more where news came meanwhile: an older answer never wins.
function renew() {
  if (renewing) again = true;
  else renewing = fetchAndReplace().catch(() => {}).finally(() => {
    renewing = null;
    if (again) { again = false; renew(); }
  });
  return renewing;
}

async function fetchAndReplace() {
  const part = section()?.dataset.part;
  if (!part) return;
  const answer = await fetch(part, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("pesanan");
  const old = section();
  if (!fresh || fresh.dataset.version === old.dataset.version) return;
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  for (const open of old.querySelectorAll("details[open][id]")) {
    fresh.querySelector(`#${open.id}`)?.setAttribute("open", "");
  }
  const before = old.querySelector("[data-headline]").textContent;
  old.replaceWith(document.adoptNode(fresh));
  if (focused) (document.getElementById(focused) ?? document.getElementById("isi")).focus();
  const now = fresh.querySelector("[data-headline]").textContent;
  if (now !== before) document.getElementById("kabar").textContent = now;
  say();
  document.dispatchEvent(new Event("konter:renewed"));
}

// That the page changes by itself is true only where this script runs.
function say() {
  for (const note of document.querySelectorAll("[data-live-note]")) note.hidden = false;
}

// One chain of looks at most, and none while a stream is held or nobody looks at the page.
function poll() {
  clearTimeout(polling);
  if (!section()?.dataset.stream) return;
  const mine = polling = setTimeout(() => renew().finally(() => { if (mine === polling) poll(); }), pollMs);
}

function hold() {
  stream?.close();
  clearTimeout(polling);
  polling = 0;
}

function watch() {
  const address = section()?.dataset.stream;
  if (!address) return;
  stream = new EventSource(address);
  stream.addEventListener("berubah", (event) => {
    if (renewing || event.data !== section().dataset.version) renew();
  });
  stream.addEventListener("selesai", () => stream.close());
  stream.addEventListener("error", () => {
    // The browser tries again by itself, unless it was refused: then looking now and then must do.
    if (stream.readyState === EventSource.CLOSED) poll();
  });
}

// A page that nobody looks at holds no stream: a browser has six connections for all its tabs here,
// and each stream takes one of them.
addEventListener("pagehide", hold);
addEventListener("pageshow", (event) => {
  if (event.persisted) back();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) hold();
  else back();
});

function back() {
  hold();
  watch(); // the first that it says is the version as it is now
}

watch();
say();
