// What Chrome 80 and Safari 13 lack and htmx or these files need. Nothing is changed where it exists.
if (!Element.prototype.replaceChildren) {
  const replaceChildren = function (...nodes) {
    while (this.lastChild) this.removeChild(this.lastChild);
    this.append(...nodes);
  };
  for (const kind of [Element, Document, DocumentFragment]) kind.prototype.replaceChildren = replaceChildren;
}

// Which button sent the form: without it the server would not learn whether "approve" or "reject" was pressed.
if (!("SubmitEvent" in window && "submitter" in SubmitEvent.prototype)) {
  let pressed = null;
  addEventListener("click", (event) => {
    const button = event.target.closest("button, input[type=submit]");
    pressed = button && button.type === "submit" ? button : null;
  }, true);
  addEventListener("submit", (event) => {
    const button = pressed && pressed.form === event.target ? pressed : null;
    Object.defineProperty(event, "submitter", { value: button });
  }, true);
}
