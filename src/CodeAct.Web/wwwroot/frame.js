// What the frame of a page does in the browser itself, at once and also while the server cannot be reached.
const root = document.documentElement;
const wide = matchMedia("(min-width: 52rem)");

export function remember(name, value) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${name}=${value}; path=/; max-age=${value ? 31536000 : 0}; samesite=lax${secure}`;
}

export async function copy(text) {
  await navigator.clipboard.writeText(text);
}

// A file input that is somewhere else on the page.
export function choose(id) {
  document.getElementById(id)?.click();
}

window.codeact = { ...window.codeact, remember, copy, choose };

const drawer = open => {
  root.toggleAttribute("data-drawer", open);
  document.querySelector(open ? "#sidebar input[type=search]" : "[data-does=open-sidebar]")?.focus();
};

const does = {
  sidebar() {
    if (!wide.matches) {
      drawer(false);
      return;
    }
    root.dataset.sidebar = root.dataset.sidebar === "closed" ? "open" : "closed";
    remember("sidebar", root.dataset.sidebar === "closed" ? "closed" : "");
  },
  "open-sidebar"() {
    wide.matches ? does.sidebar() : drawer(true);
  },
  drawer: () => drawer(false),
};

document.addEventListener("click", event => {
  does[event.target.closest("[data-does]")?.dataset.does]?.();
  if (event.target.closest("#sidebar a")) {
    root.removeAttribute("data-drawer");
  }
  const menu = event.target.closest("[popover]");
  if (menu && event.target.closest("a, button")) {
    menu.hidePopover();
  }
});

document.addEventListener("change", event => {
  if (event.target.name === "theme") {
    root.dataset.theme = event.target.value;
    remember("theme", event.target.value);
  }
});

// A key clicks what says that it is its shortcut, or goes there when that takes text.
const isWriting = element => element.matches?.("input, textarea, select, [contenteditable]");
document.addEventListener("keydown", event => {
  if (event.key === "Escape" && root.hasAttribute("data-drawer")) {
    drawer(false);
    return;
  }
  const key = event.altKey && event.code.startsWith("Key") ? `Alt+${event.code.slice(3)}`
    : event.key === "?" && !isWriting(event.target) ? "?" : null;
  if (!key || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) {
    return;
  }
  const all = [...document.querySelectorAll(`[aria-keyshortcuts="${key}"]`)];
  const one = all.find(element => element.checkVisibility({ visibilityProperty: true })) ?? all[0];
  if (one) {
    event.preventDefault();
    if (key === "Alt+K" && !one.checkVisibility({ visibilityProperty: true })) {
      does["open-sidebar"]();
    }
    isWriting(one) ? one.focus() : one.click();
  }
});

// What is clicked when it is seen, as the button that shows more of a list; again and again while there is room for more.
const watched = new Set();
const seen = new IntersectionObserver(entries => {
  for (const { isIntersecting, target } of entries) {
    if (isIntersecting) {
      seen.unobserve(target);
      watched.delete(target);
      target.click();
    }
  }
});
new MutationObserver(() => {
  for (const element of document.querySelectorAll("[data-clicked-when-seen]")) {
    if (!watched.has(element)) {
      watched.add(element);
      seen.observe(element);
    }
  }
}).observe(document, { childList: true, subtree: true });

// Files that are dropped are put into the file input of the place where they are dropped.
for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, event => {
    const place = event.target.closest?.("[data-drop]");
    if (!place || !event.dataTransfer?.types.includes("Files")) {
      return;
    }
    event.preventDefault();
    place.toggleAttribute("data-over", kind === "dragenter" || kind === "dragover");
    const input = place.querySelector("input[type=file]");
    if (kind === "drop" && input) {
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
}

// A circuit that the server has ended for good does not come back: the page is asked for anew, and shows what the log has.
document.getElementById("components-reconnect-modal")?.addEventListener("components-reconnect-state-changed", event => {
  if (event.detail.state === "rejected" || event.detail.state === "resume-failed") {
    location.reload();
  }
});
