// The counter answers while one types. The server decides everything: this asks it for the same
// page again and shows its till; without this, a button does.

const still = matchMedia("(prefers-reduced-motion: reduce)");

function plain(text) {
  const bare = text.replace(/[\s.()/-]+/g, "");
  if (bare.startsWith("+62")) return "0" + bare.slice(3);
  return bare.startsWith("62") ? "0" + bare.slice(2) : bare;
}

function recognise(form) {
  const known = form.dataset.prefixes.split("|").map((one) => one.split(":"));
  const mine = (form.dataset.mine || "").split(" / ").filter(Boolean);
  const field = form.elements.target_id;
  const said = form.querySelector(".operator");
  const fault = form.querySelector("#e-target_id");
  field.addEventListener("input", () => {
    const start = plain(field.value).slice(0, 4);
    const theirs = start.length < 4 ? [] : known.filter((one) => one[1].includes(start)).map((one) => one[0]);
    said.textContent = theirs.join(" / ");
    if (!fault) return;
    const wrong = mine.length > 0 && theirs.length > 0 && !theirs.some((one) => mine.includes(one));
    fault.hidden = !wrong;
    fault.textContent = wrong
      ? form.dataset.mismatch.replace("{theirs}", theirs.join(" / ")).replace("{ours}", mine.join(" / "))
      : "";
  });
}

function counter(root) {
  const pick = root.querySelector(".pick");
  const till = () => root.querySelector("#kasir");
  let asked = "";
  let turn = 0;
  let timer = 0;

  function wish() {
    const filled = new URLSearchParams(new FormData(pick));
    return empty() ? null : filled;
  }

  // An amount is wanted only of what is sold by one.
  function empty() {
    const byAmount = pick.querySelector("[data-by-amount]:checked");
    return [...pick.querySelectorAll(".field input")].find((one) => !one.value.trim() && (one.name !== "qty" || byAmount));
  }

  function showTotal() {
    const form = till().querySelector(".pay");
    const way = form && form.querySelector("[name=pay]:checked");
    if (!form) return;
    form.querySelector("[data-total-row]").hidden = !way;
    if (way) form.querySelector("[data-total-shown]").textContent = way.dataset.total;
  }

  function keep(fresh) {
    const old = till().querySelector(".pay");
    const now = fresh.querySelector(".pay");
    if (!old || !now) return;
    for (const name of ["email", "phone"]) {
      if (old.elements[name] && now.elements[name]) now.elements[name].value = old.elements[name].value;
    }
    const way = old.querySelector("[name=pay]:checked");
    const method = way && way.value.split(" ")[1];
    for (const one of now.querySelectorAll("[name=pay]")) {
      if (method && one.value.split(" ")[1] === method) one.checked = true;
    }
  }

  async function ask({ follow }) {
    const wanted = wish();
    if (!wanted) {
      if (!follow) return;
      empty().focus();
      return;
    }
    if (wanted.toString() === asked) return;
    asked = wanted.toString();
    const mine = ++turn;
    till().setAttribute("aria-busy", "true");
    till().querySelectorAll("button").forEach((one) => (one.disabled = true));
    let page;
    try {
      const answer = await fetch(`${root.dataset.here}?${wanted}`, { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      if (mine === turn) pick.submit();
      return;
    }
    if (mine !== turn) return;
    const fresh = page.querySelector("#kasir");
    keep(fresh);
    till().replaceChildren(...fresh.childNodes);
    till().removeAttribute("aria-busy");
    for (const one of pick.querySelectorAll("[data-fault], [data-said]")) {
      const now = page.getElementById(one.id);
      if (!now) continue;
      one.replaceChildren(...now.childNodes);
      one.hidden = now.hidden;
    }
    showTotal();
    const told = till().querySelector(".pay dd");
    root.querySelector("[data-heard]").textContent = told
      ? `${till().querySelector("h2").textContent}: ${till().querySelector(".facts").textContent}`
      : "";
    if (follow && till().querySelector(".pay")) {
      till().scrollIntoView({ behavior: still.matches ? "auto" : "smooth", block: "start" });
    }
  }

  pick.addEventListener("change", (event) => {
    clearTimeout(timer);
    ask({ follow: event.target.name === "product_id" });
  });
  pick.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (event.target.type === "radio") return;
    if (till().querySelector(".pay")) till().querySelector(".pay button").disabled = true;
    asked = "";
    const least = event.target.name === "qty" ? 4 : 10;
    if (event.target.value.trim().length >= least) timer = setTimeout(() => ask({ follow: false }), 500);
  });
  pick.addEventListener("submit", (event) => {
    event.preventDefault();
    asked = "";
    ask({ follow: true });
  });
  root.addEventListener("change", (event) => {
    if (event.target.name === "pay") showTotal();
  });
  showTotal();
}

for (const form of document.querySelectorAll("form[data-prefixes]")) recognise(form);
for (const root of document.querySelectorAll(".counter")) {
  document.documentElement.classList.add("js");
  counter(root);
}

// One click is enough; coming back, the page is as it was.
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post" || event.defaultPrevented) return;
  const button = event.target.querySelector("button:not([disabled])");
  if (button) setTimeout(() => (button.disabled = true));
});
addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[method=post] button").forEach((one) => (one.disabled = false));
});
