// The page of a monitor: what is open, a filter bar, and its charts.
const kept = new Map();

function summary(row) {
  const item = (term, ...content) => h('div', {}, h('dt', {}, term), h('dd', {}, content));
  return h('dl', { class: 'facts' },
    item('Status', badge(row.status)),
    item('Open', row.n_open_error + row.n_open_warn ? `${number(row.n_open_error)} errors, ${plural(row.n_open_warn, 'warning')} since ${day(row.open_since)}` : 'nothing'),
    item('Cost so far', row.value_at_stake ? number(row.value_at_stake) : '–'),
    item(words(row.headline_metric) || 'Headline', row.headline_metric ? `${number(row.headline_value)}, baseline ${number(row.headline_baseline)}` : 'no labels yet'),
    item('Last window', `${day(row.last_window_start)}, ${plural(row.n_predictions, 'prediction')}`),
    item('Reference', row.reference_start ? `${day(row.reference_start)} to ${day(row.reference_end)}` : 'another table'),
    item('Owner', row.owner || '–'),
    item('Runbook', row.runbook ? safeLink(row.runbook) : '–'));
}

function versionsTable(monitor, filters) {
  const rows = records('', 'versions', { monitor }).filter((row) => row.model_version !== 'all');
  if (!rows.length) return [];
  return [h('h2', { id: 'versions' }, 'Versions'), ...comparisonsTable(monitor, chosen(filters)), table('Versions of the model', [
    { key: 'model_version', label: 'Version' }, { key: 'status', label: 'Status', show: (row) => badge(row.status) },
    { key: 'headline_metric', label: 'Metric', show: (row) => words(row.headline_metric) || '–' },
    { key: 'headline_value', label: 'Last', right: true }, { key: 'headline_baseline', label: 'Baseline', right: true },
    { key: 'last_window_start', label: 'Last window', show: (row) => day(row.last_window_start) }, { key: 'n_predictions', label: 'Predictions in it', right: true },
  ], rows)];
}

// Each version beside the one before it: where the interval leaves out 0, one is better, however often one looked.
function comparisonsTable(monitor, pick) {
  const { segment, segment_value } = pick.where;
  const rows = records(monitor, 'comparisons', { segment, segment_value }).map((row) => ({ ...row, pair: `${row.challenger} beside ${row.champion}` }));
  if (!rows.length) return [];
  return [
    h('p', { class: 'hint' }, 'Over the windows in which both versions answered. The 95 % interval holds at every look at once.'),
    table(`Versions beside those before them, of ${partName(pick.where)}`, [
      { key: 'pair', label: 'Versions' }, { key: 'metric', label: 'Metric', show: (row) => words(row.metric) },
      { key: 'champion_value', label: 'Before', right: true }, { key: 'challenger_value', label: 'New', right: true },
      { key: 'difference', label: 'Difference', right: true, show: (row) => (row.low === null ? number(row.difference) : `${number(row.difference)} (${number(row.low)} to ${number(row.high)})`) },
      { key: 'verdict', label: 'The new one is', show: (row) => (row.verdict === 'no_difference_yet' ? 'not told apart yet' : row.verdict) },
      { key: 'n_needed', label: 'Predictions still needed', right: true },
    ], rows),
    behind('versions beside those before them', rows, [block(monitor, 'comparisons')]),
  ];
}

// Numbers that were judged otherwise when they were first known: late labels, another reference, another configuration.
function restatementsTable(monitor) {
  const rows = records('', 'restatements', { monitor });
  if (!rows.length) return [];
  return [
    h('h2', { id: 'restated' }, 'Restated verdicts'),
    h('p', { class: 'hint' }, 'Numbers that were judged otherwise when they were first known, the last 200.'),
    table('Verdicts that became others', [
      { key: 'window_start', label: 'Window' }, { key: 'metric', label: 'What', show: whatBroke }, { key: 'segment', label: 'Where', show: placeName },
      { key: 'first_value', label: 'Was', right: true }, { key: 'first_status', label: 'First', show: (row) => badge(row.first_status) },
      { key: 'first_known_at', label: 'Known', show: (row) => day(row.first_known_at) },
      { key: 'value', label: 'Is', right: true }, { key: 'status', label: 'Now', show: (row) => badge(row.status) },
      { key: 'restated_at', label: 'Since', show: (row) => day(row.restated_at) }, { key: 'reason', label: 'Because of' },
    ], rows, { limit: 50 }),
    behind('restated verdicts', rows, [block('', 'restatements')]),
  ];
}

function monitorPage(name) {
  const row = records('', 'overview', { monitor: name })[0];
  if (!row) return [h('h1', {}, name), empty('It is not in this report.')];
  const groups = groupsOf(name);
  const open = groups.filter((group) => group.status === 'open');
  const closed = groups.filter((group) => group.status !== 'open');
  const content = h('div');
  if (!kept.has(name)) kept.set(name, newFilters());
  const filters = kept.get(name);
  const redraw = () => {
    const at = window.scrollY;
    const focus = document.activeElement && document.activeElement.id;
    forgetCharts();
    content.replaceChildren(...[
      ...performanceSection(name, filters, redraw), ...driftSection(name, filters), ...segmentsSection(name, filters),
      ...scoresSection(name, row.task, filters, redraw), ...kpisSection(name, filters), ...fairnessSection(name, filters),
      ...operationsSection(name, filters), ...labelsSection(name, filters), ...versionsTable(name, filters), ...restatementsTable(name),
    ].flat(3));
    window.scrollTo(0, at);
    if (focus && document.getElementById(focus)) document.getElementById(focus).focus();
  };
  const page = [
    h('p', { class: 'crumb' }, h('a', { href: '#/' }, 'Overview')),
    h('h1', {}, name),
    summary(row),
    h('h2', {}, 'Incidents'),
    open.length ? h('ul', { class: 'cards' }, open.map(groupCard)) : empty('Nothing is open.'),
    closed.length ? h('details', {}, h('summary', {}, plural(closed.length, 'closed incident')), h('ul', { class: 'cards' }, closed.map(groupCard))) : '',
  ];
  if (!block(name, 'operations')) return [...page, empty('There are no windows yet: `mlmon run` reads the log.')];
  redraw();
  return [...page, filterBar(name, filters, redraw), content];
}
