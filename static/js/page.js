// What every page offers on top of its forms and links: print, copy, leave fast.

const root = document.documentElement;
root.classList.add("script");

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-print],[data-copy],[data-leave],[data-dismiss]");
  if (!pressed) return;
  if (pressed.matches("[data-print]")) window.print();
  if (pressed.matches("[data-dismiss]")) pressed.closest(".help-strip").classList.remove("stays");
  if (pressed.matches("[data-copy]")) copy(pressed);
  if (pressed.matches("[data-leave]")) {
    event.preventDefault();
    leave(pressed.href);
  }
});

// The quotation with its source and disclaimer, so that it does not travel without them.
async function copy(button) {
  const turn = button.closest(".turn");
  const parts = turn
    ? [...turn.querySelectorAll(".asked,.quote,.disclaimer")]
    : [document.querySelector(button.dataset.copy)];
  const links = turn ? [...turn.querySelectorAll(".quote figcaption a")].map((a) => a.href) : [];
  const text = [...parts.map((part) => part.innerText.trim()), ...links].join("\n\n");
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Could not copy: select the text instead";
  }
}

// Nothing may be left to see, in this tab or behind the back button.
function leave(away) {
  root.hidden = true;
  const whole = window.top ?? window;
  try {
    whole.location.replace(away);
  } catch {
    window.location.replace(away);
  }
}
