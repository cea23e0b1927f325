// The same walk through the widget in three engines, each page of other sites in turn.
//   node engines.mjs chromium|firefox|webkit BOT SITE AXE_FILE MODULES_FOLDER SCREENSHOT_FOLDER
// prints one line of JSON for each page: {"page", "problems": [...], "notes": {...}}.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const [engine, bot, site, axeFile, modules, pictures] = process.argv.slice(2);
const AXE = readFileSync(axeFile, "utf-8");
const LONG = "How long does an infusion take?";
const STUDY = "How many people took part in the pilot study on MS fatigue?";
const PATIENCE = 10000; // ms until something that should happen counts as not happening

const HOST = "document.querySelector('faq-bot')";
const ROOT = `${HOST}.shadowRoot`;
const LAUNCHER = `${ROOT}.querySelector('.ask')`;
const DIALOG = `${ROOT}.querySelector('dialog')`;
const FRAME = `${ROOT}.querySelector('iframe')`;
const INNER = "document.querySelector('#inner')";
const FOCUS = `(document.activeElement === ${HOST} ? ${ROOT}.activeElement : document.activeElement).className`;

// Chromium and Firefox, over WebDriver BiDi in the latter.
async function puppeteer() {
  const { launch } = createRequire(`${modules}/`)("puppeteer-core");
  const quiet = { "datareporting.policy.dataSubmissionEnabled": false, "app.update.auto": false,
    "browser.safebrowsing.update.enabled": false, "network.captive-portal-service.enabled": false,
    "network.connectivity-service.enabled": false, "services.settings.server": "",
    "network.cookie.cookieBehavior": 2 }; // no cookie and no storage for anybody
  const browser = await launch(engine === "firefox"
    ? { browser: "firefox", executablePath: "/usr/bin/firefox-esr", headless: true, extraPrefsFirefox: quiet }
    : { executablePath: "/usr/bin/chromium", headless: true, args: ["--no-sandbox", "--disable-gpu",
      "--disable-dev-shm-usage", "--disable-background-networking", "--test-third-party-cookie-phaseout",
      "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost"] });
  const page = await browser.newPage();
  const within = async (path) => {
    let frame = page.mainFrame();
    for (const step of path) frame = await (await frame.evaluateHandle(step)).contentFrame();
    return frame;
  };
  return {
    size: (width, height) => page.setViewport({ width, height }),
    goto: (url) => page.goto(url),
    evaluate: async (code, path = []) => (await within(path)).evaluate(code),
    click: async (code, path = []) => (await (await within(path)).evaluateHandle(code)).click(),
    press: (key) => page.keyboard.press(key),
    type: (text) => page.keyboard.type(text),
    tabs: async () => (await browser.pages()).length,
    picture: (path) => page.screenshot({ path }),
    end: () => browser.close(),
  };
}

// WebKitGTK, over the WebDriver protocol itself.
async function webkit() {
  const port = 20000 + (process.pid % 20000);
  const driver = spawn("xvfb-run", ["-a", "WebKitWebDriver", `--port=${port}`], {
    stdio: "ignore", detached: true, env: { ...process.env, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1" } });
  const ask = async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: body && JSON.stringify(body) });
    const { value } = await response.json();
    if (value?.error) throw new Error(`${value.error}: ${value.message}`);
    return value;
  };
  await until(() => ask("GET", "/status").then((state) => state.ready));
  const options = { binary: "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser", args: ["--automation"] };
  const { sessionId } = await ask("POST", "/session",
    { capabilities: { alwaysMatch: { "webkitgtk:browserOptions": options } } });
  const send = (path, body = {}) => ask("POST", `/session/${sessionId}${path}`, body);
  const run = (code) => send("/execute/async", { script: `const done = arguments[0];
    (async () => (${code}))().then(done, (error) => done("failed: " + error));`, args: [] });
  const enter = async (path) => {
    await send("/frame", { id: null });
    for (const step of path) await send("/frame", { id: await run(step) });
  };
  const keys = { Enter: "\uE007", Escape: "\uE00C", Tab: "\uE004" };
  const type = (text) => send("/actions", { actions: [{ type: "key", id: "keyboard", actions:
    [...text].flatMap((value) => [{ type: "keyDown", value }, { type: "keyUp", value }]) }] });
  return {
    size: (width, height) => send("/window/rect", { width, height }),
    goto: async (url) => { await send("/frame", { id: null }); await send("/url", { url }); },
    evaluate: async (code, path = []) => { await enter(path); return run(code); },
    click: async (code, path = []) => {
      await enter(path);
      const element = await run(code);
      await send(`/element/${Object.values(element)[0]}/click`);
    },
    press: (key) => type(keys[key]),
    type,
    tabs: async () => (await ask("GET", `/session/${sessionId}/window/handles`)).length,
    picture: async (path) => writeFileSync(path, await ask("GET", `/session/${sessionId}/screenshot`), "base64"),
    end: async () => { await ask("DELETE", `/session/${sessionId}`); process.kill(-driver.pid); },
  };
}

async function until(test, what = "") {
  const end = Date.now() + PATIENCE;
  for (let last; ; await new Promise((done) => setTimeout(done, 100))) {
    try {
      last = await test();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`${what}: still ${last}`);
  }
}

const is = async (code, wanted, path) => {
  const seen = await until(async () => (await browser.evaluate(code, path)) === wanted || null,
    `${code} should be ${wanted}`).catch((error) => error);
  if (seen !== true) problems.push(seen.message);
};

const accessible = async (place, path) => {
  await browser.evaluate(`(() => { ${AXE}; return 1; })()`, path);
  const found = await browser.evaluate(`(async () => {
    const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const run = await axe.run(document, {iframes: false, runOnly: rules});
    return JSON.stringify([run.passes.length, run.violations.map((rule) => rule.id + " " + rule.nodes.map((n) => n.target))]);
  })()`, path);
  const [passes, violations] = JSON.parse(found);
  if (violations.length || passes <= 20) problems.push(`axe, ${place}: ${passes} passes, ${violations}`);
};

async function start(path, outer = []) {
  await browser.goto(site + path);
  await until(() => browser.evaluate(`!!(window.FaqBot && ${HOST})`, outer), "the loader");
  await browser.evaluate(`(window.violations = [], addEventListener("securitypolicyviolation",
    (event) => violations.push(event.violatedDirective)), 1)`, outer);
  await opens(outer);
}

// WebKit lets no frame of another origin take the focus before a visitor has touched it: there the
// frame as a whole has it on the first opening.
async function opens(outer = []) {
  await browser.click(LAUNCHER, outer);
  await is(`${FRAME}.hidden`, false, outer);
  await is(`${ROOT}.activeElement === ${FRAME}`, true, outer);
  const box = "document.getElementById('question')";
  if (engine === "webkit") await browser.click(box, [...outer, FRAME]);
  await is("document.activeElement.id", "question", [...outer, FRAME]);
}

async function ask(question, outer = []) {
  await browser.type(question);
  await browser.press("Enter");
  await until(() => browser.evaluate("!!document.querySelector('#latest')", [...outer, FRAME]), "the answer");
}

async function closes(outer = []) {
  await browser.evaluate("document.getElementById('question').focus()", [...outer, FRAME]);
  await browser.press("Escape");
  await is(`${DIALOG}.open`, false, outer);
  await is(FOCUS, "ask", outer);
}

async function whole(path) {
  await start(path);
  await accessible("page");
  await ask(LONG);
  await is("document.querySelector('#latest').innerText.includes('two hours')", true, [FRAME]);
  await accessible("frame", [FRAME]);
  await browser.picture(`${pictures}/${engine}-${path.slice(1)}.png`);
  await closes();
  await is("violations.length", 0);
}

const walks = {
  blank: () => whole("/blank"),
  wordpress: () => whole("/wordpress"),
  hostile: async () => {
    await browser.goto(`${site}/blank`);
    await until(() => browser.evaluate(`!!${HOST}`), "the loader");
    const look = `JSON.stringify([document.documentElement.clientWidth - rect.right,
      document.documentElement.clientHeight - rect.bottom, rect.height, style.color, style.visibility, style.opacity])`
      .replaceAll("rect", `${LAUNCHER}.getBoundingClientRect()`).replaceAll("style", `getComputedStyle(${LAUNCHER})`);
    const usual = await browser.evaluate(look);
    await start("/hostile");
    await is(look, usual);
    await ask(LONG);
    await closes();
  },
  strict: () => whole("/strict"),
  swap: async () => {
    await start("/blank");
    await ask(LONG);
    await browser.evaluate("(document.body.replaceWith(document.createElement('body')), 1)");
    await is("document.querySelectorAll('faq-bot').length", 1);
    await is("document.querySelector('#latest').innerText.includes('two hours')", true, [FRAME]);
    await closes();
  },
  framed: async () => {
    await browser.goto(`${site}/framed`);
    await until(() => browser.evaluate(`!!(window.FaqBot && ${HOST})`, [INNER]), "the loader");
    await opens([INNER]);
    await ask(LONG, [INNER]);
    await closes([INNER]);
  },
  phone: async () => {
    await browser.size(420, 800);
    await start("/blank");
    await is(`${DIALOG}.matches(":modal")`, true);
    await is(`${DIALOG}.getBoundingClientRect().width === document.documentElement.clientWidth`, true);
    await ask(LONG);
    await browser.picture(`${pictures}/${engine}-phone.png`);
    await closes();
    await browser.size(1280, 800);
  },
  citation: async () => {
    await start("/article?position=start");
    await ask(STUDY);
    await browser.click("document.querySelector('.quote figcaption a')", [FRAME]);
    await is("document.activeElement.localName", "p");
    await is("[...CSS.highlights.get('faq-bot')].map(String).join().slice(0, 15)", "Eighteen people");
    await browser.picture(`${pictures}/${engine}-citation.png`);
  },
  theme: async () => {
    await start("/blank?theme=dark");
    notes.darkInFrame = await browser.evaluate("matchMedia('(prefers-color-scheme: dark)').matches", [FRAME]);
    await browser.picture(`${pictures}/${engine}-dark.png`);
  },
  elsewhere: async () => {
    await start("/blank");
    await ask(STUDY);
    const before = await browser.tabs();
    await browser.click("document.querySelector('.quote figcaption a')", [FRAME]);
    await until(async () => (await browser.tabs()) === before + 1, "a new tab").catch((error) => problems.push(error.message));
  },
};

let problems = [];
let notes = {};
const browser = await (engine === "webkit" ? webkit() : puppeteer());
try {
  await browser.size(1280, 800);
  for (const [name, walk] of Object.entries(walks)) {
    problems = [];
    notes = {};
    await walk().catch((error) => problems.push(error.message));
    console.log(JSON.stringify({ page: name, problems, notes }));
  }
} finally {
  await browser.end();
}
