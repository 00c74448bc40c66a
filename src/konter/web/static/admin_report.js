// Adds to the form of a supplier's report: a file can be chosen in place of pasting its text.
const place = document.getElementById("choose-report");
const text = document.getElementById("f-report");
const file = document.getElementById("f-file");
if (place && text && file) {
  const fault = document.getElementById("file-wrong");
  place.hidden = false;
  file.addEventListener("change", async () => {
    const chosen = file.files[0];
    if (!chosen) return;
    fault.textContent = "";
    try {
      const bytes = new Uint8Array(await chosen.slice(0, 8 * 1024 * 1024).arrayBuffer());
      const wide = { 0xfffe: "utf-16le", 0xfeff: "utf-16be" }[bytes[0] * 256 + bytes[1]];
      const read = new TextDecoder(wide ?? "utf-8", { fatal: true }).decode(bytes);
      if (read.includes("\0")) throw new TypeError("not a text");
      text.value = read;
    } catch {
      fault.textContent = place.dataset.wrong;
    }
  });
}
