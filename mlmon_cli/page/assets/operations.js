// The log itself: volume, latency, label lag; KPIs and what outcomes are worth; how labels come in.
function melted(rows, names) {
  return names.flatMap((name) => rows.filter((row) => row[name] !== null && row[name] !== undefined)
    .map((row) => ({ window_start: row.window_start, t: row.t, series: words(name), value: row[name] })));
}

function operationsSection(monitor, filters) {
  const pick = chosen(filters);
  const rows = points(monitor, 'operations', pick.where, pick.period);
  const domain = domainOf(rows);
  const sources = [block(monitor, 'operations')];
  const one = (title, names, unit, none) => {
    const values = melted(rows, names);
    return chart({
      title, rows: values, small: true, height: 160, sources, none, description: `${title} by window of ${pick.name}`,
      spec: () => lines(values, { y: 'value', color: names.length > 1 ? 'series' : null, title: unit, domain, monitor, zero: true }),
    });
  };
  return [h('h2', { id: 'operations' }, 'Volume, latency, label lag'), h('p', { class: 'hint' }, MARKS), h('div', { class: 'grid wide' },
    one('Predictions a window', ['n_predictions'], 'predictions', 'No predictions here.'),
    one('Latency', ['latency_p50', 'latency_p95', 'latency_p99'], 'ms', 'No latency is logged. The key predictions.latency_ms names its column.'),
    one('Label lag', ['label_lag_p50', 'label_lag_p95'], 'hours', 'No label lag is known here.'),
    one('Faults of the log', ['duplicate_rate', 'invalid_score_rate'], 'share', 'No faults are measured here.'))];
}

// What a week like the trailing windows costs beside the baseline.
function valueAtStake(monitor, pick) {
  const rows = points(monitor, 'value_at_stake', { ...pick.where, ...pick.baseline }, pick.period)
    .map((row) => ({ window_start: row.window_start, t: row.t, series: row.is_mature ? 'complete' : 'labels still coming', value_at_stake: row.value_at_stake, n: row.n }));
  if (!rows.length) return [];
  return [chart({
    title: `Value at stake of ${pick.name}, a week`, rows, height: 190, sources: [block(monitor, 'value_at_stake')],
    note: 'How much less than in the baseline a week like the trailing windows is worth; below 0, how much more. Only predictions with a label count.',
    description: `Value at stake a week, by window, of ${pick.name}`,
    spec: () => {
      const spec = lines(rows, { y: 'value_at_stake', color: 'series', title: 'lost in a week', domain: domainOf(rows), monitor, zero: true });
      const c = colors();
      spec.layer[spec.layer.length - 1].encoding.color.scale = { domain: ['complete', 'labels still coming'], range: [c.value, c.mark] };
      return spec;
    },
  })];
}

function kpisSection(monitor, filters) {
  const pick = chosen(filters);
  const all = points(monitor, 'kpis', pick.where, pick.period);
  const head = h('h2', { id: 'kpis' }, 'KPIs and value at stake');
  const names = distinct(all.map((row) => row.kpi)).sort();
  const cost = records('', 'groups', { monitor }).filter((group) => group.value_lost);
  if (!names.length) return [head, empty('No KPI here. The key kpis adds one in a line of SQL; the key value says what each outcome is worth.')];
  return [head,
    ...valueAtStake(monitor, pick),
    ...cost.map((group) => h('p', {}, h('strong', {}, `${number(group.value_lost)}`), ` lost since ${day(group.first_breach_at)} by `, h('a', { href: `#/incident/${group.group_id}` }, sentence(group)), '.')),
    h('div', { class: 'grid wide' }, names.map((kpi) => {
      const rows = all.filter((row) => row.kpi === kpi).map((row) => ({ window_start: row.window_start, t: row.t, series: row.is_mature ? 'complete' : 'labels still coming', value: row.value, n: row.denominator }));
      const base = points(monitor, 'checks', { ...pick.where, ...pick.baseline, family: 'kpi', subject: kpi }, pick.period).filter((row) => row.baseline !== null)
        .map((row) => ({ window_start: row.window_start, t: row.t, series: 'baseline', value: row.baseline }));
      const values = [...rows, ...base];
      return chart({
        title: words(kpi), rows: values, small: true, height: 190, sources: [block(monitor, 'kpis'), block(monitor, 'checks')],
        description: `${words(kpi)} by window, with its baseline`,
        spec: () => {
          const spec = lines(values, { y: 'value', color: 'series', title: words(kpi), domain: domainOf(rows), monitor });
          const c = colors();
          spec.layer[spec.layer.length - 1].encoding.color.scale = { domain: ['complete', 'labels still coming', 'baseline'], range: [c.value, c.mark, c.base] };
          return spec;
        },
      });
    }))];
}

function labelsSection(monitor, filters) {
  const pick = chosen(filters);
  const head = h('h2', { id: 'labels' }, 'Labels');
  const ages = points(monitor, 'label_ages', { segment: pick.where.segment, segment_value: pick.where.segment_value });
  if (!ages.length) return [head, empty('No labels yet. The key labels says where they are.')];
  const eras = distinct(ages.map((row) => row.era)).sort((a, b) => (a === 'reference' ? -1 : b === 'reference' ? 1 : a < b ? -1 : 1));
  const shownEras = [eras[0], ...eras.slice(1).slice(-3)];
  const rows = ages.filter((row) => shownEras.includes(row.era));
  const coverage = points(monitor, 'performance', pick.where, pick.period).map((row) => ({ window_start: row.window_start, t: row.t, label_coverage: row.label_coverage, is_mature: row.is_mature }));
  return [head, h('div', { class: 'grid wide' },
    chart({
      title: 'How labels come in', rows, small: true, height: 200, sources: [block(monitor, 'label_ages')], note: 'Share of the predictions with a label so many windows later.',
      description: 'Share of predictions with a label by age in windows, of the reference and recent months',
      spec: () => ({ data: { values: rows }, mark: { type: 'line', point: rows.length < 40 }, encoding: { x: { field: 'age_windows', type: 'quantitative', title: 'windows later', axis: { tickCount: 6 } }, y: { field: 'share', type: 'quantitative', axis: { format: '.0%', title: 'labeled', tickCount: 5 } }, color: { field: 'era', type: 'nominal', sort: null }, tooltip: [{ field: 'era' }, { field: 'age_windows' }, { field: 'share', format: '.1%' }] } }),
    }),
    chart({
      title: 'Predictions with a label', rows: coverage, small: true, height: 200, sources: [block(monitor, 'performance')], note: 'It falls at the end: those labels are still coming.',
      description: `Share of the predictions of each window that have a label, of ${pick.name}`,
      spec: () => lines(coverage, { y: 'label_coverage', title: 'labeled', domain: domainOf(coverage), monitor, zero: true, format: '.0%' }),
    }))];
}
