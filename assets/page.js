// Keeps the page true while it is open: counts times on, takes in what the stream brings, draws the charts.
"use strict";
(() => {
  const { body } = document;
  const { project } = body.dataset;
  if (project === undefined) return;
  const live = document.getElementById("live");
  /** How far the clock of the watched machine is ahead of this one, milliseconds. */
  let ahead = Number(body.dataset.now) - Date.now();
  let version = body.dataset.version;
  let place = body.dataset.place;
  const address = (path) => `${path}?project=${encodeURIComponent(project)}`;

  function spellDuration(seconds) {
    const s = Math.round(Math.max(0, seconds));
    const two = (number) => String(number).padStart(2, "0");
    if (s < 60) return `${s}s`;
    if (s < 3600) return `${Math.floor(s / 60)}m ${two(s % 60)}s`;
    if (s < 86400) return `${Math.floor(s / 3600)}h ${two(Math.floor(s % 3600 / 60))}m`;
    return `${Math.floor(s / 86400)}d ${Math.floor(s % 86400 / 3600)}h`;
  }

  function tick() {
    const now = Date.now() + ahead;
    for (const element of document.querySelectorAll("time[data-since]")) {
      element.textContent = spellDuration((now - Number(element.dataset.since)) / 1000);
    }
    for (const element of document.querySelectorAll("time[data-until]")) {
      element.textContent = spellDuration((Number(element.dataset.until) - now) / 1000);
    }
  }

  function isAtEnd(element) {
    return element.scrollHeight - element.scrollTop - element.clientHeight < 24;
  }

  /** Puts markup of the server in place of a part; what was open, focused or scrolled to stays so. */
  function replacePart(id, markup) {
    const part = document.getElementById(`part-${id}`);
    if (part === null) return;
    const open = [...part.querySelectorAll("details[open]")].map((details) => details.id);
    const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
    const log = part.querySelector(".log");
    const followed = log === null || isAtEnd(log);
    const top = log?.scrollTop ?? 0;
    const charts = part.querySelector(".charts");
    part.innerHTML = markup;
    for (const name of open) document.getElementById(name)?.setAttribute("open", "");
    if (focused !== "") document.getElementById(focused)?.focus({ preventScroll: true });
    const next = part.querySelector(".log");
    if (next !== null) next.scrollTop = followed ? next.scrollHeight : top;
    // The drawing stays until new figures are there.
    if (charts !== null && !charts.hidden) part.querySelector(".charts")?.replaceWith(charts);
  }

  function takeParts({ parts, now, version: newest }) {
    ahead = now - Date.now();
    version = String(newest);
    for (const [id, markup] of Object.entries(parts)) replacePart(id, markup);
    tick();
    if ("charts" in parts) drawSoon();
  }

  function takeEvent({ kind, html }) {
    const rows = document.getElementById("events-rows");
    const select = document.getElementById("events-kind");
    if (rows === null || select === null) return;
    if (![...select.options].some((option) => option.value === kind)) select.add(new Option(kind, kind));
    rows.insertAdjacentHTML("afterbegin", html);
    rows.firstElementChild.hidden = select.value !== "" && select.value !== kind;
    while (rows.children.length > Number(rows.dataset.rows)) rows.lastElementChild.remove();
  }

  function filterEvents(event) {
    event.preventDefault();
    const { value } = document.getElementById("events-kind");
    for (const row of document.getElementById("events-rows").children) {
      row.hidden = value !== "" && row.dataset.kind !== value;
    }
  }

  let retryMs = 1000;
  function follow() {
    const words = `&since=${encodeURIComponent(place)}&version=${encodeURIComponent(version)}`;
    const source = new EventSource(`${address("/api/stream")}${words}`);
    source.addEventListener("hello", (message) => {
      retryMs = 1000;
      live.textContent = "Live";
      place = JSON.parse(message.data).place;
    });
    source.addEventListener("event", (message) => {
      place = message.lastEventId;
      takeEvent(JSON.parse(message.data));
    });
    source.addEventListener("parts", (message) => takeParts(JSON.parse(message.data)));
    source.onerror = () => {
      // The browser would ask with the words of this page's beginning.
      source.close();
      live.textContent = "Not connected; trying again";
      setTimeout(follow, retryMs);
      retryMs = Math.min(30000, retryMs * 2);
    };
    addEventListener("pagehide", () => source.close(), { once: true });
  }

  const plots = [
    { title: "Duration of a round, minutes", of: ({ duration_s: seconds }) => seconds && seconds / 60 },
    { title: "Tokens of a round, thousands", of: ({ tokens }) => tokens && tokens / 1000 },
    { title: "Cost of a round, US dollars", of: ({ cost_usd: usd }) => usd },
  ];
  const dayPlots = [
    { title: "Working time of a day, hours", of: ({ working_s: seconds }) => seconds / 3600 },
    { title: "Tokens of a day, thousands", of: ({ tokens }) => tokens / 1000 },
    { title: "Cost of a day, US dollars", of: ({ cost_usd: usd }) => usd },
  ];
  let drawTimer = 0;
  let shown = [];

  function drawSoon() {
    if (drawTimer !== 0) return;
    drawTimer = setTimeout(() => {
      drawTimer = 0;
      draw();
    }, 1000);
  }

  async function draw() {
    const place = document.getElementById("charts-drawn");
    if (place === null || typeof uPlot === "undefined") return;
    let figures;
    try {
      const answer = await fetch(place.dataset.figures);
      if (!answer.ok) return;
      figures = await answer.json();
    } catch {
      return;
    }
    const rounds = figures.rounds.slice(-300);
    if (rounds.length === 0 || !place.isConnected) return;
    for (const plot of shown) plot.destroy();
    shown = [];
    place.replaceChildren();
    place.hidden = false;
    const asked = plots.map(({ title, of }) => ({
      title,
      x: rounds.map(({ round_num: number }) => number),
      y: rounds.map(of),
      isTime: false,
    }));
    if (figures.days.length > 1) {
      const x = figures.days.map(({ day }) => Date.parse(day) / 1000);
      for (const { title, of } of dayPlots) asked.push({ title, x, y: figures.days.map(of), isTime: true });
    }
    // All have their places before the first is drawn: how wide one is depends on how many there are.
    const places = asked.map((plot) => frameOn(place, plot)).filter((frame) => frame !== null);
    for (const frame of places) plotIn(frame);
  }

  function frameOn(place, plot) {
    const { title, y } = plot;
    const known = y.filter((value) => typeof value === "number");
    if (known.length === 0) return null;
    const figure = document.createElement("figure");
    const caption = document.createElement("figcaption");
    caption.textContent = title;
    const box = document.createElement("div");
    box.setAttribute("role", "img");
    const last = known[known.length - 1];
    const spelled = (value) => value.toFixed(value < 10 ? 2 : 0);
    box.setAttribute(
      "aria-label",
      `${title}: ${known.length} values, at most ${spelled(Math.max(...known))}, the last one ${spelled(last)}`,
    );
    figure.append(caption, box);
    place.append(figure);
    return { ...plot, figure, box };
  }

  function plotIn({ x, y, isTime, figure, box }) {
    const style = getComputedStyle(document.documentElement);
    const [ink, line, link] = ["--soft", "--line", "--link"].map((name) => style.getPropertyValue(name).trim());
    const half = isTime ? 43_200 : 0.6;
    const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
    shown.push(
      new uPlot(
        {
          width: Math.max(200, figure.clientWidth),
          height: 160,
          legend: { show: false },
          cursor: { show: false },
          tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
          // Half a bar more on either side, or the first and the last are cut.
          scales: {
            x: { time: isTime, range: (_, least, most) => [least - half, most + half] },
            y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] },
          },
          axes: [isTime ? axis : { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200] }, { ...axis, size: 48 }],
          series: [{}, {
            stroke: link,
            width: 1.5,
            fill: `color-mix(in srgb, ${link} 20%, transparent)`,
            paths: uPlot.paths.bars({ size: [0.8, 24] }),
            points: { show: false },
          }],
        },
        [x, y.map((value) => value ?? null)],
        box,
      ),
    );
  }

  document.addEventListener("submit", (event) => {
    if (event.target.id === "events-form") filterEvents(event);
  });
  document.addEventListener("change", (event) => {
    if (event.target.id === "events-kind") filterEvents(event);
  });
  addEventListener("resize", drawSoon);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawSoon);
  const log = document.getElementById("log-text");
  if (log !== null) log.scrollTop = log.scrollHeight;
  tick();
  setInterval(tick, 1000);
  draw();
  follow();
})();
