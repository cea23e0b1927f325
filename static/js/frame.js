// The question page inside another site's page. It speaks with the loader (static/embed.js) and with
// nobody else, and says nothing of the conversation: only that it is there, that Esc was pressed, and
// which source the visitor wants to see, when that source is a page of the site around it. It learns
// that site's origin, never the address of the page.

const PATIENCE = 500; // ms until a source is opened in a new tab because the loader says nothing

const around = window.parent;
let site = null; // the origin around this frame, from the loader's first word
let visiting = null;
let nights = null; // the style rules for the dark

if (around !== window) {
  window.addEventListener("message", receive);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !event.isComposing) tell("close");
  });
  document.addEventListener("click", follow);
}

function receive({ source, origin, data }) {
  if (source !== around || origin === "null" || (site && origin !== site)) return;
  const word = data?.faqBot;
  if (typeof data?.scheme === "string") dress(data.scheme);
  if (word === "hello") {
    site = origin; // the browser let it frame this page, so it is one of the allowed ones
    tell("ready");
  } else if (word === "focus") {
    focus();
  } else if (word === "visited") {
    settle();
  } else if (word === "elsewhere") {
    settle()?.();
  }
}

// As light or dark as the panel around it, which follows the site; the system decides only where the
// site leaves it to the system.
function dress(scheme) {
  const [light, dark] = ["light", "dark"].map((word) => scheme.includes(word));
  const when = light && dark ? "(prefers-color-scheme: dark)" : dark ? "all" : "not all";
  nights ??= [...document.styleSheets]
    .flatMap((sheet) => [...sheet.cssRules])
    .filter((rule) => rule.media?.mediaText.includes("prefers-color-scheme"));
  for (const night of nights) night.media.mediaText = when;
  document.documentElement.style.colorScheme = light && dark ? "" : dark ? "dark" : "light";
}

function tell(word, more) {
  if (site) around.postMessage({ faqBot: word, ...more }, site);
}

// Where help is on top, it stays in sight; else the question box, ready to type.
function focus() {
  const alarm = document.querySelector("#latest [role=alert]");
  const place = alarm ?? document.getElementById("question") ?? document.getElementById("main");
  place.focus({ preventScroll: true }); // WebKit refuses until the frame has been touched once
  place.scrollIntoView({ block: "nearest", behavior: "instant" });
}

function follow(event) {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (["tel:", "sms:"].includes(link.protocol)) {
    link.target = "_top"; // a site's frame-src would refuse it in here
  } else if (site && link.origin === site && link.target === "_blank") {
    event.preventDefault();
    visit(link.href);
  }
}

function visit(url) {
  const open = () => window.open(url, "_blank", "noopener");
  const timer = setTimeout(() => settle()?.(), PATIENCE);
  visiting = { open, timer };
  tell("visit", { url, pattern: pattern(url) });
}

function settle() {
  const { open, timer } = visiting ?? {};
  clearTimeout(timer);
  visiting = null;
  return open;
}

// The text of a directive (`#anchor:~:text=start,end`) as a pattern. Publishing systems change spaces,
// quotation marks and dashes; it is the same sentence.
function pattern(url) {
  const directive = url.split(":~:text=")[1];
  if (!directive) return "(?!)";
  return directive.split(",").map((part) => words(decodeURIComponent(part))).join("[^]*?");
}

function words(text) {
  return text
    .trim()
    .replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
    .replace(/\s+/g, "\\s*")
    .replace(/['‘’]/g, "['‘’]")
    .replace(/["“”]/g, '["“”]')
    .replace(/[-–—]/g, "[-–—]");
}
