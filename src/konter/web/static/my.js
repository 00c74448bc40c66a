// Adds to pages that work without it: copy buttons, and the tab of this page brought into view
// on a narrow screen.

const row = document.querySelector(".tabs-row");
const here = row?.querySelector("[aria-current]");
if (here) row.scrollLeft = here.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;

for (const button of document.querySelectorAll("[data-copy][data-done]")) {
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
