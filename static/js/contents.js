// Marks in the contents what is being read, and closes the drawer once it has led somewhere.
const contents = document.getElementById("Contents");
const links = new Map();
for (const link of contents.querySelectorAll("a[href^='#']")) links.set(decodeURIComponent(link.hash.slice(1)), link);

const sections = [...document.querySelectorAll(".notes details.section")]
  .map((section) => ({ section, link: links.get(section.querySelector(":scope > .anchor").id) }))
  .filter(({ link }) => link);
const inSight = new Set();
let current;

function mark() {
  const next = sections.findLast(({ section }) => inSight.has(section))?.link;
  if (!next || next === current) return;
  current?.removeAttribute("aria-current");
  next.setAttribute("aria-current", "true");
  current = next;
  keepInView(next);
}

function keepInView(link) {
  const box = contents.getBoundingClientRect();
  const place = link.getBoundingClientRect();
  if (place.top < box.top) contents.scrollTop -= box.top - place.top + 48;
  else if (place.bottom > box.bottom) contents.scrollTop += place.bottom - box.bottom + 48;
}

// A thin band near the top of the window: the last section that reaches into it is the one being read.
const observer = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) inSight[isIntersecting ? "add" : "delete"](target);
    mark();
  },
  { rootMargin: "-18% 0px -81% 0px" },
);
for (const { section } of sections) observer.observe(section);

contents.addEventListener("click", (event) => {
  if (event.target.closest("a") && contents.matches(":popover-open")) contents.hidePopover();
});
