// Counts once a minute while the page is looked at, and a question before typed words are lost.

const MINUTE = 60_000;
const news = document.querySelector("#news");
const shown = Object.fromEntries(
  [...document.querySelectorAll("[data-count]")].map((place) => [place.dataset.count, Number(place.textContent)]),
);
let last = Date.now();

function say(words, href, link) {
  const anchor = document.createElement("a");
  anchor.href = href;
  anchor.textContent = link;
  news.replaceChildren(words, " ", anchor);
  news.hidden = false;
}

async function poll() {
  if (document.hidden || Date.now() - last < MINUTE - 1_000) return;
  last = Date.now();
  const answer = await fetch(news.dataset.poll, { redirect: "error" }).catch(() => null);
  if (answer?.status === 401) return say("You were signed out.", news.dataset.signIn, "Sign in");
  if (!answer?.ok) return;
  const counts = await answer.json();
  for (const place of document.querySelectorAll("[data-count]")) place.textContent = counts[place.dataset.count];
  const title = document.title.replace(/^\(\d+\) /, "");
  document.title = counts.waiting ? `(${counts.waiting}) ${title}` : title;
  const fresh = counts.waiting - shown.waiting;
  if (fresh > 0) say(fresh === 1 ? "One more question is waiting." : `${fresh} more questions are waiting.`, news.dataset.inbox, "Show the inbox");
}

setInterval(poll, MINUTE);
document.addEventListener("visibilitychange", poll);

let typed = false;
document.addEventListener("input", (event) => { typed ||= event.target.matches("[data-keep] textarea"); });
document.addEventListener("submit", () => { typed = false; });
window.addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
