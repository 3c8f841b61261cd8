// Offers the device's own time zone where another one is set, or none; and says so where days are counted.
const field = document.querySelector("input[name='time_zone']");
const button = document.getElementById("Zone");
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();

function offer() {
  button.hidden = !timeZone || field.value === timeZone;
}

const hint = document.querySelector("[data-zone]");
if (hint) hint.hidden = hint.dataset.zone === timeZone;

if (field && button) {
  button.append(button.textContent.endsWith("：") ? "" : " ", timeZone);
  field.after(button);
  button.addEventListener("click", () => {
    field.value = timeZone;
    field.focus();
    offer();
  });
  field.addEventListener("input", offer);
  offer();
}
