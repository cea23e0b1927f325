// The question button for other sites; see docs/embedding.md.
(() => {
  "use strict";
  const script = document.currentScript;
  const early = window.FaqBot;
  if (!script || early?.destroy || !document.adoptedStyleSheets || !("ariaExpanded" in script)) return;

  const UNANSWERED = 8000; // ms until help is shown
  const REFUSED = 2000; // ms, once something is loaded
  const TEXTS = {
    en: ["Ask a question", "Close", "One moment…", "This is not loading", "If you need help now:", "Emergency:",
      "call your local emergency number", "Crisis line, any time:", "text", "Our clinic:", "Open the question page"],
    es: ["Haga una pregunta", "Cerrar", "Un momento…", "Esto no se abre", "Si necesita ayuda ahora:", "Emergencia:",
      "llame al número de emergencias local", "Línea de crisis, a toda hora:", "texto", "Nuestra clínica:",
      "Abrir la página de preguntas"],
  };
  const NUMBERS = { // emergency, crisis line, texts to it
    US: ["911", "988", "988"], CA: ["911", "988", "988"], GB: ["999", "116 123"],
    AU: ["000", "13 11 14", "0477 13 11 14"],
  };

  const option = script.dataset;
  const page = new URL("../chat", script.src);
  const html = document.documentElement;
  const language = /^es/i.test(option.language || html.lang) ? "es" : "en";
  const [ASK, CLOSE, WAIT, FAILED, HELP, EMERGENCY, LOCAL, CRISIS, TEXT, CLINIC, PAGE] = TEXTS[language];
  const label = option.label || ASK;
  const small = matchMedia("(max-width: 480px), (max-height: 420px)");
  const events = new EventTarget();
  const ending = new AbortController();
  const host = document.createElement("faq-bot");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  const marks = new CSSStyleSheet();
  const launcher = make("button", {
    type: "button", className: "ask", ariaHasPopup: "dialog", ariaExpanded: false,
    hidden: option.position === "none", onclick: () => (opened ? close() : open(launcher)),
  }, label);
  let dialog, frame, status, opener, timer, opened, ready;

  const emit = (name) => events.dispatchEvent(new Event(name));
  const focused = () => (document.activeElement === host ? root : document).activeElement;
  const tell = (faqBot, scheme) => frame.contentWindow?.postMessage({ faqBot, scheme }, page.origin);
  const look = () => getComputedStyle(host).colorScheme;
  const rect = (place) => place.getBoundingClientRect();
  const covers = (a, b) => a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
  const later = (time) => {
    clearTimeout(timer);
    timer = setTimeout(fail, time);
  };

  function make(tag, properties, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  function style() {
    const [, colour] = /^(#[\da-f]{6})$/i.exec(option.color || option.colour) || [0, "#1f6f78"];
    const [red, green, blue] = [1, 3, 5].map((at) => ((parseInt(colour.slice(at, at + 2), 16) / 255 + 0.055) / 1.055) ** 2.4);
    const ink = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000" : "#fff";
    const [, x, y = x] = /^(\d{1,3})(?: (\d{1,3}))?$/.exec(option.offset) || [0, 16];
    const side = option.position === "start" ? "start" : "end";
    const scheme = /^(light|dark)$/.exec(option.theme)?.[0] || "inherit";
    sheet.replaceSync(`
:host{all:initial!important;position:fixed!important;inset:0 auto auto 0!important;z-index:var(--faq-bot-z,1000)!important;font:medium/1.45 system-ui,sans-serif!important;color-scheme:${scheme}!important;--x:${x}px;--y:calc(${y}px + env(safe-area-inset-bottom,0px))}
*{box-sizing:border-box}
button{min-width:44px;min-height:44px;padding:0 1em;border:0;background:none;color:inherit;font:inherit;font-weight:600;text-decoration:underline;cursor:pointer}
:focus-visible{outline:3px solid;outline-offset:-5px}
.ask,.panel{position:fixed;inset:auto;inset-inline-${side}:var(--x);inset-block-end:var(--y)}
.ask{max-width:calc(100vw - 2*var(--x));padding:.6em 1.2em;border:1px solid;border-radius:1.6em;background:${colour};color:${ink};box-shadow:0 2px 10px #0006;text-decoration:none}
.ask::before{content:"";display:inline-block;width:.9em;height:.7em;margin-inline-end:.6em;border:2px solid;border-radius:.4em .4em .4em 0}
.aside{opacity:.15;pointer-events:none}
.panel{inset-block-end:calc(var(--y) + 60px);margin:0;padding:0;width:min(26em,100vw - 2*var(--x));height:min(42em,100dvh - 76px - var(--y));max-width:none;max-height:none;border:1px solid #777;border-radius:12px;background:Canvas;color:CanvasText;overflow:hidden;box-shadow:0 8px 32px #0006}
.panel[open]{display:flex;flex-direction:column}
.panel:modal{inset:var(--top,0) 0 auto;width:100%;height:var(--height,100dvh);border:0;border-radius:0}
.bar{display:flex;align-items:center;justify-content:space-between;padding-inline-start:1em;border-bottom:1px solid #777}
h2{margin:0;font-size:1em}
iframe{flex:1;min-height:0;border:0}
[hidden]{display:none}
.status{padding:0 1em;overflow:auto}
p{margin:.5em 0}
a{display:inline-block;padding:.6em 1em .6em 0;color:inherit;font-weight:600}
@media print{:host{display:none!important}}`);
    root.adoptedStyleSheets = [sheet];
  }

  function build() {
    status = make("div", { className: "status", role: "status" });
    frame = make("iframe", { title: label, referrerPolicy: "no-referrer", allow: "clipboard-write" });
    const bar = make("div", { className: "bar" }, make("h2", {}, label), make("button", { type: "button", onclick: close }, CLOSE));
    dialog = make("dialog", { className: "panel", ariaLabel: label }, bar, status, frame);
    dialog.onclose = () => dialog.open || close(); // Esc, a phone's back button
    root.append(dialog);
    frame.onload = () => { // not for the empty one
      tell("hello", look());
      if (!ready) later(REFUSED);
    };
  }

  function show() {
    small.matches ? dialog.showModal() : dialog.show();
    fit();
  }

  // A phone's keyboard covers a page without resizing it.
  function fit() {
    const view = window.visualViewport;
    if (opened && view?.scale < 1.05) dialog.style.cssText = `--height:${view.height}px;--top:${view.offsetTop}px`;
  }

  function open(by) {
    if (opened) return;
    opener = by || focused();
    if (!dialog) build();
    opened = launcher.ariaExpanded = true;
    show();
    ready ? enter() : load();
    emit("open");
  }

  function close() {
    if (!opened) return;
    let back = focused();
    if (dialog.contains(back)) back = opener?.isConnected && opener !== document.body ? opener : launcher;
    opened = launcher.ariaExpanded = false;
    dialog.close();
    back?.focus({ preventScroll: true });
    emit("close");
  }

  function load() {
    frame.hidden = true;
    status.replaceChildren(make("p", {}, WAIT));
    frame.src = `${page}?embed=1`;
    later(UNANSWERED);
  }

  function enter() {
    frame.focus();
    tell("focus", look());
  }

  function fail() {
    const [emergency, crisis, texts] = NUMBERS[(option.country || "US").toUpperCase()] || [];
    const line = (...parts) => status.append(make("p", {}, ...parts));
    const link = (number, scheme = "tel:", words = "") =>
      number ? make("a", { href: scheme + number.replace(/[^\d+]/g, "") }, words + number) : "";
    status.replaceChildren(make("h3", {}, FAILED), HELP);
    line(EMERGENCY, " ", link(emergency) || LOCAL);
    if (crisis) line(CRISIS, " ", link(crisis), " ", link(texts, "sms:", `${TEXT} `));
    if (option.phone) line(CLINIC, " ", link(option.phone));
    line(make("a", { href: page, target: "_blank", rel: "noopener" }, PAGE));
    emit("unavailable");
  }

  function receive({ source, origin, data }) {
    if (!frame || source !== frame.contentWindow || origin !== page.origin) return;
    const type = data?.faqBot;
    if (type === "close") close();
    if (type === "visit") tell(visit(data) ? "visited" : "elsewhere");
    if (type === "ready") {
      clearTimeout(timer);
      ready = true;
      status.replaceChildren();
      frame.hidden = false;
      if (opened && dialog.contains(focused())) enter();
      emit("ready");
    }
  }

  // A citation of this very page is shown here.
  function visit({ url, pattern }) {
    const path = (address) => address.split(/\/?[?#]|\/$/)[0];
    const range = path(url) === path(location.href) && find(new RegExp(pattern, "i"));
    if (!range || !rect(range).height) return false;
    const element = range.startContainer.parentElement;
    element.scrollIntoView({ block: "center", behavior: "instant" });
    scrollBy({ top: rect(range).top - innerHeight / 3, behavior: "instant" });
    if (window.Highlight) {
      marks.replaceSync("::highlight(faq-bot){background:Mark;color:MarkText}");
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, marks];
      CSS.highlights.set("faq-bot", new Highlight(range));
    }
    if (dialog.matches(":modal") || covers(rect(range), rect(dialog))) close();
    if (!element.hasAttribute("tabindex")) {
      element.tabIndex = -1;
      element.addEventListener("blur", () => element.removeAttribute("tabindex"), { once: true });
    }
    element.focus({ preventScroll: true });
    return true;
  }

  function find(pattern) {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const nodes = [];
    let text = "";
    for (let node; (node = walker.nextNode()); ) {
      if (node.parentElement.closest("script,style,noscript")) continue;
      nodes.push([text.length, node]);
      text += node.data;
    }
    const found = pattern.exec(text);
    if (!found) return null;
    const range = new Range();
    const place = (at, last) => {
      const [begin, node] = nodes.findLast(([start]) => start <= at - last);
      return [node, at - begin];
    };
    range.setStart(...place(found.index, 0));
    range.setEnd(...place(found.index + found[0].length, 1));
    return range;
  }

  function unmark() {
    window.CSS.highlights?.delete("faq-bot");
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== marks);
  }

  const watched = [
    [document, "click", (event) => {
      const link = event.target.closest?.("a[data-faq-bot]");
      if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      open(link);
    }],
    [document, "pointerdown", unmark],
    [window, "keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented && !event.isComposing) close();
    }],
    // Focus is seen.
    [document, "focusin", ({ target }) => {
      launcher.classList.toggle("aside", target !== host && target.clientHeight < 99 && covers(rect(target), rect(launcher)));
    }],
    [window, "hashchange", atHash],
    [window, "message", receive],
    [small, "change", () => {
      if (!opened) return;
      const active = focused();
      dialog.close();
      show();
      active.focus();
    }],
    [window.visualViewport, "resize", fit],
    [window.visualViewport, "scroll", fit],
  ];
  // Outlives a swapped body.
  const keeper = new MutationObserver(() => host.isConnected || html.append(host));

  function atHash() {
    if (option.openOn && location.hash === option.openOn) open();
  }

  function start() {
    host.lang = language;
    host.dir = getComputedStyle(document.body).direction;
    style();
    root.append(launcher);
    html.append(host);
    keeper.observe(html, { childList: true });
    for (const [target, name, listener] of watched) target?.addEventListener(name, listener, ending);
    if (Array.isArray(early)) api.push(...early);
    atHash();
  }

  const api = window.FaqBot = {
    open: () => open(),
    close,
    toggle: () => (opened ? close() : open()),
    on: (name, listener) => events.addEventListener(name, listener),
    push: (...calls) => calls.forEach(([name, ...values]) => api[name]?.(...values)),
    destroy() {
      close();
      clearTimeout(timer);
      ending.abort();
      keeper.disconnect();
      unmark();
      host.remove();
      delete window.FaqBot;
    },
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start, ending);
  else start();
})();
