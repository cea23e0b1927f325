// The question page without reloading. Forms are sent as the browser would send them, and of the
// page that comes back the turn is taken over: one rendering, made by the server, with or without
// this script. XMLHttpRequest parses that page in a document where no script runs, and needs no
// Trusted Types policy. The conversation lives in this page alone: nothing is stored.

const SLOW = 3000; // ms until help is shown, whatever was asked
const LOST = 15000; // ms until an answer is given up

const $ = (id) => document.getElementById(id);
const ask = $("ask");
const box = $("question");
const log = $("log");
let waiting = null;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-ask]")) {
    event.preventDefault();
    send(form, event.submitter);
  } else if (form.matches("[data-replace]")) {
    event.preventDefault();
    replace(form, event.submitter);
  }
});

// A new question takes the place of one that still waits: it may be the one that matters.
function send(form, pressed) {
  const fields = values(form, pressed);
  if (!fields.get("question").trim()) return box.focus();
  if (!fields.has("context")) {
    for (const { value } of ask.querySelectorAll("[name=context]")) fields.append("context", value);
  }
  stop();
  $("trouble").replaceChildren();
  say("Looking for an answer.");
  const slow = setTimeout(() => {
    $("pending").replaceChildren($("slow").content.cloneNode(true));
    $("pending").scrollIntoView({ block: "nearest" });
    say("This is taking longer than it should. If you need help now, numbers to call are shown.");
  }, SLOW);
  const call = post(form.action, fields, (page) => {
    clearTimeout(slow);
    if (call !== waiting) return;
    waiting = null;
    $("pending").replaceChildren();
    const turn = page?.querySelector("article.turn");
    if (turn) show(turn, page, form === ask);
    else trouble(page?.querySelector(".refusal"));
  });
  waiting = call;
}

function stop() {
  const call = waiting;
  waiting = null;
  call?.abort();
}

function show(turn, page, typed) {
  say("");
  for (const part of document.querySelectorAll(".opening")) part.remove();
  $("clear").hidden = false;
  if (typed) clearBox();
  for (const earlier of ask.querySelectorAll("[name=context]")) earlier.remove();
  ask.prepend(...page.querySelectorAll("#ask [name=context]"));
  log.querySelector("#latest")?.removeAttribute("id");
  log.append(document.adoptNode(turn));
  if (turn.hasAttribute("data-danger")) document.querySelector(".help-strip").classList.add("stays");
  const alarm = turn.querySelector("[role=alert]");
  if (alarm) alarm.focus();
  else if (!typed) turn.focus({ preventScroll: true });
  else if (matchMedia("(pointer: coarse)").matches) box.blur(); // away with the keyboard
  turn.scrollIntoView({ block: "start" });
}

function trouble(refusal) {
  const shown = refusal ? document.adoptNode(refusal) : $("unreachable").content.cloneNode(true);
  const title = shown.querySelector("h1, h2");
  const detail = refusal?.querySelector("p")?.textContent ?? "Your question is still in the box.";
  const words = `${title.textContent}. ${detail}`;
  for (const heading of shown.querySelectorAll("h1")) heading.replaceWith(renamed(heading, "h2"));
  $("trouble").replaceChildren(shown);
  say(words);
  $("trouble").scrollIntoView({ block: "nearest" });
}

function replace(form, pressed) {
  const place = form.closest(".feedback");
  post(form.action, values(form, pressed), (page) => {
    const answer = page?.querySelector("section.feedback");
    if (!answer) return say("This could not be sent. You can try again.");
    answer.removeAttribute("id");
    place.replaceWith(document.adoptNode(answer));
    answer.focus();
  });
}

function values(form, pressed) {
  const fields = new FormData(form);
  if (pressed?.name) fields.set(pressed.name, pressed.value);
  return fields;
}

function post(url, fields, done) {
  const call = new XMLHttpRequest();
  call.open("POST", url.split("#")[0]);
  call.responseType = "document";
  const lost = setTimeout(() => call.abort(), LOST);
  call.onloadend = () => {
    clearTimeout(lost);
    done(call.response);
  };
  call.send(new URLSearchParams(fields));
  return call;
}

function say(words) {
  $("status").textContent = words;
}

function renamed(element, tag) {
  const other = document.createElement(tag);
  other.append(...element.childNodes);
  return other;
}

// A person gets the newest question too: by the form that stands in its turn.
document.addEventListener("click", (event) => {
  const form = event.target.closest("[data-person]") && log.querySelector("#latest [data-staff]");
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
});

$("clear").addEventListener("click", (event) => {
  event.preventDefault();
  stop();
  location.replace($("clear").href);
});

// The question box: Enter sends, known questions are offered, and a note warns of personal numbers.

const PERSONAL = /[^\s@]+@[^\s@]+\.\w|\d(?:[\s().-]*\d){6}/;
const MATCHES = 4;
let known = null;
let warned = false;

box.addEventListener("focus", learn, { once: true });
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  ask.requestSubmit();
});
box.addEventListener("input", () => {
  $("careful").hidden = warned || !PERSONAL.test(box.value);
  offer();
});
ask.querySelector("[data-careful]").addEventListener("click", () => {
  warned = true;
  $("careful").hidden = true;
  box.focus();
});

async function learn() {
  try {
    const answer = await fetch("/api/v1/suggest", { credentials: "omit", referrerPolicy: "same-origin" });
    known = (await answer.json()).questions.map(({ question }) => [question, words(question)]);
    offer();
  } catch {
    known = null; // asking works without
  }
}

// Questions that share at least two words with what is typed, those with the rarer words first.
function offer() {
  const typed = words(box.value);
  const found = [];
  for (const [question, own] of known ?? []) {
    const shared = typed.filter((word) => own.some((other) => other.startsWith(word)));
    const weight = shared.reduce((sum, word) => sum + 1 / frequency(word), 0);
    if (shared.length && shared.length >= Math.min(2, typed.length)) found.push([weight, question]);
  }
  found.sort((a, b) => b[0] - a[0]);
  const near = found.filter(([weight]) => weight >= found[0][0] / 2).slice(0, MATCHES);
  const list = $("matches").querySelector("ul");
  list.replaceChildren(...near.map(([, question]) => choice(question)));
  $("matches").hidden = !found.length;
}

function frequency(word) {
  return known.filter(([, own]) => own.some((other) => other.startsWith(word))).length;
}

function choice(question) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = question;
  button.addEventListener("click", () => {
    box.value = question;
    ask.requestSubmit();
  });
  const line = document.createElement("li");
  line.append(button);
  return line;
}

function words(text) {
  const found = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return [...new Set(found)].filter((word) => word.length > 2);
}

function clearBox() {
  box.value = "";
  $("careful").hidden = true;
  offer();
}
