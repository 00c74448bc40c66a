// Adds to pages that work without it: copy buttons, how long a payment can still be made, and the
// tab of this page brought into view on a narrow screen.

const row = document.querySelector(".tabs-row");
const here = row?.querySelector("[aria-current]");
if (here) row.scrollLeft = here.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  const said = button.textContent;
  button.addEventListener("click", async () => {
    const from = document.getElementById(button.dataset.copy);
    const items = [...from.querySelectorAll("li")].map((item) => item.textContent.trim());
    const text = items.length ? items.join("\n") : from.textContent.trim();
    await navigator.clipboard.writeText(text);
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = said; }, 2000);
  });
}

for (const place of document.querySelectorAll("[data-until]")) {
  const until = Date.parse(place.dataset.until);
  const two = (number) => String(number).padStart(2, "0");
  const tick = () => {
    const left = Math.floor((until - Date.now()) / 1000);
    if (left <= 0) {
      place.textContent = `(${place.dataset.over})`;
      return;
    }
    const hours = Math.floor(left / 3600);
    place.textContent = `(${hours}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)})`;
    setTimeout(tick, 1000);
  };
  tick();
}
