// Once the news is put away nothing is marked as new any more, and who was at it goes on with the notes.
const news = document.getElementById("News");

new MutationObserver(() => {
  if (news.childElementCount) return;
  news.remove();
  for (const link of document.querySelectorAll("[data-new]")) link.removeAttribute("data-new");
  if (document.activeElement === document.body) document.querySelector(".notes summary")?.focus({ preventScroll: true });
}).observe(news, { childList: true });
