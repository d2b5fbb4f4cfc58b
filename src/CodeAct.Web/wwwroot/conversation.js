// What the conversation does in the browser itself: following its end, the text field, files, copying.
const nearEnd = 80; // pixels

export function follow(thread) {
  const scroller = thread.closest("main");
  const button = document.querySelector("[data-does=to-end]");
  const distance = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
  let sticks = true;
  const toEnd = () => {
    sticks = true;
    scroller.scrollTop = scroller.scrollHeight;
    button.hidden = true;
  };
  const target = location.hash && document.querySelector(location.hash);
  if (target) {
    target.scrollIntoView();
    sticks = distance() < nearEnd;
  } else {
    toEnd();
  }
  scroller.addEventListener("scroll", () => {
    sticks = distance() < nearEnd;
    if (sticks) {
      button.hidden = true;
    }
  }, { passive: true });
  button.addEventListener("click", toEnd);
  const grown = () => {
    for (const text of thread.querySelectorAll(".cell.runs [data-scrolls]")) {
      text.scrollTop = text.scrollHeight;
    }
    sticks ? toEnd() : button.hidden = distance() < nearEnd;
  };
  new ResizeObserver(grown).observe(thread);
}

export function compose(form, page) {
  const field = form.querySelector("textarea");
  const files = form.querySelector("input[type=file]");
  const draft = `draft ${location.pathname}`;
  const size = () => {
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, innerHeight * 0.4)}px`;
  };
  field.value ||= sessionStorage.getItem(draft) ?? "";
  size();
  field.addEventListener("input", () => {
    size();
    sessionStorage.setItem(draft, field.value);
  });

  let isSending = false;
  const send = async () => {
    const text = field.value.trim();
    if (!text || isSending || !form.querySelector(".send:not(:disabled)")) {
      return;
    }
    isSending = true;
    field.readOnly = true;
    try {
      if (await page.invokeMethodAsync("SendAsync", text)) {
        field.value = "";
        sessionStorage.removeItem(draft);
        size();
      }
    } finally {
      isSending = false;
      field.readOnly = false;
      field.focus();
    }
  };
  form.addEventListener("submit", event => {
    event.preventDefault();
    send();
  });
  field.addEventListener("keydown", event => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send();
    } else if (event.key === "ArrowUp" && field.value === "") {
      const edits = document.querySelectorAll("[data-does=edit]:not(:disabled)");
      if (edits.length > 0) {
        event.preventDefault();
        edits[edits.length - 1].click();
      }
    }
  });

  const give = list => {
    if (list.length > 0) {
      const transfer = new DataTransfer();
      for (const file of list) {
        transfer.items.add(file);
      }
      files.files = transfer.files;
      files.dispatchEvent(new Event("change", { bubbles: true }));
    }
  };
  field.addEventListener("paste", event => {
    if (event.clipboardData.files.length > 0) {
      event.preventDefault();
      give(event.clipboardData.files);
    }
  });
  const chat = form.closest(".chat");
  const hasFiles = event => event.dataTransfer?.types.includes("Files");
  chat.addEventListener("dragover", event => {
    if (hasFiles(event)) {
      event.preventDefault();
      chat.dataset.over = "";
    }
  });
  chat.addEventListener("dragleave", event => {
    if (!chat.contains(event.relatedTarget)) {
      delete chat.dataset.over;
    }
  });
  chat.addEventListener("drop", event => {
    if (hasFiles(event)) {
      event.preventDefault();
      delete chat.dataset.over;
      give(event.dataTransfer.files);
    }
  });
  form.dataset.ready = "";
}

document.addEventListener("click", async event => {
  const element = event.target.closest("[data-copy], [data-download], [data-does=example]");
  if (!element) {
    return;
  }
  if (element.dataset.copy !== undefined) {
    event.preventDefault(); // in a summary it would fold too
    await navigator.clipboard.writeText(element.dataset.copy);
    element.dataset.done = "";
    setTimeout(() => delete element.dataset.done, 1200);
  } else if (element.dataset.download !== undefined) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([element.dataset.text], { type: "text/csv" }));
    link.download = element.dataset.download;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  } else {
    const field = document.getElementById("message");
    field.value = element.dataset.text;
    field.dispatchEvent(new Event("input"));
    field.form.requestSubmit();
  }
});

document.addEventListener("keydown", event => {
  if (event.key === "Escape" && !document.querySelector("dialog[open], [popover]:popover-open, [data-drawer]")) {
    document.querySelector("[data-does=stop]")?.click();
  }
});
