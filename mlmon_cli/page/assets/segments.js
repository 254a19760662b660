// Segments: small charts and a table that sorts; and groups of people, for fairness.
function segmentsSection(monitor, filters) {
  const metrics = metricsOf(monitor);
  const head = h('h2', { id: 'segments' }, 'Segments');
  const rows = records(monitor, 'segments');
  if (!metrics.length || rows.length < 2) return [head, empty('No segments. The key segments names the columns to split by.')];
  const metric = metrics[0];
  const pick = chosen(filters);
  const small = rows.filter((row) => !isWhole(row) && !row.segment.includes(',')).map((row) => {
    const series = points(monitor, 'performance', { model_version: filters.version, segment: row.segment, segment_value: row.segment_value }, pick.period)
      .filter((point) => point[metric] !== null);
    return chart({
      title: partName(row), rows: series, small: true, level: 'h4', height: 110, sources: [block(monitor, 'performance')],
      description: `${words(metric)} by window in ${partName(row)}`,
      spec: () => {
        const spec = lines(series, { y: metric, domain: domainOf(series), monitor });
        spec.layer.forEach((layer) => { if (layer.encoding.x.axis) layer.encoding.x.axis = { ...layer.encoding.x.axis, tickCount: 3 }; });
        return spec;
      },
    });
  });
  return [
    head,
    h('p', { class: 'hint' }, `${words(metric)} in the last window whose labels are complete, and by window below. Click a head to sort.`),
    table(`${words(metric)} by segment`, [
      { key: 'segment_value', label: 'Segment', show: (row) => partName(row) },
      { key: 'status', label: 'Status', show: (row) => badge(row.status) },
      { key: 'value', label: 'Now', right: true }, { key: 'baseline', label: 'Baseline', right: true }, { key: 'change', label: 'Change', right: true },
      { key: 'low', label: 'Low (95 %)', right: true }, { key: 'high', label: 'High (95 %)', right: true },
      { key: 'n_labelled', label: 'Labeled rows', right: true }, { key: 'n_open', label: 'Open', right: true },
      { key: 'since', label: 'Since', show: (row) => day(row.since) },
    ], rows),
    behind('segments', rows, [block(monitor, 'segments')]),
    h('h3', {}, `${words(metric)} by window`),
    h('div', { class: 'grid' }, small),
  ];
}

function fairnessSection(monitor, filters) {
  const head = h('h2', { id: 'fairness' }, 'Fairness');
  const found = block(monitor, 'fairness');
  if (!found || !found.rows.length) return [head, empty('No groups are compared. The key fairness.attributes names the columns.')];
  const pick = chosen(filters);
  const all = points(monitor, 'fairness', pick.where, pick.period);
  const rates = ['selection_rate', 'tpr', 'accuracy', 'mae', 'ndcg_at_10'].filter((rate) => found.packed.includes(rate));
  const attributes = distinct(all.map((row) => row.attribute));
  if (!all.length) return [head, empty('No groups here. Another version or segment may have some.')];
  return [head,
    h('p', { class: 'hint' }, 'Each group in the last window that has its number (a dot, with its 95 % interval where it is a share), and its ratio to the reference group over time.'),
    ...attributes.map((attribute) => [
      h('h3', {}, attribute),
      h('div', { class: 'grid pairs' }, rates.flatMap((rate) => {
        const known = all.filter((row) => row.attribute === attribute && row[rate] !== null && (rate === 'selection_rate' || row.is_mature));
        const last = known.map((row) => row.window_start).sort().pop();
        const rows = known.filter((row) => row.window_start === last);
        const ratios = known.filter((row) => row[`${rate}_ratio`] !== null && row[`${rate}_ratio`] !== 1);
        const has = rows.some((row) => row[`${rate}_low`] !== null && row[`${rate}_low`] !== undefined);
        const names = distinct(rows.map((row) => row.group_value)).sort();
        return [
          chart({
            title: `${words(rate)} by ${attribute}${last ? `, ${day(last)}` : ''}`, rows, small: true, level: 'h4', height: names.length * 28 + 50, sources: [found],
            description: `${words(rate)} of each group of ${attribute}`,
            spec: () => ({
              data: { values: rows },
              layer: [
                ...(has ? [{ mark: { type: 'rule', color: colors().value, strokeWidth: 2 }, encoding: { x: { field: `${rate}_low`, type: 'quantitative', scale: { zero: false, padding: 8 } }, x2: { field: `${rate}_high` }, y: { field: 'group_value', type: 'nominal', sort: names } } }] : []),
                { mark: { type: 'point', filled: true, size: 60, color: colors().value, opacity: 1 }, encoding: { x: { field: rate, type: 'quantitative', title: words(rate), scale: { zero: false, padding: 8 }, axis: { tickCount: 4 } }, y: { field: 'group_value', type: 'nominal', sort: names, axis: { title: null } }, tooltip: [{ field: 'group_value', title: 'group' }, { field: rate, format: '.3f' }, { field: 'n' }] } },
              ],
            }),
          }),
          chart({
            title: `${words(rate)}, ratio to the reference group`, rows: ratios, small: true, level: 'h4', height: 150, sources: [found],
            description: `Ratio of ${words(rate)} to the reference group, by window and group of ${attribute}`,
            spec: () => lines(ratios, { y: `${rate}_ratio`, color: 'group_value', title: 'ratio', domain: domainOf(ratios), monitor }),
          }),
        ];
      })),
    ])];
}
