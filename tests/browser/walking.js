// What a walk over a page asks of it. Put into each page; every function returns lists of faults in words.
(() => {
  const FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex], iframe";
  const MARKS = ["outlineStyle", "outlineWidth", "outlineColor", "boxShadow", "borderColor", "backgroundColor", "textDecorationLine"];

  const still = new CSSStyleSheet();
  still.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important; }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];

  const say = (element) => element.outerHTML.replace(/\s+/g, " ").slice(0, 110);
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: false });
  const look = (element) => {
    const style = getComputedStyle(element);
    return MARKS.map((name) => style[name]).join("|");
  };

  // What may show in its stead that an element has the focus.
  const around = (element) => [element.parentElement, element.closest("form"), ...(element.labels ?? [])].filter(Boolean);

  // What Tab has to reach: of radio buttons of one name it reaches one.
  function reachable() {
    const groups = new Set();
    return [...document.querySelectorAll(FOCUSABLE)].filter((element) => {
      if (element.disabled || element.tabIndex < 0 || !seen(element) || element.closest("[inert]")) return false;
      if (element.tagName === "SUMMARY" && element.parentElement.querySelector("summary") !== element) return false;
      if (element.type !== "radio" || !element.name) return true;
      const group = `${element.form?.id}${element.name}`;
      return !groups.has(group) && groups.add(group);
    });
  }

  const before = new WeakMap();
  const visited = new Set();

  window.walk = {
    shape(width) {
      const faults = [];
      const root = document.documentElement;
      if (root.scrollWidth > root.clientWidth) {
        const wide = [...document.body.querySelectorAll("*")].filter((each) => seen(each) && each.getBoundingClientRect().right > root.clientWidth + 1);
        faults.push(`${width}: ${root.scrollWidth} px wide: ${wide.slice(0, 3).map(say)}`);
      }
      return faults;
    },

    outline(lang) {
      const faults = [];
      // Tags of languages have no case.
      if (document.documentElement.lang.toLowerCase() !== lang.toLowerCase()) faults.push(`lang is ${document.documentElement.lang}`);
      if (!document.title.trim() || /^[\s·|]/.test(document.title.trim())) faults.push(`title is "${document.title}"`);
      const mains = [...document.querySelectorAll("main, [role=main]")].filter(seen);
      if (mains.length !== 1) faults.push(`${mains.length} main`);
      const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter((each) => seen(each) || each.closest("details:not([open])"));
      const levels = headings.map((each) => Number(each.getAttribute("aria-level") ?? each.tagName[1]));
      const firsts = headings.filter((_, at) => levels[at] === 1);
      if (firsts.length !== 1) faults.push(`${firsts.length} h1: ${firsts.slice(0, 3).map(say)}`);
      levels.forEach((level, at) => {
        if (level > (levels[at - 1] ?? 0) + 1) faults.push(`h${level} after h${levels[at - 1] ?? 0}: ${say(headings[at])}`);
      });
      const ids = [...document.querySelectorAll("[id]")].map((each) => each.id);
      const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
      if (twice.length) faults.push(`ids that are there twice: ${twice.slice(0, 5)}`);
      return faults;
    },

    begin() {
      visited.clear();
      document.activeElement?.blur();
      window.scrollTo(0, 0);
      // From the top of the page, as when it was just loaded.
      getSelection().setPosition(document.body, 0);
      for (const element of document.querySelectorAll("*")) {
        if (element.tabIndex >= 0) for (const each of [element, ...around(element)]) before.set(each, look(each));
      }
    },

    // Forget where the focus has been.
    again() {
      visited.clear();
    },

    // The element that has the focus now: what is wrong with it; "end" past the last one, where the browser itself has
    // the focus; null once it comes round again.
    step() {
      const element = document.activeElement;
      if (!element || element === document.body) return "end";
      if (visited.has(element)) return null;
      visited.add(element);
      const faults = [];
      const name = say(element);
      const boxes = [...element.getClientRects()].filter((box) => box.width > 0 && box.height > 0);
      const box = boxes[0] ?? element.labels?.[0]?.getBoundingClientRect();
      if (!box || !seen(element)) return [`cannot be seen: ${name}`];
      const inside = boxes.some((each) => each.right > 0 && each.left < innerWidth && each.bottom > 0 && each.top < innerHeight);
      if (!inside) return [`outside the window: ${name}`];
      const points = boxes.flatMap((each) => [[each.left + each.width / 2, each.top + each.height / 2], [each.left + 3, each.top + 3], [each.right - 3, each.bottom - 3]]);
      const mine = (hit) => hit && (element.contains(hit) || hit.contains(element) && hit !== document.body && hit.tagName !== "MAIN" && hit.tagName !== "HTML" || [...(element.labels ?? [])].some((label) => label.contains(hit)));
      if (!points.some(([x, y]) => mine(document.elementFromPoint(Math.min(Math.max(x, 1), innerWidth - 1), Math.min(Math.max(y, 1), innerHeight - 1))))) {
        const [x, y] = points[0];
        faults.push(`obscured: ${name} by ${say(document.elementFromPoint(x, y) ?? document.body)}`);
      }
      const style = getComputedStyle(element);
      const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
      const changed = [element, ...around(element)].some((each) => before.has(each) && before.get(each) !== look(each));
      const told = outlined || changed || around(element).some((each) => getComputedStyle(each).outlineStyle !== "none");
      if (!told) faults.push(`no sign of the focus: ${name}`);
      return faults;
    },

    // What Tab should have reached by now; of a page that was walked in part, what lies before the last one.
    missed(whole) {
      const all = reachable();
      const last = whole ? all.length : Math.max(-1, ...all.map((each, at) => (visited.has(each) ? at : -1)));
      return all.slice(0, last).filter((each) => !visited.has(each) && !(each.type === "radio" && [...visited].some((one) => one.name === each.name))).map((each) => `Tab does not reach: ${say(each)}`);
    },
  };
})();
