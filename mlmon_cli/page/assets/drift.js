// Drift: columns by windows as a heat map; a click shows the values of a column in a window beside the reference.
function driftSpec(rows) {
  const c = colors();
  return {
    layer: [
      {
        data: { values: rows },
        mark: { type: 'rect', cursor: 'pointer' },
        encoding: {
          x: { field: 'window_start', type: 'ordinal', axis: { title: null, labelAngle: 0, labelOverlap: 'greedy', labelSeparation: 12, domain: false, ticks: false, labelExpr: "slice(datum.label, 0, 10)" }, scale: { paddingInner: 0 } },
          y: { field: 'subject', type: 'nominal', sort: null, axis: { title: null, domain: false, ticks: false } },
          color: {
            field: 'psi_excess', type: 'quantitative', title: 'PSI above chance',
            scale: { type: 'threshold', domain: [0.02, 0.1, 0.25, 0.5], range: dark() ? ['#222b35', '#2f5673', '#3f86b5', '#79bdea', '#e6f4ff'] : ['#f0f3f6', '#c3dcee', '#7fb4da', '#2f7db5', '#08325c'] },
            legend: null,
          },
          tooltip: [{ field: 'subject', title: 'column' }, { field: 'window_start', title: 'window' }, { field: 'psi_excess', format: '.3f' }, { field: 'status' }],
        },
      },
      {
        data: { values: rows.filter((row) => row.status === 'error') },
        mark: { type: 'point', shape: 'square', filled: true, size: 10, color: c.error, opacity: 1, cursor: 'pointer' },
        encoding: { x: { field: 'window_start', type: 'ordinal' }, y: { field: 'subject', type: 'nominal', sort: null } },
      },
    ],
  };
}

// What the colors of the heat map are; their styles are in page.css.
const driftLegend = () => h('p', { class: 'legend' }, 'PSI above chance: ', ['under 0.02', '0.02 to 0.1', '0.1 to 0.25', '0.25 to 0.5', '0.5 and more']
  .map((label, i) => h('span', {}, h('span', { class: `swatch psi${i}`, 'aria-hidden': 'true' }), label)));

function groupName(row) {
  if (row.category !== null && row.part !== 'rest') return row.category;
  if (row.part === 'rest') return 'other categories';
  if (row.lower === null && row.upper === null) return words(row.part);
  if (row.is_lowest || row.lower === null) return `up to ${number(row.upper)}`;
  if (row.is_highest || row.upper === null) return `over ${number(row.lower)}`;
  return `${number(row.lower)} to ${number(row.upper)}`;
}

function distributionRows(monitor, subject, window) {
  const now = points(monitor, 'distributions', { subject }).filter((row) => row.window_start === window);
  const reference = records(monitor, 'reference', { subject });
  const parts = distinct([...reference.map((row) => row.part), ...now.map((row) => row.part)]).sort((a, b) => {
    const digits = (text) => (/^\d/.test(text) ? 0 : 1);
    return digits(a) - digits(b) || (a < b ? -1 : 1);
  });
  return parts.flatMap((part) => {
    const base = reference.find((row) => row.part === part);
    const found = now.find((row) => row.part === part);
    const values = base ? groupName(base) : words(part);
    return [
      { values, of: 'reference', share: base ? base.share : 0 },
      { values, of: day(window), share: found ? found.share : 0 },
    ];
  });
}

function distributionChart(monitor, subject, window) {
  const rows = distributionRows(monitor, subject, window);
  const order = distinct(rows.map((row) => row.values));
  return chart({
    title: `Values of ${subject} on ${day(window)}, beside the reference`, rows, height: Math.max(150, order.length * 26 + 50),
    note: 'Of the whole log and all versions.',
    sources: [block(monitor, 'distributions'), block(monitor, 'reference')],
    description: `Share of each group of values of ${subject} in the window of ${day(window)} and in the reference`,
    spec: () => ({
      data: { values: rows },
      mark: { type: 'bar', tooltip: true },
      encoding: {
        y: { field: 'values', type: 'nominal', sort: order, axis: { title: null } },
        yOffset: { field: 'of', sort: ['reference', day(window)] },
        x: { field: 'share', type: 'quantitative', axis: { format: '.0%', title: 'share of the rows', tickCount: 5 } },
        color: { field: 'of', type: 'nominal', scale: { domain: ['reference', day(window)], range: [colors().mark, colors().value] } },
        tooltip: [{ field: 'values' }, { field: 'of', title: 'of' }, { field: 'share', format: '.1%' }],
      },
    }),
  });
}

function driftSection(monitor, filters) {
  const pick = chosen(filters);
  const rows = points(monitor, 'drift', { ...pick.where, ...pick.baseline }, pick.period);
  const head = h('h2', { id: 'drift' }, 'Drift');
  const subjects = distinct(points(monitor, 'distributions').map((row) => row.subject)).sort();
  if (!subjects.length) return [head, empty('No column is watched. The key features names those of the model.')];
  const windows = distinct(rows.map((row) => row.window_start)).sort();
  const all = windows.length ? windows : distinct(points(monitor, 'distributions', {}, pick.period).map((row) => row.window_start)).sort();
  const loudest = rows.filter((row) => row.window_start === all[all.length - 1]).sort((a, b) => b.psi_excess - a.psi_excess)[0];
  if (!subjects.includes(filters.column)) filters.column = loudest ? loudest.subject : subjects[0];
  if (!all.includes(filters.window)) filters.window = all[all.length - 1];
  const place = h('div');
  const columnSelect = h('select', { id: 'column' }, subjects.map((name) => h('option', { value: name }, name)));
  const windowSelect = h('select', { id: 'window' }, all.map((name) => h('option', { value: name }, day(name))));
  const show = (subject, window) => {
    if (!subject || !window) return;
    filters.column = subject;
    filters.window = window;
    columnSelect.value = subject;
    windowSelect.value = window;
    place.replaceChildren(distributionChart(monitor, subject, window));
    say(`Values of ${subject} on ${day(window)}.`);
  };
  columnSelect.addEventListener('change', () => show(columnSelect.value, filters.window));
  windowSelect.addEventListener('change', () => show(filters.column, windowSelect.value));
  const names = distinct(rows.map((row) => row.subject));
  const map = chart({
    title: `Drift of each column by window, of ${pick.name}`, rows, height: Math.max(120, names.length * 20 + 60),
    note: 'The darker (brighter in the dark), the farther from the baseline; a small square is an error. Click a cell, or choose a column and a window below, to see its values.',
    sources: [block(monitor, 'drift')],
    description: `PSI above chance of ${names.length} columns in ${windows.length} windows. The table behind it has the numbers.`,
    none: filters.version === 'all' ? 'No drift was measured here: it needs a reference and enough rows.' : 'Drift of a version is measured of the whole log: choose the whole log as the segment.',
    spec: () => driftSpec(rows),
    extra: driftLegend(),
    onclick: (datum) => show(datum.subject, datum.window_start),
  });
  if (all.length) show(filters.column, filters.window);
  return [head, map,
    h('div', { class: 'field inline' }, h('label', { for: 'column' }, 'Column'), columnSelect, h('label', { for: 'window' }, 'Window'), windowSelect), place];
}
