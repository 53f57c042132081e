// A sheet of marks is filled like a column of a spreadsheet: Enter and the arrows go up and down in form[data-marks].
// Without script Enter sends the form and Tab goes on. At the end of the column Enter sends.
document.addEventListener("keydown", (event) => {
  const cell = event.target;
  if (cell.type !== "text" || !cell.closest("[data-marks] td") || event.isComposing) return;
  const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const row = cell.closest("tr");
  const beside = step > 0 ? row.nextElementSibling : row.previousElementSibling;
  const next = beside && beside.querySelectorAll("input[type=text], input:not([type])")[
    [...row.querySelectorAll("input[type=text], input:not([type])")].indexOf(cell)
  ];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.select();
});
