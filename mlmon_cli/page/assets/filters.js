// The filter bar of a monitor: period, version, segment, baseline. What is chosen stays in the address.
function filterBar(monitor, filters, onchange) {
  const operations = records(monitor, 'operations');
  const versions = distinct(operations.map((row) => row.model_version)).sort((a, b) => (a === 'all' ? -1 : b === 'all' ? 1 : a < b ? -1 : 1));
  const segments = distinct(operations.map((row) => JSON.stringify([row.segment, row.segment_value])))
    .sort((a, b) => (a.startsWith('["overall"') ? -1 : b.startsWith('["overall"') ? 1 : a < b ? -1 : 1));
  const baselines = distinct([...records(monitor, 'checks'), ...records(monitor, 'drift')].map((row) => row.compared_to).filter(Boolean));
  const whole = records(monitor, 'operations', { segment: 'overall', model_version: 'all' })[0];
  const days = whole ? whole.window_start : [];
  const [first, last] = [days[0], days[days.length - 1]].map((text) => (text || '').slice(0, 10));
  const change = (key) => (event) => {
    filters[key] = event.target.value;
    onchange();
    say(`The charts show the ${key} chosen.`);
  };
  const field = (key, label, control) => {
    control.id = `filter-${key}`;
    return h('div', { class: 'field' }, h('label', { for: control.id }, label), control);
  };
  const select = (key, options, names = (o) => o) => h('select', { onchange: change(key) },
    options.map((o) => h('option', { value: o, selected: o === filters[key] }, names(o))));
  const date = (key, value) => h('input', { type: 'date', min: first, max: last, value, onchange: change(key) });
  return h('form', { class: 'filters', 'aria-label': 'Filters', onsubmit: (event) => event.preventDefault() },
    field('from', 'From', date('from', filters.from || first)),
    field('to', 'To', date('to', filters.to || last)),
    field('version', 'Version', select('version', versions, (v) => (v === 'all' ? 'all versions' : v))),
    field('part', 'Segment', select('part', segments, (text) => {
      const [segment, value] = JSON.parse(text);
      return partName({ segment, segment_value: value });
    })),
    field('baseline', 'Baseline', select('baseline', baselines.length ? baselines : ['reference'], words)));
}

const newFilters = () => ({ from: '', to: '', version: 'all', part: JSON.stringify(['overall', 'all']), baseline: 'reference' });

// What the filters choose, as conditions on rows.
function chosen(filters) {
  const [segment, value] = JSON.parse(filters.part);
  const where = { model_version: filters.version, segment, segment_value: value };
  return {
    where,
    period: { from: filters.from, to: filters.to },
    baseline: { compared_to: filters.baseline },
    name: placeName(where),
  };
}
