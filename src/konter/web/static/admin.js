// On a phone the row of rooms is wider than the screen: bring the one we are in into sight.
const here = document.querySelector(".tabs.office [aria-current]");
if (here) {
  const row = here.parentElement;
  row.scrollLeft = here.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}
