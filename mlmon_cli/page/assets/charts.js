// Charts by Vega-Lite, run by its interpreter: a policy without unsafe-eval lets nothing else run.
const dark = () => window.matchMedia('(prefers-color-scheme: dark)').matches;

// Okabe and Ito (2008), told apart by the color-blind; lighter ones in the dark.
function colors() {
  return dark()
    ? { value: '#6cb8ea', base: '#f0b84a', error: '#ff8f5e', warn: '#f0b84a', band: '#6cb8ea', mark: '#a9b4c0', text: '#d5dbe2', grid: '#333c46', other: ['#6cb8ea', '#f0b84a', '#4fc9a4', '#e39ac4', '#f3e86b', '#ff8f5e', '#b9a5f0', '#a9b4c0'] }
    : { value: '#0067a5', base: '#b86e00', error: '#c23b00', warn: '#b86e00', band: '#0067a5', mark: '#59636e', text: '#24292f', grid: '#e3e7eb', other: ['#0067a5', '#d98200', '#008566', '#b3467f', '#8c7a00', '#c23b00', '#6a51a3', '#59636e'] };
}

function config() {
  const c = colors();
  return {
    background: 'transparent',
    font: 'system-ui, sans-serif',
    view: { stroke: null },
    axis: { labelColor: c.text, titleColor: c.text, gridColor: c.grid, domainColor: c.grid, tickColor: c.grid, labelFontSize: 11, titleFontSize: 11, titleFontWeight: 'normal', labelLimit: 130 },
    legend: { labelColor: c.text, titleColor: c.text, orient: 'top', title: null, labelLimit: 180, symbolStrokeWidth: 2 },
    title: { color: c.text, fontSize: 12 },
    range: { category: c.other },
    line: { strokeWidth: 1.75 },
  };
}

const TIME = { field: 't', type: 'temporal', scale: { type: 'utc' }, axis: { title: null, labelOverlap: 'greedy', labelSeparation: 8, tickCount: 6, grid: false } };
const timeAxis = (domain) => ({ ...TIME, scale: { type: 'utc', ...(domain ? { domain } : {}) } });

const domainOf = (rows) => (rows.length ? [rows[0].t, rows[rows.length - 1].t] : null);

// What happened, as marks: spells as bands, moments as rules.
function marks(monitor, domain) {
  if (!domain || domain[0] === domain[1]) return [];
  const c = colors();
  const within = (t) => Math.min(Math.max(t, domain[0]), domain[1]);
  const rows = records('', 'timeline')
    .filter((row) => (row.monitor === monitor || row.monitor === null) && row.starts_at)
    .map((row) => ({ ...row, t: moment(row.starts_at), end: row.ends_at ? moment(row.ends_at) : domain[1] }))
    .filter((row) => row.t <= domain[1] && row.end >= domain[0]);
  const layers = [];
  const spells = (kind, color, opacity) => {
    const values = rows.filter((row) => row.kind === kind).map((row) => ({ ...row, t: within(row.t), end: within(row.end) })).filter((row) => row.end > row.t);
    if (values.length) layers.push({ data: { values }, mark: { type: 'rect', color, opacity, tooltip: false }, encoding: { x: { ...timeAxis(domain) }, x2: { field: 'end' } } });
  };
  spells('reference', c.mark, 0.1);
  spells('incident', c.error, 0.1);
  const moments = rows.filter((row) => ['deployment', 'known_change', 'restatement'].includes(row.kind) && row.t > domain[0])
    .map((row) => ({ ...row, label: row.kind === 'deployment' ? row.title.replace('first predictions of version ', '') : row.title }));
  if (moments.length) {
    layers.push({ data: { values: moments }, mark: { type: 'rule', color: c.mark, strokeDash: [3, 3] }, encoding: { x: { ...timeAxis(domain) }, tooltip: { field: 'title' } } });
    layers.push({ data: { values: moments }, mark: { type: 'text', color: c.mark, align: 'left', baseline: 'top', dx: 3, dy: 2, fontSize: 10, limit: 90 }, encoding: { x: { ...timeAxis(domain) }, y: { value: 0 }, text: { field: 'label' } } });
  }
  return layers;
}

const MARKS = 'Shaded grey: the reference. Shaded orange: an incident. Dashed: a new version or a known change.';

const waiting = new Map();
const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) drawNow(entry.target);
}, { rootMargin: '300px' });

function drawNow(box) {
  const draw = waiting.get(box);
  if (!draw) return;
  seen.unobserve(box);
  waiting.delete(box);
  draw();
}

const drawAll = () => [...waiting.keys()].forEach(drawNow);

// What is drawn: its view, and how to draw it anew where the width or the colors change.
const alive = new Map();
function forgetCharts() {
  alive.forEach(({ view }) => view.finalize());
  alive.clear();
  waiting.clear();
}

function redrawCharts() {
  for (const [box, { view, draw }] of [...alive]) {
    view.finalize();
    alive.delete(box);
    box.replaceChildren();
    if (box.isConnected) draw();
  }
}

// Put a chart of `spec` in `box`; `onclick` is told the row of what was clicked.
function embed(box, draw, spec, description, onclick, height = 190) {
  const settings = config();
  if (box.clientWidth < 520) settings.legend = { ...settings.legend, columns: 2 };
  const full = {
    height, ...spec, description, autosize: { type: 'fit', contains: 'padding' },
    width: Math.max(120, Math.floor(box.clientWidth) - 2), config: settings,
  };
  const compiled = vegaLite.compile(full, { logger: vega.logger(vega.Error) }).spec;
  const view = new vega.View(vega.parse(compiled, null, { ast: true }), {
    expr: vega.expressionInterpreter, renderer: 'svg', container: box, hover: true, logLevel: vega.Error,
  });
  if (onclick) view.addEventListener('click', (_, item) => { if (item && item.datum) onclick(item.datum); });
  alive.set(box, { view, draw });
  view.runAsync().then(() => {
    const svg = box.querySelector('svg');
    if (!svg) return;
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', description);
    for (const inner of svg.querySelectorAll('[role], [aria-label], [aria-roledescription]')) {
      for (const name of ['role', 'aria-label', 'aria-roledescription']) inner.removeAttribute(name);
    }
  });
}

// A chart with its title, a note, and what stands behind it.
function chart({ title, note, spec, rows, sources, description, onclick, height, none, level = 'h3', small = false, extra = null }) {
  const heading = h(level, {}, title);
  if (!rows.length) return h('section', { class: 'chart' }, heading, empty(none || 'No data in this period.'));
  const box = h('div', { class: 'canvas' });
  box.style.minHeight = `${height || 190}px`;
  const draw = () => embed(box, draw, typeof spec === 'function' ? spec() : spec, description || title, onclick, height);
  waiting.set(box, draw);
  requestAnimationFrame(() => seen.observe(box));
  return h('section', { class: small ? 'chart small' : 'chart' }, heading, note ? h('p', { class: 'hint' }, note) : null, box, extra,
    sources ? behind(title, rows, sources) : null);
}

// A small line without axes, as SVG of its own: it is drawn, and computes a place for each point alone.
function spark(values, label) {
  const known = values.filter((value) => value !== null && value !== undefined);
  if (known.length < 2) return h('span', { class: 'hint' }, '–');
  const [width, height] = [110, 26];
  const low = Math.min(...known);
  const high = Math.max(...known);
  const at = (value, i) => `${((i / (values.length - 1)) * (width - 4) + 2).toFixed(1)},${(height - 3 - ((value - low) / (high - low || 1)) * (height - 6)).toFixed(1)}`;
  const NS = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(NS, 'svg');
  for (const [name, value] of Object.entries({ viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': label, class: 'spark' })) svg.setAttribute(name, value);
  const line = document.createElementNS(NS, 'polyline');
  line.setAttribute('points', values.map((value, i) => (value === null || value === undefined ? null : at(value, i))).filter(Boolean).join(' '));
  svg.append(line);
  return svg;
}

// Lines over time, a color a series.
function lines(rows, { y, color, title, domain, monitor, zero = false, colorTitle = null, format }) {
  return {
    layer: [
      ...marks(monitor, domain),
      {
        data: { values: rows },
        mark: { type: 'line', point: rows.length < 40, tooltip: true },
        encoding: {
          x: timeAxis(domain),
          y: { field: y, type: 'quantitative', title: title || null, scale: { zero }, axis: { tickCount: 4, format } },
          ...(color ? { color: { field: color, type: 'nominal', title: colorTitle } } : { color: { value: colors().value } }),
          tooltip: [{ field: 'window_start', title: 'window' }, ...(color ? [{ field: color }] : []), { field: y, format: '.4g' }],
        },
      },
    ],
  };
}
