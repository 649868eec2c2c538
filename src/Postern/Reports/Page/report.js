"use strict";
// Theme: as the system has it, or as chosen here. Where nothing can be stored the choice lasts as long as the page.
{
  const key = "postern-theme", root = document.documentElement, box = document.querySelector(".theme");
  const stored = () => { try { return localStorage.getItem(key); } catch { return null; } };
  const store = value => { try { localStorage.setItem(key, value); } catch { /* nothing to remember with */ } };
  const apply = value => {
    if (value === "light" || value === "dark") root.dataset.theme = value;
    else delete root.dataset.theme;
  };
  const radios = box.querySelectorAll("input");
  const first = stored();
  for (const radio of radios) {
    radio.checked = radio.value === (first === "light" || first === "dark" ? first : "system");
    radio.addEventListener("change", () => { apply(radio.value); store(radio.value); });
  }
  apply(first);
  box.hidden = false;
}
// Sortable columns: numbers by value, the rest as text; empty entries stay at the end either way.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const value = (row, column) => {
    const cell = row.cells[column];
    const text = cell.dataset.sort ?? cell.textContent.trim();
    return text !== "" && isFinite(text) ? Number(text) : text;
  };
  const sort = (column, direction) => {
    const compare = (a, b) => {
      const x = value(a, column), y = value(b, column);
      if (x === "" || y === "") return (x === "") - (y === "");
      const order = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), "en");
      return direction * order;
    };
    body.append(...Array.from(body.rows).sort(compare));
  };
  for (const header of table.querySelectorAll("th[data-column]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => {
      const ascending = header.getAttribute("aria-sort") !== "ascending";
      for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
      header.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      sort(Number(header.dataset.column), ascending ? 1 : -1);
    });
  }
}
// Curves: the values over the nearest x, under the cursor or finger, or moved along with the arrow keys.
const enliven = (() => {
  const readout = document.createElement("div");
  readout.className = "readout";
  readout.hidden = true;
  document.body.append(readout);
  let shown = null;
  const hide = () => {
    shown?.cursor.remove();
    shown = null;
    readout.hidden = true;
  };
  const tell = (x, top, text) => {
    readout.textContent = text;
    readout.hidden = false;
    const width = readout.offsetWidth, edge = document.documentElement.clientWidth - width - 8;
    const beside = x + 14 > edge ? x - width - 14 : x + 14;
    readout.style.left = `${Math.max(8, Math.min(edge, beside))}px`;
    readout.style.top = `${Math.max(8, Math.min(innerHeight - readout.offsetHeight - 8, top + 6))}px`;
  };
  const show = (svg, stops, index, cursor) => {
    if (shown && shown.svg !== svg) hide();
    const stop = stops[index], box = stop.getBoundingClientRect(), frame = svg.getBoundingClientRect();
    const x = frame.left + Number(stop.dataset.x) * frame.width / svg.viewBox.baseVal.width;
    const top = Number(stop.getAttribute("y"));
    cursor.setAttribute("d", `M${stop.dataset.x} ${top}v${stop.getAttribute("height")}`);
    if (!cursor.isConnected) svg.append(cursor);
    shown = { svg, cursor, again: () => show(svg, stops, index, cursor) };
    tell(x, box.top, stop.dataset.tip);
    svg.setAttribute("aria-valuenow", index);
    svg.setAttribute("aria-valuetext", stop.dataset.tip.replaceAll("\n", ", "));
  };
  const chart = svg => {
    const stops = Array.from(svg.querySelectorAll(".stop"));
    if (stops.length === 0) return;
    for (const stop of stops) {
      stop.dataset.tip = stop.firstElementChild.textContent;
      stop.firstElementChild.remove();
    }
    const cursor = svg.querySelector("path").cloneNode();
    cursor.setAttribute("class", "cursor");
    let at = stops.length - 1;
    svg.tabIndex = 0;
    for (const [name, value] of Object.entries({ role: "slider", "aria-readonly": "true", "aria-valuemin": 0, "aria-valuemax": at, "aria-valuenow": at }))
      svg.setAttribute(name, value);
    svg.setAttribute("aria-valuetext", stops[at].dataset.tip.replaceAll("\n", ", "));
    const point = event => {
      const index = stops.indexOf(event.target);
      if (index >= 0) show(svg, stops, at = index, cursor);
    };
    svg.addEventListener("pointermove", point);
    svg.addEventListener("pointerdown", point);
    // A finger that is lifted leaves, too; what it pointed at stays until it points elsewhere.
    svg.addEventListener("pointerleave", event => { if (event.pointerType !== "touch") hide(); });
    svg.addEventListener("focus", () => { if (svg.matches(":focus-visible")) show(svg, stops, at, cursor); });
    svg.addEventListener("blur", hide);
    svg.addEventListener("keydown", event => {
      const to = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, Home: 0, End: stops.length - 1 }[event.key];
      if (event.key === "Escape") hide();
      if (to === undefined) return;
      event.preventDefault();
      show(svg, stops, at = Math.max(0, Math.min(stops.length - 1, to)), cursor);
    });
  };
  // Heat maps: the value of the field under the cursor or finger, or moved along with the arrow keys.
  const map = box => {
    const columns = Number(box.dataset.columns), values = box.dataset.values.split(" "), rows = values.length / columns;
    const frame = box.querySelector(".field"), { row, column, unit } = box.dataset;
    let at = 0;
    const showField = index => {
      at = index;
      if (shown && shown.svg !== box) hide();
      const r = Math.floor(at / columns), c = at % columns, area = box.getBoundingClientRect();
      frame.style.cssText = `left:${100 * c / columns}%;top:${100 * r / rows}%;width:${100 / columns}%;height:${100 / rows}%`;
      frame.hidden = false;
      shown = { svg: box, cursor: { remove: () => { frame.hidden = true; } }, again: () => showField(at) };
      const text = `${row} ${r}, ${column} ${c}\n${values[at]} ${unit}`.trim();
      tell(area.left + (c + 1) * area.width / columns, area.top + r * area.height / rows, text);
      box.setAttribute("aria-valuenow", at);
      box.setAttribute("aria-valuetext", text.replace("\n", ", "));
    };
    box.tabIndex = 0;
    for (const [name, value] of Object.entries({ role: "slider", "aria-readonly": "true", "aria-valuemin": 0, "aria-valuemax": values.length - 1, "aria-valuenow": at, "aria-valuetext": values[at] }))
      box.setAttribute(name, value);
    const point = event => {
      const area = box.getBoundingClientRect();
      const c = Math.floor((event.clientX - area.left) / area.width * columns), r = Math.floor((event.clientY - area.top) / area.height * rows);
      if (c >= 0 && c < columns && r >= 0 && r < rows) showField(r * columns + c);
    };
    box.addEventListener("pointermove", point);
    box.addEventListener("pointerdown", point);
    box.addEventListener("pointerleave", event => { if (event.pointerType !== "touch") hide(); });
    box.addEventListener("focus", () => { if (box.matches(":focus-visible")) showField(at); });
    box.addEventListener("blur", hide);
    box.addEventListener("keydown", event => {
      if (event.key === "Escape") hide();
      const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      if (at + step >= 0 && at + step < values.length) showField(at + step);
    });
  };
  addEventListener("pointerdown", event => { if (shown && !shown.svg.contains(event.target)) hide(); });
  addEventListener("scroll", () => shown?.again(), { passive: true });
  return within => {
    for (const svg of within.querySelectorAll("svg.chart")) chart(svg);
    for (const box of within.querySelectorAll(".mapped")) map(box);
  };
})();
enliven(document);
// A box that is wider than the screen says so and can be scrolled with the keyboard. What is not laid out is not asked for its
// size, which would lay it out.
const watch = (() => {
  const mark = box => {
    const wide = box.scrollWidth > box.clientWidth + 1;
    if (wide) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
    const hint = box.previousElementSibling?.matches(".hint") ? box.previousElementSibling : null;
    if (wide && !hint) {
      const text = document.createElement("p");
      text.className = "hint";
      text.textContent = "\u2194 wider than the screen: scroll sideways";
      box.before(text);
    } else if (!wide) hint?.remove();
  };
  const seen = new ResizeObserver(entries => {
    // Outside of the observer's turn: a hint may move the boxes below.
    requestAnimationFrame(() => { for (const { target } of entries) if (target.clientWidth > 0) mark(target); });
  });
  return within => { for (const box of within.querySelectorAll(".scroll")) seen.observe(box); };
})();
watch(document);
// Cards of a large page: text becomes elements when the card comes near the window.
const unfold = card => {
  const text = card.querySelector("script.later");
  if (!text) return;
  text.insertAdjacentHTML("beforebegin", text.textContent);
  text.remove();
  enliven(card);
  watch(card);
};
{
  const near = new IntersectionObserver(entries => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      unfold(target);
    }
  }, { rootMargin: "800px" });
  for (const text of document.querySelectorAll("script.later")) near.observe(text.parentElement);
}
// Commands and paths are copied with a button; where the clipboard is closed to pages, the text is selected.
for (const text of document.querySelectorAll("pre.commands, code.copy")) {
  const button = document.createElement("button"), words = text.textContent.trim();
  button.type = "button";
  button.className = "copies";
  button.textContent = "copy";
  button.setAttribute("aria-label", `copy ${words}`);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(words);
      button.textContent = "copied";
    } catch {
      getSelection().selectAllChildren(text);
      button.textContent = "selected";
    }
    setTimeout(() => { button.textContent = "copy"; }, 2000);
  });
  text.after(button);
}
// On paper nothing can be unfolded.
addEventListener("beforeprint", () => {
  for (const text of document.querySelectorAll("script.later")) unfold(text.parentElement);
  for (const details of document.querySelectorAll("details")) details.open = true;
});
