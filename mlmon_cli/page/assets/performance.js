// Performance over time: the metric with its 95 % interval, thresholds and baseline; and what is expected where labels are still coming.
const metricsOf = (monitor) => {
  const found = block(monitor, 'performance');
  return found ? found.packed.filter((name) => !/_(low|high)$/.test(name) && !['window_start', 'is_mature', 'n_labelled', 'label_coverage'].includes(name)) : [];
};

function performanceSpec(rows, expected, checks, metric, monitor) {
  const c = colors();
  const domain = domainOf([...rows, ...expected].sort((a, b) => a.t - b.t));
  const x = timeAxis(domain);
  const y = { type: 'quantitative', title: words(metric), scale: { zero: false }, axis: { tickCount: 5 } };
  const has = (name) => rows.some((row) => row[name] !== null && row[name] !== undefined);
  const judged = checks.filter((row) => row.baseline !== null || row.error_threshold !== null);
  const line = (field, color, dash, name) => ({
    data: { values: judged.filter((row) => row[field] !== null) },
    mark: { type: 'line', color, strokeDash: dash, strokeWidth: 1.25, interpolate: 'step-after' },
    encoding: { x, y: { ...y, field }, color: { datum: name, type: 'nominal' } },
  });
  const names = ['labels complete', 'labels still coming', ...(expected.length ? ['estimate'] : []), 'baseline', 'error threshold'];
  const range = [c.value, c.mark, ...(expected.length ? [c.other[2]] : []), c.base, c.error];
  return {
    layer: [
      ...marks(monitor, domain),
      ...(has(`${metric}_low`) ? [{ data: { values: rows }, mark: { type: 'area', opacity: 0.18, color: c.band }, encoding: { x, y: { ...y, field: `${metric}_low` }, y2: { field: `${metric}_high` } } }] : []),
      ...(judged.length ? [line('baseline', c.base, [6, 3], 'baseline'), line('error_threshold', c.error, [2, 2], 'error threshold')] : []),
      ...estimateLayers(expected, metric, x, y),
      { data: { values: rows.filter((row) => row[metric] !== null) }, mark: { type: 'line', strokeWidth: 1, color: c.mark, opacity: 0.7 }, encoding: { x, y: { ...y, field: metric } } },
      {
        data: { values: rows.filter((row) => row[metric] !== null).map((row) => ({ ...row, _kind: row.is_mature ? names[0] : names[1] })) },
        mark: { type: 'point', filled: true, size: rows.length > 150 ? 12 : 26, opacity: 1 },
        encoding: {
          x, y: { ...y, field: metric },
          color: { field: '_kind', type: 'nominal', scale: { domain: names, range } },
          tooltip: [{ field: 'window_start', title: 'window' }, { field: metric, format: '.4g' }, ...(has(`${metric}_low`) ? [{ field: `${metric}_low`, format: '.4g' }, { field: `${metric}_high`, format: '.4g' }] : []), { field: 'n_labelled' }],
        },
      },
    ],
  };
}

// The nowcast: hollow where the audit of windows whose labels are complete does not trust it.
function estimateLayers(expected, metric, x, y) {
  if (!expected.length) return [];
  const color = colors().other[2];
  const values = expected.map((row) => ({ ...row, _trust: row.is_trusted ? 'yes' : `no: ${row.reason}` }));
  const tooltip = [
    { field: 'window_start', title: 'window' }, { field: metric, title: `${words(metric)}, estimated`, format: '.4g' }, { field: `${metric}_low`, format: '.4g' },
    { field: `${metric}_high`, format: '.4g' }, { field: 'n_labelled' }, { field: '_trust', title: 'trusted' },
  ];
  return [
    { data: { values }, mark: { type: 'rule', color, strokeWidth: 4 }, encoding: { x, y: { ...y, field: `${metric}_low` }, y2: { field: `${metric}_high` }, opacity: { condition: { test: 'datum.is_trusted', value: 0.4 }, value: 0.15 } } },
    {
      data: { values }, mark: { type: 'point', size: 40, strokeWidth: 2 },
      encoding: { x, y: { ...y, field: metric }, color: { datum: 'estimate', type: 'nominal' }, fill: { condition: { test: 'datum.is_trusted', value: color }, value: 'transparent' }, tooltip },
    },
  ];
}

function estimatesNote(expected) {
  if (!expected.length) return '';
  const doubted = distinct(expected.filter((row) => !row.is_trusted).map((row) => row.reason));
  return ` Estimates are of windows whose labels are still coming${doubted.length ? `; hollow: not to be trusted (${doubted.join(', ')})` : ''}.`;
}

function performanceSection(monitor, filters, redraw) {
  const metrics = metricsOf(monitor);
  const head = h('h2', { id: 'performance' }, 'Performance');
  if (!metrics.length) return [head, empty('This monitor has no labels. The key labels says where they are; drift and volume are watched without them.')];
  const pick = chosen(filters);
  const metric = metrics.includes(filters.metric) ? filters.metric : metrics[0];
  const select = h('select', { id: 'metric', onchange: (event) => { filters.metric = event.target.value; redraw(); } }, metrics.map((name) => h('option', { value: name, selected: name === metric }, words(name))));
  const rows = points(monitor, 'performance', pick.where, pick.period);
  const expected = points(monitor, 'estimates', pick.where, pick.period).filter((row) => row[metric] !== null && row[metric] !== undefined);
  const checks = points(monitor, 'checks', { ...pick.where, ...pick.baseline, family: 'performance', metric }, pick.period);
  return [
    head,
    h('div', { class: 'field inline' }, h('label', { for: 'metric' }, 'Metric'), select, h('span', { class: 'hint' }, metricOf('performance', metric).meaning || '')),
    chart({
      title: `${words(metric)} of ${pick.name}`, note: MARKS + estimatesNote(expected), rows: rows.length ? rows : expected, height: 280,
      sources: [block(monitor, 'performance'), block(monitor, 'checks'), block(monitor, 'estimates')],
      description: `${words(metric)} by window with its 95 % interval, baseline and error threshold, of ${pick.name}`,
      none: 'No labeled predictions here. Another period, version or segment may have some.',
      spec: () => performanceSpec(rows, expected, checks, metric, monitor),
    }),
  ];
}
