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

function versionsTable(monitor) {
  const rows = records('', 'versions', { monitor }).filter((row) => row.model_version !== 'all');
  if (!rows.length) return [];
  return [h('h2', { id: 'versions' }, 'Versions'), table('Versions of the model', [
    { key: 'model_version', label: 'Version' }, { key: 'status', label: 'Status', show: (row) => badge(row.status) },
    { key: 'headline_metric', label: 'Metric', show: (row) => words(row.headline_metric) || '–' },
    { key: 'headline_value', label: 'Last', right: true }, { key: 'headline_baseline', label: 'Baseline', right: true },
    { key: 'last_window_start', label: 'Last window', show: (row) => day(row.last_window_start) }, { key: 'n_predictions', label: 'Predictions in it', right: true },
  ], rows)];
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
      ...operationsSection(name, filters), ...labelsSection(name, filters), ...versionsTable(name),
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
