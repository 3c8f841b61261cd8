// Suggests the device's own time zone where none is set.
const field = document.querySelector("input[name='time_zone']");
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
if (field && !field.value && timeZone) field.placeholder = timeZone;
