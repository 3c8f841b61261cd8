// The page prints without this as well; it only saves the way to the browser's menu.
const button = document.getElementById("Print");
button.hidden = false;
button.addEventListener("click", () => print());
