// The overview: a row a monitor, the worst first, and what broke in words.
const groupsOf = (monitor) => records('', 'groups', { monitor });

const headlinePoints = (row) => points(row.monitor, 'performance', { model_version: 'all', segment: 'overall' })
  .filter((point) => point.is_mature).map((point) => point[row.headline_metric]);

function causeOf(group) {
  if (!group || !group.cause) return '';
  const share = group.cause_share ? ` (explains ${percent(group.cause_share)} of it)` : '';
  if (group.cause_kind === 'segment') return `${group.cause.replace('=', ' = ')}${share}`;
  return `${words(group.cause_kind)}: ${group.cause}${share}`;
}

const lossOf = (group) => (group && group.value_lost ? `${number(group.value_lost)} lost` : '');

// What a group of incidents is, in one sentence.
function sentence(group) {
  const where = isWhole(group) ? '' : ` in ${partName(group)}`;
  return `${whatBroke(group)}${where} ${fromTo(group)}`.trim();
}

function overviewRow(row) {
  const group = records('', 'groups', { group_id: row.group_id })[0];
  const volume = points(row.monitor, 'operations', { model_version: 'all', segment: 'overall' }).map((point) => point.n_predictions);
  const drift = points(row.monitor, 'drift_most', { compared_to: 'reference' }).map((point) => point.psi_excess);
  const broke = group
    ? [h('a', { href: `#/incident/${group.group_id}` }, sentence(group)),
      causeOf(group) ? h('div', {}, 'Where: ', h('strong', {}, causeOf(group))) : '',
      group.n_open > 1 ? h('div', { class: 'hint' }, `and ${plural(group.n_open - 1, 'more number')}`) : '']
    : row.data_problem || (row.status === 'no_data' ? 'no predictions yet: mlmon run reads the log' : row.status === 'insufficient_data' ? 'nothing could be judged yet: it needs more rows or mature labels' : 'nothing is open');
  const cell = (label, ...content) => h('td', { 'data-label': label }, content);
  const headline = row.headline_metric ? `${number(row.headline_value)} (was ${number(row.headline_baseline)})` : 'no labels yet';
  return h('tr', {},
    h('th', { scope: 'row' }, h('a', { href: `#/monitor/${encodeURIComponent(row.monitor)}` }, row.monitor), h('div', { class: 'hint' }, row.task)),
    cell('Status', badge(row.status), row.n_open_error + row.n_open_warn ? h('div', { class: 'hint' }, `${number(row.n_open_error)} errors, ${plural(row.n_open_warn, 'warning')}`) : ''),
    cell('Since', group ? h('strong', {}, day(group.first_breach_at)) : '–'),
    cell('What broke', broke),
    cell('Cost so far', row.value_at_stake ? h('strong', {}, number(row.value_at_stake)) : '–'),
    cell('Volume', spark(volume, `Predictions a window of ${row.monitor}`), h('div', { class: 'hint' }, `${number(row.n_predictions)} in the last`)),
    cell(words(row.headline_metric) || 'Headline', spark(headlinePoints(row), `${words(row.headline_metric)} of ${row.monitor} by window`), h('div', { class: 'hint' }, row.headline_metric ? `${words(row.headline_metric)} ` : '', headline)),
    cell('Drift', spark(drift, `Largest drift of a column of ${row.monitor} by window`), h('div', { class: 'hint' }, drift.length ? `PSI ${number(drift[drift.length - 1])}` : '')),
    cell('Labels', row.label_coverage === null ? '–' : [`${percent(row.label_coverage)}`, h('div', { class: 'hint' }, `of ${day(row.labelled_window_start)}`)]),
    cell('Owner', row.owner || '–'));
}

function overview() {
  const rows = records('', 'overview');
  if (!rows.length) {
    return [h('h1', {}, 'Overview'), empty('No monitor has been built. `mlmon init` drafts one, `mlmon run` builds the tables; then write this report again.')];
  }
  const heads = ['Monitor', 'Status', 'Since', 'What broke', 'Cost so far', 'Volume', 'Headline metric', 'Largest drift', 'Labels known', 'Owner'];
  const open = records('', 'groups', { status: 'open' });
  const closed = records('', 'groups').filter((group) => group.status !== 'open');
  const bad = rows.filter((row) => ['error', 'warn', 'no_data'].includes(row.status)).length;
  return [
    h('h1', {}, 'Overview'),
    h('p', { class: 'lead' }, bad ? `${bad} of ${plural(rows.length, 'monitor')} ${bad === 1 ? 'needs' : 'need'} a look.` : `${plural(rows.length, 'monitor')}, nothing is open.`),
    h('div', { class: 'scroll', role: 'region', 'aria-label': 'Monitors', tabindex: '0' },
      h('table', { class: 'overview' }, h('caption', { class: 'unseen' }, 'Monitors, the worst first'),
        h('thead', {}, h('tr', {}, heads.map((head) => h('th', { scope: 'col' }, head)))), h('tbody', {}, rows.map(overviewRow)))),
    behind('the overview', rows, [block('', 'overview')]),
    h('h2', {}, 'Open incidents'),
    open.length ? h('ul', { class: 'cards' }, open.map(groupCard)) : empty('None. Closed ones are listed with each monitor.'),
    closed.length ? h('details', {}, h('summary', {}, `${plural(closed.length, 'closed incident')}`), h('ul', { class: 'cards' }, closed.slice(0, 50).map(groupCard))) : '',
  ];
}

function groupCard(group) {
  return h('li', { class: `card ${group.severity}` },
    badge(group.status === 'open' ? group.severity : 'ok'), ' ',
    h('a', { href: `#/incident/${group.group_id}` }, `${group.monitor}: ${sentence(group)}`),
    h('div', { class: 'hint' }, [`since ${day(group.first_breach_at)}`, group.closed_at ? `closed ${day(group.closed_at)}` : '', causeOf(group), lossOf(group), `${plural(group.n_incidents, 'number')} moved`, group.acknowledged_by ? `acknowledged by ${group.acknowledged_by}` : ''].filter(Boolean).join(' · ')));
}
