// The story of a group of incidents, in order.
const KIND = { drift: 'inputs or scores', performance: 'quality', kpi: 'business', value: 'business', operations: 'log', fairness: 'fairness', estimate: 'quality, estimated' };

function story(group, members) {
  const item = (term, ...content) => [h('dt', {}, term), h('dd', {}, content)];
  return h('dl', { class: 'story' },
    item('What', h('strong', {}, sentence(group)), ' ', badge(group.status === 'open' ? group.severity : 'ok'), group.status === 'open' ? '' : ' (closed)'),
    item('Since', h('strong', {}, day(group.first_breach_at)), `, opened ${day(group.opened_at)}, ${plural(group.n_windows, 'window')}`, group.closed_at ? `, closed ${day(group.closed_at)}` : ''),
    group.cause ? item('Where', h('strong', {}, causeOf(group))) : '',
    group.value_lost ? item('Cost so far', h('strong', {}, number(group.value_lost)), ' of business value', group.value_rate ? `, ${number(group.value_rate)} a window` : '')
      : item('Cost so far', members.some((m) => m.subject === 'business_value') ? 'no loss measured yet' : 'unknown: the key value of the monitor says what an outcome is worth'),
    group.change_name ? item('Known change', `${group.change_name} (${group.change_kind}) at ${day(group.change_at)}${group.is_expected ? ', expected' : ''}`) : '',
    item('Status', group.acknowledged_by ? `acknowledged by ${group.acknowledged_by} on ${day(group.acknowledged_at)}` : 'nobody has acknowledged it yet', group.assignee ? `, assigned to ${group.assignee}` : '', group.is_muted ? `, muted until ${day(group.muted_until)}` : '', group.note ? `. ${group.note}` : ''));
}

// The first breach first; of those of one window what the log and its columns did, before what that did to quality and money.
const ORDER = ['operations', 'drift', 'correlation', 'estimate', 'performance', 'fairness', 'kpi', 'value'];

function firstMoves(group, members) {
  const beside = (m) => (`${m.segment}=${m.segment_value}` === group.cause || isWhole(m) ? 0 : 1);
  const rows = members.filter((m) => m.is_counted !== false)
    .map((m) => ({ when: m.first_breach_at || m.opened_at, kind: KIND[m.family] || m.family, what: `${whatBroke(m)}${isWhole(m) ? '' : ` in ${partName(m)}`}`, how: fromTo(m), severity: m.severity, _order: [m.first_breach_at || m.opened_at, beside(m), ORDER.indexOf(m.family), isWhole(m) ? 1 : 0, String(m.group_place).padStart(6, '0')].join('|') }))
    .sort((a, b) => (a._order < b._order ? -1 : 1));
  const first = moveTable('What moved, the first first', rows.slice(0, 12));
  return rows.length <= 12 ? first : [first, h('details', {}, h('summary', {}, `All ${plural(rows.length, 'number')} that moved`), moveTable('All numbers that moved', rows))];
}

function moveTable(caption, rows) {
  return table(caption, [
    { key: 'when', label: 'First breach', show: (row) => day(row.when) },
    { key: 'what', label: 'What' }, { key: 'how', label: 'How' }, { key: 'kind', label: 'Kind' }, { key: 'severity', label: 'Severity', show: (row) => badge(row.severity) },
  ], rows);
}

function segmentMoves(group, members) {
  const same = members.filter((m) => !isWhole(m) && m.family === group.family && m.metric === group.metric);
  const rows = (same.length ? same : members.filter((m) => !isWhole(m) && m.is_counted !== false))
    .map((m) => ({ where: partName(m), what: whatBroke(m), baseline: m.baseline, value: m.value, lost: m.value_lost, n: m.n, when: m.first_breach_at }));
  if (!rows.length) return empty('No segment broke by itself.');
  return table('Segments in which it broke', [
    { key: 'where', label: 'Segment' }, { key: 'what', label: 'What' }, { key: 'baseline', label: 'Baseline', right: true }, { key: 'value', label: 'Now', right: true },
    { key: 'n', label: 'Rows', right: true }, { key: 'lost', label: 'Cost so far', right: true }, { key: 'when', label: 'Since', show: (row) => day(row.when) },
  ], rows);
}

function whatToDo(group, members) {
  const lead = members[0];
  const actions = lead && lead.actions ? lead.actions.split(',') : [];
  const short = group.group_id.slice(0, 8);
  return h('ol', {},
    group.cause_kind === 'segment' ? h('li', {}, `Look at ${group.cause.replace('=', ' = ')}: what changed there around ${day(group.first_breach_at)}? `, h('a', { href: `#/monitor/${encodeURIComponent(group.monitor)}` }, 'Its charts')) : h('li', {}, h('a', { href: `#/monitor/${encodeURIComponent(group.monitor)}` }, `The charts of ${group.monitor}`)),
    group.runbook ? h('li', {}, 'Runbook: ', safeLink(group.runbook)) : h('li', {}, 'No runbook is set; the key alerts.runbook of the monitor links one.'),
    actions.length ? h('li', {}, `Actions that the monitor asks for: ${actions.map(words).join(', ')}.`) : '',
    h('li', {}, 'Tell others that you are on it: ', h('code', {}, `mlmon ack ${short} --reason "..."`)),
    lead && lead.query ? h('li', {}, 'The series behind it:', h('pre', { tabindex: '0', 'aria-label': 'Query of the runbook' }, lead.query)) : '');
}

function whoSaid(group) {
  const rows = records('', 'said', { group_id: group.group_id });
  if (!rows.length) return empty('Nobody was told and nobody said anything yet. `mlmon notify` posts it; `mlmon ack` answers.');
  return h('ol', { class: 'said' }, rows.map((row) => h('li', {}, h('time', {}, day(row.said_at)), ` ${row.what.startsWith('told: ') ? `channel ${row.who} was told of ${plural(row.n, 'incident')} (${words(row.what.slice(6))})` : `${row.who || 'somebody'}: ${row.what}${row.reason ? `: ${row.reason}` : ''}`}`)));
}

function incidentPage(id) {
  const group = records('', 'groups', { group_id: id })[0];
  if (!group) return [h('h1', {}, 'Incident'), empty('It is not in this report. Another period may hold it.')];
  const members = records('', 'incidents', { group_id: id });
  return [
    h('p', { class: 'crumb' }, h('a', { href: '#/' }, 'Overview'), ' › ', h('a', { href: `#/monitor/${encodeURIComponent(group.monitor)}` }, group.monitor)),
    h('h1', {}, sentence(group)),
    story(group, members),
    storyChart(group),
    h('h2', {}, 'What moved first'), firstMoves(group, members),
    h('h2', {}, 'Which segments'), segmentMoves(group, members),
    h('h2', {}, 'What to do'), whatToDo(group, members),
    h('h2', {}, 'Who said what'), whoSaid(group),
    behind('the incident', members.map(({ query, ...rest }) => rest), [block('', 'groups'), block('', 'incidents'), block('', 'said')]),
  ];
}

// The number that leads the group, over time, with what explains it beside the whole.
function storyChart(group) {
  if (!['performance', 'value', 'kpi', 'operations'].includes(group.family)) return '';
  const where = { model_version: group.model_version, family: group.family, subject: group.subject, metric: group.metric, compared_to: group.compared_to };
  const whole = points(group.monitor, 'checks', { ...where, segment: group.segment, segment_value: group.segment_value });
  const [column, value] = (group.cause_kind === 'segment' ? group.cause : '').split(/=(.*)/s);
  const part = column ? points(group.monitor, 'checks', { ...where, segment: column, segment_value: value }) : [];
  const rows = [...whole, ...part].filter((row) => row.value !== null).map((row) => ({ ...row, series: partName(row) }));
  return chart({
    title: `${whatBroke(group)} over time`, note: MARKS, level: 'h2', rows, sources: [block(group.monitor, 'checks')], height: 220,
    description: `${whatBroke(group)} by window, of the whole log${column ? ` and of ${group.cause}` : ''}`,
    spec: () => lines(rows, { y: 'value', color: 'series', title: words(group.metric), domain: domainOf(whole), monitor: group.monitor }),
  });
}
