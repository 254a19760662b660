// Numbers, times and names in words.
function number(value, unit) {
  if (value === null || value === undefined) return '–';
  if (typeof value !== 'number') return String(value);
  let text;
  if (Number.isInteger(value) || Math.abs(value) >= 1000) text = Math.round(value).toLocaleString('en-US');
  else if (Math.abs(value) >= 0.001) text = String(Number(value.toPrecision(3)));
  else text = value.toExponential(1);
  return unit ? `${text} ${unit}` : text;
}

const percent = (share) => (share === null || share === undefined ? '–' : `${Number((share * 100).toPrecision(3))} %`);

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

function day(text) {
  if (!text) return '–';
  const [date, clock] = String(text).replace(' ', 'T').split('T');
  const [year, month, of] = date.split('-');
  const time = clock && !clock.startsWith('00:00') ? ` ${clock.slice(0, 5)}` : '';
  return `${Number(of)} ${MONTHS[Number(month) - 1]} ${year}${time}`;
}

const plural = (n, noun) => `${number(n)} ${noun}${n === 1 ? '' : 's'}`;

const isWhole = (row) => row.segment === 'overall';

const partName = (row) => (isWhole(row) ? 'the whole log' : `${row.segment} = ${row.segment_value}`);

const placeName = (row) => `${partName(row)}${row.model_version === 'all' ? '' : `, version ${row.model_version}`}`;

function metricOf(family, metric) {
  return records('', 'metrics', { family, metric })[0] || {};
}

const words = (name) => String(name || '').replace(/^n_/, 'number_of_').replaceAll('_', ' ');

// What broke, in a few words.
function whatBroke(row) {
  if (row.metric === 'data_problem') return 'logs that cannot be read';
  if (row.family === 'drift') {
    return row.metric.startsWith('psi') ? `drift of ${row.subject}` : `${words(row.metric)} of ${row.subject}`;
  }
  if (row.family === 'kpi') return row.subject;
  if (row.family === 'estimate') return `estimated ${words(row.metric)}`;
  if (['model', 'log', row.metric, ''].includes(row.subject)) return words(row.metric);
  return `${words(row.metric)} of ${row.subject}`;
}

function fromTo(row) {
  const { value, baseline } = row;
  if (row.family === 'drift' && row.metric.startsWith('psi')) return `(PSI above chance ${number(value)})`;
  if (value === null || value === undefined) return '';
  if (baseline === null || baseline === undefined) return `is ${number(value)}`;
  const verb = value < baseline ? 'fell' : value > baseline ? 'rose' : 'stayed';
  return `${verb} from ${number(baseline)} to ${number(value)}`;
}
