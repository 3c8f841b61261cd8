// Before the first paint: what was chosen in this browser. An account's own choice stands in the page already.
(({ dataset }) => {
  try {
    const theme = localStorage.getItem("theme");
    if (dataset.theme || !/^(light|dark)$/.test(theme)) return;
    dataset.theme = theme;
    for (const meta of document.querySelectorAll("[data-dress]")) meta.media = meta.dataset.dress === theme ? "all" : "not all";
  } catch {}
})(document.documentElement);
