// Performance over time: the metric with its 95 % interval, thresholds and baseline.
const metricsOf = (monitor) => {
  const found = block(monitor, 'performance');
  return found ? found.packed.filter((name) => !/_(low|high)$/.test(name) && !['window_start', 'is_mature', 'n_labelled', 'label_coverage'].includes(name)) : [];
};

function performanceSpec(rows, checks, metric, monitor) {
  const c = colors();
  const domain = domainOf(rows);
  const x = timeAxis(domain);
  const y = { type: 'quantitative', title: words(metric), scale: { zero: false }, axis: { tickCount: 5 } };
  const has = (name) => rows.some((row) => row[name] !== null && row[name] !== undefined);
  const judged = checks.filter((row) => row.baseline !== null || row.error_threshold !== null);
  const line = (field, color, dash, name) => ({
    data: { values: judged.filter((row) => row[field] !== null) },
    mark: { type: 'line', color, strokeDash: dash, strokeWidth: 1.25, interpolate: 'step-after' },
    encoding: { x, y: { ...y, field }, color: { datum: name, type: 'nominal' } },
  });
  const names = ['labels complete', 'labels still coming', 'baseline', 'error threshold'];
  const range = [c.value, c.mark, c.base, c.error];
  return {
    layer: [
      ...marks(monitor, domain),
      ...(has(`${metric}_low`) ? [{ data: { values: rows }, mark: { type: 'area', opacity: 0.18, color: c.band }, encoding: { x, y: { ...y, field: `${metric}_low` }, y2: { field: `${metric}_high` } } }] : []),
      ...(judged.length ? [line('baseline', c.base, [6, 3], 'baseline'), line('error_threshold', c.error, [2, 2], 'error threshold')] : []),
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

function performanceSection(monitor, filters, redraw) {
  const metrics = metricsOf(monitor);
  const head = h('h2', { id: 'performance' }, 'Performance');
  if (!metrics.length) return [head, empty('This monitor has no labels. The key labels says where they are; drift and volume are watched without them.')];
  const pick = chosen(filters);
  const metric = metrics.includes(filters.metric) ? filters.metric : metrics[0];
  const select = h('select', { id: 'metric', onchange: (event) => { filters.metric = event.target.value; redraw(); } }, metrics.map((name) => h('option', { value: name, selected: name === metric }, words(name))));
  const rows = points(monitor, 'performance', pick.where, pick.period);
  const checks = points(monitor, 'checks', { ...pick.where, ...pick.baseline, family: 'performance', metric }, pick.period);
  return [
    head,
    h('div', { class: 'field inline' }, h('label', { for: 'metric' }, 'Metric'), select, h('span', { class: 'hint' }, metricOf('performance', metric).meaning || '')),
    chart({
      title: `${words(metric)} of ${pick.name}`, note: MARKS, rows, height: 280,
      sources: [block(monitor, 'performance'), block(monitor, 'checks')],
      description: `${words(metric)} by window with its 95 % interval, baseline and error threshold, of ${pick.name}`,
      none: 'No labeled predictions here. Another period, version or segment may have some.',
      spec: () => performanceSpec(rows, checks, metric, monitor),
    }),
  ];
}
