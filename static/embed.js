// The question button on a clinic's own site: docs/embedding.md. Until a visitor presses it nothing
// is requested, stored or sent. Then a frame of the question page opens, which this page cannot read.
(() => {
  "use strict";
  const script = document.currentScript || document.querySelector('script[src*="/static/embed.js"]');
  const early = window.FaqBot;
  if (!script || early?.destroy || !window.HTMLDialogElement || !document.adoptedStyleSheets) return;

  const WAIT = 8000; // ms until help is shown in the place of a frame that has not answered
  const LOADED = 2000; // the same, once the browser has loaded something: mostly a refusal
  const TEXTS = {
    en: {
      label: "Ask a question", close: "Close", wait: "One moment…",
      failed: "This is not loading", help: "If you need help now:", emergency: "Emergency: call",
      local: "your local emergency number", crisis: "Crisis line, any time: call",
      text: "Crisis line, any time: call or text", phone: "Our clinic:", page: "Open the question page",
    },
    es: {
      label: "Haga una pregunta", close: "Cerrar", wait: "Un momento…",
      failed: "Esto no se abre", help: "Si necesita ayuda ahora:", emergency: "Emergencia: llame al",
      local: "número de emergencias de su país", crisis: "Línea de crisis, a toda hora: llame al",
      text: "Línea de crisis, a toda hora: llame o envíe un mensaje de texto al", phone: "Nuestra clínica:",
      page: "Abrir la página de preguntas",
    },
  };
  const NUMBERS = { // emergency, crisis line, whether it takes texts at the same number
    US: ["911", "988", true], CA: ["911", "988", true], GB: ["999", "116 123"], AU: ["000", "13 11 14"],
  };

  const option = { ...script.dataset };
  const language = (option.language || document.documentElement.lang).slice(0, 2).toLowerCase();
  const texts = TEXTS[language] || TEXTS.en;
  const label = option.label || texts.label;
  const page = new URL("../chat", script.src);
  const small = matchMedia("(max-width: 480px), (max-height: 420px)");
  const listeners = {};
  const host = document.createElement("faq-bot");
  const root = host.attachShadow({ mode: "open" });
  const marks = new CSSStyleSheet();
  let launcher, dialog, frame, status, opener, timer;
  let opened = false;
  let ready = false;

  function make(tag, properties, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  function style() {
    const colour = /^#[\da-f]{6}$/i.exec(option.color || option.colour)?.[0] || "#1f6f78";
    const [red, green, blue] = [1, 3, 5].map((at) => (parseInt(colour.substr(at, 2), 16) / 255) ** 2.2);
    const ink = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? "#000" : "#fff";
    const [x, y] = /^(\d{1,3})(?: (\d{1,3}))?$/.exec(option.offset)?.slice(1) || [16];
    const side = option.position === "start" ? "start" : "end";
    const scheme = { light: "light", dark: "dark" }[option.theme] || "inherit";
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`
:host{all:initial!important;position:fixed!important;inset:0 auto auto 0!important;z-index:var(--faq-bot-z,1000)!important;
font:medium/1.45 system-ui,sans-serif!important;color-scheme:${scheme}!important;
--page:#fff;--text:#1c2427;--line:#66726f;--page:light-dark(#fff,#15191c);--text:light-dark(#1c2427,#e9edee);--line:light-dark(#66726f,#8b989d);
--x:${x}px;--y:calc(${y || x}px + env(safe-area-inset-bottom,0px))}
*{box-sizing:border-box}
button{font:inherit;font-weight:600;min-height:44px;min-width:44px;cursor:pointer}
:focus-visible{outline:3px solid #000;outline-offset:0;box-shadow:0 0 0 5px #fff!important}
.launch{position:fixed;inset-inline-${side}:var(--x);inset-block-end:var(--y);display:flex;align-items:center;gap:.5em;max-width:calc(100vw - 2*var(--x));
padding:.6em 1.1em;border:1px solid ${ink};border-radius:1.6em;background:${colour};color:${ink};box-shadow:0 2px 10px #0006}
.launch:hover{text-decoration:underline}
.aside{opacity:.15;pointer-events:none}
svg{width:1.25em;height:1.25em;flex:none;fill:none;stroke:currentColor;stroke-width:2}
dialog[open]{position:fixed;inset:auto;inset-inline-${side}:var(--x);inset-block-end:calc(var(--y) + 60px);display:flex;flex-direction:column;margin:0;padding:0;
width:min(26em,100vw - 2*var(--x));height:min(42em,100dvh - 72px - var(--y));max-width:none;max-height:none;overflow:hidden;
border:1px solid var(--line);border-radius:12px;background:var(--page);color:var(--text);box-shadow:0 8px 32px #0006}
dialog:modal{inset:var(--top,0) 0 auto;width:100%;height:var(--height,100dvh);border:0;border-radius:0}
header{display:flex;align-items:center;justify-content:space-between;gap:1em;padding-inline-start:1em;border-bottom:1px solid var(--line)}
h2{font-size:1em;margin:0}
header button{border:0;background:none;color:inherit;padding:0 1em;text-decoration:underline}
header :focus-visible{outline-color:var(--text);outline-offset:-4px;box-shadow:none!important}
iframe:not([hidden]){display:block;flex:1;width:100%;min-height:0;border:0}
.status{padding:0 1em;overflow:auto}
.status:empty{display:none}
ul{padding:0;list-style:none}
a{display:inline-block;padding:.6em 0;color:inherit;font-weight:600}
@media print{:host{display:none!important}}`);
    root.adoptedStyleSheets = [sheet];
  }

  function buildLauncher() {
    const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS(icon.namespaceURI, "path");
    icon.setAttribute("viewBox", "0 0 24 24");
    icon.setAttribute("aria-hidden", "true");
    path.setAttribute("d", "M3 4h18v13H10l-5 4v-4H3z");
    icon.append(path);
    launcher = make("button", { type: "button", className: "launch" }, icon, label);
    launcher.setAttribute("aria-haspopup", "dialog");
    launcher.setAttribute("aria-expanded", "false");
    launcher.addEventListener("click", () => (opened ? close() : open(launcher)));
    root.append(launcher);
  }

  function buildDialog() {
    const shut = make("button", { type: "button", textContent: texts.close });
    shut.addEventListener("click", close);
    status = make("div", { className: "status" });
    status.setAttribute("role", "status");
    frame = make("iframe", { title: label, referrerPolicy: "no-referrer", allow: "clipboard-write" });
    frame.addEventListener("load", () => {
      tell("hello");
      if (!ready) wait(LOADED);
    });
    dialog = make("dialog", {}, make("header", {}, make("h2", { id: "title", textContent: label }), shut), status, frame);
    dialog.setAttribute("aria-labelledby", "title");
    // The browser closes a modal dialog itself, for Esc or a phone's back button.
    dialog.addEventListener("close", () => dialog.open || close());
    root.append(dialog);
  }

  function show() {
    if (small.matches) dialog.showModal();
    else dialog.show();
    fit();
  }

  // A phone's keyboard covers the page without resizing it; a zoomed page must not shrink the panel.
  function fit() {
    const view = window.visualViewport;
    if (!opened || !view || view.scale > 1.05) return;
    dialog.style.setProperty("--height", `${view.height}px`);
    dialog.style.setProperty("--top", `${view.offsetTop}px`);
  }

  function open(by) {
    if (opened) return;
    opener = by || focused();
    if (!dialog) buildDialog();
    opened = true;
    show();
    launcher?.setAttribute("aria-expanded", "true");
    if (ready) enter();
    else load();
    emit("open");
  }

  function close() {
    if (!opened) return;
    const active = focused();
    const back = dialog.contains(active) ? (opener?.isConnected && opener !== document.body ? opener : launcher) : active;
    opened = false;
    dialog.close();
    launcher?.setAttribute("aria-expanded", "false");
    back?.focus({ preventScroll: true });
    emit("close");
  }

  function focused() {
    return document.activeElement === host ? root.activeElement : document.activeElement;
  }

  function load() {
    frame.hidden = true;
    status.replaceChildren(make("p", { textContent: texts.wait }));
    frame.src = `${page}?embed=1`;
    wait(WAIT);
  }

  function wait(time) {
    clearTimeout(timer);
    timer = setTimeout(fail, time);
  }

  function fail() {
    const [emergency, crisis, takesTexts] = NUMBERS[(option.country || "US").toUpperCase()] || [];
    const lines = [emergency ? [texts.emergency, emergency] : [`${texts.emergency} ${texts.local}`]];
    if (crisis) lines.push([takesTexts ? texts.text : texts.crisis, crisis]);
    if (option.phone) lines.push([texts.phone, option.phone]);
    const link = make("a", { href: page, target: "_blank", rel: "noopener", textContent: texts.page });
    status.replaceChildren(
      make("h3", { textContent: texts.failed }),
      make("p", { textContent: texts.help }),
      make("ul", {}, ...lines.map(([words, number]) => make("li", {}, `${words} `, ...(number ? [call(number)] : [])))),
      link,
    );
    emit("unavailable");
  }

  function call(number) {
    return make("a", { href: `tel:${number.replace(/[^\d+]/g, "")}`, textContent: number });
  }

  function tell(type) {
    frame.contentWindow?.postMessage({ faqBot: type }, page.origin);
  }

  function enter() {
    frame.focus();
    tell("focus");
  }

  function receive(event) {
    if (!frame || event.source !== frame.contentWindow || event.origin !== page.origin) return;
    const type = event.data?.faqBot;
    if (type === "close") close();
    if (type === "visit") tell(visit(event.data.url) ? "visited" : "elsewhere");
    if (type === "ready") {
      clearTimeout(timer);
      ready = true;
      status.replaceChildren();
      frame.hidden = false;
      if (opened && dialog.contains(focused())) enter();
      emit("ready");
    }
  }

  // A citation of this very page: its sentence is scrolled to and marked here.
  function visit(address) {
    const to = URL.parse ? URL.parse(address) : new URL(address);
    const path = (place) => place.origin + place.pathname.replace(/\/$/, "");
    if (!to || path(to) !== path(location)) return false;
    const [anchor, directive] = to.hash.slice(1).split(":~:text=");
    const range = (directive && find(directive)) || section(anchor);
    if (!range?.getClientRects().length) return false;
    const element = range.startContainer.parentElement;
    element.scrollIntoView({ block: "center", behavior: "instant" });
    const { top, bottom, left, right } = range.getBoundingClientRect();
    if (top < 0 || bottom > innerHeight) scrollBy({ top: top - innerHeight / 4, behavior: "instant" });
    mark(range);
    const box = dialog.getBoundingClientRect();
    if (small.matches || (left < box.right && right > box.left && bottom > box.top)) close();
    if (!element.hasAttribute("tabindex")) {
      element.tabIndex = -1;
      element.addEventListener("blur", () => element.removeAttribute("tabindex"), { once: true });
    }
    element.focus({ preventScroll: true });
    return true;
  }

  function find(directive) {
    const [start, end] = directive.split(",").map((part) => pattern(decodeURIComponent(part)));
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const places = [];
    let text = "";
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (node.parentElement.closest("script,style,noscript,textarea")) continue;
      places.push([text.length, node]);
      text += node.data;
    }
    const found = new RegExp(end ? `${start}[^]*?${end}` : start, "i").exec(text);
    if (!found) return null;
    const range = new Range();
    const place = (at) => places.findLast(([begin]) => begin <= at);
    const first = place(found.index);
    const last = place(found.index + found[0].length - 1);
    range.setStart(first[1], found.index - first[0]);
    range.setEnd(last[1], found.index + found[0].length - last[0]);
    return range;
  }

  // Publishing systems change spaces, quotation marks and dashes; it is the same sentence.
  function pattern(words) {
    return words.trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s*")
      .replace(/['‘’]/g, "['‘’]").replace(/["“”]/g, '["“”]').replace(/[-–—]/g, "[-–—]");
  }

  function section(anchor) {
    const element = anchor && document.getElementById(decodeURIComponent(anchor));
    if (!element?.firstChild) return null;
    const range = new Range();
    range.selectNodeContents(element);
    return range;
  }

  function mark(range) {
    if (!window.Highlight) return getSelection().setBaseAndExtent(range.startContainer, range.startOffset, range.endContainer, range.endOffset);
    marks.replaceSync("::highlight(faq-bot){background-color:Mark;color:MarkText}");
    if (!document.adoptedStyleSheets.includes(marks)) document.adoptedStyleSheets = [...document.adoptedStyleSheets, marks];
    CSS.highlights.set("faq-bot", new Highlight(range));
  }

  function unmark() {
    window.CSS?.highlights?.delete("faq-bot");
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== marks);
  }

  function onClick(event) {
    const link = event.target.closest?.("a[data-faq-bot]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    open(link);
  }

  // Without moving the focus, when it is on the page beside the panel.
  function onKey(event) {
    if (event.key === "Escape" && !event.defaultPrevented && !event.isComposing) close();
  }

  // What has the focus must be seen: the launcher fades while it lies over it.
  function onFocus({ target }) {
    if (!launcher || !target.getBoundingClientRect) return;
    const [a, b] = [target.getBoundingClientRect(), launcher.getBoundingClientRect()];
    const under = a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
    launcher.classList.toggle("aside", target !== host && under);
  }

  function onHash() {
    if (option.openOn && location.hash === option.openOn) open();
  }

  function onResize() {
    if (!opened || dialog.matches(":modal") === small.matches) return;
    const active = focused();
    dialog.close();
    show();
    if (dialog.contains(active)) active.focus();
  }

  function emit(name) {
    for (const listener of listeners[name] || []) {
      try {
        listener();
      } catch (error) {
        console.error(error);
      }
    }
  }

  const watched = [
    [document, "click", onClick], [window, "keydown", onKey], [document, "focusin", onFocus],
    [window, "hashchange", onHash], [window, "message", receive], [small, "change", onResize],
    [window.visualViewport, "resize", fit], [window.visualViewport, "scroll", fit], [document, "pointerdown", unmark],
  ];
  // Beside the body, not in it: it outlives pages that swap their body, and so does the conversation.
  const keeper = new MutationObserver(() => host.isConnected || document.documentElement?.append(host));

  const api = {
    open: () => open(),
    close,
    toggle: () => (opened ? close() : open()),
    on(name, listener) {
      (listeners[name] ||= new Set()).add(listener);
      return () => listeners[name].delete(listener);
    },
    destroy() {
      close();
      clearTimeout(timer);
      keeper.disconnect();
      for (const [target, name, listener] of watched) target?.removeEventListener(name, listener);
      unmark();
      host.remove();
      delete window.FaqBot;
    },
    push(...calls) {
      for (const [method, ...values] of calls) api[method]?.(...values);
    },
  };

  function start() {
    host.lang = TEXTS[language] ? language : "en";
    host.dir = getComputedStyle(document.body).direction;
    style();
    if (option.position !== "none") buildLauncher();
    document.documentElement.append(host);
    keeper.observe(document, { childList: true });
    keeper.observe(document.documentElement, { childList: true });
    for (const [target, name, listener] of watched) target?.addEventListener(name, listener);
    if (Array.isArray(early)) api.push(...early);
    onHash();
  }

  window.FaqBot = api;
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
